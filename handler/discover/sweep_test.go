package discover_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// A region is an API whose list of instances changes while it is read. es-x is
// gone, and every instance that is there all the time is connected with it.
type region struct {
	list    []string        // what is listed, in order: instances, and entries that are none
	size    int             // entries a page
	paging  string          // what is answered for a page that there is none of
	total   string          // what is said of how many there are
	changes [][]change      // before each page but the first of a reading, or before each reading
	fails   map[int]bool    // the calls that fail, by their number
	calls   int             // so far
	pages   int             // of all readings
	read    int             // readings begun
	now     map[string]bool // what was on a page of this reading
	twice   bool            // something was on two of them
	shown   map[string]bool // what was on a page
	asked   map[string]int  // how often
}

// A change is one that happens to the list between two pages.
type change struct {
	kind     string
	from, to int // places, taken modulo the length
}

// regions draws regions. Excluded is what cannot be seen, as the comment of
// sweep.run says: between two pages instances either vanish or appear; no total is
// too low, nor said on the first page alone, where both together would stay unseen.
func regions(t *rapid.T) *region {
	r := &region{
		size:   rapid.IntRange(1, 4).Draw(t, "size"),
		paging: rapid.SampledFrom([]string{"empty", "empty", "the last", "the first", "the last is full"}).Draw(t, "paging"),
		total:  rapid.SampledFrom([]string{"right", "right", "none", "of the page", "too high", "a text", "not on the first page"}).Draw(t, "total"),
		fails:  map[int]bool{},
		shown:  map[string]bool{},
		asked:  map[string]int{},
	}
	for i := range rapid.IntRange(1, 8).Draw(t, "lasting") {
		r.list = append(r.list, fmt.Sprintf("es-lasting-%d", i))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "brief") {
		r.list = append(r.list, fmt.Sprintf("es-brief-%d", i))
	}
	r.list = append(r.list, rapid.SliceOfN(rapid.SampledFrom([]string{"es-cn-odd.0001", "", "实例", "es-lasting-0", "es-x"}), 0, 2).Draw(t, "besides")...)
	r.list = rapid.Permutation(r.list).Draw(t, "list")
	gap := rapid.Custom(func(t *rapid.T) []change {
		kinds := rapid.SampledFrom([][]string{{"none"}, {"none"}, {"move"}, {"vanish", "move"}, {"appear", "move"}}).Draw(t, "kinds")
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) change {
			return change{rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.IntRange(0, 9).Draw(t, "from"), rapid.IntRange(0, 9).Draw(t, "to")}
		}), 0, 3).Draw(t, "changes")
	})
	r.changes = rapid.SliceOfN(gap, 0, 12).Draw(t, "gaps")
	if rapid.IntRange(0, 4).Draw(t, "failing") == 0 {
		r.fails[rapid.IntRange(1, 20).Draw(t, "fails")] = true
	}
	return r
}

func (r *region) change() {
	if r.pages++; r.pages > len(r.changes) {
		return
	}
	for i, c := range r.changes[r.pages-1] {
		switch from := c.from % len(r.list); {
		case c.kind == "appear":
			r.list = slices.Insert(r.list, c.to%len(r.list), fmt.Sprintf("es-new-%d-%d", r.pages, i))
		case c.kind == "move":
			moved := r.list[from]
			r.list = slices.Delete(r.list, from, from+1)
			r.list = slices.Insert(r.list, c.to%(len(r.list)+1), moved)
		case c.kind == "vanish" && (strings.HasPrefix(r.list[from], "es-brief") || strings.HasPrefix(r.list[from], "es-new")):
			r.list = slices.Delete(r.list, from, from+1)
		}
	}
}

// page is what is listed on a page.
func (r *region) page(number int) []string {
	last := max(1, (len(r.list)+r.size-1)/r.size)
	switch {
	case r.paging == "the first":
		number = 1
	case r.paging != "empty":
		number = min(number, last)
	}
	from := min((number-1)*r.size, len(r.list))
	if r.paging == "the last is full" {
		from = max(0, min(from, len(r.list)-r.size))
	}
	return r.list[from:min(from+r.size, len(r.list))]
}

// instances counts those that are instances, each once.
func (r *region) instances() int {
	known := map[string]bool{}
	for _, text := range r.list {
		if strings.HasPrefix(text, "es-") && !strings.Contains(text, ".") {
			known[text] = true
		}
	}
	return len(known)
}

// totalOf is what the X-Total-Count of a page says; nil for none.
func (r *region) totalOf(number int, page []string) any {
	switch r.total {
	case "right":
		return r.instances()
	case "of the page":
		return len(page)
	case "too high":
		return r.instances() + 2
	case "a text":
		return "many"
	case "not on the first page":
		if number > 1 {
			return r.instances()
		}
	}
	return nil
}

// RoundTrip answers as the API does.
func (r *region) RoundTrip(q *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, map[string]any{"RequestId": "E5"}
	id, isConnections := strings.CutSuffix(strings.TrimPrefix(q.URL.Path, "/openapi/instances/"), "/connected-clusters")
	r.calls++
	switch {
	case r.fails[r.calls]:
		status, body["Code"] = http.StatusBadRequest, "X"
	case isConnections && (id == "es-x" || !slices.Contains(r.list, id)):
		r.asked[id]++
		status, body["Code"] = http.StatusBadRequest, "InstanceNotFound"
	case !isConnections && q.URL.Path != "/openapi/instances" && slices.Contains(r.list, id) && id != "es-x":
		body["Result"] = map[string]string{"instanceId": id, "status": "active"}
	case !isConnections && q.URL.Path != "/openapi/instances":
		status, body["Code"] = http.StatusBadRequest, "InstanceNotFound"
	case isConnections:
		r.asked[id]++
		peers := []map[string]string{{"instances": "es-other"}}
		if strings.HasPrefix(id, "es-lasting") {
			peers = append(peers, map[string]string{"instances": "es-x"})
		}
		body["Result"] = peers
	default:
		number, _ := strconv.Atoi(q.URL.Query().Get("page"))
		if number == 1 {
			r.read, r.now, r.twice = r.read+1, map[string]bool{}, false
		}
		if number > 1 || r.read > 1 {
			r.change()
		}
		page := r.page(number)
		listed := []map[string]string{}
		for _, text := range page {
			r.twice = r.twice || r.now[text]
			r.now[text], r.shown[text] = true, true
			listed = append(listed, map[string]string{"instanceId": text})
		}
		body["Result"], body["Headers"] = listed, map[string]any{"X-Total-Count": r.totalOf(number, page)}
	}
	text, err := json.Marshal(body)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(text))), Request: q}, err
}

// finderOver is a Finder over a transport that answers as the API does.
func finderOver(transport http.RoundTripper) discover.Finder {
	endpoint, err := elasticsearch.ParseEndpoint("http://127.0.0.1")
	reader := &elasticsearch.Reader{
		Nonce:       rand.Text,
		Pace:        new(elasticsearch.Pace),
		Slots:       make(chan struct{}, 64),
		Endpoint:    endpoint,
		Credentials: acs3.Credentials{AccessKeyID: acs3.NewSecret("key"), AccessKeySecret: acs3.NewSecret("secret")},
		Transport:   transport,
	}
	return discover.Finder{Limit: 1, Reader: func(context.Context, connection.Scope) (*elasticsearch.Reader, error) { return reader, err }}
}

// TestNothingIsHidden: where a sweep reports that it found everything, it found
// every connection with an instance that was there all the time. What is on no page
// of several readings cannot be found where pages end as they should, or each has
// the total of itself. No instance is asked twice.
func TestNothingIsHidden(t *testing.T) {
	t.Parallel()
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		r := regions(t)
		finder := finderOver(r)
		finder.RetryCount = rapid.IntRange(0, 3).Draw(t, "turn")
		finding := finder.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Gone)})[0]
		for id, n := range r.asked {
			if id != "es-x" && n > 1 {
				t.Errorf("%s was asked %d times", id, n)
			}
		}
		if finding.Err != nil || len(finding.Unread) > 0 {
			return
		}
		found++
		for _, text := range r.list {
			isFound := strings.HasPrefix(text, "es-lasting") && slices.Contains(finding.Pairs, connection.Pair{Instance: id(text), Connected: id("es-x")})
			isHidden := r.read > 1 && !r.shown[text] && (r.paging == "empty" && !r.twice || r.total == "of the page")
			if strings.HasPrefix(text, "es-lasting") && !isFound && !isHidden {
				t.Errorf("%s is connected, and %s", text, said(finding))
			}
		}
	})
	if found == 0 {
		t.Error("no sweep found everything")
	}
}
