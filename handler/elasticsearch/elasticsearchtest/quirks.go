package elasticsearchtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
)

// Quirks are answers that the documentation neither promises nor excludes. The zero Quirks are what is documented.
type Quirks struct {
	// Of every success: members of the body, besides the documented ones or in place of them.
	Members map[string]any

	// Of ListInstance.
	Total       func(page, all int) any   // what X-Total-Count says, by the entries of the page and in all; nil: all
	TotalInHTTP bool                      // that is a header of HTTP, and not in the body
	LargestPage int                       // so many instances a page, whatever size says; 0: as size says
	Page        func(asked, last int) int // which page is answered; nil: that asked for
	Padding     int                       // so many bytes more in every entry

	// Of both lists: the ids of entries at the beginning of each.
	Malformed []string

	// Of ListConnectedClusters.
	Empty  string           // the whole body where nothing is listed; "": as documented
	Joined bool             // the ids are in one entry, with commas between them
	OfGone http.HandlerFunc // the answer for an instance that does not exist; nil: InstanceNotFound

	// Of DeleteConnectedCluster.
	RefusesGone string // the code for a connectedInstanceId that does not exist, and the connection stays; "": it is removed
	True        any    // the Result of a success; nil: true
}

// succeed answers a success, with the members that Quirks adds.
func (s *Server) succeed(body reply) http.HandlerFunc {
	more := s.Quirks.Members
	if more == nil {
		return result(body)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		members := map[string]any{"Result": body.Result, "RequestId": w.Header().Get(requestIDHeader)}
		if body.Headers != nil {
			members["Headers"] = body.Headers
		}
		maps.Copy(members, more)
		writeJSON(w, http.StatusOK, members)
	}
}

// page finds the entries of a page of which size are asked for.
func (q Quirks) page(ids []string, number, size int) []string {
	if q.LargestPage > 0 {
		size = min(size, q.LargestPage)
	}
	if q.Page != nil {
		number = q.Page(number, max(1, (len(ids)+size-1)/size))
	}
	from := min(number-1, len(ids)) * size // Past the end either way, without overflow.
	page := ids[min(from, len(ids)):min(from+size, len(ids))]
	if number == 1 {
		page = append(q.Malformed[:len(q.Malformed):len(q.Malformed)], page...)
	}
	return page
}

// withTotal adds to a page how many instances there are.
func (s *Server) withTotal(body reply, page, all int) http.HandlerFunc {
	var total any = all
	if s.Quirks.Total != nil {
		total = s.Quirks.Total(page, all)
	}
	if total == nil {
		return s.succeed(body)
	}
	if !s.Quirks.TotalInHTTP {
		body.Headers = map[string]any{totalHeader: total}
		return s.succeed(body)
	}
	return func(w http.ResponseWriter, r *http.Request) {
		text, _ := json.Marshal(total) // of a number or a text, which cannot fail
		w.Header().Set(totalHeader, strings.Trim(string(text), `"`))
		s.succeed(body)(w, r)
	}
}

const totalHeader = "X-Total-Count"

// connected are the entries of a list of connections.
func (q Quirks) connected(peers []string) []string {
	peers = append(q.Malformed[:len(q.Malformed):len(q.Malformed)], peers...)
	if q.Joined && len(peers) > 0 {
		return []string{strings.Join(peers, ",")}
	}
	return peers
}
