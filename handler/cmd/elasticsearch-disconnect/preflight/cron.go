package preflight

import (
	"errors"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // for machines without a database of time zones

	"github.com/robfig/cron/v3"
)

// schedule parses the expression of a timer trigger of Function Compute: six fields,
// seconds first, after an optional time zone (else UTC); or an interval in minutes.
func schedule(expression string) (cron.Schedule, error) {
	if interval, found := strings.CutPrefix(expression, "@every "); found {
		d, err := time.ParseDuration(strings.TrimSpace(interval))
		if err == nil && d < time.Minute {
			err = errors.New("the shortest interval is a minute")
		}
		return cron.Every(d), err
	}
	fields := strings.Fields(expression)
	if !strings.HasPrefix(expression, "CRON_TZ=") {
		fields = append([]string{"CRON_TZ=UTC"}, fields...)
	}
	if len(fields) != 7 {
		return nil, errors.New("it must have 6 fields: second, minute, hour, day of the month, month, day of the week")
	}
	if _, err := strconv.Atoi(fields[1]); err != nil {
		return nil, errors.New("the first field, the second, must be one number")
	}
	if isDay(fields[4]) && isDay(fields[6]) {
		return nil, errors.New("the day of the month and the day of the week may not both be set: one of them must be * or ?")
	}
	return cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(strings.Join(fields, " "))
}

// pause returns between which two times, in the year to come, there is no run for longer than
// a limit; false if there is always one.
func pause(s cron.Schedule, now time.Time, limit time.Duration) (from, to time.Time, found bool) {
	from, end := now, now.AddDate(1, 0, 0)
	for to = s.Next(from); !to.IsZero() && from.Before(end); from, to = to, s.Next(to) {
		if to.Sub(from) > limit {
			return from, to, true
		}
	}
	return from, to, false
}

func isDay(field string) bool { return field != "*" && field != "?" }
