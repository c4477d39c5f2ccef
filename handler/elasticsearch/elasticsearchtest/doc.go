// Package elasticsearchtest is a stand-in for the Alibaba Cloud Elasticsearch OpenAPI, version 2017-06-13, on loopback.
// It is for tests and for programs that replay recorded events, so nothing here needs a testing.TB.
//
// Two things make it more than a mock:
//   - It verifies the ACS3-HMAC-SHA256 signature of every request with code of its own, written from the
//     specification. It shares nothing with the client it judges, so a mistake cannot cancel itself out.
//   - It keeps state. A test asserts which connections are left, not which calls were made.
//
// Codes and shapes are the documented ones where there is documentation. Where there is none, the place that chooses
// says so: a client must not depend on it.
package elasticsearchtest
