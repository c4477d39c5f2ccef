// Package soak plays recorded events about random instances through the function while the API fails half of the time
// and the function is killed now and then, and compares what is left at the end with what was asked.
//
// It invokes the function as its triggers do. An asynchronous event is done with a reply that is no function error, and
// is delivered again until then: by Function Compute under the same request id with the next RetryCount, by EventBridge
// under a new request id. An HTTP caller repeats what was not answered, or was answered with a 207, 409, 429 or 5xx.
// After some deliveries the API is well again, what is not done yet is delivered until it is, and this must hold:
//
//   - Nothing lost: each connection that an event reported as done asked to remove is gone, at once and in the end.
//   - Nothing else removed: the API is never asked to remove a connection that no event sent before names, unless one
//     asked to reconcile and an instance of it is gone. An event that is a dry run, is refused, or reports no release
//     names none.
//   - Nothing left over: an event that is reported as reconciled has removed what was left over when it began, but for what
//     it says it kept. After a last such event no instance is connected with one that is gone.
//   - Every event that can be understood is done in the end, and one that cannot be is never.
//   - Every invocation is answered, unless the function is killed; it never ends by itself.
//   - No reply and no log line holds a secret.
//
// The expected state goes by the events alone and shares nothing with the function. No connection is ever made a second
// time between two instances, so that there is no doubt which one an event means.
//
// A soak consists of cases, each with a seed, instances and processes of its own. The seed decides all that a case does:
// what happens to the instances, the events and their deliveries (plan), what becomes of each request, and at which the
// function is killed (faults). How the function's own requests interleave is up to the machine; nothing is decided by
// how long something takes.
package soak

import (
	"context"
	"io"
	"io/fs"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A Soak is what a run needs.
type Soak struct {
	Seed   uint64        // of the first case; each other has the next
	Length time.Duration // no case begins after it, but for the first

	Events     fs.FS                                                                     // the recorded ones, as NAME.json
	NewAPI     func() *elasticsearchtest.Server                                          // without instances
	Start      func(context.Context, *elasticsearchtest.Server) (*fctest.Process, error) // starts the function, and returns when it asks for work
	Invocation fctest.Invocation                                                         // what all invocations have in common
	Leaks      func(text string) []string                                                // the lines that hold a secret
}

// Run plays cases until the time is over or one has a violation, and writes what it found. It returns an error when the
// soak itself broke off.
func (s Soak) Run(ctx context.Context, w io.Writer) (passed bool, err error) {
	recordings, err := read(s.Events)
	if err != nil {
		return false, err
	}
	for seed, begun := s.Seed, time.Now(); ; seed++ {
		r := s.newRun(seed, recordings)
		err := r.play(ctx)
		r.report(w)
		passed := len(r.expected.violations) == 0
		if err != nil || !passed || time.Since(begun) >= s.Length {
			return passed, err
		}
	}
}
