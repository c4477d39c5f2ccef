// Package connection is the noun of this function: the network connection
// between two Elasticsearch instances, what became of it, and how removing it
// can fail. It knows no technology and imports the standard library alone.
package connection
