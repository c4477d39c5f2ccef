package elasticsearch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"elasticsearch-disconnect/handler/connection"
)

// DeleteConnectedCluster removes the connection of a pair of instances.
//
// Success is an HTTP status of the 200s with a body whose Result is true and
// whose Code is empty: the API also answers 200 when it did nothing. Any error
// is a *[connection.Error]. The Outcome has Status, Attempts and Uncertain
// either way.
//
// The client token makes it safe to repeat: the API carries out a token once.
// What it answers when it did, under another token or none, is not documented.
// So if the connection may have been removed before, and the answer is a refusal
// that is not known, the connections of the instance are read: one that is not
// among them is gone, which is a success.
func (c *Client) DeleteConnectedCluster(ctx context.Context, r connection.Removal) (connection.Outcome, error) {
	op := deletion(r)
	if r.DryRun {
		return connection.Outcome{State: connection.DryRun, Unsent: c.prepare(op)}, nil
	}
	answer, history, failure := c.do(ctx, op)
	if failure == nil && !answer.isTrue() {
		failure = answer.failure("Result is not true")
	}
	outcome := connection.Outcome{
		RequestID: answer.RequestID,
		Status:    answer.status,
		Attempts:  history.attempts,
		Uncertain: history.uncertain,
	}
	switch {
	case failure == nil:
		outcome.State = connection.Removed
		return outcome, nil
	case failure.class == unknown && (r.MayBeDone || history.uncertain):
		return c.readState(ctx, r.Pair, outcome, failure)
	}
	return outcome, failure.err
}

// readState decides about a refusal that is not known by whether the instance
// still lists the other. If it cannot be read, the refusal stands. If there is
// no such instance, the other one may still have the connection, and that is
// the error.
func (c *Client) readState(ctx context.Context, pair connection.Pair, o connection.Outcome, f *failure) (connection.Outcome, error) {
	peers, err := c.ListConnectedClusters(ctx, pair.Instance)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return o, err
	case err == nil && !slices.Contains(peers, pair.Connected):
		o.State = connection.AlreadyAbsent
		return o, nil
	}
	return o, f.err
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

// ListConnectedClusters returns the instances that are connected with one. Its
// error is a *[connection.Error], of kind NoInstance when there is no such
// instance.
func (c *Reader) ListConnectedClusters(ctx context.Context, id connection.InstanceID) ([]connection.InstanceID, error) {
	answer, _, failure := c.do(ctx, call{
		action: "ListConnectedClusters",
		method: http.MethodGet,
		path:   "/openapi/instances/" + id.String() + "/connected-clusters",
	})
	if failure != nil {
		return nil, failure.err
	}
	peers, err := decodePeers(answer.Result)
	if err != nil {
		return nil, answer.failure("Result " + c.Credentials.Redact(err.Error())).err
	}
	return peers, nil
}

// decodePeers reads the three shapes that are documented for the Result of
// ListConnectedClusters; which of them the API sends is not:
//
//	{"Result":[{"instances":"es-cn-…","networkType":"vpc"}]}
//	[{"instanceId":"es-cn-…","networkType":"vpc"}]
//	[{"instances":"es-cn-…"}]
func decodePeers(result json.RawMessage) ([]connection.InstanceID, error) {
	if len(result) > 0 && result[0] == '{' {
		var nested struct{ Result json.RawMessage }
		_ = json.Unmarshal(result, &nested) // what is no list is refused below
		result = nested.Result
	}
	var peers []struct{ Instances, InstanceID string }
	if json.Unmarshal(result, &peers) != nil {
		return nil, errors.New("is not a list of instances")
	}
	ids := make([]connection.InstanceID, 0, len(peers))
	for _, peer := range peers {
		id, err := connection.ParseInstanceID(cmp.Or(peer.Instances, peer.InstanceID))
		if err != nil {
			return nil, errors.New("has an instance id that " + err.Error())
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// A Status is what state an instance is in.
type Status string

const (
	Active     Status = "active"
	Activating Status = "activating" // being changed
	Inactive   Status = "inactive"   // frozen: it was released, and can be recovered
)

// DescribeInstance returns the status of an instance. Its error is a
// *[connection.Error], of kind NoInstance when there is no such instance.
func (c *Reader) DescribeInstance(ctx context.Context, id connection.InstanceID) (Status, error) {
	answer, _, failure := c.do(ctx, call{
		action: "DescribeInstance",
		method: http.MethodGet,
		path:   "/openapi/instances/" + id.String(),
	})
	if failure != nil {
		return "", failure.err
	}
	var result struct{ Status Status }
	if json.Unmarshal(answer.Result, &result) != nil || result.Status == "" {
		return "", answer.failure("Result has no status").err
	}
	return Status(c.Credentials.Redact(string(result.Status))), nil // callers see it
}

// pageSize is the most instances that ListInstance returns in a page.
const pageSize = 100

// A Page is one page of the account's Elasticsearch instances in the region.
type Page struct {
	Instances []connection.InstanceID
	Total     int // how many instances there are in all, as of this page; 0 when the API does not say
}

// Last says whether no page follows this one, with which seen instances have
// been listed in all.
func (p Page) Last(seen int) bool {
	if p.Total > 0 {
		return seen >= p.Total || len(p.Instances) == 0
	}
	return len(p.Instances) < pageSize
}

// ListInstance returns a page, counted from 1. Its error is a
// *[connection.Error].
func (c *Reader) ListInstance(ctx context.Context, number int) (Page, error) {
	answer, _, failure := c.do(ctx, call{
		action: "ListInstance",
		method: http.MethodGet,
		path:   "/openapi/instances",
		query:  url.Values{"page": {strconv.Itoa(number)}, "size": {strconv.Itoa(pageSize)}},
	})
	if failure != nil {
		return Page{}, failure.err
	}
	page, err := decodePage(answer)
	if err != nil {
		return Page{}, answer.failure("Result " + c.Credentials.Redact(err.Error())).err
	}
	return page, nil
}

func decodePage(a answer) (Page, error) {
	var instances []struct{ InstanceID string }
	if json.Unmarshal(a.Result, &instances) != nil {
		return Page{}, errors.New("is not a list of instances")
	}
	total, _ := a.Total.Int64() // 0 where it is not given
	page := Page{Total: max(0, int(total))}
	for _, instance := range instances {
		id, err := connection.ParseInstanceID(instance.InstanceID)
		if err != nil {
			return Page{}, errors.New("has an instance id that " + err.Error())
		}
		page.Instances = append(page.Instances, id)
	}
	return page, nil
}
