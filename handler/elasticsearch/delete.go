package elasticsearch

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"elasticsearch-disconnect/handler/connection"
)

// DeleteConnectedCluster removes the connection of a pair of instances.
//
// Success is an HTTP status of the 200s with a body whose Result is true and
// whose Code is empty: the API also answers 200 when it did nothing. Any error
// is a *[connection.Error]. The Outcome's Status, Attempts and Uncertain are
// told either way.
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
	return outcome, failure.told
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
	return o, f.told
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
