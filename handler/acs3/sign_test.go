package acs3

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The tests are on three levels: the whole algorithm against signatures made by
// others here, its steps in header_test.go and url_test.go, and what a server
// receives in wire_test.go.

const plainHeaders = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"

func TestSignReproducesVectors(t *testing.T) {
	t.Parallel()
	vectors := readVectors(t)
	if len(vectors) != 4 {
		t.Fatalf("vectors: got %d, want 4", len(vectors))
	}
	for name, v := range vectors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := v.request()
			names := Sign(r, v.input())

			signed := v.SignedHeaders
			if signed == "" { // The SDK's vectors of a plain key do not say.
				signed = plainHeaders
			}
			equal(t, "signed headers", strings.Join(names, ";"), signed)
			equal(t, "x-acs-content-sha256", r.Header.Get("x-acs-content-sha256"), v.ContentSHA256)
			if v.HashedCanonicalRequest != "" {
				equal(t, "string to sign", string(stringToSign([]byte(canonical(r)))), "ACS3-HMAC-SHA256\n"+v.HashedCanonicalRequest)
			}
			equal(t, "Authorization", r.Header.Get("Authorization"),
				"ACS3-HMAC-SHA256 Credential="+v.AccessKeyID+",SignedHeaders="+signed+",Signature="+v.Signature)
		})
	}
}

func TestCanonicalRequest(t *testing.T) {
	t.Parallel()
	vectors := readVectors(t)
	tests := map[string]string{
		"published worked example: RunInstances": `POST
/
ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai
host:ecs.cn-shanghai.aliyuncs.com
x-acs-action:RunInstances
x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
x-acs-date:2023-10-26T10:22:32Z
x-acs-signature-nonce:3156853299f313e23d1673dc12e1703d
x-acs-version:2014-05-26

host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`,
		"DeleteConnectedCluster, STS, clientToken": `DELETE
/openapi/instances/es-cn-n6w1o1x0w001c0001/connected-clusters
clientToken=5A2CFF0E-5718-45B5-9D4D-70B3FF000000&connectedInstanceId=es-cn-09k1rgid9000g0002
host:elasticsearch.cn-hangzhou.aliyuncs.com
x-acs-accesskey-id:STS.YourAccessKeyId
x-acs-action:DeleteConnectedCluster
x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
x-acs-date:2023-10-26T10:22:32Z
x-acs-security-token:YourSecurityToken+/==
x-acs-signature-nonce:3156853299f313e23d1673dc12e1703d
x-acs-version:2017-06-13

host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`,
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := vectors[name].request()
			Sign(r, vectors[name].input())
			equal(t, "canonical request", canonical(r), want)
		})
	}
}

func TestStringToSign(t *testing.T) {
	t.Parallel()
	// The digest is the one-block example "abc" of FIPS 180-4.
	equal(t, "stringToSign", string(stringToSign([]byte("abc"))), `ACS3-HMAC-SHA256
ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad`)
}

func TestSignUsesTheSecretAsItIs(t *testing.T) {
	t.Parallel()
	// RFC 4231, section 4.3: a test case of plain HMAC-SHA-256.
	equal(t, "sign", sign(NewSecret("Jefe"), []byte("what do ya want for nothing?")),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
}

func TestSignAgainReplaces(t *testing.T) {
	t.Parallel()
	vectors := readVectors(t)
	plain, sts := vectors["DeleteConnectedCluster, plain key, clientToken"], vectors["DeleteConnectedCluster, STS, clientToken"]
	tests := map[string]struct{ first, second vector }{
		"the same credentials":    {sts, sts},
		"a token comes":           {plain, sts},
		"a token goes":            {sts, plain},
		"no token in either case": {plain, plain},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			once, twice := test.second.request(), test.first.request()
			earlier := test.first.input()
			earlier.Time, earlier.Nonce, earlier.Body = earlier.Time.Add(-time.Minute), "earlier", []byte("earlier")
			Sign(twice, earlier)
			first := twice.Header.Get("Authorization")

			want := Sign(once, test.second.input())
			if got := Sign(twice, test.second.input()); !slices.Equal(got, want) {
				t.Errorf("Sign:\n got %q\nwant %q", got, want)
			}
			equalJSON(t, "headers", twice.Header, once.Header)
			equal(t, "URL", twice.URL.String(), once.URL.String())
			if twice.Header.Get("Authorization") == first {
				t.Errorf("Authorization: still %s", first)
			}
		})
	}
}
