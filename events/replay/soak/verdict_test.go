package soak

import (
	"slices"
	"testing"
)

// What is kept is found wherever a reply may have it.
func TestKept(t *testing.T) {
	t.Parallel()
	const one = `{"outcome":"reconciled","kept":[{"instanceId":"b","connectedInstanceId":"a","reason":"it is there"}]}`
	for name, test := range map[string]struct {
		reply string
		want  []pair
	}{
		"a reconciliation": {one, []pair{{"a", "b"}}},
		"in a batch":       {`{"events":[{"outcome":"ignored"},` + one + `]}`, []pair{{"a", "b"}}},
		"over HTTP":        {`{"statusCode":200,"body":` + quote(one) + `}`, []pair{{"a", "b"}}},
		"nothing":          {`{"outcome":"reconciled","kept":[]}`, nil},
		"another reply":    {`{"outcome":"removed"}`, nil},
		"no object":        {`"done"`, nil},
	} {
		if got := kept([]byte(test.reply)); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
