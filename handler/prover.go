package handler

import (
	"context"
	"fmt"
	"sync"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// A prover asks whether a removal may be sent: about each instance once, immediately before
// the first of its removals.
type prover struct {
	client    func(context.Context, connection.Scope) (*elasticsearch.Client, error)
	confirmed parallel.Memo[scopedID, struct{}] // see confirm
	proven    parallel.Memo[proofOf, struct{}]  // see prove
	stops     sync.Map                          // by connection.Scope, why no further leftover may be removed there
}

// A scopedID is an instance of a scope.
type scopedID struct {
	connection.Scope
	connection.InstanceID
}

// A proofOf is an instance that has to be proven gone, once for all removals.
type proofOf struct {
	scopedID
	discover.Proof
}

// mayRemove returns why a removal must not be sent, by the API's answers about
// its instances; nil if it may.
func (p *prover) mayRemove(ctx context.Context, r removal) error {
	if r.DryRun {
		return nil
	}
	if r.isLeftover {
		if err := p.confirm(ctx, r); err != nil {
			return err
		}
	}
	return p.prove(ctx, r)
}

// prove asks, once for each instance, whether it still is what the removals on its account
// suppose (package discover, the rule of proof).
func (p *prover) prove(ctx context.Context, r removal) error {
	_, err := p.proven.Get(proofOf{scopedID{r.of.Scope, r.Connected}, r.proof}, func() (struct{}, error) {
		return struct{}{}, p.ask(ctx, r.of.Scope, func(reader *elasticsearch.Reader) error {
			return r.proof.AskAgain(ctx, reader, r.Connected)
		})
	})
	return err
}

// ask calls f with the reader of a scope. A panic is its error.
func (p *prover) ask(ctx context.Context, scope connection.Scope, f func(*elasticsearch.Reader) error) error {
	return parallel.Guard(func() error {
		client, err := p.client(ctx, scope)
		if err != nil {
			return err
		}
		return f(&client.Reader)
	})
}

// confirm makes sure, once for each instance, that the one that has a leftover exists.
// Nothing was removed yet, because the API said that the other end does not exist. If it
// now says the same of instances that it listed a moment ago, that answer proves nothing
// (wrong region or credentials), and no further leftover of the scope is removed.
func (p *prover) confirm(ctx context.Context, r removal) error {
	_, err := p.confirmed.Get(scopedID{r.of.Scope, r.Instance}, func() (struct{}, error) {
		return struct{}{}, p.ask(ctx, r.of.Scope, func(reader *elasticsearch.Reader) error { return p.checkExists(ctx, reader, r) })
	})
	if stop, ok := p.stops.Load(r.of.Scope); ok {
		return stop.(error)
	}
	return err
}

// checkExists returns why an instance cannot be taken to exist; nil if it can. It sets
// stops if the answer shows that the API's answers prove nothing.
func (p *prover) checkExists(ctx context.Context, reader *elasticsearch.Reader, r removal) error {
	if _, ok := p.stops.Load(r.of.Scope); ok {
		return nil // no need to ask
	}
	instance, err := reader.DescribeInstance(ctx, r.Instance)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return p.checkWitness(ctx, reader, r, err)
	case err == nil && !instance.Status.Exists():
		return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the API listed %s but now reports the status %s, so nothing was removed from it", r.Instance, instance.Status)}
	}
	return err
}

// checkWitness asks about another instance that was listed. If it exists, the one that has
// the leftover was released meanwhile, and its removal will be answered so. If it does not,
// or there is no other, the API's answers prove nothing.
func (p *prover) checkWitness(ctx context.Context, reader *elasticsearch.Reader, r removal, absent error) error {
	if r.witness != (connection.InstanceID{}) {
		witness, err := reader.DescribeInstance(ctx, r.witness)
		if connection.KindOf(err) != connection.NoInstance && (err != nil || witness.Status.Exists()) {
			return err
		}
	}
	p.stops.Store(r.of.Scope, &connection.Error{Kind: connection.Upstream, Err: absent,
		Message: fmt.Sprintf("the API listed %s but now answers that it does not exist. Check the region and the credentials; no further connection was removed", r.Instance)})
	return nil
}
