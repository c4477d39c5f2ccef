package handler

import (
	"errors"

	"elasticsearch-disconnect/handler/acs3"
)

// FailingText is the text of an error that nothing in the function knows.
const FailingText = "nobody foresaw this"

// FailingCredentials are credentials that cannot be had, for a reason unknown.
func FailingCredentials() (acs3.Credentials, error) {
	return acs3.Credentials{}, errors.New(FailingText)
}
