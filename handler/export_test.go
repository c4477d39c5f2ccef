package handler

import (
	"errors"
	"slices"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

// FailingText is the text of an error that nothing in the function knows.
const FailingText = "nobody foresaw this"

// FailingCredentials are credentials that cannot be had, for a reason unknown.
func FailingCredentials() (acs3.Credentials, error) {
	return acs3.Credentials{}, errors.New(FailingText)
}

// Outcomes returns every word there is for an outcome, sorted.
func Outcomes() []string {
	return slices.Sorted(slices.Values([]string{
		string(connection.Removed), string(connection.DryRun), string(connection.AlreadyAbsent), string(connection.Withheld),
		cleaned, reconciled, incomplete, ignored, failed,
	}))
}
