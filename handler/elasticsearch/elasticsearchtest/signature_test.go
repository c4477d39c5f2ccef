package elasticsearchtest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// A vector is a request and the signature that the documentation or the official SDK gives it. The client's signer is
// held to the same.
type vector struct {
	Name, Method, Path, Host, Action, Version, Date, Nonce, Signature string

	Query           map[string]string
	AccessKeyID     string            `json:"access_key_id"`
	AccessKeySecret string            `json:"access_key_secret"`
	SecurityToken   string            `json:"security_token"`
	SignedHeaders   string            `json:"signed_headers"`
	ContentSHA256   string            `json:"content_sha256"`
	ExtraHeaders    map[string]string `json:"extra_headers"`
}

// TestVectors proves the verification, with published and SDK-made signatures over a real connection.
func TestVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../acs3/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(data, &file); err != nil || len(file.Vectors) != 4 {
		t.Fatalf("vectors.json has %d vectors, %v", len(file.Vectors), err)
	}
	for _, v := range file.Vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s := start(t, NewServer)
			s.Now = func() time.Time { return date(t, v.Date) }
			s.AddAccount(Account{AccessKeyID: v.AccessKeyID, AccessKeySecret: v.AccessKeySecret, SecurityToken: v.SecurityToken})
			s.AddInstance("es-cn-n6w1o1x0w001c0001", "es-cn-09k1rgid9000g0002")
			s.Connect("es-cn-n6w1o1x0w001c0001", "es-cn-09k1rgid9000g0002")
			send(t, s, v.request(t, s.URL))
			// The ECS vector is no API of this product: that it gets as far as the routes is the proof.
			want := ""
			if v.Action == "RunInstances" {
				want = "InvalidApi.NotFound"
			}
			if got := s.Requests()[0]; got.Code != want || got.Status == 0 {
				t.Errorf("answer: got %d %q, want %q", got.Status, got.Code, want)
			}
		})
	}
}

func (v vector) request(t *testing.T, base string) *http.Request {
	t.Helper()
	query := url.Values{}
	for key, value := range v.Query {
		query.Set(key, value)
	}
	r := newRequest(t, v.Method, base+v.Path+"?"+query.Encode())
	r.Host = v.Host
	for name, value := range map[string]string{
		"x-acs-action": v.Action, "x-acs-version": v.Version, "x-acs-date": v.Date,
		"x-acs-signature-nonce": v.Nonce, "x-acs-content-sha256": v.ContentSHA256,
	} {
		r.Header.Set(name, value)
	}
	for name, value := range v.ExtraHeaders {
		r.Header.Set(name, value)
	}
	signed := cmp.Or(v.SignedHeaders, "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version")
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+v.AccessKeyID+",SignedHeaders="+signed+",Signature="+v.Signature)
	return r
}

func date(t *testing.T, text string) time.Time {
	t.Helper()
	date, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return date
}

func TestCanonicalRequest(t *testing.T) {
	t.Parallel()
	r := newRequest(t, "DELETE", "http://127.0.0.1/openapi/instances/a%2fb%20*~/x?z&b=2&b=1&a+b=%E4%BD%A0*%2B~")
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential=AK,SignedHeaders=host;x-acs-date,Signature=00")
	r.Header.Set("X-Acs-Date", " 2023-10-26T10:22:32Z ")
	const want = `DELETE
/openapi/instances/a%2Fb%20%2A~/x
a%20b=%E4%BD%A0%2A%2B~&b=1&b=2&z=
host:127.0.0.1
x-acs-date:2023-10-26T10:22:32Z

host;x-acs-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`
	if got := received(t, r).canonicalRequest(); got != want {
		t.Errorf("canonicalRequest:\n got %s\nwant %s", got, want)
	}
}

// received is a request without a body as it reads on the server's side.
func received(t *testing.T, r *http.Request) *call {
	t.Helper()
	r.RequestURI, r.Body = r.URL.RequestURI(), http.NoBody
	defer func() { r.RequestURI = "" }()
	c, err := readCall(r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNonceIsSpentOnce(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	nonce := func(in *acs3.Input) { in.Nonce = "n" }
	refused := tampering{signed: nonce, after: query("x=y")}
	accepted := tampering{signed: nonce}
	otherKey := tampering{signed: nonce, account: plain}
	for _, c := range []tampering{refused, accepted, accepted, otherKey} {
		c.send(t, s)
	}
	want := []string{"SignatureDoesNotMatch", "", "SignatureNonceUsed", "RepetitionOperationError"}
	if got := codes(s); !slices.Equal(got, want) {
		t.Errorf("codes:\n got %q\nwant %q", got, want)
	}
}

// The real gateway quotes what it calculated from, security token and all, and clients have logged it.
func TestRefusalQuotesCanonicalRequest(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	tamper := tampering{signed: func(in *acs3.Input) { in.Nonce = "n" }, after: query("connectedInstanceId=c&x=")}
	r, got := tamper.send(t, s)
	canonical := strings.Join([]string{
		"DELETE",
		"/openapi/instances/es-cn-a/connected-clusters",
		"connectedInstanceId=c&x=",
		"host:" + r.Request.Host,
		"x-acs-accesskey-id:STS.Key",
		"x-acs-action:DeleteConnectedCluster",
		"x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"x-acs-date:2023-10-26T10:22:32Z",
		"x-acs-security-token:Token+/==",
		"x-acs-signature-nonce:n",
		"x-acs-version:2017-06-13",
		"",
		"host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;" +
			"x-acs-signature-nonce;x-acs-version",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	}, "\n")
	message := "Specified signature is not matched with our calculation. server StringToSign is [ACS3-HMAC-SHA256\n" +
		hexSHA256([]byte(canonical)) + "], server CanonicalRequest is [" + canonical + "]"
	want := refusal(r, "SignatureDoesNotMatch", strings.ReplaceAll(message, "\n", `\n`))
	if got != want {
		t.Errorf("body:\n got %s\nwant %s", got, want)
	}
}
