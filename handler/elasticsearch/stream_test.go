package elasticsearch_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// streamed is a client of an API that answers 200 with a body as it is read.
func streamed(t *testing.T, body io.Reader) *elasticsearch.Client {
	t.Helper()
	client := clientAt(t, "http://127.0.0.1", elasticsearch.NewTransport(""))
	client.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(body)}, nil
	})
	return client
}

// parts is a body that is made while it is read; part returns "" after the last.
type parts struct {
	part func() string
	rest *strings.Reader
}

func (p *parts) Read(b []byte) (int, error) {
	if p.rest == nil || p.rest.Len() == 0 {
		p.rest = strings.NewReader(p.part())
	}
	return p.rest.Read(b)
}

// TestLargePage: a page of 100 instances of 200 KiB each is read in memory that
// does not grow with it. It is not parallel, so that the heap is its own.
func TestLargePage(t *testing.T) {
	const instances, size = 100, 200 << 10
	tag := strings.Repeat("x", 1000)
	tags := strings.Repeat(`{"tagKey":"`+tag+`"},`, size/len(tag))
	var least, most uint64
	measure := func() {
		runtime.GC()
		var heap runtime.MemStats
		runtime.ReadMemStats(&heap)
		most = max(most, heap.HeapAlloc)
		least = min(cmp.Or(least, most), most)
	}
	n := 0
	page := &parts{part: func() string {
		if n%10 == 0 {
			measure()
		}
		switch n++; {
		case n == 1:
			return `{"Result":[null`
		case n <= instances+1:
			return fmt.Sprintf(`,{"tags":[%snull],"instanceId":"es-%d"}`, tags, n-2)
		case n == instances+2:
			return fmt.Sprintf(`],"Headers":{"X-Total-Count":%d}}`, instances)
		}
		return ""
	}}
	got, err := streamed(t, page).ListInstance(t.Context(), 1)
	if err != nil || len(got.Entries) != instances || got.Entries[99].ID.String() != "es-99" || got.Total != instances {
		t.Errorf("page of %d, %v", len(got.Entries), err)
	}
	if grown := int(most - least); grown > 10*size {
		t.Errorf("the heap grew by %d KiB", grown>>10)
	}
}

// TestLongestAnswer: an answer of 32 MiB is read, and of a longer one no more.
func TestLongestAnswer(t *testing.T) {
	t.Parallel()
	const bound = 32 << 20
	for name, test := range map[string]struct {
		size, most int64
		want       string
	}{
		"the longest":   {bound, bound, `Upstream the API answered HTTP 200: the body is "text/plain"`},
		"one byte more": {bound + 1, bound + 1, "Upstream the API answered HTTP 200: the body is more than 33554432 bytes"},
		"as much again": {2 * bound, bound + 64<<10, "Upstream the API answered HTTP 200: the body is more than 33554432 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := &io.LimitedReader{R: endless(strings.Repeat("x", 64<<10)), N: test.size}
			d := elasticsearch.Decode(200, "text/plain", body, acs3.Credentials{})
			if got := outcomeOf(t, "", d.Failure); got != test.want {
				t.Errorf("failure:\n got %s\nwant %s", got, test.want)
			}
			if read := test.size - body.N; read > test.most {
				t.Errorf("%d bytes were read", read)
			}
		})
	}
}

// endless is a reader of a text, again and again.
type endless string

func (e endless) Read(b []byte) (int, error) { return copy(b, e), nil }

// TestDeepAnswer: what is nested without end is no documented JSON, and is read
// like all else.
func TestDeepAnswer(t *testing.T) {
	t.Parallel()
	const deep = 1 << 17
	for name, test := range map[string]struct{ body, want string }{
		"lists":             {`{"Result":` + strings.Repeat(`[`, deep), "the body is not the documented JSON"},
		"lists that end":    {`{"Result":` + strings.Repeat(`[`, deep) + strings.Repeat(`]`, deep) + `}`, "the body is not the documented JSON"},
		"Results":           {strings.Repeat(`{"Result":`, deep), "the body is not the documented JSON"},
		"Results that end":  {strings.Repeat(`{"Result":`, deep) + `[]` + strings.Repeat(`}`, deep), "the body is not the documented JSON"},
		"another member":    {`{"Result":true,"x":` + strings.Repeat(`{"x":`, deep), "the body is not the documented JSON"},
		"Headers":           {`{"Headers":` + strings.Repeat(`[`, deep), "the body is not the documented JSON"},
		"an id":             {`{"Result":[{"instances":` + strings.Repeat(`[`, deep), "the body is not the documented JSON"},
		"lists and no body": {strings.Repeat(`[`, deep), `the body is "application/json"`},
		"XML":               {`<Error>` + strings.Repeat(`<a>`, deep/16), "the body is not the documented XML"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := elasticsearch.Decode(200, "application/json", strings.NewReader(test.body), acs3.Credentials{})
			if got, want := outcomeOf(t, "", d.Failure), "Upstream the API answered HTTP 200: "+test.want; got != want {
				t.Errorf("failure:\n got %s\nwant %s", got, want)
			}
		})
	}
}

// TestBrokenBody: a body that breaks off is a failure of the network, wherever it
// does and whatever could be made of what came.
func TestBrokenBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testBrokenBody)
}

func testBrokenBody(t *testing.T) {
	const whole = `{"Result":[{"instances":"es-a"},{"instances":"es-b"}],"RequestId":"r"}`
	for end := range len(whole) + 1 {
		body := io.MultiReader(strings.NewReader(whole[:end]), broken{})
		_, err := streamed(t, body).ListConnectedClusters(t.Context(), removal().Instance)
		if got, want := outcomeOf(t, "", err), "Unavailable no answer from the API: the connection failed; outcome unknown; safe to repeat"; got != want {
			t.Errorf("%s:\n got %s\nwant %s", whole[:end], got, want)
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: error %+v", whole[:end], err)
		}
	}
}

// broken is the rest of a body whose connection is closed.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
