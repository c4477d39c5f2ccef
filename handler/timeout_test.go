package handler

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestTimeoutWithin: an attempt to assume a role takes no longer than there is time.
func TestTimeoutWithin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for until, want := range map[time.Duration]time.Duration{
			time.Minute:     10 * time.Second,
			4 * time.Second: 4 * time.Second,
			-time.Second:    -time.Second,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), until)
			if got := timeoutWithin(ctx); got != want {
				t.Errorf("%v before the deadline: %v, want %v", until, got, want)
			}
			cancel()
		}
		if got := timeoutWithin(t.Context()); got != 10*time.Second {
			t.Errorf("without a deadline: %v", got)
		}
	})
}
