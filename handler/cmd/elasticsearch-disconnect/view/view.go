// Package view shows what was read of one or several scopes: as a table, JSON, CSV or HTML.
// It reads nothing, decides nothing and asks nobody.
package view

// A Report is what a report shows, in any of its forms. All texts are printable: ids,
// statuses and reasons are ASCII, and names have no control characters. Its JSON form is
// documented in the README of the command.
type Report struct {
	Identity    Identity     `json:"identity"`
	Scopes      []Scope      `json:"scopes"`      // in the order in which they were asked for
	Connections []Connection `json:"connections"` // by scope; in each, those that need a look first
}

// An Identity says as whom the API is asked.
type Identity struct {
	Account  string   `json:"accountId"`
	ARN      string   `json:"arn"`
	Source   string   `json:"source"`             // of the credentials, such as: profile "prod" of ~/.aliyun/config.json
	Roles    []string `json:"roles,omitempty"`    // assumed in other accounts
	Endpoint string   `json:"endpoint,omitempty"` // ELASTICSEARCH_ENDPOINT, if it is set
}

// A Place is a region of an account.
type Place struct {
	Region  string `json:"regionId"`
	Account string `json:"accountId"`
}

// A Scope is what was read of a place. The numbers are of connections, but for Instances.
type Scope struct {
	Place
	Instances   int    `json:"instances"`
	Connections int    `json:"connections"`
	Leftover    int    `json:"leftover"`  // the region no longer lists one of the two instances
	Removable   int    `json:"removable"` // leftover, and proven to be gone; 0 if withheld
	Kept        int    `json:"kept"`      // leftover, and there is a reason to keep it
	Unclear     int    `json:"unclear"`   // leftover, and it could not be asked whether the instance exists
	Frozen      int    `json:"frozen"`    // one of the two was released and can be recovered
	Withheld    bool   `json:"withheld"`  // there are more leftovers than Limit, so none is removed
	Limit       int    `json:"limit"`
	Problem     string `json:"problem,omitempty"` // why the place was not read to its end
	Unread      []Note `json:"unread"`            // instances that could not be asked
	Malformed   []Note `json:"malformed"`         // entries of lists that are not ids of instances
	Whole       bool   `json:"whole"`             // all of the place was read
}

// A Note is about one instance of a scope, or with an empty id about its list of instances.
type Note struct {
	Instance string `json:"instanceId"`
	Reason   string `json:"reason"`
}

// A Look says why a connection needs a look.
type Look string

const (
	Nothing  Look = ""         // both instances are there
	Remove   Look = "remove"   // left over, and proven: a reconcile removes it
	Withheld Look = "withheld" // as Remove, but there are more than the limit
	Kept     Look = "kept"     // left over, and kept for the reason
	Unclear  Look = "unclear"  // left over, and it could not be asked whether the instance exists
	Frozen   Look = "frozen"   // one end was released, and can be recovered for 24 hours
)

// A Connection is two connected instances.
type Connection struct {
	Place
	Instance  End    `json:"instance"`
	Connected End    `json:"connectedInstance"` // of a leftover, the one that is not listed
	Network   string `json:"networkType"`
	Look      Look   `json:"look"`
	Reason    string `json:"reason"` // of Kept and Unclear
}

// An End is one of the two instances.
type End struct {
	ID     string `json:"id"`
	Status string `json:"status"` // as the API says, or one of the following
	Name   string `json:"name"`   // may be empty
	VPC    string `json:"vpcId"`
}

// Statuses of an end besides the API's own.
const (
	StatusGone    = "gone"
	StatusFrozen  = "frozen" // released, and can be recovered
	StatusUnknown = "?"
)
