package discover_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

type (
	fault = elasticsearchtest.Fault
	hook  = func(elasticsearchtest.Request) fault
)

// A fixture is a Finder over a stand-in API.
type fixture struct {
	discover.Finder
	api *elasticsearchtest.Server
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	api := elasticsearchtest.NewMemoryServer()
	t.Cleanup(api.Close)
	api.AddAccount(elasticsearchtest.Account{AccessKeyID: "key", AccessKeySecret: "secret"})
	endpoint, err := elasticsearch.ParseEndpoint(api.URL)
	if err != nil {
		t.Fatal(err)
	}
	reader := &elasticsearch.Reader{
		Endpoint:    endpoint,
		Credentials: acs3.Credentials{AccessKeyID: acs3.NewSecret("key"), AccessKeySecret: acs3.NewSecret("secret")},
		Transport:   api,
		Nonce:       rand.Text,
		Pace:        new(elasticsearch.Pace),
		Slots:       make(chan struct{}, 64),
	}
	return &fixture{discover.Finder{Reader: func(context.Context, connection.Scope) (*elasticsearch.Reader, error) { return reader, nil }, Limit: 1}, api}
}

// bubbled is a test beside others, in a synctest bubble, where waiting takes no time.
func bubbled(test func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	}
}

// calls are the requests that the API has had, in order.
func (f *fixture) calls() (calls []string) {
	for _, r := range f.api.Requests() {
		calls = append(calls, r.String())
	}
	return calls
}

func id(text string) connection.InstanceID {
	id, err := connection.ParseInstanceID(text)
	if err != nil {
		panic(err)
	}
	return id
}

// requested is for a request, which expects nothing.
const requested trigger.Expects = ""

// cleanup asks for all connections of an instance.
func cleanup(instance string, expects trigger.Expects) trigger.Request {
	return trigger.Request{Action: trigger.Cleanup{Instance: id(instance), Requested: expects == requested, Expects: expects, Force: true}}
}

// said is what a finding says, in short.
func said(f discover.Finding) string {
	text := []string{fmt.Sprintf("%d asked", f.Scanned)}
	for _, pair := range f.Pairs {
		text = append(text, pair.Instance.String()+"-"+pair.Connected.String())
	}
	slices.SortFunc(f.Unread, func(a, b discover.Unread) int { return strings.Compare(a.Instance.String(), b.Instance.String()) })
	for _, u := range f.Unread {
		text = append(text, fmt.Sprintf("%s-%s unread (%s)", u.Instance, u.Connected, code(u.Err)))
	}
	for _, m := range f.Malformed {
		text = append(text, fmt.Sprintf("(%s) %s", m.Of, m.Reason))
	}
	if f.Err != nil {
		text = append(text, code(f.Err))
	}
	if f.Ignored != "" {
		text = append(text, f.Ignored)
	}
	return strings.Join(text, ", ")
}

// check makes a finding, and holds it, in short, and the requests for it to those wanted.
func (f *fixture) check(t *testing.T, q trigger.Request, inShort func(discover.Finding) string, want string, calls []string) {
	t.Helper()
	if got := inShort(f.Find(t.Context(), []trigger.Request{q})[0]); got != want {
		t.Errorf("finding:\n got %s\nwant %s", got, want)
	}
	if got := f.calls(); !slices.Equal(got, calls) {
		t.Errorf("calls:\n got %q\nwant %q", got, calls)
	}
}

// code is the kind of an error with the API's code or else the message.
func code(err error) string {
	failure := (*connection.Error)(nil)
	if !errors.As(err, &failure) {
		return strings.SplitN(err.Error(), "\n", 2)[0]
	}
	if failure.Code != "" {
		return failure.Kind.String() + " " + failure.Code
	}
	return failure.Kind.String() + ": " + failure.Text()
}

func refuse(code string) fault { return fault{Answer: elasticsearchtest.Refuse(400, code, "m")} }

func answer(json string) fault {
	return fault{Answer: elasticsearchtest.Body(http.StatusOK, "application/json", json)}
}

// at makes an answer of the API another, each time that a call is made.
func at(call string, f fault) hook { return elasticsearchtest.At(call, func(int) fault { return f }) }

// TestOneCause: a failure that every call would have is met once, by a batch of releases, by a
// sweep and by the questions of a reconcile; what else was found is not lost.
func TestOneCause(t *testing.T) {
	t.Parallel()
	expired := refuse("InvalidSecurityToken.Expired")
	const cause = "Denied InvalidSecurityToken.Expired"
	for name, test := range map[string]struct {
		at       string
		requests []trigger.Request
		calls    int
		want     []string
	}{
		"a batch":              {"DescribeInstance", []trigger.Request{cleanup("es-x", trigger.Gone), cleanup("es-y", trigger.Gone), cleanup("es-z", trigger.Gone)}, 1, []string{"0 asked, " + cause, "0 asked, " + cause, "0 asked, " + cause}},
		"the list":             {"ListInstance", []trigger.Request{reconcile()}, 1, []string{"0 asked, " + cause}},
		"a sweep of a release": {"ListConnectedClusters es-0002", []trigger.Request{cleanup("es-x", trigger.Gone)}, 2 + 2 + 3, []string{"2 asked, es-0000-es-x, es-0001-es-x, " + cause}},
		"a reconcile":          {"ListConnectedClusters es-0002", []trigger.Request{reconcile()}, 2 + 3, []string{"2 asked, " + cause}},
		"the other ends":       {"DescribeInstance es-y", []trigger.Request{reconcile()}, 2 + 5 + 2, []string{"5 asked, " + cause}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newRegion(t, 5, 0, 1, 2, 3, 4) // each is connected with es-x
			for i := range 5 {
				f.api.Connect(survivor(i), "es-y")
				f.api.Connect(survivor(i), "es-z")
			}
			f.api.OnRequest = at(test.at, expired)
			var got []string
			for _, found := range f.Find(t.Context(), test.requests) {
				got = append(got, said(found))
			}
			if calls := f.calls(); !slices.Equal(got, test.want) || len(calls) != test.calls {
				t.Errorf("findings:\n got %q\nwant %q\n%d calls, want %d: %q", got, test.want, len(calls), test.calls, calls)
			}
		})
	}
}

// TestFindKeepsRequestsApart: each request has its finding, in order; what
// befalls one of them is not in the others'. A request for one connection needs no
// credentials to be found out about.
func TestFindKeepsRequestsApart(t *testing.T) {
	t.Parallel()
	pair := connection.Pair{Instance: id("es-a"), Connected: id("es-b")}
	requests := []trigger.Request{
		{EventID: "e1", Action: trigger.Disconnect{Removal: connection.Removal{Pair: pair}}},
		{EventID: "e2", Action: trigger.Ignore{Reason: "no release"}},
		{EventID: "e3", Err: errors.New("refused")},
		{EventID: "e4", Action: trigger.Info{}},
		cleanup("es-c", trigger.Gone),
		cleanup("es-d", trigger.PerhapsGone),
	}
	for name, test := range map[string]struct {
		reader func(context.Context, connection.Scope) (*elasticsearch.Reader, error)
		want   string // of the cleanups
	}{
		"no credentials": {func(context.Context, connection.Scope) (*elasticsearch.Reader, error) {
			return nil, errors.New("no credentials")
		}, "no credentials"},
		"a panic": {func(context.Context, connection.Scope) (*elasticsearch.Reader, error) { panic("of the reader") }, "panic: of the reader"},
	} {
		f := discover.Finder{Reader: test.reader, Limit: 8}
		var got []string
		for i, found := range f.Find(t.Context(), requests) {
			if found.Request.EventID != requests[i].EventID {
				t.Errorf("%s: finding %d is of request %q", name, i, found.Request.EventID)
			}
			got = append(got, said(found))
		}
		want := []string{"0 asked, es-a-es-b", "0 asked, no release", "0 asked, refused", "0 asked", "0 asked, " + test.want, "0 asked, " + test.want}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
		}
	}
}

// TestManyScopes: a batch may have more scopes than are read side by side. If each of them takes all the time, the next
// try begins with others.
func TestManyScopes(t *testing.T) { bubbled(testManyScopes)(t) }

func testManyScopes(t *testing.T) {
	const scopes = 50
	var requests []trigger.Request
	for i := range scopes {
		region, err := connection.ParseRegion(fmt.Sprintf("cn-%d", i))
		if err != nil {
			t.Fatal(err)
		}
		requests = append(requests, trigger.Request{Action: trigger.Reconcile{}, Scope: connection.Scope{Region: region}})
	}
	var read sync.Map
	for try := range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		f := discover.Finder{RetryCount: try, Reader: func(ctx context.Context, scope connection.Scope) (*elasticsearch.Reader, error) {
			if ctx.Err() == nil {
				read.Store(scope, true)
				<-ctx.Done()
			}
			return nil, ctx.Err()
		}}
		for i, found := range f.Find(ctx, requests) {
			if found.Request.Scope != requests[i].Scope || found.Err == nil {
				t.Errorf("try %d: the finding of %v is %+v", try, requests[i].Scope, found)
			}
		}
		cancel()
	}
	for _, r := range requests {
		if _, ok := read.Load(r.Scope); !ok {
			t.Errorf("%s was read in none of two tries", r.Scope.Region)
		}
	}
}
