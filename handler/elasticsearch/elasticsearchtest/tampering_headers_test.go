package elasticsearchtest

import (
	"net/http"
	"time"
)

func authorizationTamperings() map[string]tampering {
	return map[string]tampering{
		"no Authorization": {after: del("Authorization"), want: "IncompleteSignature"},
		"two Authorizations": {
			after: func(r *http.Request) { r.Header.Add("Authorization", "x") },
			want:  "IncompleteSignature",
		},
		"other algorithm": {
			after: edit("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3"),
			want:  "IncompleteSignature",
		},
		"space after a comma": {
			after: edit(",SignedHeaders", ", SignedHeaders"),
			want:  "IncompleteSignature",
		},
		"no signature": {after: edit(",Signature=", ";"), want: "IncompleteSignature"},
		"unknown key": {
			signer: func(k *signer) { k.account.AccessKeyID = "Other" },
			want:   "InvalidAccessKeyId.NotFound",
		},
	}
}

func signedHeadersTamperings() map[string]tampering {
	return map[string]tampering{
		"unsigned host":          {signer: unsigned("host"), want: "IncompleteSignature"},
		"unsigned x-acs-version": {signer: unsigned("x-acs-version"), want: "IncompleteSignature"},
		"unsigned content-type": {
			signer: unsigned("content-type"),
			before: set("Content-Type", "text/plain"),
			want:   "IncompleteSignature",
		},
		"signed content-type": {before: set("Content-Type", "text/plain"), want: ""},
		"x-acs header added":  {after: set("x-acs-more", "1"), want: "IncompleteSignature"},
		"signed header taken away": {
			before: set("x-acs-more", "1"),
			after:  del("x-acs-more"),
			want:   "IncompleteSignature",
		},
		"SignedHeaders not sorted": {
			after: edit("host;x-acs-accesskey-id", "x-acs-accesskey-id;host"),
			want:  "IncompleteSignature",
		},
		"SignedHeaders not sorted, all needed found": {
			before: set("Accept", "*/*"),
			after:  edit(",Signature=", ";accept,Signature="),
			want:   "IncompleteSignature",
		},
		"SignedHeaders with one in upper case that is not needed": {
			before: set("Accept", "*/*"),
			after:  edit("=host;", "=Accept;host;"),
			want:   "IncompleteSignature",
		},
		"SignedHeaders with a name twice": {after: edit("host;", "host;host;"), want: "IncompleteSignature"},
	}
}

func headerTamperings() map[string]tampering {
	return map[string]tampering{
		"no date": {before: del("x-acs-date"), want: "InvalidTimeStamp.Format"},
		"date with a zone": {
			before: set("x-acs-date", "2023-10-26T18:22:32+08:00"),
			want:   "InvalidTimeStamp.Format",
		},
		"date with milliseconds": {
			before: set("x-acs-date", "2023-10-26T10:22:32.000Z"),
			want:   "InvalidTimeStamp.Format",
		},
		"fifteen minutes slow": {signer: shift(-15 * time.Minute), want: ""},
		"fifteen minutes fast": {signer: shift(15 * time.Minute), want: ""},
		"old date": {
			signer: shift(-15*time.Minute - time.Second),
			want:   "InvalidTimeStamp.Expired",
		},
		"future date": {
			signer: shift(15*time.Minute + time.Second),
			want:   "InvalidTimeStamp.Expired",
		},
		"no nonce": {
			before: del("x-acs-signature-nonce"),
			want:   "MissingSignatureNonce",
		},
		"other version": {
			before: set("x-acs-version", "2014-05-26"),
			want:   "InvalidApi.NotFound",
		},
		"no version": {before: del("x-acs-version"), want: "InvalidApi.NotFound"},
		"action of another path": {
			before: set("x-acs-action", "ListInstance"),
			want:   "InvalidApi.NotFound",
		},
		"no action": {before: del("x-acs-action"), want: "InvalidApi.NotFound"},
		"path of no API": {
			before: path("clusters", "clusters/x"),
			want:   "InvalidApi.NotFound",
		},
		"method of no API": {before: method("PUT"), want: "InvalidApi.NotFound"},
	}
}

func accountTamperings() map[string]tampering {
	return map[string]tampering{
		"token of nobody with a plain key": {
			signer: func(k *signer) { k.account = plain },
			before: set("x-acs-security-token", "t"),
			want:   "InvalidSecurityToken.MismatchWithAccessKey",
		},
		"plain key": {signer: func(k *signer) { k.account = plain }, want: ""},
		"no token":  {before: del("x-acs-security-token"), want: "MissingSecurityToken"},
		"other token": {
			before: set("x-acs-security-token", "old"),
			want:   "InvalidSecurityToken.Expired",
		},
		"unsigned token": {
			signer: unsigned("x-acs-security-token"),
			want:   "IncompleteSignature",
		},
		"no x-acs-accesskey-id": {before: del("x-acs-accesskey-id"), want: "MissingAccessKeyId"},
		"unsigned x-acs-accesskey-id": {
			signer: unsigned("x-acs-accesskey-id"),
			want:   "IncompleteSignature",
		},
		"x-acs-accesskey-id of another key": {
			before: set("x-acs-accesskey-id", plain.AccessKeyID),
			want:   "InvalidSecurityToken.MismatchWithAccessKey",
		},
	}
}
