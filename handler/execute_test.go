package handler

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A fixture is an executor over a stand-in API, and the outcomes that it reported.
type fixture struct {
	*executor
	api *elasticsearchtest.Server

	mu    sync.Mutex
	lines []string // of the outcomes, in the order of their reports
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{api: elasticsearchtest.NewMemoryServer()}
	t.Cleanup(f.api.Close)
	f.api.AddAccount(elasticsearchtest.Account{AccessKeyID: "key", AccessKeySecret: "secret"})
	transport := f.api.Transport()
	t.Cleanup(transport.CloseIdleConnections)
	client := &elasticsearch.Client{Reader: elasticsearch.Reader{
		Endpoint:    must(elasticsearch.ParseEndpoint(f.api.URL)),
		Credentials: acs3.Credentials{AccessKeyID: acs3.NewSecret("key"), AccessKeySecret: acs3.NewSecret("secret")},
		Transport:   transport,
		Nonce:       rand.Text,
		Pace:        new(elasticsearch.Pace),
		Slots:       make(chan struct{}, 64),
	}}
	f.executor = &executor{
		prover: &prover{client: func(context.Context, connection.Scope) (*elasticsearch.Client, error) { return client, nil }},
		client: func(context.Context, connection.Scope) (*elasticsearch.Client, error) { return client, nil },
		onOutcome: func(o outcome) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.lines = append(f.lines, said(o))
		},
	}
	return f
}

// at is a hook that gives this answer at each call of this kind.
func at(call string, answer elasticsearchtest.Fault) func(elasticsearchtest.Request) elasticsearchtest.Fault {
	return elasticsearchtest.At(call, func(int) elasticsearchtest.Fault { return answer })
}

func refuse(status int, code string) elasticsearchtest.Fault {
	return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(status, code, "m")}
}

// said is an outcome in short.
func said(o outcome) string {
	text := strings.NewReplacer(idA, "A", idB, "B").Replace(o.Instance.String() + "-" + o.Connected.String() + " " + o.word())
	if o.err != nil {
		text += " " + strings.SplitN(o.err.Error(), "\n", 2)[0]
	}
	return strings.NewReplacer(idA, "A", idB, "B").Replace(text)
}

func saidOfAll(outcomes []outcome) (texts []string) {
	for _, o := range outcomes {
		texts = append(texts, said(o))
	}
	return texts
}

// removals returns the removals that decide plans for these pairs.
func removals(mayBeDone bool, pairs ...connection.Pair) []removal {
	var findings []discover.Finding
	for _, pair := range pairs {
		findings = append(findings, flags{}.disconnect(pair))
	}
	return decide(findings, rules{requestID: "fc-1", mayBeDone: mayBeDone}).removals
}

// TestPanicIsNotDone: a removal that a panic prevents is never reported as done, and other
// instances have their removals.
func TestPanicIsNotDone(t *testing.T) {
	t.Parallel()
	const notCarriedOut = " failed the removal was not carried out"
	of := removals(true, pairOf(idA, idB), pairOf(idA, "es-d"), pairOf("es-c", idB))
	for name, test := range map[string]struct {
		breaks func(*fixture)
		want   []string
	}{
		"at the client": {func(f *fixture) {
			f.client = func(context.Context, connection.Scope) (*elasticsearch.Client, error) { panic("of the client") }
		},
			[]string{"A-B failed panic: of the client", "A-es-d failed panic: of the client", "es-c-B failed panic: of the client"}},
		"at the report of an outcome": {func(f *fixture) {
			f.onOutcome = func(o outcome) {
				if said(o) == "A-B removed" {
					panic("of the log")
				}
			}
		}, []string{"A-B" + notCarriedOut, "A-es-d" + notCarriedOut, "es-c-B removed"}},
		"at the report of the other side's": {func(f *fixture) {
			f.api.RemoveInstance(idA)
			f.onOutcome = func(o outcome) {
				if strings.HasPrefix(said(o), "A-") {
					panic("of the log")
				}
			}
		}, []string{"A-B failed the API answered HTTP 400: InstanceNotFound", "A-es-d failed the API answered HTTP 400: InstanceNotFound", "es-c-B removed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.api.AddInstance(idA, idB, "es-c", "es-d")
			for _, r := range of {
				f.api.Connect(r.Instance.String(), r.Connected.String())
			}
			test.breaks(f)
			got := saidOfAll(f.execute(t.Context(), of))
			if !slices.EqualFunc(got, test.want, strings.HasPrefix) {
				t.Errorf("outcomes:\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestOneAfterTheOther: removals at one instance are sent in order, one at a time; those at
// different instances at the same time.
func TestOneAfterTheOther(t *testing.T) {
	t.Parallel()
	asked := []string{"es-a", "es-b", "es-a", "es-c", "es-b", "es-a"}
	var together sync.WaitGroup
	together.Add(3)
	var mu sync.Mutex
	done, underWay := map[string][]int{}, map[string]bool{}
	(&executor{limit: 3}).each([]int{0, 1, 2, 3, 4, 5}, func(i int) connection.InstanceID { return pairOf(asked[i], idB).Instance }, func(i int) {
		mu.Lock()
		if underWay[asked[i]] {
			t.Errorf("%s is asked by two at a time", asked[i])
		}
		underWay[asked[i]] = true
		first := len(done[asked[i]]) == 0
		done[asked[i]] = append(done[asked[i]], i)
		mu.Unlock()
		if first {
			together.Done()
			together.Wait() // hangs unless all instances are asked at the same time
		}
		mu.Lock()
		underWay[asked[i]] = false
		mu.Unlock()
	})
	if got, want := fmt.Sprint(done), "map[es-a:[0 2 5] es-b:[1 4] es-c:[3]]"; got != want {
		t.Errorf("order:\n got %s\nwant %s", got, want)
	}
}

// TestOtherSide: if the first side does not exist, and the connection may be removed already,
// the other side is asked; if it is absent there too, that is a success.
func TestOtherSide(t *testing.T) {
	t.Parallel()
	lost := elasticsearchtest.Fault{AfterEffect: true, Answer: elasticsearchtest.Reset()}
	ok, gone, absent, denied, unknown := elasticsearchtest.Fault{}, refuse(400, "InstanceNotFound"), refuse(400, "RepetitionOperationError"), refuse(400, "Forbidden.RAM"), refuse(400, "X")
	const stillListed = "A-B failed the API does not remove the connection, because one of its instances no longer exists: A still lists B, and the API answers InstanceNotFound to a removal from either side. Remove it in the console of A, or ask Alibaba Cloud's support to"
	for name, test := range map[string]struct {
		mayBeDone bool
		faults    []elasticsearchtest.Fault
		sides     string // asked
		want      string
		removed   bool // the connection, before
	}{
		"it is there":                               {true, []elasticsearchtest.Fault{ok}, "A", "A-B removed", false},
		"not connected is done":                     {true, []elasticsearchtest.Fault{absent}, "A", "A-B absent", true},
		"not connected, but it is listed":           {true, []elasticsearchtest.Fault{absent}, "A", "A-B failed the API answers that A and B are not connected, but A still lists the connection", false},
		"not connected, and its list fails":         {true, []elasticsearchtest.Fault{absent, unknown}, "A", "A-B failed the API answered HTTP 400: X: m", false},
		"not connected, and no list can be read":    {true, []elasticsearchtest.Fault{absent, denied, denied}, "A", "A-B absent", false},
		"not connected, asked first":                {false, []elasticsearchtest.Fault{absent}, "A", "A-B failed the API answered HTTP 400: RepetitionOperationError: m", false},
		"it is gone, asked first":                   {false, []elasticsearchtest.Fault{gone}, "A", "A-B failed the API answered HTTP 400: InstanceNotFound: m", false},
		"it is gone: the other removes it":          {true, []elasticsearchtest.Fault{gone, ok}, "AB", "A-B removed", false},
		"it is gone, the other not connected":       {true, []elasticsearchtest.Fault{gone, absent}, "AB", "A-B absent", true},
		"both are gone":                             {true, []elasticsearchtest.Fault{gone, gone}, "AB", "A-B absent", true},
		"both are gone, also in their lists":        {true, []elasticsearchtest.Fault{gone, gone, gone, gone}, "AB", "A-B absent", false},
		"both are gone, and one lists the other":    {true, []elasticsearchtest.Fault{gone, gone}, "AB", stillListed, false},
		"both are gone, and only B lists the other": {true, []elasticsearchtest.Fault{gone, gone, gone}, "AB", strings.NewReplacer("A still lists B", "B still lists A", "console of A", "console of B").Replace(stillListed), false},
		"both are gone, and no list can be read":    {true, []elasticsearchtest.Fault{gone, gone, denied}, "AB", "A-B failed the API answered HTTP 400: Forbidden.RAM: m; allow elasticsearch:ListConnectedClusters on the instance to the function's role", false},
		"the other refuses":                         {true, []elasticsearchtest.Fault{gone, denied}, "AB", "A-B failed the API answered HTTP 400: Forbidden.RAM: m; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role", false},
		"an answer was lost, then it is gone":       {false, []elasticsearchtest.Fault{lost, gone, absent}, "AAB", "A-B absent", false},
		"an answer was lost, then it is unknown":    {false, []elasticsearchtest.Fault{lost, gone, unknown}, "AAB", "A-B absent", false},
		"it refuses, and is gone in its list":       {true, []elasticsearchtest.Fault{unknown, gone, ok}, "AB", "A-B removed", false},
		"an answer was lost, both are gone":         {false, []elasticsearchtest.Fault{lost, gone, gone}, "AAB", "A-B absent", false},
	} {
		t.Run(name, Bubbled(func(t *testing.T) {
			f := newFixture(t)
			f.api.AddInstance(idA, idB)
			if !test.removed {
				f.api.Connect(idA, idB)
			}
			f.api.Fail(test.faults...)
			got := f.execute(t.Context(), removals(test.mayBeDone, pairOf(idA, idB)))[0]
			if said(got) != test.want || !slices.Equal(f.lines, []string{test.want}) {
				t.Errorf("outcome:\n  got %s\nreported %q\n want %s", said(got), f.lines, test.want)
			}
			sides, tokens := "", map[string]string{idA: tokenOfRequest, idB: tokenOfOtherSide}
			for _, r := range f.api.Requests() {
				if r.ClientToken == "" {
					continue // the list of an instance
				}
				side := strings.Split(r.Path, "/")[3]
				sides += strings.NewReplacer(idA, "A", idB, "B").Replace(side)
				if r.ClientToken != tokens[side] {
					t.Errorf("%s was asked with token %s, want %s", side, r.ClientToken, tokens[side])
				}
			}
			if sides != test.sides || got.Attempts != len(sides) {
				t.Errorf("asked %s in %d attempts, want %s", sides, got.Attempts, test.sides)
			}
			if got.ClientToken.String() != tokenOfRequest {
				t.Errorf("the outcome has the token %s", got.ClientToken)
			}
		}))
	}
}

// TestOtherSideOneAtATime: the other side of several connections, one instance, is asked by one
// at a time.
func TestOtherSideOneAtATime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.api.AddInstance(idB)
	var of []connection.Pair
	for i := range 8 {
		of = append(of, pairOf(fmt.Sprintf("es-%d", i), idB))
		f.api.Connect(fmt.Sprintf("es-%d", i), idB)
	}
	f.execute(t.Context(), removals(true, of...))
	if n := f.api.MaxInFlightOf("/openapi/instances/" + idB + "/connected-clusters"); n != 1 || len(f.api.Connections()) > 0 {
		t.Errorf("%d requests for one instance at a time; left: %v", n, f.api.Connections())
	}
}
