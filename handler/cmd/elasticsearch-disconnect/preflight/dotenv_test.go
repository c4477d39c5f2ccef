package preflight

import (
	"cmp"
	"maps"
	"slices"
	"testing"
)

// TestReadEnv: each value is what Serverless Devs 3.1.10 reads in such a line.
func TestReadEnv(t *testing.T) {
	t.Parallel()
	got := readEnv("\ufeff# A=comment\n" +
		"A=CRON_TZ=UTC 0 17 3 * * *   # daily\r\n" +
		" B = spaced value \r\n" +
		"C=\"double # \\n quoted\"\n" +
		"D='single, \\n'\r\n" +
		"E=\n" +
		"export F=exported\n" +
		"H: colon\n" +
		"I=first\n\n export I = second\n" +
		"J=\"half\n" +
		"K=`tick` # comment\n" +
		"M=\"two\" words\n" +
		"N=#comment\n" +
		"two words=no\n" +
		"O:none\n" +
		"nothing\n" +
		"P='this\nQ=and that'\n" +
		"L=last")
	want := envFile{
		map[string]string{
			"A": "CRON_TZ=UTC 0 17 3 * * *", "B": "spaced value", "C": "double # \n quoted", "D": `single, \n`, "E": "", "F": "exported",
			"H": "colon", "I": "second", "J": `"half`, "K": "tick", "M": `"two" words`, "N": "", "P": "this\nQ=and that", "L": "last",
		},
		map[string][]int{"A": {2}, "B": {3}, "C": {4}, "D": {5}, "E": {6}, "F": {7}, "H": {8}, "I": {9, 11}, "J": {12}, "K": {13}, "M": {14}, "N": {15}, "P": {19}, "L": {21}},
		[]string{"J", "M", "P"}, []int{16, 17, 18}, nil,
	}
	if !maps.Equal(got.values, want.values) || !maps.EqualFunc(got.lines, want.lines, slices.Equal) || !slices.Equal(got.unclosed, want.unclosed) || !slices.Equal(got.unread, want.unread) {
		t.Errorf("readEnv:\n got %+v\nwant %+v", got, want)
	}
}

// TestExpand: each value is what Serverless Devs 3.1.10 makes of it, with A=a, B=$A, S=in the file in .env, and S=in the
// shell, P=$S in the shell.
func TestExpand(t *testing.T) {
	t.Parallel()
	s := settings{nil,
		envFile{values: map[string]string{"A": "a", "B": "$A", "S": "in the file", "E": "", "X": "$Y", "Y": "-${X}"}},
		lookup(map[string]string{"S": "in the shell", "P": "$S"}),
	}
	for text, want := range map[string]string{
		"plain": "plain", "$A": "a", "${A}-$A": "a-a", "$B": "a", "$S": "in the shell", "$P": "in the shell",
		"$NONE-x": "-x", "${NONE:-instead}": "instead", "${A:-instead}": "a", "${E:-instead}": "instead",
		`\$A`: "a", "100$": "100$", "$A$": "$A$", "$$A": "",
		"$X": "endless",
	} {
		got, ends := s.expand(text)
		if !ends {
			got = "endless"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for name, want := range map[string]string{"B": "a", "S": "in the shell", "P": "$S", "E": "default"} {
		if got := cmp.Or(s.value(name), "default"); got != want {
			t.Errorf("the value of %s: %q, want %q", name, got, want)
		}
	}
}
