package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// worlds are several places: two regions, each in the own account and in that of a member.
// The instances of all have the same ids, so what is meant for one could be done in another.
type worlds struct {
	places []place // of each, in order
	each   []*world
	clouds map[string]*elasticsearchtest.Cloud // of each account, by the key that requests bear
	event  string
}

func newWorlds(t *testing.T) worlds {
	t.Helper()
	own, others := elasticsearchtest.NewCloud(), elasticsearchtest.NewCloud()
	t.Cleanup(own.Close)
	t.Cleanup(others.Close)
	own.STS.AddAccount(accountOf(role))
	member := addMember(own.STS, 1)
	p := worlds{
		clouds: map[string]*elasticsearchtest.Cloud{role.AccessKeyId: own, member.AccessKeyID: others},
		event:  `{"reconcile":true,"regionIds":"cn-hangzhou,cn-beijing","accountIds":"` + ownAccount + `,` + member.ID + `"}`,
	}
	for _, region := range []string{"cn-hangzhou", "cn-beijing"} {
		p.add(region, "", accountOf(role))
		p.add(region, member.ID, member)
	}
	return p
}

// add adds a place. id is that of its account in the log, which leaves out the own.
func (p *worlds) add(region, id string, account elasticsearchtest.Account) {
	w := &world{api: p.clouds[account.AccessKeyID].Region(region)}
	account.ID = "" // all instances there are its own
	w.api.AddAccount(account)
	w.api.AddAccount(accountOf(role)) // of runs inside of runs
	w.api.OnRequest = w.onRequest
	p.places, p.each = append(p.places, place{region, id}), append(p.each, w)
}

// RoundTrip leads a request to the places of the account that it is signed for.
func (p worlds) RoundTrip(r *http.Request) (*http.Response, error) {
	return p.clouds[r.Header.Get("X-Acs-Accesskey-Id")].RoundTrip(r)
}

// TestReconcileAnyPlaces: in several places, of which any change between two calls, no
// connection of two existing instances is removed. Then, without further changes except in one
// of them, each other one has the outcome and the removals that are predicted for it alone.
func TestReconcileAnyPlaces(t *testing.T) {
	t.Parallel()
	p := newWorlds(t)
	seen := map[string]int{}
	rapid.Check(t, func(r *rapid.T) { inBubble(t, func() { p.check(r, seen) }) })
	if seen["reconciled"] == 0 || seen["withheld"] == 0 || seen["beside a failure"] == 0 {
		t.Errorf("predicted: %v", seen)
	}
}

func (p worlds) check(t *rapid.T, seen map[string]int) {
	for _, w := range p.each {
		w.draw(t)
		w.disturb(t)
		w.api.Latency = time.Duration(rapid.IntRange(0, 2).Draw(t, "latency")) * time.Second
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, w := range p.each {
		w.cancel = cancel
	}
	if p.run(t, ctx, 100, "any"); ctx.Err() != nil {
		p.run(t, context.Background(), 100, "again")
	}
	except := rapid.IntRange(0, len(p.each)).Draw(t, "all are calm except")
	for i, w := range p.each {
		if w.calm(); i == except {
			w.calls, w.deletes = 0, 0
			w.disturb(t)
			w.wrong = w.wrong || seldom(t, "its answers prove nothing", 3)
		}
	}
	p.checkCalm(t, except, rapid.IntRange(0, 4).Draw(t, "limit"), seen)
	for i, w := range p.each {
		if len(w.live) > 0 {
			t.Errorf("%v: connections of two that exist: %q", p.places[i], w.live)
		}
	}
}

// checkCalm checks that each place but one has the outcome that is predicted, whatever
// happens in that one.
func (p worlds) checkCalm(t *rapid.T, except, limit int, seen map[string]int) {
	var wants []verdict
	var before [][][2]string
	for _, w := range p.each {
		clear(w.asked)
		wants, before = append(wants, w.expect(limit)), append(before, w.api.Connections())
	}
	outcomes := p.run(t, context.Background(), limit, "calm")
	for i, w := range p.each {
		want, got := wants[i], outcomes[i]
		if i == except {
			continue
		}
		if got != want.outcome && !want.any {
			t.Errorf("%v, limit %d: %s, want %v, in %q", p.places[i], limit, got, want, outcomes)
		}
		want.checkRemoved(t, before[i], w.api.Connections())
		if got == "reconciled" {
			w.checkNothingLeft(t)
		}
		seen[got]++
		if got == "reconciled" && slices.Contains(outcomes, "failed") {
			seen["beside a failure"]++
		}
	}
}

// run reconciles all places at once, and returns the outcome that the log has of each. The
// reply has the same, or it is a failure if there is one among them.
func (p worlds) run(t *rapid.T, ctx context.Context, limit int, id string) []string {
	var log bytes.Buffer
	h := &handler.Handler{
		Config:     handler.Config{Network: elasticsearch.Public, MemberRole: memberRole, ReconcileLimit: limit, Concurrency: rapid.SampledFrom([]int{1, 4}).Draw(t, "concurrency")},
		Log:        slog.New(slog.NewJSONHandler(&log, nil)),
		Transport:  process{p, id},
		Invocation: handler.FunctionCompute,
	}
	reply := p.each[0].invoke(ctx, h, p.event, id, 0)
	outcomes := make([]string, len(p.each))
	for text := range strings.Lines(log.String()) {
		var line struct{ RegionID, AccountID, InstanceID, Outcome string }
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Errorf("log line %s: %v", text, err)
		}
		if line.InstanceID == "" && line.Outcome != "skipped" {
			outcomes[slices.Index(p.places, place{line.RegionID, line.AccountID})] += line.Outcome
		}
	}
	var events struct {
		Events []struct{ RegionID, Outcome string }
	}
	var replied []string
	_ = json.Unmarshal([]byte(strings.TrimSuffix(reply, "<nil>")), &events)
	for _, e := range events.Events {
		replied = append(replied, e.Outcome)
	}
	isFailure := slices.Contains(outcomes, "failed") || slices.Contains(outcomes, "incomplete")
	if strings.HasPrefix(reply, "PartialFailure ") != isFailure || !isFailure && !slices.Equal(replied, outcomes) {
		t.Errorf("the log has %q, the reply is %s", outcomes, fmt.Sprintf("%.1000s", reply))
	}
	return outcomes
}
