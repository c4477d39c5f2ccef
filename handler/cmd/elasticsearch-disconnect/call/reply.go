package call

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// A reply is what the function sends: the report of one connection, of an instance or of a
// region, or a problem. Its members are those of handler/reply.go and handler/problem.go.
type reply struct {
	Result    *bool  `json:"Result"` // of a connection; nil in a dry run
	Instance  string `json:"instanceId"`
	Connected string `json:"connectedInstanceId"`
	Region    string `json:"regionId"`
	Account   string `json:"accountId"` // "": the function's own
	Outcome   string `json:"outcome"`

	// Of an instance or a region.
	Scanned     *int       `json:"scanned"`
	Connections *int       `json:"connections"` // of a region
	Results     []reply    `json:"results"`     // not nil
	Kept        []struct{} `json:"kept"`
	Problem     *problem   `json:"problem"` // why something of it failed

	problem
}

// A problem is a failure as the function describes it.
type problem struct {
	Type   string `json:"type"` // urn:elasticsearch-disconnect: and the kind
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Path   string `json:"path"`
		Detail string `json:"detail"`
	} `json:"errors"` // of a refused event
}

const problemType = "urn:elasticsearch-disconnect:"

// decode returns the reply in a body; false if the body is another program's.
func decode(body []byte) (r reply, ok bool) {
	if json.Unmarshal(body, &r) != nil {
		return r, false
	}
	isReport := r.Outcome != "" && (r.isOfConnection() || r.isOfInstance() || r.isOfRegion())
	return r, isReport || r.isProblem()
}

func (r reply) isProblem() bool { return strings.HasPrefix(r.Type, problemType) }

func (r reply) isOfConnection() bool {
	return r.Instance != "" && r.Connected != "" && r.Region != "" && r.Results == nil
}

func (r reply) isOfInstance() bool {
	return r.Instance != "" && r.Results != nil && r.Scanned != nil
}

func (r reply) isOfRegion() bool {
	return r.Region != "" && r.Results != nil && r.Scanned != nil && r.Connections != nil
}

// parts returns the report of each connection.
func (r reply) parts() []reply {
	if r.Results == nil {
		return []reply{r}
	}
	return r.Results
}

// The words of handler/result.go and connection.State that a verdict rests on.
const (
	removed  = string(connection.Removed)
	absent   = string(connection.AlreadyAbsent)
	dryRun   = string(connection.DryRun)
	withheld = string(connection.Withheld)
	failure  = "failed"
)

// word returns what became of one connection. What says that it is gone and that it is not
// is a failure.
func (r reply) word() string {
	isGone := r.Outcome == removed || r.Outcome == absent
	isResult := r.Result != nil && *r.Result
	if isGone != isResult || !isGone && r.Outcome != dryRun && r.Outcome != withheld {
		return failure
	}
	return r.Outcome
}

// A tally is how many connections have each word.
type tally map[string]int

func (r reply) tally() tally {
	t := tally{"kept": len(r.Kept)}
	for _, part := range r.parts() {
		t[part.word()]++
	}
	return t
}

// String returns the numbers that are not 0; "nothing to remove" if all are.
func (t tally) String() string {
	var texts []string
	for _, row := range [][2]string{
		{removed, "removed"}, {absent, "already absent"}, {dryRun, "would be removed"}, {withheld, "withheld"}, {"kept", "kept"}, {failure, "failed"},
	} {
		if n := t[row[0]]; n > 0 {
			texts = append(texts, fmt.Sprintf("%d %s", n, row[1]))
		}
	}
	return cmp.Or(strings.Join(texts, ", "), "nothing to remove")
}

// isWhole reports whether all of what was asked became what the outcome says.
func (r reply) isWhole() bool {
	n, t := len(r.parts()), r.tally()
	switch r.Outcome {
	case removed, absent, "cleaned", "kept", "reconciled":
		return r.Problem == nil && t[removed]+t[absent] == n
	case dryRun, withheld:
		return r.Problem == nil && t[r.Outcome] == n
	}
	return false
}

// why returns the first problem of a reply; "" if there is none.
func (r reply) why() string {
	if r.Problem != nil {
		return r.Problem.text()
	}
	for _, part := range r.Results {
		if text := part.why(); text != "" {
			return fmt.Sprintf("%s and %s: %s", part.Instance, part.Connected, text)
		}
	}
	return ""
}

// approval says how a person approves of what is withheld. What is kept counts as well,
// unless it is protected.
func (r reply) approval() string {
	n := len(r.Results) + len(r.Kept)
	place := "--region " + r.Region
	if r.Account != "" {
		place += " --account " + r.Account
	}
	return fmt.Sprintf("nothing was removed: there are more leftovers than the function's RECONCILE_LIMIT."+
		" If all of them may be removed: elasticsearch-disconnect reconcile %s --limit %d", place, n)
}

// text returns a problem for a person, who gave flags and no members of an event.
func (p problem) text() string {
	details := []string{p.Detail}
	if len(p.Errors) > 0 {
		details = nil
	}
	for _, e := range p.Errors {
		details = append(details, e.Path+" "+e.Detail)
	}
	return strings.TrimSuffix(p.Title+": "+inFlags(strings.Join(details, "; ")), ": ")
}

func inFlags(text string) string {
	return strings.NewReplacer(
		"$.body.instanceId", "INSTANCE",
		"$.body.connectedInstanceId", "CONNECTED",
		"$.body.regionId", "--region",
		"$.body.accountId", "--account",
		"$.body.dryRun", "--dry-run",
		"$.body.", "--",
		" instanceId", " INSTANCE",
		"force (true)", "--force",
		"dryRun", "--dry-run",
	).Replace(text)
}

// isAbout reports whether a reply is about what was asked: the same shape, place and
// instances.
func (r reply) isAbout(e Event) bool {
	if !isPlace(r, e) || slices.ContainsFunc(r.Results, func(part reply) bool { return !isPlace(part, e) }) {
		return false
	}
	instance, connected := e.Instance.String(), e.Connected.String()
	has := func(part reply) bool { return same(part.Instance, instance) || same(part.Connected, instance) }
	switch {
	case e.Reconcile:
		return r.isOfRegion()
	case e.All:
		return r.isOfInstance() && same(r.Instance, instance) && !slices.ContainsFunc(r.Results, func(part reply) bool { return !has(part) })
	}
	return has(r) && (same(r.Instance, connected) || same(r.Connected, connected))
}

// isPlace reports whether a reply is about the region and account that were asked for, or
// about some region if none was. The function names no account that is its own.
func isPlace(r reply, e Event) bool {
	region, err := connection.ParseRegion(r.Region)
	isRegion := err == nil && (region == e.Region || e.Region == connection.Region{})
	return isRegion && (r.Account == "" || r.Account == e.Account.String())
}

// same is [connection.InstanceID.Same].
func same(a, b string) bool { return strings.EqualFold(a, b) }
