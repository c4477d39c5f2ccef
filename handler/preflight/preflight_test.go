package main

import (
	"io/fs"
	"testing"
	"time"
)

// like is a machine with this .env and these variables of the shell, and the s.yaml of this repository.
func like(t *testing.T, env string, shell map[string]string) machine {
	files := map[string][]byte{"s.yaml": read(t, "../../s.yaml"), ".env": []byte(env)}
	return machine{
		getenv: lookup(shell),
		readFile: func(name string) ([]byte, error) {
			content, found := files[name]
			if !found {
				return nil, fs.ErrNotExist
			}
			return content, nil
		},
		now: func() time.Time { return time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC) },
	}
}

// TestReconcile: what is said of the two variables of the timer.
func TestReconcile(t *testing.T) {
	t.Parallel()
	const example = "; such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)\n"
	const daily = "ok       RECONCILE_CRON  CRON_TZ=UTC 0 17 3 * * *, next at 2026-11-25 03:17 UTC\n"
	for env, want := range map[string]string{
		"":                 "ok       RECONCILE       report\n" + daily,
		"RECONCILE=off":    "ok       RECONCILE       off\n" + daily,
		"RECONCILE=remove": "ok       RECONCILE       remove\n" + daily,
		"RECONCILE=on":     "ERROR    RECONCILE       is \"on\", and can be off, report or remove, such as RECONCILE=report\n" + daily,
		"RECONCILE_CRON=@daily": "ok       RECONCILE       report\n" +
			"ERROR    RECONCILE_CRON  is \"@daily\" and begins with @, which only an interval may, such as @every 1h" + example,
		"RECONCILE_CRON=0 0 0 30 2 *": "ok       RECONCILE       report\n" +
			"ERROR    RECONCILE_CRON  is \"0 0 0 30 2 *\", a day that does not come in the next five years" + example,
	} {
		if got := table(preflight(like(t, env, nil))); got != want {
			t.Errorf("%s:\n got\n%swant\n%s", env, got, want)
		}
	}
}

// TestIsBad: only an error stops a deployment.
func TestIsBad(t *testing.T) {
	t.Parallel()
	for level, want := range map[level]bool{fine: false, warning: false, bad: true} {
		if got := isBad([]finding{{level, "a", "b"}, ok("c", "d")}); got != want {
			t.Errorf("%s: %t, want %t", level, got, want)
		}
	}
}
