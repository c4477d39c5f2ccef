package elasticsearch_test

import (
	"errors"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestLostAnswers: a request that was carried out, and whose answer was lost, is
// repeated with the same client token and comes to a success, whatever a
// repeated delete answers.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	lost := elasticsearchtest.Fault{AfterEffect: true, Answer: elasticsearchtest.Reset()}
	refusal := func(status int, code string) elasticsearchtest.Fault {
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(status, code, "m")}
	}
	notTrue := elasticsearchtest.Fault{Answer: elasticsearchtest.Body(200, "application/json", `{"Result":false,"RequestId":"r"}`)}
	for name, test := range map[string]struct {
		faults    []elasticsearchtest.Fault
		mayBeDone bool
		state     connection.State
		kind      connection.Kind
		attempts  int
		requests  int // with those that read the state
		uncertain bool
	}{
		"lost, then the same answer again":          {[]elasticsearchtest.Fault{lost}, false, connection.Removed, 0, 2, 2, true},
		"truncated, then the same answer again":     {[]elasticsearchtest.Fault{{AfterEffect: true, Answer: elasticsearchtest.Truncated()}}, false, connection.Removed, 0, 2, 2, true},
		"a page for an answer, then the same again": {[]elasticsearchtest.Fault{{AfterEffect: true, Answer: elasticsearchtest.HTML(200)}}, false, connection.Removed, 0, 2, 2, true},
		"lost twice":                                 {[]elasticsearchtest.Fault{lost, lost}, false, connection.Removed, 0, 3, 3, true},
		"lost, then a refusal nobody knows":          {[]elasticsearchtest.Fault{lost, refusal(400, "X")}, false, connection.AlreadyAbsent, 0, 2, 3, true},
		"lost, then Result is false":                 {[]elasticsearchtest.Fault{lost, notTrue}, false, connection.AlreadyAbsent, 0, 2, 3, true},
		"lost, unknown, and the instance is gone":    {[]elasticsearchtest.Fault{lost, refusal(400, "X"), refusal(400, "InstanceNotFound")}, false, "", connection.NoInstance, 2, 3, true},
		"lost, unknown, and it cannot be read":       {[]elasticsearchtest.Fault{lost, refusal(400, "X"), refusal(403, "Forbidden")}, false, "", connection.Upstream, 2, 3, true},
		"reset before it was done, unknown":          {[]elasticsearchtest.Fault{{Answer: elasticsearchtest.Reset()}, refusal(400, "X")}, false, "", connection.Upstream, 2, 3, true},
		"lost, then it is forbidden":                 {[]elasticsearchtest.Fault{lost, refusal(403, "Forbidden")}, false, "", connection.Denied, 2, 2, true},
		"a refusal nobody knows, first":              {[]elasticsearchtest.Fault{refusal(400, "X")}, false, "", connection.Upstream, 1, 1, false},
		"throttled is not done, then unknown":        {[]elasticsearchtest.Fault{refusal(400, "Throttling"), refusal(400, "X")}, false, "", connection.Upstream, 2, 2, false},
		"busy is not done, then unknown":             {[]elasticsearchtest.Fault{refusal(400, "InstanceActivating"), refusal(400, "X")}, false, "", connection.Upstream, 2, 2, false},
		"an earlier delivery, unknown, still listed": {[]elasticsearchtest.Fault{refusal(400, "X")}, true, "", connection.Upstream, 1, 2, false},
		"an earlier delivery did it":                 {[]elasticsearchtest.Fault{{AfterEffect: true, Answer: elasticsearchtest.Refuse(400, "X", "m")}}, true, connection.AlreadyAbsent, 0, 1, 2, false},
		"the nonce was used: another nonce":          {[]elasticsearchtest.Fault{refusal(400, "SignatureNonceUsed")}, false, connection.Removed, 0, 2, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			server.Fail(test.faults...)
			r := removal()
			r.MayBeDone = test.mayBeDone
			outcome, err := client.DeleteConnectedCluster(t.Context(), r)
			var failed *connection.Error
			if kind := connection.Kind(0); errors.As(err, &failed) && failed.Kind != test.kind || err == nil && test.kind != kind {
				t.Errorf("error %v, want %v", err, test.kind)
			}
			if outcome.State != test.state || outcome.Attempts != test.attempts || outcome.Uncertain != test.uncertain {
				t.Errorf("outcome %+v", outcome)
			}
			requests := server.Requests()
			if len(requests) != test.requests {
				t.Errorf("%d requests, want %d", len(requests), test.requests)
			}
			checkAttempts(t, requests[:test.attempts])
		})
	}
}

// checkAttempts: one token, and for each attempt another nonce. That each was
// signed, the stand-in has verified.
func checkAttempts(t *testing.T, requests []elasticsearchtest.Request) {
	t.Helper()
	nonces := map[string]bool{}
	for _, r := range requests {
		nonces[r.Header.Get("X-Acs-Signature-Nonce")] = true
		if r.ClientToken != token {
			t.Errorf("client token %q", r.ClientToken)
		}
	}
	if len(nonces) != len(requests) {
		t.Errorf("%d nonces for %d attempts", len(nonces), len(requests))
	}
}

// TestGetIsSignedAnew: a GET over a kept connection that breaks is attempted
// again with another nonce, like every request.
func TestGetIsSignedAnew(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	server.Fail(elasticsearchtest.Fault{}, elasticsearchtest.Fault{Answer: elasticsearchtest.Reset()})
	for range 2 {
		if _, err := client.ListConnectedClusters(t.Context(), removal().Instance); err != nil {
			t.Fatal(err)
		}
	}
	nonces := map[string]bool{}
	requests := server.Requests()
	for _, r := range requests {
		nonces[r.Header.Get("X-Acs-Signature-Nonce")] = true
		if r.Code != "" {
			t.Errorf("the API refused one: %s", r.Code)
		}
	}
	if len(requests) != 3 || len(nonces) != 3 {
		t.Errorf("%d requests with %d nonces, want 3", len(requests), len(nonces))
	}
}
