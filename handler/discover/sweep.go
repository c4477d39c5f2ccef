package discover

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"sync/atomic"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// A sweep reads a scope: which instances exist, and what each of them lists as
// connected. It reads the list of instances first, and then asks each instance once.
type sweep struct {
	reader   *elasticsearch.Reader
	limit    int // how many calls are made side by side
	progress func(asked, of int)

	instances map[connection.InstanceID]elasticsearch.Instance // those listed
	listed    []connection.InstanceID                          // in the order of the list
	total     int                                              // how many instances exist, as the list says; -1 if it does not
	unread    error                                            // why no reading of the list is whole; nil if one is
	answers   []answer
	vanished  []answer // of instances that are listed, and answer that they do not exist
	malformed []Malformed

	cause atomic.Pointer[error] // a failure that every other call would have
}

// An answer is what one instance lists as connected, or why that could not be read.
type answer struct {
	from connection.InstanceID
	list elasticsearch.List
	err  error
}

const (
	// maxReadings is how often the list of instances is read until a reading is whole.
	maxReadings = 3

	// maxPages ends a reading, should the API invent instances without end.
	maxPages = 1000
)

// open returns a sweep that has read nothing yet.
func (f Finder) open(ctx context.Context, scope connection.Scope) (*sweep, error) {
	reader, err := f.Reader(ctx, scope)
	s := newSweep(reader, f.Limit)
	if f.Progress != nil {
		s.progress = func(asked, of int) { f.Progress(scope, asked, of) }
	}
	return s, err
}

func newSweep(reader *elasticsearch.Reader, limit int) *sweep {
	return &sweep{reader: reader, limit: limit, progress: func(int, int) {}, instances: map[connection.InstanceID]elasticsearch.Instance{}, total: -1}
}

// has reports whether any reading of the list has an instance, in any letter case.
func (s *sweep) has(id connection.InstanceID) bool {
	return slices.ContainsFunc(s.listed, id.Same)
}

// askAll asks every instance of the list. Its error is why it did not.
//
// On a repetition the instances are asked in another order, so that a sweep that runs
// out of time again gets to others.
func (s *sweep) askAll(ctx context.Context, retryCount int) error {
	if err := s.ask(ctx, rotate(s.listed, retryCount)); err != nil {
		return s.cut(ctx, err)
	}
	return s.cut(ctx, s.checkVanished(ctx))
}

// Listed reads the list of instances, and returns whether any reading has an instance. The
// error is why no reading is whole.
func Listed(ctx context.Context, reader *elasticsearch.Reader, limit int) (has func(connection.InstanceID) bool, err error) {
	s := newSweep(reader, limit)
	err = s.readList(ctx, false)
	return s.has, err
}

// checkVanished reads the list again if instances vanished during the sweep. One that is
// still listed has contradicted the list, and may have connections.
func (s *sweep) checkVanished(ctx context.Context) error {
	if len(s.vanished) == 0 {
		return nil
	}
	has, err := Listed(ctx, s.reader, s.limit)
	for _, a := range s.vanished {
		if a.err = judgeList(a.from, has(a.from), nil); a.err != nil {
			s.answers = append(s.answers, a)
		}
	}
	return err
}

// rotate begins at a place that depends on the turn: at the start, at a half, a quarter,
// three quarters, an eighth, and so on (van der Corput's sequence), so that few turns
// leave no long stretch out.
func rotate[T any](items []T, turn int) []T {
	begin := int(uint64(bits.Reverse32(uint32(turn))) * uint64(len(items)) >> 32)
	return slices.Concat(items[begin:], items[:begin])
}

// readList reads the list of instances until a reading is whole. If exact, a list whose
// total contradicts it is an error: to a reconcile, an instance that is missing from the
// list could be gone.
//
// Three cases go unnoticed: (1) between two pages one instance is released and another
// created, so the total is unchanged while a third slips from one page to the other;
// (2) the total is too low by exactly the number of instances missing from the pages;
// (3) an instance is missing from every reading and from the total.
func (s *sweep) readList(ctx context.Context, exact bool) error {
	var r reading
	for n := range maxReadings {
		before := len(s.listed)
		var err error
		if r, err = s.read(ctx); err != nil {
			return err
		}
		isRepeated := n > 0 && len(s.listed) == before && r.isWholeIfRepeated()
		switch {
		case r.isWhole(), isRepeated && (!exact || r.isExact()):
			return nil
		case isRepeated:
			return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the instance list has %d entries, but its total says %d", r.ids, r.total)}
		}
	}
	return r.problem()
}

// read reads the list once. The first page says how many pages there are; those are
// read side by side (BenchmarkSweep).
func (s *sweep) read(ctx context.Context) (reading, error) {
	r := reading{seen: map[string]bool{}}
	for more := 1; more > 0; more = r.missing() {
		pages, err := s.pages(ctx, r.pages+1, more)
		for _, page := range pages {
			isNew := r.add(page)
			s.total = r.total
			s.note(page)
			if !isNew {
				return r, nil
			}
		}
		if err != nil {
			return r, err
		}
	}
	return r, &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the list of instances does not end: there are more than %d pages", maxPages)}
}

// pages reads n pages from the given one on. It returns those before the first failure.
func (s *sweep) pages(ctx context.Context, from, n int) ([]elasticsearch.Page, error) {
	pages := make([]elasticsearch.Page, n)
	errs := parallel.Do(s.limit, n, func(i int) (err error) {
		pages[i], err = s.reader.ListInstance(ctx, from+i)
		return err
	})
	for i, err := range errs {
		if err != nil {
			return pages[:i], err
		}
	}
	return pages, nil
}

// note keeps the instances of a page, each once.
func (s *sweep) note(page elasticsearch.Page) {
	s.noteMalformed(connection.InstanceID{}, page.Malformed)
	for _, entry := range page.Entries {
		if _, ok := s.instances[entry.ID]; !ok {
			s.instances[entry.ID] = entry.Instance
			s.listed = append(s.listed, entry.ID)
		}
	}
}

func (s *sweep) noteMalformed(of connection.InstanceID, reasons []string) {
	for _, reason := range reasons {
		if m := (Malformed{of, reason}); len(s.malformed) < maxMalformed && !slices.Contains(s.malformed, m) {
			s.malformed = append(s.malformed, m)
		}
	}
}

// ask asks instances, about as many at a time as a page has, with which they are connected.
// Its error is why it did not ask all of them. A multiple of the limit leaves no call of a
// round idle (BenchmarkSweep).
func (s *sweep) ask(ctx context.Context, ids []connection.InstanceID) error {
	limit := max(1, s.limit)
	rounds := (elasticsearch.PageSize + limit - 1) / limit
	for some := range slices.Chunk(ids, rounds*limit) {
		answers := make([]answer, len(some))
		parallel.Do(s.limit, len(some), func(i int) error {
			answers[i] = s.answerOf(ctx, some[i])
			return nil
		})
		if err := s.take(ctx, answers); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweep) answerOf(ctx context.Context, id connection.InstanceID) answer {
	a := answer{from: id}
	a.err = parallel.Guard(func() (err error) {
		if err := ctx.Err(); err != nil {
			return &connection.Error{Kind: connection.Timeout, Err: err}
		}
		if cause := s.cause.Load(); cause != nil {
			return *cause
		}
		a.list, err = s.reader.ListConnectedClusters(ctx, id)
		if connection.KindOf(err) == connection.NoInstance {
			err = s.confirmVanished(ctx, id, err)
		}
		if connection.IsOfEveryCall(err) {
			s.cause.Store(&err)
		}
		return err
	})
	return a
}

// confirmVanished returns the answer NoInstance of an instance's list, if DescribeInstance
// confirms it; else another error.
func (s *sweep) confirmVanished(ctx context.Context, id connection.InstanceID, answer error) error {
	instance, described := s.reader.DescribeInstance(ctx, id)
	is, err := stateOf(instance.Status, described)
	switch {
	case err != nil:
		return err
	case is == gone:
		return answer
	}
	return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("%s is listed and %s, but the API answers for its connections that it does not exist", id, instance.Status), Err: answer}
}

// take keeps answers, in order. Its error is why the sweep has to stop: the next instances
// would fail as these did, since the time is up, the failure holds for every call, or the
// first instances all refuse for want of a permission.
func (s *sweep) take(ctx context.Context, answers []answer) (stop error) {
	isFirst, denied := len(s.answers) == 0, 0
	for _, a := range answers {
		switch kind := connection.KindOf(a.err); {
		case kind == connection.NoInstance:
			s.vanished = append(s.vanished, a)
			continue
		case isOutOfTime(ctx, a.err), connection.IsOfEveryCall(a.err):
			stop = a.err
			continue
		case kind == connection.Denied:
			denied++
		}
		s.noteMalformed(a.from, a.list.Malformed)
		s.answers = append(s.answers, a)
	}
	s.progress(len(s.answers), s.total)
	if stop == nil && isFirst && denied > 0 && denied == len(s.answers) {
		stop = s.answers[0].err
		for i := range s.answers { // one failure, not one for each instance
			s.answers[i].err = nil
		}
	}
	return stop
}

// isOutOfTime reports whether the time for reading is up. A call that is refused for
// its rate is repeated until then.
func isOutOfTime(ctx context.Context, err error) bool {
	kind := connection.KindOf(err)
	return kind == connection.Throttled || kind == connection.Timeout && ctx.Err() != nil
}

// cut adds to the failure of a sweep that ran out of time how far it came.
func (s *sweep) cut(ctx context.Context, err error) error {
	if !isOutOfTime(ctx, err) || len(s.listed) == 0 {
		return err
	}
	cut := *err.(*connection.Error)
	cut.Message = fmt.Sprintf("the time was too short: %d of %d instances were asked for their connections", len(s.answers), max(len(s.listed), s.total))
	if cut.Kind == connection.Throttled {
		cut.Message += ", since the API limits the rate of requests"
	}
	return &cut
}
