package acs3

import "testing"

func TestRedact(t *testing.T) {
	t.Parallel()
	plain := Credentials{AccessKeyID: NewSecret("LTAI"), AccessKeySecret: NewSecret("s3cr3t")}
	sts := Credentials{NewSecret("STS.id"), NewSecret("s3cr3t"), NewSecret("CAIS+a/b==")}
	tests := map[string]struct {
		credentials Credentials
		text, want  string
	}{
		"no text":                       {sts, "", ""},
		"no credentials":                {Credentials{}, "a+b%20c", "a+b%20c"},
		"nothing to hide":               {sts, "the signature + 100% of the rest", "the signature + 100% of the rest"},
		"each value":                    {sts, "STS.id s3cr3t CAIS+a/b==", "*** *** ***"},
		"every occurrence":              {plain, "s3cr3ts3cr3t,LTAI,s3cr3t", "******,***,***"},
		"without a token":               {plain, "Credential=LTAI,SignedHeaders=host", "Credential=***,SignedHeaders=host"},
		"query-escaped":                 {sts, "?SecurityToken=CAIS%2Ba%2Fb%3D%3D&b", "?SecurityToken=***&b"},
		"path-escaped":                  {sts, "/CAIS+a%2Fb==/", "/***/"},
		"escaped and not":               {sts, "CAIS%2Ba%2Fb%3D%3D CAIS+a/b==", "*** ***"},
		"a space, query-escaped":        {Credentials{AccessKeySecret: NewSecret("a b")}, "a+b", "***"},
		"a space, path-escaped":         {Credentials{AccessKeySecret: NewSecret("a b")}, "a%20b a b", "*** ***"},
		"a value within a longer value": {Credentials{NewSecret("abc"), NewSecret("abcdef"), NewSecret("xabcdef")}, "xabcdef abcdef abc", "*** *** ***"},
		"a longer value within a text":  {Credentials{NewSecret("bc"), NewSecret("abcd"), Secret{}}, "xabcdx", "x***x"},
		"an escaped form that is longer than another value": {Credentials{NewSecret("2Fb"), NewSecret("a/b"), Secret{}}, "a%2Fb", "***"},
		"the message of SignatureDoesNotMatch": {
			sts,
			"server string to sign is: DELETE\n/\n\nhost:h\nx-acs-accesskey-id:STS.id\nx-acs-security-token:CAIS+a/b==\n\nhost",
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
