package preflight

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"
	_ "time/tzdata" // a machine without a database of time zones would know none

	"github.com/robfig/cron/v3"
)

// schedule reads the expression of a timer trigger as Function Compute does: six
// fields, seconds first, after an optional time zone; or an interval. Its error
// completes a sentence that begins with the variable's name.
func schedule(expression string) (cron.Schedule, error) {
	if interval, found := strings.CutPrefix(expression, "@every "); found {
		return every(strings.TrimSpace(interval))
	}
	zone, fields := time.UTC, expression
	if rest, found := strings.CutPrefix(expression, "CRON_TZ="); found {
		var name string
		var err error
		name, fields, _ = strings.Cut(rest, " ")
		if zone, err = time.LoadLocation(name); err != nil || name == "" || name == "Local" {
			return nil, fmt.Errorf("names the time zone %q, which does not exist", name)
		}
	}
	switch n := len(strings.Fields(fields)); {
	case strings.HasPrefix(fields, "@"):
		return nil, errors.New("begins with @, which only an interval may, such as @every 1h")
	case strings.Contains(fields, "="):
		return nil, errors.New("has an equals sign: the time zone stands first, as CRON_TZ=")
	case n != 6:
		return nil, fmt.Errorf("has %d of the 6 fields: second, minute, hour, day of the month, month, day of the week", n)
	}
	return six(fields, zone)
}

// every is the schedule of an interval. Function Compute counts it in minutes.
func every(interval string) (cron.Schedule, error) {
	d, err := time.ParseDuration(interval)
	switch {
	case err != nil:
		return nil, fmt.Errorf("has the interval %q, which is none, such as 30m or 24h", interval)
	case d < time.Minute:
		return nil, fmt.Errorf("has an interval of %s, and a minute is the shortest", d)
	}
	return cron.Every(d), nil
}

// six is the schedule of six fields.
func six(fields string, zone *time.Location) (cron.Schedule, error) {
	parser := cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	parsed, err := parser.Parse(fields)
	if err != nil {
		return nil, fmt.Errorf("is none: %w", err)
	}
	s, ok := parsed.(*cron.SpecSchedule)
	if !ok || bits.OnesCount64(s.Second&(1<<60-1)) != 1 {
		return nil, errors.New("comes more than once in a minute: the first field is the second, and takes one number")
	}
	s.Location = zone
	return s, nil
}
