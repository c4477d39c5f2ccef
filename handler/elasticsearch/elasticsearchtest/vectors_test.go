package elasticsearchtest

import (
	"net/http"
	"testing"
)

// The vectors prove three things: the verification against published and SDK-made signatures over a real connection,
// its signature function apart from that, and the signer of the other tests.

func TestVectorsOverLoopback(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s := startAt(t, v)
			r := v.request(t, s.URL)
			signed := v.SignedHeaders
			if signed == "" {
				signed = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
			}
			r.Header.Set("Authorization",
				"ACS3-HMAC-SHA256 Credential="+v.AccessKeyID+",SignedHeaders="+signed+",Signature="+v.Signature)
			send(t, s, r)
			got := s.Requests()[0]
			// The ECS vector is no API of this product: that it gets as far as the routes is the proof.
			status, code := http.StatusOK, ""
			if v.Action == "RunInstances" {
				status, code = http.StatusNotFound, "InvalidApi.NotFound"
			}
			if got.Status != status || got.Code != code {
				t.Errorf("answer:\n got %d %s\nwant %d %s", got.Status, got.Code, status, code)
			}
		})
	}
}

func TestVectorsBySignatureFunction(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			s := startAt(t, v)
			r := v.request(t, s.URL)
			signer{account: v.account()}.sign(r)
			r.RequestURI = r.URL.RequestURI() // as it reads on the server's side
			r.Body = http.NoBody
			c, err := readCall(r)
			if err != nil {
				t.Fatal(err)
			}
			canonical := c.canonicalRequest()
			if hash := hexSHA256([]byte(canonical)); v.HashedCanonical != "" && hash != v.HashedCanonical {
				t.Errorf("hash of the canonical request:\n got %s\nwant %s", hash, v.HashedCanonical)
			}
			if got := signature(v.AccessKeySecret, stringToSign(canonical)); got != v.Signature {
				t.Errorf("signature:\n got %s\nwant %s\nof\n%s", got, v.Signature, canonical)
			}
			if got := c.authorization.signature; got != v.Signature {
				t.Errorf("the tests' own signer:\n got %s\nwant %s", got, v.Signature)
			}
		})
	}
}

func TestCanonicalRequest(t *testing.T) {
	t.Parallel()
	r := newRequest(t, "DELETE", "http://127.0.0.1/openapi/instances/a%2fb%20*~/x?z&b=2&b=1&a+b=%E4%BD%A0*%2B~", "")
	r.RequestURI = r.URL.RequestURI()
	r.Body = http.NoBody
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential=AK,SignedHeaders=host;x-acs-date,Signature=00")
	r.Header.Set("X-Acs-Date", " 2023-10-26T10:22:32Z ")
	c, err := readCall(r)
	if err != nil {
		t.Fatal(err)
	}
	const want = `DELETE
/openapi/instances/a%2Fb%20%2A~/x
a%20b=%E4%BD%A0%2A%2B~&b=1&b=2&z=
host:127.0.0.1
x-acs-date:2023-10-26T10:22:32Z

host;x-acs-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`
	if got := c.canonicalRequest(); got != want {
		t.Errorf("canonicalRequest:\n got %s\nwant %s", got, want)
	}
}

// startAt starts a server at the moment of a vector, which knows its key and both its instances.
func startAt(t *testing.T, v vector) *Server {
	t.Helper()
	s := start(t, NewServer)
	s.Now = v.now
	s.AddAccount(v.account())
	s.AddInstance("es-cn-n6w1o1x0w001c0001", "es-cn-09k1rgid9000g0002")
	s.Connect("es-cn-n6w1o1x0w001c0001", "es-cn-09k1rgid9000g0002")
	return s
}

func (v vector) account() Account {
	return Account{AccessKeyID: v.AccessKeyID, AccessKeySecret: v.AccessKeySecret, SecurityToken: v.SecurityToken}
}
