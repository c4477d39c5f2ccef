package acs3

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretDoesNotPrint(t *testing.T) {
	t.Parallel()
	secret := NewSecret("hunter2")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%#q", "%x", "%X", "% x", "%d", "%t", "%20s", "%.1s"} {
		equal(t, verb, fmt.Sprintf(verb, secret), "***")
		equal(t, verb+" of a pointer", fmt.Sprintf(verb, &secret), "***")
		equal(t, verb+" of an empty secret", fmt.Sprintf(verb, NewSecret("")), "")
	}
	equal(t, "Sprint", fmt.Sprint(secret), "***")
	equal(t, "String", secret.String(), "***")
	equal(t, "String of an empty secret", Secret{}.String(), "")
}

// leaks reports whether text has the value "hunter2", as it is or in digits.
func leaks(text string) bool {
	digits := strings.NewReplacer(" ", "", "0x", "", ",", "").Replace(strings.ToLower(text))
	return strings.Contains(text, "hunter2") || strings.Contains(digits, "68756e74657232")
}

func TestLeaks(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%#q", "%x", "%X", "% x", "%# x", "%d"} {
		if text := fmt.Sprintf(verb, struct{ s string }{"hunter2"}); !leaks(text) {
			t.Errorf("leaks(%q) = false", text)
		}
	}
}

func TestNestedSecretDoesNotPrint(t *testing.T) {
	t.Parallel()
	type exported struct{ Key Secret }
	type unexported struct{ key Secret }
	secret := NewSecret("hunter2")
	credentials := Credentials{secret, secret, Secret{}}
	tests := map[string]struct {
		value any
		want  string
	}{
		"slice":                       {[]Secret{secret, {}}, "[*** ]"},
		"array":                       {[1]Secret{secret}, "[***]"},
		"map value":                   {map[string]Secret{"a": secret}, "map[a:***]"},
		"map key":                     {map[Secret]int{secret: 1}, "map[***:1]"},
		"any":                         {[]any{secret}, "[***]"},
		"exported field":              {exported{secret}, "{Key:***}"},
		"pointer to exported field":   {&exported{secret}, "&{Key:***}"},
		"slice of exported fields":    {[]exported{{secret}}, "[{Key:***}]"},
		"credentials":                 {credentials, "{AccessKeyID:*** AccessKeySecret:*** SecurityToken:}"},
		"unexported field":            {unexported{secret}, fmt.Sprintf("{key:{value:%p}}", secret.value)},
		"pointer to unexported field": {&unexported{secret}, fmt.Sprintf("&{key:{value:%p}}", secret.value)},
		"map of unexported fields":    {map[int]unexported{1: {secret}}, fmt.Sprintf("map[1:{key:{value:%p}}]", secret.value)},
		"pointer in unexported field": {struct{ p *Secret }{&secret}, fmt.Sprintf("{p:%p}", &secret)},
		"credentials in unexported field": {struct{ c Credentials }{credentials},
			fmt.Sprintf("{c:{AccessKeyID:{value:%p} AccessKeySecret:{value:%[1]p} SecurityToken:{value:<nil>}}}", secret.value)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			equal(t, "%+v", fmt.Sprintf("%+v", test.value), test.want)
			for _, verb := range []string{"%v", "%#v", "%s", "%q", "%#q", "%x", "%X", "% x", "%d", "%t", "%p", "%c", "%!"} {
				if text := fmt.Sprintf(verb, test.value); leaks(text) {
					t.Errorf("%s: %s", verb, text)
				}
			}
		})
	}
}

func TestSecretDoesNotMarshal(t *testing.T) {
	t.Parallel()
	secret := NewSecret("hunter2")
	tests := map[string]struct {
		value any
		want  string
	}{
		"a secret":        {secret, `"***"`},
		"a pointer":       {&secret, `"***"`},
		"an empty secret": {Secret{}, `""`},
		"slice":           {[]Secret{secret, {}}, `["***",""]`},
		"map":             {map[Secret]Secret{secret: secret}, `{"***":"***"}`},
		"credentials":     {Credentials{secret, secret, Secret{}}, `{"AccessKeyID":"***","AccessKeySecret":"***","SecurityToken":""}`},
		"unexported":      {struct{ s Secret }{secret}, `{}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(test.value)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "json.Marshal", string(got), test.want)
		})
	}
}

func TestSecretDoesNotLog(t *testing.T) {
	t.Parallel()
	secret := NewSecret("hunter2")
	hidden := struct{ s Secret }{secret}
	attrs := []any{"key", secret, "pointer", &secret, "empty", Secret{}, "all", []Secret{secret},
		"credentials", Credentials{secret, secret, Secret{}}, "hidden", hidden, slog.Group("group", "key", secret)}
	equal(t, "kind of the LogValue", slog.AnyValue(secret).Resolve().Kind().String(), "String")
	options := &slog.HandlerOptions{ReplaceAttr: withoutRecord}

	var text, lines strings.Builder
	slog.New(slog.NewTextHandler(&text, options)).Info("m", attrs...)
	slog.New(slog.NewJSONHandler(&lines, options)).Info("m", attrs...)
	equal(t, "slog text", text.String(),
		`key=*** pointer=*** empty="" all=[***] credentials="{AccessKeyID:*** AccessKeySecret:*** SecurityToken:}" `+
			fmt.Sprintf("hidden={s:{value:%p}} group.key=***\n", secret.value))
	equal(t, "slog JSON", lines.String(),
		`{"key":"***","pointer":"***","empty":"","all":["***"],"credentials":{"AccessKeyID":"***","AccessKeySecret":"***","SecurityToken":""},`+
			`"hidden":{},"group":{"key":"***"}}`+"\n")
}

// withoutRecord drops what slog itself adds to a line.
func withoutRecord(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	return a
}

func TestRedact(t *testing.T) {
	t.Parallel()
	plain := Credentials{AccessKeyID: NewSecret("LTAI5tKey"), AccessKeySecret: NewSecret("s3cr3ttt")}
	sts := Credentials{NewSecret("STS.NTid"), NewSecret("s3cr3ttt"), NewSecret("CAIS+a/b==")}
	tests := map[string]struct {
		credentials Credentials
		text, want  string
	}{
		"no text":                              {sts, "", ""},
		"no credentials":                       {Credentials{}, "a+b%20c", "a+b%20c"},
		"nothing to hide":                      {sts, "the signature + 100% of the rest", "the signature + 100% of the rest"},
		"each value":                           {sts, "STS.NTid s3cr3ttt CAIS+a/b==", "*** *** ***"},
		"values of less than eight characters": {Credentials{NewSecret("Denied"), NewSecret("instance"), NewSecret("404 a/b")}, "404 a/b 404+a%2Fb Denied: instance", "404 a/b 404+a%2Fb Denied: ***"},
		"every occurrence":                     {plain, "s3cr3ttts3cr3ttt,LTAI5tKey,s3cr3ttt", "******,***,***"},
		"without a token":                      {plain, "Credential=LTAI5tKey,SignedHeaders=host", "Credential=***,SignedHeaders=host"},
		"query-escaped":                        {sts, "?SecurityToken=CAIS%2Ba%2Fb%3D%3D&b", "?SecurityToken=***&b"},
		"escaped in lower case":                {sts, "?SecurityToken=CAIS%2ba%2fb%3d%3d&b /CAIS+a%2fb==/", "?SecurityToken=***&b /***/"},
		"path-escaped":                         {sts, "/CAIS+a%2Fb==/", "/***/"},
		"escaped and not":                      {sts, "CAIS%2Ba%2Fb%3D%3D CAIS+a/b==", "*** ***"},
		"a space, query-escaped":               {Credentials{AccessKeySecret: NewSecret("secret b")}, "secret+b", "***"},
		"a space, path-escaped":                {Credentials{AccessKeySecret: NewSecret("secret b")}, "secret%20b secret b", "*** ***"},
		"a value within a longer value":        {Credentials{NewSecret("12345678"), NewSecret("12345678ef"), NewSecret("x12345678ef")}, "x12345678ef 12345678ef 12345678", "*** *** ***"},
		"a longer value within a text":         {Credentials{NewSecret("12345678"), NewSecret("a12345678d"), Secret{}}, "xa12345678dx", "x***x"},
		"an escaped form that is longer than another value": {Credentials{NewSecret("2Fbcdefg"), NewSecret("a/bcdefg"), Secret{}}, "a%2Fbcdefg", "***"},
		"a signature":               {sts, "Credential=STS.NTid,Signature=09afAF", "Credential=***,Signature=***"},
		"a signature within a text": {plain, "Signature=0af9; bad", "Signature=***; bad"},
		"a signature in a URL":      {sts, "?Signature=a%2Fb+c%3D&b", "?Signature=***&b"},
		"two signatures":            {plain, "Signature=0a Signature=1b", "Signature=*** Signature=***"},
		"the message of SignatureDoesNotMatch": {
			sts,
			"server string to sign is: DELETE\n/\n\nhost:h\nx-acs-accesskey-id:STS.NTid\nx-acs-security-token:CAIS+a/b==\n\nhost",
			"server string to sign is: DELETE\n/\n\nhost:h\nx-acs-accesskey-id:***\nx-acs-security-token:***\n\nhost",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			equal(t, "Redact", test.credentials.Redact(test.text), test.want)
		})
	}
}
