package elasticsearch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"elasticsearch-disconnect/handler/connection"
)

// ListConnectedClusters returns the instances that are connected with one. Its
// error is a *[connection.Error], of kind Absent when there is no such
// instance.
func (c *Reader) ListConnectedClusters(ctx context.Context, id connection.InstanceID) ([]connection.InstanceID, error) {
	answer, _, failure := c.do(ctx, call{
		action: "ListConnectedClusters",
		method: http.MethodGet,
		path:   "/openapi/instances/" + id.String() + "/connected-clusters",
	})
	if failure != nil {
		return nil, failure.told
	}
	peers, err := decodePeers(answer.Result)
	if err != nil {
		return nil, answer.failure("Result " + c.Credentials.Redact(err.Error())).told
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
		_ = json.Unmarshal(result, &nested) // what is no list is told below
		result = nested.Result
	}
	var peers []struct{ Instances, InstanceID string }
	if len(result) == 0 || json.Unmarshal(result, &peers) != nil {
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
// *[connection.Error], of kind Absent when there is no such instance.
func (c *Reader) DescribeInstance(ctx context.Context, id connection.InstanceID) (Status, error) {
	answer, _, failure := c.do(ctx, call{
		action: "DescribeInstance",
		method: http.MethodGet,
		path:   "/openapi/instances/" + id.String(),
	})
	if failure != nil {
		return "", failure.told
	}
	var result struct{ Status Status }
	if json.Unmarshal(answer.Result, &result) != nil || result.Status == "" {
		return "", answer.failure("Result has no status").told
	}
	return Status(c.Credentials.Redact(string(result.Status))), nil // it is told to callers
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
		return Page{}, failure.told
	}
	page, err := decodePage(answer)
	if err != nil {
		return Page{}, answer.failure("Result " + c.Credentials.Redact(err.Error())).told
	}
	return page, nil
}

func decodePage(a answer) (Page, error) {
	var instances []struct{ InstanceID string }
	if len(a.Result) == 0 || json.Unmarshal(a.Result, &instances) != nil {
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
