// Package connection describes the network connection between two Elasticsearch
// instances: how its two ends are named, what became of a request to remove it,
// and how that can fail. The other packages share these types. It imports the
// standard library alone.
package connection
