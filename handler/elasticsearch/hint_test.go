package elasticsearch_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestClockSkew: how far the clock is off is told as it was measured, which way
// it is off in words, and nothing where the answer has no date.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, test := range map[string]struct {
		date string
		want []string
		not  []string
	}{
		"behind":      {now.Add(20 * time.Minute).Format(http.TimeFormat), []string{"20m0s", "behind"}, []string{"-", "ahead"}},
		"ahead":       {now.Add(-16 * time.Minute).Format(http.TimeFormat), []string{"16m0s", "ahead"}, []string{"-", "behind"}},
		"no date":     {"", nil, []string{"0s", "behind", "ahead"}},
		"a wrong one": {"yesterday", nil, []string{"0s", "behind", "ahead"}},
	} {
		server, client := start(t)
		server.Now = func() time.Time { return now }
		client.Now = server.Now
		server.Fail(elasticsearchtest.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil // and no date of net/http's
			if test.date != "" {
				w.Header().Set("Date", test.date)
			}
			elasticsearchtest.Refuse(400, "InvalidTimeStamp.Expired", "m")(w, r)
		}})
		_, err := client.DeleteConnectedCluster(t.Context(), removal())
		got := told(t, "", err)
		rest, found := strings.CutPrefix(got, "Denied the API answered HTTP 400: InvalidTimeStamp.Expired: m")
		for _, want := range test.want {
			found = found && strings.Contains(rest, want)
		}
		for _, not := range test.not {
			found = found && !strings.Contains(rest, not)
		}
		if !found {
			t.Errorf("%s: %s", name, got)
		}
	}
}
