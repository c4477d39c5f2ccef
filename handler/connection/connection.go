package connection

import (
	"cmp"
	"strings"
)

// A Pair is two connected instances. Removing the connection from one side
// removes it from both; Instance is the side that the API is asked about.
type Pair struct {
	Instance  InstanceID
	Connected InstanceID
}

// Reversed returns the same connection, to be removed from the other side.
func (p Pair) Reversed() Pair { return Pair{Instance: p.Connected, Connected: p.Instance} }

// Compare orders pairs by Instance, then by Connected.
func (p Pair) Compare(q Pair) int {
	return cmp.Or(strings.Compare(p.Instance.text, q.Instance.text), strings.Compare(p.Connected.text, q.Connected.text))
}

// A Scope is where instances are. A connection, a client token and an answer of
// the API belong to one scope. A member that an event does not name is zero.
type Scope struct {
	Region  Region    `json:"regionId,omitzero"`
	Account AccountID `json:"accountId,omitzero"`
}

// Or returns s with its zero members taken from another scope.
func (s Scope) Or(other Scope) Scope {
	return Scope{cmp.Or(s.Region, other.Region), cmp.Or(s.Account, other.Account)}
}

// A Removal is a request to remove one connection.
type Removal struct {
	Pair
	ClientToken ClientToken
	DryRun      bool // prepare and sign the request, but do not send it

	// MayBeDone says that the connection may already be removed, by an earlier
	// delivery or together with the instance. Its absence is then a success.
	MayBeDone bool
}

// A State is what became of a connection.
type State string

const (
	Removed State = "removed" // the API removed it
	DryRun  State = "dry-run" // nothing was sent

	// Withheld: nothing was sent. A person has to approve the number of removals.
	Withheld State = "withheld"

	// AlreadyAbsent: the connection or the instance no longer existed.
	AlreadyAbsent State = "absent"
)

// An Outcome is what became of one Removal. Status, Attempts, Uncertain and Unknown are
// set for a failure too.
type Outcome struct {
	State     State
	RequestID string  // the API's, of its last answer
	Status    int     // the HTTP status of the API's last answer; 0 when there was none
	Attempts  int     // requests sent
	Uncertain bool    // an earlier request may have been carried out: its answer was lost
	Unknown   bool    // no answer says what became of the connection: it may or may not be removed
	Unsent    *Unsent // the request of a dry run, else nil
}

// Unsent describes the request that a dry run prepared and did not send. It
// holds the names of what was signed, never a value that could be replayed.
type Unsent struct {
	Method        string   `json:"method"`
	URL           string   `json:"url"`
	SignedHeaders []string `json:"signedHeaders"`
}
