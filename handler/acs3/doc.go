// Package acs3 signs HTTP requests with ACS3-HMAC-SHA256, the signature of
// Alibaba Cloud's OpenAPI. Its rules are in the document "V3 request structure
// and signature" of help.aliyun.com, called V3 in this package. Escaping follows
// RFC 3986, section 2.3.
//
// [Sign] takes V3's steps in order, one function each:
//
//  1. setHeaders: the headers that change with each attempt or with the
//     credentials: x-acs-date, x-acs-signature-nonce, x-acs-content-sha256 and,
//     for temporary credentials, x-acs-security-token and x-acs-accesskey-id.
//  2. SetURL: path and query in the one form that V3 accepts. The URL itself is
//     rewritten, so the server receives the very bytes that were signed.
//  3. signedNames: host, content-type if present, and every x-acs-* header, in
//     lower case and sorted.
//  4. canonicalRequest: method, path, query, headers, their names, and the hash
//     of the body.
//  5. stringToSign: the name of the algorithm and the hash of step 4.
//  6. sign: the HMAC-SHA256 of step 5. The key is the AccessKey secret itself;
//     V3 derives no key from it by date, region or product.
//  7. Authorization: steps 5 and 6, and the header that carries the result.
//
// The package has no state: time and nonce are fields of [Input]. Keys are of
// the type [Secret], which never prints itself.
package acs3
