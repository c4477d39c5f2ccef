package connection_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
)

func TestParseInstanceID(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 65)
	for text, want := range map[string]string{
		"es-cn-n6w1o1x0w001c0001": "",
		"es-sg-ABC_9":             "",
		"azAZ09_-":                "",
		"0":                       "",
		long[:64]:                 "",
		"":                        "is empty",
		long:                      "has 65 characters, more than 64",
		"-es":                     `does not start with a letter or digit: "-es"`,
		"../x":                    `does not start with a letter or digit: "../x"`,
		"es-cn-1/../x":            `has a character other than letters, digits, - and _: "es-cn-1/../x"`,
		"a%2e":                    `has a character other than letters, digits, - and _: "a%2e"`,
		"a?b":                     `has a character other than letters, digits, - and _: "a?b"`,
		"a#b":                     `has a character other than letters, digits, - and _: "a#b"`,
		"a@b":                     `has a character other than letters, digits, - and _: "a@b"`,
		"a[b":                     `has a character other than letters, digits, - and _: "a[b"`,
		"a`b":                     "has a character other than letters, digits, - and _: \"a`b\"",
		"a{b":                     `has a character other than letters, digits, - and _: "a{b"`,
		"a/b":                     `has a character other than letters, digits, - and _: "a/b"`,
		"a:b":                     `has a character other than letters, digits, - and _: "a:b"`,
		"a\nb":                    `has a character other than letters, digits, - and _: "a\nb"`,
		"a\u202eb":                `has a character other than letters, digits, - and _: "a\u202eb"`,
		"é":                       `does not start with a letter or digit: "\u00e9"`,
	} {
		checkParse(t, connection.ParseInstanceID, text, want)
	}
}

func TestParseClientToken(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 65)
	for text, want := range map[string]string{
		"5A2CFF0E-5718-45B5-9D4D-70B3FF000000": "",
		" ~":                                   "",
		long[:64]:                              "",
		"":                                     "is empty",
		long:                                   "has 65 characters, more than 64",
		"a\tb":                                 `has a character that is not printable ASCII: "a\tb"`,
		"a\x7f":                                `has a character that is not printable ASCII: "a\x7f"`,
		"ü":                                    `has a character that is not printable ASCII: "\u00fc"`,
	} {
		checkParse(t, connection.ParseClientToken, text, want)
	}
}

// checkParse holds a parser to the error it gives, and to giving the text back,
// as a string and in JSON, when it gives none.
func checkParse[T interface{ String() string }](t *testing.T, parse func(string) (T, error), text, want string) {
	t.Helper()
	value, err := parse(text)
	got := ""
	if err != nil {
		got, text = err.Error(), "" // an invalid text gives the zero value
	}
	if got != want {
		t.Errorf("%q: error\n got %s\nwant %s", text, got, want)
	}
	if value.String() != text {
		t.Errorf("%q: value %q", text, value)
	}
	inJSON, err := json.Marshal(value)
	if err != nil || string(inJSON) != `"`+text+`"` {
		t.Errorf("%q: in JSON %s, %v", text, inJSON, err)
	}
}

func TestErrorHasItsCause(t *testing.T) {
	t.Parallel()
	err := &connection.Error{Kind: connection.Unavailable, Message: "no answer"}
	if got := err.Error(); got != "no answer" {
		t.Errorf("without a cause: %q", got)
	}
	err.Err = io.EOF
	if got := err.Error(); got != "no answer: EOF" {
		t.Errorf("with a cause: %q", got)
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is not found")
	}
}

// TestKinds: the words are part of the function's contract.
func TestKinds(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(connection.Kinds())
	const want = `["InvalidEvent","Denied","Absent","Absent","Conflict","Throttled","Upstream","Unavailable","Timeout","Internal","PartialFailure"]`
	if err != nil || string(got) != want {
		t.Errorf("kinds:\n got %s, %v\nwant %s", got, err, want)
	}
	if none := connection.Kind(0).String(); none != "" {
		t.Errorf("no kind is %q", none)
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want connection.Kind
	}{
		"an error of this package": {&connection.Error{Kind: connection.Conflict}, connection.Conflict},
		"one that is wrapped":      {fmt.Errorf("more: %w", &connection.Error{Kind: connection.Denied}), connection.Denied},
		"another error":            {io.EOF, 0},
		"no error":                 {nil, 0},
	} {
		if got := connection.KindOf(test.err); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestReversed(t *testing.T) {
	t.Parallel()
	a, errA := connection.ParseInstanceID("es-a")
	b, errB := connection.ParseInstanceID("es-b")
	if got, want := (connection.Pair{Instance: a, Connected: b}).Reversed(), (connection.Pair{Instance: b, Connected: a}); errors.Join(errA, errB) != nil || got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
