package preflight

import (
	"testing"
	"time"
)

// TestSchedule: which expressions a timer trigger may have, and when each comes next.
func TestSchedule(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for expression, want := range map[string]string{
		"CRON_TZ=UTC 0 17 3 * * *":                "2026-11-25 03:17:00",
		"CRON_TZ=Asia/Shanghai 0 17 3 * * *":      "2026-11-24 19:17:00",
		"CRON_TZ=America/New_York  0 0 0 1 jan ?": "2027-01-01 05:00:00",
		"0 0 4 * * *":              "2026-11-25 04:00:00",
		"30 */15 9-17 ? * MON-FRI": "2026-11-24 10:00:30",
		"@every 4m":                "2026-11-24 10:04:00",
		"@every 24h":               "2026-11-25 10:00:00",
	} {
		s, err := schedule(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := s.Next(now).UTC().Format(time.DateTime); got != want {
			t.Errorf("%s comes next at %s, want %s", expression, got, want)
		}
	}
}

func TestScheduleSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		fields = " of the 6 fields: second, minute, hour, day of the month, month, day of the week"
		often  = "comes more than once in a minute: the first field is the second, and takes one number"
	)
	for expression, want := range map[string]string{
		"":                                   "has 0" + fields,
		"17 3 * * *":                         "has 5" + fields,
		"0 17 3 * * * *":                     "has 7" + fields,
		"CRON_TZ=UTC":                        "has 0" + fields,
		"CRON_TZ=UTC 17 3 * * *":             "has 5" + fields,
		"CRON_TZ=Asia/Hangzhou 0 17 3 * * *": `names the time zone "Asia/Hangzhou", which does not exist`,
		"CRON_TZ= 0 17 3 * * *":              `names the time zone "", which does not exist`,
		"CRON_TZ=Local 0 17 3 * * *":         `names the time zone "Local", which does not exist`,
		"TZ=UTC 0 17 3 * * *":                "has an equals sign: the time zone stands first, as CRON_TZ=",
		"0 17 3 * * * CRON_TZ=UTC":           "has an equals sign: the time zone stands first, as CRON_TZ=",
		"0 17 24 * * *":                      "is none: end of range (24) above maximum (23): 24",
		"0 17 3 * * 7":                       "is none: end of range (7) above maximum (6): 7",
		"0 17 3 L * *":                       `is none: failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax`,
		"* 17 3 * * *":                       often,
		"0,30 17 3 * * *":                    often,
		"*/5 17 3 * * *":                     often,
		"@daily":                             "begins with @, which only an interval may, such as @every 1h",
		"CRON_TZ=UTC @every 1h":              "begins with @, which only an interval may, such as @every 1h",
		"@every 30s":                         "has an interval of 30s, and a minute is the shortest",
		"@every -1h":                         "has an interval of -1h0m0s, and a minute is the shortest",
		"@every 4":                           `has the interval "4", which is none, such as 30m or 24h`,
	} {
		if s, err := schedule(expression); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v, %v\nwant %s", expression, s, err, want)
		}
	}
}
