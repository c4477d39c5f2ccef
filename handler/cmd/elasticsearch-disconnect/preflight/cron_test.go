package preflight

import (
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for expression, want := range map[string]string{
		"CRON_TZ=UTC 0 17 3 * * *":                "2026-11-25 03:17:00",
		"CRON_TZ=Asia/Shanghai 0 17 3 * * *":      "2026-11-24 19:17:00",
		"CRON_TZ=America/New_York  0 0 0 1 jan ?": "2027-01-01 05:00:00",
		"0 0 4 * * *":              "2026-11-25 04:00:00",
		"30 */15 9-17 ? * MON-FRI": "2026-11-24 10:00:30",
		"@every 1m":                "2026-11-24 10:01:00",
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

// TestPause: a year is looked through, in which a day is at most 25 hours long and an hour may not exist.
func TestPause(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for expression, want := range map[string]string{
		"CRON_TZ=UTC 0 17 3 * * *":           "",
		"CRON_TZ=Europe/Berlin 0 30 3 * * *": "",
		"CRON_TZ=Europe/Berlin 0 30 2 * * *": "2027-03-27 01:30 UTC, 2027-03-29 00:30 UTC",
		"@every 26h":                         "",
		"@every 27h":                         "2026-11-24 10:00 UTC, 2026-11-25 13:00 UTC",
		"0 17 3 * * MON-FRI":                 "2026-11-27 03:17 UTC, 2026-11-30 03:17 UTC",
		"0 17 3 * 1-11 *":                    "2026-11-30 03:17 UTC, 2027-01-01 03:17 UTC",
		"0 17 3 29 2 *":                      "2026-11-24 10:00 UTC, 2028-02-29 03:17 UTC",
		"0 17 3 30 2 *":                      "",
	} {
		s, err := schedule(expression)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if from, to, found := pause(s, now, 26*time.Hour); found {
			got = inUTC(from) + ", " + inUTC(to)
		}
		if got != want {
			t.Errorf("%s has no run between %s, want %s", expression, got, want)
		}
	}
}

func TestNoSchedule(t *testing.T) {
	t.Parallel()
	const (
		fields = "it must have 6 fields: second, minute, hour, day of the month, month, day of the week"
		second = "the first field, the second, must be one number"
		minute = "the shortest interval is a minute"
		days   = "the day of the month and the day of the week may not both be set: one of them must be * or ?"
	)
	for expression, want := range map[string]string{
		"":                                   fields,
		"17 3 * * *":                         fields,
		"0 17 3 * * * *":                     fields,
		"CRON_TZ=UTC":                        fields,
		"CRON_TZ=UTC 17 3 * * *":             fields,
		"TZ=UTC 0 17 3 * * *":                fields,
		"0 17 3 * * * CRON_TZ=UTC":           fields,
		"@daily":                             fields,
		"CRON_TZ=UTC @every 1h":              fields,
		"CRON_TZ=Asia/Hangzhou 0 17 3 * * *": "provided bad location Asia/Hangzhou: unknown time zone Asia/Hangzhou",
		"0 17 24 * * *":                      "end of range (24) above maximum (23): 24",
		"0 17 3 L * *":                       `failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax`,
		"* 17 3 * * *":                       second,
		"0,30 17 3 * * *":                    second,
		"*/5 17 3 * * *":                     second,
		"0 17 3 1 * MON":                     days,
		"CRON_TZ=UTC 0 17 3 */2 * 1-5":       days,
		"@every 30s":                         minute,
		"@every -1h":                         minute,
		"@every 4":                           `time: missing unit in duration "4"`,
		"CRON_TZ=UTC\t0\t17\t24\t*\t*\t*":    "end of range (24) above maximum (23): 24",
	} {
		if s, err := schedule(expression); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v, %v\nwant %s", expression, s, err, want)
		}
	}
}
