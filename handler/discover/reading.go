package discover

import (
	"fmt"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// A reading is one pass over the pages of the list.
type reading struct {
	pages   int
	seen    map[string]bool // the entries, those that are no instance id included
	ids     int             // how many of them are instance ids
	largest int             // entries of a page
	total   int             // how many instances there are, as the first page says; -1 when it does not
	changed bool            // another page says another total
	twice   bool            // an instance was on two pages: the list changed meanwhile
	ended   bool            // at an empty page; else at one that only repeats
}

// hasAll says whether as many instances were listed as there are said to be.
func (r reading) hasAll() bool { return r.total == r.ids && !r.changed }

// isWhole says whether no other instance can have been there all the time. Where
// pages repeat, a total is none if it may be that of a page.
func (r reading) isWhole() bool { return r.hasAll() && (r.ended || r.total > r.largest) }

// isWholeIfRepeated says the same of a reading that found no instance besides
// those of the readings before. A total that is counted otherwise does no harm
// then, and where pages repeat, one page that is not full is taken for the only
// one if the total is that.
func (r reading) isWholeIfRepeated() bool {
	return r.ended && !r.twice && (r.ids > 0 || r.total <= 0) || r.hasAll() && r.largest < elasticsearch.PageSize
}

func (r reading) problem() error {
	if r.ended && r.ids == 0 && r.total > 0 {
		return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the list of instances is empty, and %d are said to be in it", r.total)}
	}
	if !r.ended {
		return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("the pages of the list of instances repeat and do not end: whether there are more than %d cannot be told", r.ids)}
	}
	return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("the list of instances changed while it was read, each of the %d times", maxReadings)}
}

// add takes a page, and says whether it brings anything new.
func (r *reading) add(page elasticsearch.Page) bool {
	before, again := len(r.seen), false
	for _, e := range page.Entries {
		again = again || r.seen[e.ID.String()]
	}
	for _, e := range page.Entries {
		if !r.seen[e.ID.String()] {
			r.seen[e.ID.String()] = true
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
