package handler

import (
	"errors"
	"testing"
	"testing/synctest"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

// FailingText is the text of an error that nothing in the function knows.
const FailingText = "nobody foresaw this"

// FailingCredentials are credentials that cannot be had, for a reason unknown.
func FailingCredentials() (acs3.Credentials, error) {
	return acs3.Credentials{}, errors.New(FailingText)
}

// Outcomes returns every word for an outcome, in the order of README.md.
func Outcomes() []string {
	return []string{
		string(connection.Removed), string(connection.AlreadyAbsent), string(connection.DryRun),
		cleaned, reconciled, kept, string(connection.Withheld), incomplete, ignored, failed,
	}
}

// Bubbled is a test beside others, in a synctest bubble, where waiting takes no time.
func Bubbled(test func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	}
}
