package discover

import (
	"context"
	"fmt"
	"slices"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
	"elasticsearch-disconnect/handler/trigger"
)

// A region is what all instances of a region say of their connections with those
// that are gone. Nothing else is kept of what they say.
type region struct {
	gone   []connection.InstanceID
	pairs  []connection.Pair               // connected; Connected is the one that is gone
	unread map[connection.InstanceID]error // why an instance could not be read
	asked  int                             // how many instances were asked
	err    error                           // why there may be more pairs
}

const (
	// maxReadings bounds how often the list of instances is read.
	maxReadings = 3

	// maxPages bounds a reading where the API does not say how many instances
	// there are: 100,000.
	maxPages = 1000
)

// readRegion asks every instance for its connections, once for all the instances
// that are gone.
//
// While instances are released, the pages behind them move up, and an instance
// may be passed over. So when there turn out to be fewer instances than there
// were, the list is read again. One that is released and one that is created
// within one reading hide each other: that cannot be seen.
func (f Finder) readRegion(ctx context.Context, findings []Finding) region {
	r := region{gone: goneOf(findings)}
	for range maxReadings {
		r.unread, r.asked = map[connection.InstanceID]error{}, 0
		var shrunk bool
		if shrunk, r.err = f.readOnce(ctx, &r); r.err != nil || !shrunk {
			return r
		}
	}
	r.err = &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("the list of instances got shorter, or was cut short, each of the %d times it was read", maxReadings)}
	return r
}

func goneOf(findings []Finding) []connection.InstanceID {
	var gone []connection.InstanceID
	for _, f := range findings {
		if f.gone {
			gone = append(gone, f.Request.Action.(trigger.Cleanup).Instance)
		}
	}
	return gone
}

// readOnce reads the list of instances page by page. What was found before an
// error stays.
func (f Finder) readOnce(ctx context.Context, r *region) (shrunk bool, err error) {
	reader, err := f.Reader()
	if err != nil {
		return false, err
	}
	var page elasticsearch.Page
	err = parallel.Guard(func() (err error) {
		page, err = reader.ListInstance(ctx, 1)
		return err
	})
	seen, total := 0, 0
	for next := 2; err == nil && next <= maxPages; next++ {
		seen += len(page.Instances)
		if page.Total > 0 {
			shrunk = shrunk || page.Total < total
			total = page.Total
		}
		if page.Last(seen) {
			r.ask(ctx, reader, f.Limit, page.Instances, 0)
			return shrunk || seen < total, nil
		}
		page, err = r.ask(ctx, reader, f.Limit, page.Instances, next)
	}
	return true, err // of more pages than there can be, what was read is not all
}

// ask asks the instances of a page for their connections, and meanwhile has the
// next page read (BenchmarkSweep), if there is one.
func (r *region) ask(ctx context.Context, reader *elasticsearch.Reader, limit int, ids []connection.InstanceID, next int) (page elasticsearch.Page, err error) {
	peers := make([][]connection.InstanceID, len(ids))
	errs := parallel.Do(limit, 1+len(ids), func(i int) (err error) {
		switch {
		case i > 0:
			peers[i-1], err = reader.ListConnectedClusters(ctx, ids[i-1])
		case next > 0:
			page, err = reader.ListInstance(ctx, next)
		}
		return err
	})
	for i, id := range ids {
		r.note(id, peers[i], errs[1+i])
	}
	return page, errs[0]
}

// note takes what an instance says of its connections. One that vanished
// meanwhile has none; one that cannot be read may have some, unless it was listed
// twice and read once.
func (r *region) note(id connection.InstanceID, peers []connection.InstanceID, err error) {
	if isAbsent(err) {
		return
	}
	r.asked++
	if err != nil {
		if r.unread[id] == nil {
			r.unread[id] = err
		}
		return
	}
	delete(r.unread, id)
	for _, gone := range r.gone {
		if pair := (connection.Pair{Instance: id, Connected: gone}); id != gone && slices.Contains(peers, gone) && !slices.Contains(r.pairs, pair) {
			r.pairs = append(r.pairs, pair)
		}
	}
}

// with adds what the region says of an instance that is gone. A pair is not
// unread if it was found connected in an earlier reading.
func (f Finding) with(r region) Finding {
	id := f.Request.Action.(trigger.Cleanup).Instance
	for _, pair := range r.pairs {
		if pair.Connected == id {
			f.Pairs = append(f.Pairs, pair)
		}
	}
	for other, err := range r.unread {
		if pair := (connection.Pair{Instance: other, Connected: id}); other != id && !slices.Contains(f.Pairs, pair) {
			f.Unread = append(f.Unread, Unread{pair, err})
		}
	}
	f.Scanned, f.Err = r.asked, r.err
	return f
}
