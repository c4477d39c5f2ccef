package elasticsearch

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// DeleteConnectedCluster removes the connection of a pair of instances.
//
// Success is an HTTP status of the 200s with a body whose Result is true and
// whose Code is empty: the API also answers 200 when it did nothing. The text "true",
// which no document has, counts if the lists of both instances agree. Any error
// is a *[connection.Error]. The Outcome has Status, Attempts, Uncertain and Unknown with
// an error too.
//
// The client token makes it safe to repeat: the API carries out a token once. Its
// answer to a second deletion under another token is not documented. So if the
// connection may have been removed before, and the API refuses with a code that is
// not in the table, DeleteConnectedCluster reads the connections of both instances:
// if this one is not among them, that is a success.
func (c *Client) DeleteConnectedCluster(ctx context.Context, r connection.Removal) (connection.Outcome, error) {
	op := deletion(r)
	if r.DryRun {
		return connection.Outcome{State: connection.DryRun, Unsent: c.prepare(op)}, nil
	}
	answer, history, failure := c.do(ctx, op)
	if failure == nil {
		failure = c.notDone(ctx, r.Pair, answer)
	}
	outcome := connection.Outcome{
		RequestID: answer.requestID,
		Status:    answer.status,
		Attempts:  history.attempts,
		Uncertain: history.uncertain,
		Unknown:   failure != nil && (history.uncertain || failure.class == retryMaybeDone),
	}
	switch {
	case failure == nil:
		outcome.State = connection.Removed
		return outcome, nil
	case failure.class == unclassified && (r.MayBeDone || history.uncertain):
		return c.readState(ctx, r.Pair, outcome, failure)
	}
	return outcome, failure.err
}

// notDone returns why an answer that is no failure proves no removal; nil if it proves it.
func (c *Client) notDone(ctx context.Context, pair connection.Pair, a answer) *attemptError {
	switch a.result.token {
	case true:
		return nil
	case "true":
		return c.stillConnected(ctx, pair, a)
	}
	return a.failure("Result is not true")
}

// stillConnected returns why a connection may still exist that the API answered to have
// removed; nil if neither instance lists the other. One that does not exist lists nothing.
func (c *Client) stillConnected(ctx context.Context, pair connection.Pair, a answer) *attemptError {
	for _, side := range []connection.Pair{pair, pair.Reversed()} {
		peers, err := c.ListConnectedClusters(ctx, side.Instance)
		switch {
		case connection.KindOf(err) == connection.NoInstance:
		case err != nil:
			f := a.failure(`Result is a text, and whether it is done cannot be read`)
			f.class, f.err.Err, f.err.EveryCall = final, err, connection.IsOfEveryCall(err)
			return f
		case peers.Has(side.Connected):
			f := a.failure(fmt.Sprintf("Result is a text, and %s still lists %s", side.Instance, side.Connected))
			f.class = final
			return f
		}
	}
	return nil
}

// readState decides about an unclassified refusal by whether either instance still lists the
// other. If a list cannot be read, the refusal is the error. If the instance does not exist,
// NoInstance is: the other one may still have the connection.
func (c *Client) readState(ctx context.Context, pair connection.Pair, o connection.Outcome, f *attemptError) (connection.Outcome, error) {
	peers, err := c.ListConnectedClusters(ctx, pair.Instance)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return o, err
	case err != nil || peers.Has(pair.Connected):
		return o, f.err
	}
	peers, err = c.ListConnectedClusters(ctx, pair.Connected)
	if err != nil && connection.KindOf(err) != connection.NoInstance || peers.Has(pair.Instance) {
		return o, f.err
	}
	o.State, o.Unknown = connection.AlreadyAbsent, false
	return o, nil
}

func deletion(r connection.Removal) call {
	return call{
		action: "DeleteConnectedCluster",
		method: http.MethodDelete,
		path:   "/openapi/instances/" + r.Instance.String() + "/connected-clusters",
		query: url.Values{
			"connectedInstanceId": {r.Connected.String()},
			"clientToken":         {r.ClientToken.String()},
		},
	}
}

// A List is a list of instances, as the API returns it.
type List struct {
	Entries   []Entry
	Malformed []string // why an entry is not an instance id, for each such entry; without secrets
}

// An Entry is one instance of a list. What the API does not send is "".
type Entry struct {
	ID          connection.InstanceID
	Instance           // in ListInstance
	NetworkType string // of the connection, in ListConnectedClusters
}

// An Instance is what the API says of one. What it does not send is "". Name and VPC are for
// people: they may have any characters, and nothing is decided by them.
type Instance struct {
	Status Status
	Name   string // which somebody gave it: the member description
	VPC    string // the id of its network
}

// Has reports whether the list may contain an instance: its id in any letter case,
// or a malformed entry that has the id in it.
func (l List) Has(id connection.InstanceID) bool {
	return slices.ContainsFunc(l.Entries, func(e Entry) bool { return e.ID.Same(id) }) ||
		slices.ContainsFunc(l.Malformed, func(why string) bool { return strings.Contains(strings.ToLower(why), id.Key()) })
}

// Spelling returns an instance's id in the letter case of the list; the same id if the list
// does not have it.
func (l List) Spelling(id connection.InstanceID) connection.InstanceID {
	for _, e := range l.Entries {
		if e.ID.Same(id) {
			return e.ID
		}
	}
	return id
}

// ListConnectedClusters returns the instances connected with one. Its error is a
// *[connection.Error], of kind NoInstance if the instance does not exist.
//
// Three shapes of its Result are documented, and not which the API sends:
//
//	{"Result":[{"instances":"es-cn-…","networkType":"vpc"}]}
//	[{"instanceId":"es-cn-…","networkType":"vpc"}]
//	[{"instances":"es-cn-…"}]
func (c *Reader) ListConnectedClusters(ctx context.Context, id connection.InstanceID) (List, error) {
	answer, _, failure := c.do(ctx, call{
		action: "ListConnectedClusters",
		method: http.MethodGet,
		path:   "/openapi/instances/" + id.String() + "/connected-clusters",
	})
	if failure != nil {
		return List{}, failure.err
	}
	return c.list(answer)
}

// list returns the list of instances in an answer.
func (c *Reader) list(a answer) (List, error) {
	v := a.result
	if v.nested != nil {
		v = *v.nested
	}
	var l List
	switch {
	case a.isEmptyList():
		return l, nil
	case v.token != json.Delim('['):
		return l, a.failure("Result is not a list of instances").err
	}
	for _, e := range v.entries {
		if e.ids == nil {
			return List{}, a.failure("Result has an entry without an instance id").err
		}
		l.add(e, c.Credentials.Redact)
	}
	return l, nil
}

// add adds the ids of an entry. An empty text counts only where the entry has no
// other: else it comes of a comma too many.
func (l *List) add(e entry, redact func(string) string) {
	some := slices.DeleteFunc(slices.Clone(e.ids), func(text string) bool { return text == "" })
	if len(some) == 0 {
		some = e.ids[:1]
	}
	is, network := e.instance(redact), redact(e.networkType)
	for _, text := range some {
		if id, err := connection.ParseInstanceID(text); err == nil {
			l.Entries = append(l.Entries, Entry{id, is, network})
		} else {
			l.Malformed = append(l.Malformed, redact(err.Error()))
		}
	}
}

func (d details) instance(redact func(string) string) Instance {
	return Instance{Status(redact(d.status)), redact(string(d.name)), redact(string(d.network.vpc))}
}

// A Status is the state of an instance.
type Status string

const (
	Active     Status = "active"
	Activating Status = "activating" // being changed
	Inactive   Status = "inactive"   // frozen: it was released, and can be recovered
)

// Exists reports whether an instance of this status exists.
func (s Status) Exists() bool { return s == Active || s == Activating || s == Inactive }

// MayBeGone reports whether the status is documented to mean "does not exist or is
// inaccessible" (SDK). A status outside the documents is neither this nor Exists.
func (s Status) MayBeGone() bool { return s == "invalid" || s == "unknown" }

// DescribeInstance returns an instance, which has a status. Its error is a
// *[connection.Error], of kind NoInstance if the instance does not exist.
func (c *Reader) DescribeInstance(ctx context.Context, id connection.InstanceID) (Instance, error) {
	answer, _, failure := c.do(ctx, call{
		action: "DescribeInstance",
		method: http.MethodGet,
		path:   "/openapi/instances/" + id.String(),
	})
	switch {
	case failure != nil && failure.err.Kind == connection.NoInstance && (answer.result.status != "" || answer.status/100 != 4):
		failure.err.Kind = connection.Upstream // removals follow from NoInstance, so only a plain answer counts
		return Instance{}, failure.err
	case failure != nil:
		return Instance{}, failure.err
	}
	if answer.result.status == "" {
		return Instance{}, answer.failure("Result has no status").err
	}
	return answer.result.instance(c.Credentials.Redact), nil
}

// PageSize is the documented maximum of instances in a page of ListInstance.
const PageSize = 100

// A Page is one page of the account's Elasticsearch instances in the region.
type Page struct {
	List
	Total int // of all instances of the region, as this page says; -1 if it does not
}

// ListInstance returns a page, counted from 1; a page after the last is empty. Its
// error is a *[connection.Error].
func (c *Reader) ListInstance(ctx context.Context, number int) (Page, error) {
	answer, _, failure := c.do(ctx, call{
		action: "ListInstance",
		method: http.MethodGet,
		path:   "/openapi/instances",
		large:  true,
		query:  url.Values{"page": {strconv.Itoa(number)}, "size": {strconv.Itoa(PageSize)}},
	})
	if failure != nil {
		return Page{}, failure.err
	}
	list, err := c.list(answer)
	return Page{list, answer.total}, err
}
