package discover

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// A sweep asks the instances of a region, each once, with which they are connected.
// Of what they say, only that is kept which the sweep is for.
type sweep struct {
	reader *elasticsearch.Reader
	limit  int                     // how many requests are under way at a time
	turn   int                     // how often this was tried before
	gone   []connection.InstanceID // those of which it is asked; none: of every one

	known     map[connection.InstanceID]elasticsearch.Status // the instances that were listed
	total     int                                            // how many there are said to be; -1 for unknown
	asked     int                                            // those that answered, or could not be read
	pairs     []connection.Pair                              // connected; Connected is gone, if some are
	networks  []string                                       // of each pair, the type of its network
	unread    []Unread                                       // Connected is gone, or zero: none of its connections is known
	malformed []Malformed
	progress  func(asked, of int)
}

const (
	// maxReadings bounds how often the list of instances is read.
	maxReadings = 3

	// maxPages bounds a reading, should the API make up instances without end.
	maxPages = 1000
)

// run reads the list of instances until a reading is whole. Its error says why
// there may be more connections than were found.
//
// What cannot be seen: an instance that is released and one that is created
// between the same two pages, where the total stays the same, may hide a third.
// So may a total that is too low by as many as are hidden. And what is hidden in
// every reading, and in the total or where there is none, is not known to be there.
func (s *sweep) run(ctx context.Context) error {
	var r reading
	for n := range maxReadings {
		before := len(s.known)
		var err error
		if r, err = s.read(ctx, n == 0); err != nil {
			return s.cut(ctx, err)
		}
		isRepeated := n > 0 && len(s.known) == before && r.isWholeIfRepeated()
		switch {
		case r.isWhole(), isRepeated && s.trusts(r):
			return nil
		case isRepeated:
			return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the list of instances has %d, and %d are said to be in it", r.ids, r.total)}
		}
	}
	return r.problem()
}

// trusts says whether a reading may be whole though its total is not that of the
// instance ids. For a survey that is so only if odd entries are counted, or there is
// no total: what is not listed could be taken for gone.
func (s *sweep) trusts(r reading) bool {
	return len(s.gone) > 0 || r.total < 0 || !r.changed && r.total == len(r.seen)
}

// read reads the list page by page, and asks about a page before it goes on, so
// that what can be found in the time there is, is found. When this was tried
// before, the first reading takes the whole list and asks in another order, so
// that each try begins elsewhere.
func (s *sweep) read(ctx context.Context, first bool) (reading, error) {
	r := reading{seen: map[string]bool{}}
	var waiting []connection.InstanceID
	page, err := s.page(ctx, 1)
	for err == nil && r.add(page) {
		s.total = r.total
		fresh := s.fresh(page)
		if first && s.turn > 0 {
			waiting = append(waiting, fresh...)
			fresh = nil
		}
		if r.pages == maxPages {
			err = &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the list of instances does not end: there are more than %d pages", maxPages)}
			break
		}
		page, err = s.ask(ctx, fresh, r.pages+1)
	}
	if stop := s.askAll(ctx, rotate(waiting, s.turn)); err == nil {
		err = stop
	}
	return r, err
}

// rotate begins at a place that depends on the turn: at a half, a quarter, three
// quarters, an eighth, and so on of the way (van der Corput's sequence), so that
// few turns leave no long stretch out.
func rotate(ids []connection.InstanceID, turn int) []connection.InstanceID {
	begin := int(uint64(bits.Reverse32(uint32(turn))) * uint64(len(ids)) >> 32)
	return slices.Concat(ids[begin:], ids[:begin])
}

// fresh returns the instances of a page that no page has had before.
func (s *sweep) fresh(page elasticsearch.Page) []connection.InstanceID {
	s.noteMalformed(connection.InstanceID{}, page.Malformed)
	var fresh []connection.InstanceID
	for _, e := range page.Entries {
		if _, ok := s.known[e.ID]; !ok {
			s.known[e.ID] = e.Status
			fresh = append(fresh, e.ID)
		}
	}
	return fresh
}

func (s *sweep) noteMalformed(of connection.InstanceID, reasons []string) {
	for _, reason := range reasons {
		if m := (Malformed{of, reason}); len(s.malformed) < maxMalformed && !slices.Contains(s.malformed, m) {
			s.malformed = append(s.malformed, m)
		}
	}
}

func (s *sweep) page(ctx context.Context, number int) (page elasticsearch.Page, err error) {
	err = parallel.Guard(func() (err error) {
		page, err = s.reader.ListInstance(ctx, number)
		return err
	})
	return page, err
}

// askAll asks as many at a time as a page has.
func (s *sweep) askAll(ctx context.Context, ids []connection.InstanceID) error {
	for some := range slices.Chunk(ids, elasticsearch.PageSize) {
		if _, err := s.ask(ctx, some, 0); err != nil {
			return err
		}
	}
	return nil
}

// ask asks instances for their connections, and towards the end of that has the
// next page read (BenchmarkSweep), if it has a number. Its error is why the sweep
// does not go on.
func (s *sweep) ask(ctx context.Context, ids []connection.InstanceID, number int) (page elasticsearch.Page, err error) {
	said := make([]peers, len(ids))
	var calls []func()
	for i, id := range ids {
		calls = append(calls, func() { said[i] = s.peersOf(ctx, id) })
	}
	if number > 0 {
		calls = slices.Insert(calls, max(0, len(calls)+1-s.limit), func() { page, err = s.page(ctx, number) })
	}
	parallel.Do(s.limit, len(calls), func(i int) error {
		calls[i]()
		return nil
	})
	if stop := s.note(ctx, ids, said); stop != nil {
		return page, stop
	}
	return page, err
}

// peers are what one instance says of its connections.
type peers struct {
	elasticsearch.List
	err error
}

func (s *sweep) peersOf(ctx context.Context, id connection.InstanceID) (p peers) {
	p.err = parallel.Guard(func() (err error) {
		if err := ctx.Err(); err != nil {
			return &connection.Error{Kind: connection.Timeout, Err: err}
		}
		p.List, err = s.reader.ListConnectedClusters(ctx, id)
		if connection.KindOf(err) == connection.NoInstance {
			err = s.vanished(ctx, id, err)
		}
		return err
	})
	return p
}

// vanished makes sure that an instance that was listed, and does not exist any
// more by what its own list is answered, is not there.
func (s *sweep) vanished(ctx context.Context, id connection.InstanceID, answer error) error {
	status, is, err := describe(ctx, s.reader, id)
	switch {
	case err != nil:
		return err
	case is == notThere:
		return answer
	}
	return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("%s is listed and %s, but its own connections are answered as if it did not exist", id, status), Err: answer}
}

// note takes what the instances said, in order. One that vanished meanwhile has no
// connection; one that cannot be read may have some. Its error is why the sweep
// does not go on: there is no time to ask, or nothing but refusals for want of a
// permission, which the next instance would answer too.
func (s *sweep) note(ctx context.Context, ids []connection.InstanceID, said []peers) (stop error) {
	first, denied := s.asked == 0, 0
	for i, id := range ids {
		switch kind := connection.KindOf(said[i].err); {
		case kind == connection.NoInstance:
			continue
		case isOutOfTime(ctx, said[i].err):
			stop = said[i].err
			continue
		case kind == connection.Denied:
			denied++
		}
		s.asked++
		s.noteOne(id, said[i])
	}
	if s.progress != nil {
		s.progress(s.asked, s.total)
	}
	if stop == nil && first && denied == s.asked && len(s.unread) > 0 {
		stop, s.unread = s.unread[0].Err, nil
	}
	return stop
}

func (s *sweep) noteOne(id connection.InstanceID, p peers) {
	s.noteMalformed(id, p.Malformed)
	if len(s.gone) == 0 {
		s.noteAll(id, p)
		return
	}
	for _, gone := range s.gone {
		pair := connection.Pair{Instance: id, Connected: gone}
		switch {
		case id.Same(gone): // it is listed still
		case p.err != nil:
			s.unread = append(s.unread, Unread{pair, p.err})
		case p.Has(gone):
			s.pairs = append(s.pairs, pair)
		}
	}
}

// noteAll takes every connection of an instance. Itself is no peer.
func (s *sweep) noteAll(id connection.InstanceID, p peers) {
	if p.err != nil {
		s.unread = append(s.unread, Unread{connection.Pair{Instance: id}, p.err})
	}
	for _, peer := range p.Entries {
		if !peer.ID.Same(id) {
			s.pairs = append(s.pairs, connection.Pair{Instance: id, Connected: peer.ID})
			s.networks = append(s.networks, peer.NetworkType)
		}
	}
}

// isOutOfTime says whether a call was not answered because the time for reading is
// up: a call that is refused for its rate is repeated until then.
func isOutOfTime(ctx context.Context, err error) bool {
	kind := connection.KindOf(err)
	return kind == connection.Throttled || kind == connection.Timeout && ctx.Err() != nil
}

// cut says how far a sweep came that ran out of time.
func (s *sweep) cut(ctx context.Context, err error) error {
	if !isOutOfTime(ctx, err) || len(s.known) == 0 {
		return err
	}
	cut := *err.(*connection.Error)
	cut.Message = fmt.Sprintf("the time was too short: %d of %d instances were asked for their connections", s.asked, max(len(s.known), s.total))
	if cut.Kind == connection.Throttled {
		cut.Message += ", since the API limits the rate of requests"
	}
	return &cut
}
