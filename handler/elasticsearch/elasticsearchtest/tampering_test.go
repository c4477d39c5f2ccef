package elasticsearchtest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// A tampering is one thing wrong with a deletion that would succeed, by an account with a security token, so that each
// code has one cause. before is done ahead of signing, after behind the signer's back.
type tampering struct {
	before, after func(*http.Request)
	signed        func(*acs3.Input)
	account       Account // temporary, if none
	want          string
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func del(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

func edit(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
	}
}

func method(name string) func(*http.Request) { return func(r *http.Request) { r.Method = name } }

func query(raw string) func(*http.Request) { return func(r *http.Request) { r.URL.RawQuery = raw } }

func path(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		r.URL.Path, r.URL.RawPath = strings.Replace(r.URL.Path, old, new, 1), ""
	}
}

func shift(d time.Duration) func(*acs3.Input) {
	return func(in *acs3.Input) { in.Time = in.Time.Add(d) }
}

func (c tampering) send(t *testing.T, s *Server) (*http.Response, string) {
	t.Helper()
	account := c.account
	if account == (Account{}) {
		account = temporary
	}
	in := input(s, account)
	if c.signed != nil {
		c.signed(&in)
	}
	r := unsigned(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget)
	for _, step := range []func(*http.Request){c.before, func(r *http.Request) { acs3.Sign(r, in) }, c.after} {
		if step != nil {
			step(r)
		}
	}
	return send(t, s, r)
}

func tamperings() map[string]tampering {
	const (
		mismatch   = "SignatureDoesNotMatch"
		incomplete = "IncompleteSignature"
		noAPI      = "InvalidApi.NotFound"
		otherKey   = "InvalidSecurityToken.MismatchWithAccessKey"
	)
	empty, other := hexSHA256(nil), hexSHA256([]byte("{}"))
	return map[string]tampering{
		"nothing wrong":             {},
		"plain key":                 {account: plain},
		"signed content-type":       {before: set("Content-Type", "text/plain")},
		"fifteen minutes slow":      {signed: shift(-15 * time.Minute)},
		"fifteen minutes fast":      {signed: shift(15 * time.Minute)},
		"old date":                  {signed: shift(-15*time.Minute - time.Second), want: "InvalidTimeStamp.Expired"},
		"future date":               {signed: shift(15*time.Minute + time.Second), want: "InvalidTimeStamp.Expired"},
		"no date":                   {after: del("x-acs-date"), want: "InvalidTimeStamp.Format"},
		"date with a zone":          {after: set("x-acs-date", "2023-10-26T18:22:32+08:00"), want: "InvalidTimeStamp.Format"},
		"date with milliseconds":    {after: set("x-acs-date", "2023-10-26T10:22:32.000Z"), want: "InvalidTimeStamp.Format"},
		"no nonce":                  {signed: func(in *acs3.Input) { in.Nonce = "" }, want: "MissingSignatureNonce"},
		"other version":             {before: set("x-acs-version", "2014-05-26"), want: noAPI},
		"no version":                {before: del("x-acs-version"), want: noAPI},
		"action of another path":    {before: set("x-acs-action", "ListInstance"), want: noAPI},
		"no action":                 {before: del("x-acs-action"), want: noAPI},
		"path of no API":            {before: path("clusters", "clusters/x"), want: noAPI},
		"method of no API":          {before: method("PUT"), want: noAPI},
		"query that cannot be read": {after: query("connectedInstanceId=%zz"), want: "InvalidParameter"},

		"other query":                 {after: query("connectedInstanceId=es-cn-c"), want: mismatch},
		"added query":                 {after: query("connectedInstanceId=es-cn-b&x"), want: mismatch},
		"query encoded twice":         {before: query("connectedInstanceId=a%20b"), after: query("connectedInstanceId=a%2520b"), want: mismatch},
		"plus not encoded":            {before: query("connectedInstanceId=a%2Bb"), after: query("connectedInstanceId=a+b"), want: mismatch},
		"path encoded twice":          {before: path("es-cn-a", "es cn a"), after: path("es cn a", "es%20cn%20a"), want: mismatch},
		"other path":                  {after: path("es-cn-a", "es-cn-b"), want: mismatch},
		"path with a slash more":      {after: path("clusters", "clusters/"), want: mismatch},
		"other method":                {after: method("GET"), want: mismatch},
		"other host":                  {after: func(r *http.Request) { r.Host = "elasticsearch.cn-shanghai.aliyuncs.com" }, want: mismatch},
		"other signed header":         {after: set("x-acs-action", "ListInstance"), want: mismatch},
		"other secret":                {signed: func(in *acs3.Input) { in.Credentials.AccessKeySecret = acs3.NewSecret("x") }, want: mismatch},
		"signature in upper case":     {after: upperSignature, want: mismatch},
		"signature with a digit more": {after: edit("Signature=", "Signature=0"), want: mismatch},
		"signed hash of another body": {signed: func(in *acs3.Input) { in.Body = []byte("{}") }, want: mismatch},
		"no hash":                     {after: edit("x-acs-content-sha256;", ""), want: incomplete},
		"body added": {after: func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
		}, want: mismatch},
		"hash of another body, though the right one is signed": {after: func(r *http.Request) {
			r.Header.Set("x-acs-content-sha256", other)
			text := strings.Join(signedLines(r), "\n") + "\n" + empty
			resign(r, signature(temporary.AccessKeySecret, stringToSign(text)))
		}, want: mismatch},

		"no Authorization":        {after: del("Authorization"), want: incomplete},
		"two Authorizations":      {after: func(r *http.Request) { r.Header.Add("Authorization", "x") }, want: incomplete},
		"other algorithm":         {after: edit("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3"), want: incomplete},
		"space after a comma":     {after: edit(",SignedHeaders", ", SignedHeaders"), want: incomplete},
		"no signature":            {after: edit(",Signature=", ";"), want: incomplete},
		"another third field":     {after: edit("Signature=", "Sign="), want: incomplete},
		"unknown key":             {account: Account{AccessKeyID: "Other", AccessKeySecret: "Other"}, want: "InvalidAccessKeyId.NotFound"},
		"unsigned host":           {after: edit("=host;", "="), want: incomplete},
		"unsigned x-acs-version":  {after: edit(";x-acs-version", ""), want: incomplete},
		"unsigned content-type":   {before: set("Content-Type", "text/plain"), after: edit("content-type;", ""), want: incomplete},
		"x-acs header added":      {after: set("x-acs-more", "1"), want: incomplete},
		"signed header gone":      {before: set("x-acs-more", "1"), after: del("x-acs-more"), want: incomplete},
		"not sorted":              {after: edit("host;x-acs-accesskey-id", "x-acs-accesskey-id;host"), want: incomplete},
		"not sorted, all found":   {before: set("Accept", "*/*"), after: edit(",Signature=", ";accept,Signature="), want: incomplete},
		"one in upper case":       {before: set("Accept", "*/*"), after: edit("=host;", "=Accept;host;"), want: incomplete},
		"a name twice":            {after: edit("host;", "host;host;"), want: incomplete},
		"unsigned token":          {after: edit("x-acs-security-token;", ""), want: incomplete},
		"unsigned accesskey-id":   {after: edit("x-acs-accesskey-id;", ""), want: incomplete},
		"no token":                {after: del("x-acs-security-token"), want: "MissingSecurityToken"},
		"no accesskey-id":         {after: del("x-acs-accesskey-id"), want: "MissingAccessKeyId"},
		"other token":             {after: set("x-acs-security-token", "old"), want: "InvalidSecurityToken.Expired"},
		"accesskey-id of another": {after: set("x-acs-accesskey-id", plain.AccessKeyID), want: otherKey},
		"token for a plain key":   {account: plain, after: set("x-acs-security-token", "t"), want: otherKey},
	}
}

// signedLines are the lines of the canonical request above the hash of the body, with the headers as they are now.
func signedLines(r *http.Request) []string {
	lines := []string{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, "host:" + r.URL.Host}
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	names, _, _ := strings.Cut(rest, ",")
	for _, name := range strings.Split(names, ";")[1:] { // the first is host
		lines = append(lines, name+":"+r.Header.Get(name))
	}
	return append(lines, "", names)
}

func resign(r *http.Request, signature string) {
	head, _, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	r.Header.Set("Authorization", head+"Signature="+signature)
}

func upperSignature(r *http.Request) {
	_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	resign(r, strings.ToUpper(signature))
}

func TestTampering(t *testing.T) {
	t.Parallel()
	for name, tamper := range tamperings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startConnected(t, NewServer)
			r, _ := tamper.send(t, s)
			want, status := tamper.want, http.StatusBadRequest
			switch want {
			case "":
				status = http.StatusOK
			case "InvalidAccessKeyId.NotFound", "InvalidApi.NotFound":
				status = http.StatusNotFound
			}
			if r.StatusCode != status || s.Requests()[0].Code != want {
				t.Errorf("answer:\n got %d %s\nwant %d %s", r.StatusCode, s.Requests()[0].Code, status, want)
			}
			if s.Connected("es-cn-a", "es-cn-b") != (want != "") {
				t.Errorf("connected: got %t", want == "")
			}
		})
	}
}
