// Package elasticsearch is the errand: a client of the Alibaba Cloud
// Elasticsearch OpenAPI, version 2017-06-13 (ROA style, JSON), for the four
// operations this function needs.
//
// The official SDK is not used: a request is one line, and the SDK brings tens
// of packages into every cold start.
package elasticsearch
