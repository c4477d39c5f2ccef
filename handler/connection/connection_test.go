package connection_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
)

// TestParse holds each parser to its rule: the texts that it accepts, under "", and
// those that it refuses, under the reason, in which … is the text quoted. The
// characters that are next to a permitted range in ASCII are among them.
func TestParse(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 65)
	checkParse(t, connection.ParseInstanceID, map[string][]string{
		"":                                {"es-cn-n6w1o1x0w001c0001", "es-sg-ABC_9", "azAZ09_-", "0", long[:64]},
		"is empty":                        {""},
		"has 65 characters, more than 64": {long},
		"does not start with a letter or digit: …": {"-es", "../x", "é"},
		"has a character other than letters, digits, - and _: …": {
			"es-cn-1/../x", "a%2e", "a?b", "a#b", "a@b", "a[b", "a`b", "a{b", "a/b", "a:b", "a\nb", "a\u202eb"},
	})
	checkParse(t, connection.ParseClientToken, map[string][]string{
		"":                                {"5A2CFF0E-5718-45B5-9D4D-70B3FF000000", " ~", long[:64]},
		"is empty":                        {""},
		"has 65 characters, more than 64": {long},
		"has a character that is not printable ASCII: …": {"a\tb", "a\x7f", "ü"},
	})
	checkParse(t, connection.ParseRegion, map[string][]string{
		"":                                {"cn-hangzhou", "cn-shanghai-finance-1", "cn-" + long[:60]},
		"is empty":                        {""},
		"has 64 characters, more than 63": {"cn-" + long[:61]},
		"is not a region id such as cn-hangzhou: …": {
			"Shanghai", "shanghai", "CN-hangzhou", "-hangzhou", "1-hangzhou", "cn-hangzhou.evil", "cn-hangzhou/", "cn-hangzhou:", "cn-`", "cn-{", "cn-é"},
	})
	digits := strings.Repeat("1", 33)
	checkParse(t, connection.ParseAccountID, map[string][]string{
		"":                                {"1234567890984321", "09", digits[:32]},
		"is empty":                        {""},
		"has 33 characters, more than 32": {digits},
		"is not an account id, which has only digits: …": {"123456789098****", "12:role/x", "12/"},
	})
}

// checkParse also holds a parser to giving an accepted text back, as a string and in
// JSON, and the zero value for any other.
func checkParse[T interface{ String() string }](t *testing.T, parse func(string) (T, error), texts map[string][]string) {
	t.Helper()
	for reason, texts := range texts {
		for _, text := range texts {
			value, err := parse(text)
			got, want := "", strings.Replace(reason, "…", strconv.QuoteToASCII(text), 1)
			if err != nil {
				got, text = err.Error(), ""
			}
			if got != want {
				t.Errorf("error:\n got %s\nwant %s", got, want)
			}
			inJSON, err := json.Marshal(value)
			if value.String() != text || err != nil || string(inJSON) != `"`+text+`"` {
				t.Errorf("%q: value %q, in JSON %s, %v", text, value, inJSON, err)
			}
		}
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
		err       error
		want      connection.Kind
		everyCall bool
	}{
		"an error of this package": {&connection.Error{Kind: connection.Conflict}, connection.Conflict, false},
		"one that is wrapped":      {fmt.Errorf("more: %w", &connection.Error{Kind: connection.Denied, EveryCall: true}), connection.Denied, true},
		"another error":            {io.EOF, 0, false},
		"no error":                 {nil, 0, false},
	} {
		if got := connection.IsOfEveryCall(test.err); got != test.everyCall {
			t.Errorf("%s: of every call: %v", name, got)
		}
		if got := connection.KindOf(test.err); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestScopeOr(t *testing.T) {
	t.Parallel()
	scope := func(region, account string) (s connection.Scope) {
		s.Region, _ = connection.ParseRegion(region)
		s.Account, _ = connection.ParseAccountID(account)
		return s
	}
	own := scope("cn-hangzhou", "1")
	for _, test := range []struct{ said, want connection.Scope }{
		{scope("", ""), own},
		{scope("cn-beijing", ""), scope("cn-beijing", "1")},
		{scope("", "2"), scope("cn-hangzhou", "2")},
		{scope("cn-beijing", "2"), scope("cn-beijing", "2")},
	} {
		if got := test.said.Or(own); got != test.want {
			t.Errorf("%v: %v, want %v", test.said, got, test.want)
		}
	}
}
