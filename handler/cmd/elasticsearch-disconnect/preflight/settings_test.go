package preflight

import (
	"maps"
	"os"
	"slices"
	"testing"
)

// TestVariables: what .env.example sets is what this finds in s.yaml.
func TestVariables(t *testing.T) {
	t.Parallel()
	got, err := variables(read(t, "../../../../s.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if want := readEnv(string(read(t, "../../../../.env.example"))).values; !maps.Equal(got, want) {
		t.Errorf("s.yaml:\n got %q\nwant %q", got, want)
	}
}

func TestVariablesAreThoseOfValues(t *testing.T) {
	t.Parallel()
	got, err := variables([]byte("# env('COMMENT', 'x')\na: ${env('A', 'x y')} # env('B', '')\nb: [\"${env('C', '') ? env('D', '1') : vars.e}\"]\n"))
	if want := map[string]string{"A": "x y", "C": "", "D": "1"}; err != nil || !maps.Equal(got, want) {
		t.Errorf("%q, %v, want %q", slices.Sorted(maps.Keys(got)), err, want)
	}
}

func lookup(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, isSet := variables[name]
		return value, isSet
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
