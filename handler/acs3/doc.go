// Package acs3 signs HTTP requests with ACS3-HMAC-SHA256, the signature of
// Alibaba Cloud's OpenAPI. Its rules are in the document "V3 request structure
// and signature" of help.aliyun.com, called V3 in this package, and in RFC 3986,
// section 2.3, for the escaping.
//
// [Sign] follows V3 step by step, each step one function:
//
//  1. setHeaders: the common request headers of V3 which differ between
//     attempts or depend on the credentials: x-acs-date, x-acs-signature-nonce,
//     x-acs-content-sha256 and, for temporary credentials,
//     x-acs-security-token and x-acs-accesskey-id.
//  2. setURL, with canonicalURI and canonicalQuery: path and query in the one
//     form that V3 accepts, unreserved characters as they are, all others %XX
//     (RFC 3986, sections 2.1 and 2.3). The request's URL is rewritten, so the
//     server receives the very bytes that were signed.
//  3. appendKeys and signedHeaderList: V3 signs host, content-type if present,
//     and every x-acs-* header, named in lower case and in order.
//  4. appendCanonicalRequest: method, path, query, headers (a line each, then an
//     empty one), their names, and the hash of the body.
//  5. stringToSign: the name of the algorithm and the hash of step 4.
//  6. sign: the HMAC-SHA256 of step 5. The key is the AccessKey secret as it is;
//     V3 derives no key from it by date, region or product.
//  7. authorization: the header that carries the result.
//
// Nothing is hidden: time and nonce are fields of [Input], and the package has
// no state. Keys are of the type [Secret], which never prints itself.
package acs3
