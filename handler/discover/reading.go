package discover

import (
	"fmt"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// A reading is one pass over the pages of the list of instances.
type reading struct {
	pages   int
	seen    map[string]bool // the entries, malformed ones included
	ids     int             // how many of them are instance ids
	largest int             // entries of the largest page
	total   int             // how many instances exist, as the first page says; -1 if it does not
	changed bool            // another page gives another total
	twice   bool            // an instance was on two pages: the list changed meanwhile
	ended   bool            // by an empty page; else by a page that only repeats
}

// hasAll reports whether the reading has as many instances as each page says exist.
func (r reading) hasAll() bool { return r.total == r.ids && !r.changed }

// isWhole reports whether the reading has every instance that existed throughout it.
// If the API repeats pages instead of ending the list, a total no larger than the
// largest page is not trusted: it may count only that page.
func (r reading) isWhole() bool { return r.hasAll() && (r.ended || r.total > r.largest) }

// isWholeIfRepeated is the weaker test for a second or third reading that found nothing
// new. If the list ended, a different total is then acceptable. If pages repeat, one
// page that is not full is accepted if its size is the total.
func (r reading) isWholeIfRepeated() bool {
	return r.ended && !r.twice && (r.ids > 0 || r.total <= 0) || r.hasAll() && r.largest < elasticsearch.PageSize
}

// isExact reports whether nothing contradicts the reading: there is no total, or the
// total counts the entries, malformed ones included.
func (r reading) isExact() bool { return r.total < 0 || !r.changed && r.total == len(r.seen) }

// problem returns why no reading was whole; r is the last one.
func (r reading) problem() error {
	switch {
	case r.ended && r.ids == 0 && r.total > 0:
		return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the instance list is empty, but its total says %d", r.total)}
	case !r.ended:
		return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the API repeats pages of the instance list instead of ending it; there may be more than the %d instances read", r.ids)}
	}
	return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("the instance list changed during each of %d readings", maxReadings)}
}

// add takes a page, and reports whether it has anything new.
func (r *reading) add(page elasticsearch.Page) bool {
	before, again := len(r.seen), false
	for _, entry := range page.Entries {
		again = again || r.seen[entry.ID.String()]
	}
	for _, entry := range page.Entries {
		if id := entry.ID.String(); !r.seen[id] {
			r.seen[id] = true
			r.ids++
		}
	}
	for _, reason := range page.Malformed {
		r.seen[reason] = true
	}
	if r.pages++; r.pages == 1 {
		r.total = page.Total
	}
	entries := len(page.Entries) + len(page.Malformed)
	r.changed = r.changed || page.Total >= 0 && page.Total != r.total
	r.largest = max(r.largest, entries)
	r.ended = entries == 0
	isNew := len(r.seen) > before
	r.twice = r.twice || isNew && again
	return isNew
}

// missing returns how many more pages the total promises, with the empty one at the
// end; at least one.
func (r reading) missing() int {
	pages := (r.total + elasticsearch.PageSize - 1) / elasticsearch.PageSize
	return min(max(1, pages+1-r.pages), maxPages-r.pages)
}
