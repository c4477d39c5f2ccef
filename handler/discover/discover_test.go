package discover_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

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

// cleanup asks for all connections of an instance.
func cleanup(instance string, certainty trigger.Certainty) trigger.Request {
	return trigger.Request{Action: trigger.Cleanup{Instance: id(instance), Certainty: certainty, Force: true}}
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
	return failure.Kind.String() + ": " + failure.Message
}

func refuse(code string) fault { return fault{Answer: elasticsearchtest.Refuse(400, code, "m")} }

func answer(json string) fault {
	return fault{Answer: elasticsearchtest.Body(http.StatusOK, "application/json", json)}
}

// at makes an answer of the API another, each time that a call is made.
func at(call string, f fault) hook { return elasticsearchtest.At(call, func(int) fault { return f }) }

// TestRelease: what is found of an instance that may be gone, by how certain the
// event is, what the operator wants, and what the API says. Wherever one lists
// nothing and is not known to be there, the others are asked.
func TestRelease(t *testing.T) {
	t.Parallel()
	const (
		describe, list = "DescribeInstance es-x", "ListConnectedClusters es-x"
		page, peer     = "ListInstance 1", "ListConnectedClusters es-a"
		end            = "ListInstance 2"
		frozen         = "es-x is frozen for 24 hours and can be recovered until then (deleteType protective; RELEASE_POLICY=eager would not wait)"
		still          = ", and the event has no deleteType that says it is gone for good (RELEASE_POLICY=eager would not wait)"
		untold         = ": it is not clear whether it was released"
		pair           = "1 asked, es-a-es-x"
		contradicted   = "Conflict: es-x is active, and the event reports that it was released: nothing is removed"
	)
	lists := []string{list}
	sweeps := []string{list, page, end, peer}
	described := append([]string{list, describe}, sweeps[1:]...)
	denied, nothing, itself := refuse("Forbidden.RAM"), at(list, answer(`{"Result":[]}`)), at(list, answer(`{"Result":[{"instances":"es-x"}]}`))
	unread := func(code string) hook { return at(list, refuse(code)) }
	for name, test := range map[string]struct {
		certainty trigger.Certainty
		eager     bool
		status    string // of the instance; "": it is gone
		hook      hook
		calls     []string
		want      string
	}{
		"certain, gone":        {trigger.Certain, false, "", nil, sweeps, pair},
		"certain, still there": {trigger.Certain, false, "active", nil, lists, pair},
		"revocable":            {trigger.Revocable, false, "inactive", nil, nil, "0 asked, " + frozen},
		"revocable, eager":     {trigger.Revocable, true, "inactive", nil, lists, pair},
		"unknown, eager":       {trigger.Unknown, true, "inactive", nil, lists, pair},

		"unknown, gone":         {trigger.Unknown, false, "", nil, append([]string{describe}, sweeps...), pair},
		"unknown, active":       {trigger.Unknown, false, "active", nil, []string{describe}, "0 asked, es-x is still active" + still},
		"unknown, inactive":     {trigger.Unknown, false, "inactive", nil, []string{describe}, "0 asked, es-x is still inactive" + still},
		"unknown, activating":   {trigger.Unknown, false, "activating", nil, []string{describe}, "0 asked, Conflict: es-x is activating" + untold},
		"unknown, invalid":      {trigger.Unknown, false, "invalid", nil, []string{describe}, "0 asked, Upstream: es-x is invalid" + untold},
		"unknown, in capitals":  {trigger.Unknown, false, "Inactive", nil, []string{describe}, "0 asked, Upstream: es-x is Inactive" + untold},
		"unknown, no status":    {trigger.Unknown, false, "active", at(describe, answer(`{"Result":{}}`)), []string{describe}, "0 asked, Upstream: the API answered HTTP 200: Result has no status"},
		"unknown, not told":     {trigger.Unknown, false, "active", at(describe, denied), []string{describe}, "0 asked, Denied Forbidden.RAM"},
		"unknown, no such pair": {trigger.Unknown, false, "active", at(describe, refuse("RepetitionOperationError")), []string{describe}, "0 asked, Absent RepetitionOperationError"},
		"unknown, gone, but lists nothing": {trigger.Unknown, false, "", nothing,
			append([]string{describe}, sweeps...), pair},

		"certain, the list may not be read":         {trigger.Certain, false, "", at(list, denied), sweeps, pair},
		"certain, the list cannot be read":          {trigger.Certain, false, "", unread("ParameterInvalid"), sweeps, pair},
		"certain, still listed, and cannot be read": {trigger.Certain, false, "inactive", unread("X"), []string{list, page, end, peer, list}, "2 asked, es-a-es-x"},
		"eager, the list cannot be read":            {trigger.Revocable, true, "", unread("InstanceId.NotFound"), sweeps, pair},
		"unknown, the list cannot be read":          {trigger.Unknown, false, "", unread("X"), []string{describe, list}, "0 asked, Upstream X"},
		"requested, the list may not be read":       {trigger.Requested, false, "", at(list, denied), lists, "0 asked, Denied Forbidden.RAM"},
		"requested, the list cannot be read":        {trigger.Requested, true, "", unread("X"), lists, "0 asked, Upstream X"},
		"requested, gone":                           {trigger.Requested, false, "", nil, sweeps, pair},
		"requested, still there":                    {trigger.Requested, false, "active", nil, lists, pair},

		"reported, gone":                               {trigger.Reported, false, "", nil, sweeps, pair},
		"reported, active":                             {trigger.Reported, false, "active", nil, []string{list, describe}, "0 asked, " + contradicted},
		"reported, active, and lists nothing":          {trigger.Reported, false, "active", nothing, []string{list, describe}, "0 asked, " + contradicted},
		"reported, active, and cannot be read":         {trigger.Reported, false, "active", unread("X"), []string{list, describe}, "0 asked, " + contradicted},
		"reported, inactive":                           {trigger.Reported, false, "inactive", nil, []string{list, describe}, pair},
		"reported, listed, and gone":                   {trigger.Reported, false, "", at(list, answer(`{"Result":[{"instances":"es-a"}]}`)), []string{list, describe}, pair},
		"reported, lists nothing, and is gone":         {trigger.Reported, false, "", nothing, described, pair},
		"reported, lists nothing, and is unknown":      {trigger.Reported, false, "unknown", nothing, append(slices.Clone(described), list), "2 asked, es-a-es-x"},
		"reported, listed, and may not be asked after": {trigger.Reported, false, "inactive", at(describe, denied), []string{list, describe}, "0 asked, Denied Forbidden.RAM"},
		"reported, cannot be read, and is gone":        {trigger.Reported, false, "", unread("X"), described, pair},
		"reported, cannot be read nor asked after":     {trigger.Reported, false, "", elasticsearchtest.Each(unread("X"), at(describe, denied)), described, pair},

		"lists nothing, though it is certain":       {trigger.Certain, false, "active", nothing, append(slices.Clone(sweeps), list), "2 asked, es-a-es-x"},
		"lists only itself, and is gone":            {trigger.Requested, false, "", itself, described, pair},
		"lists only itself, in other letter case":   {trigger.Requested, false, "active", at(list, answer(`{"Result":[{"instances":"ES-X"}]}`)), []string{list, describe}, "1 asked"},
		"lists only itself, and is active":          {trigger.Requested, false, "active", itself, []string{list, describe}, "1 asked"},
		"lists only what is no id":                  {trigger.Requested, false, "", at(list, answer(`{"Result":[{"instances":"a.b"}]}`)), described, pair + `, (es-x) has a character other than letters, digits, - and _: "a.b"`},
		"lists nothing, and is active":              {trigger.Requested, false, "active", nothing, []string{list, describe}, "1 asked"},
		"lists nothing, and is invalid":             {trigger.Requested, false, "invalid", nothing, append(slices.Clone(described), list), "2 asked, es-a-es-x"},
		"lists nothing, and is gone":                {trigger.Requested, false, "", nothing, described, pair},
		"lists nothing, and may not be asked after": {trigger.Requested, false, "active", elasticsearchtest.Each(nothing, at(describe, denied)), []string{list, describe}, "0 asked, Denied Forbidden.RAM"},
		"lists another, and what is no id":          {trigger.Requested, false, "active", at(list, answer(`{"Result":[{"instances":"es-c"},{"instances":"a.b"}]}`)), append(slices.Clone(sweeps), list), `2 asked, es-c-es-x, es-a-es-x, (es-x) has a character other than letters, digits, - and _: "a.b"`},
		"lists one that cannot be read, and no id":  {trigger.Requested, false, "active", elasticsearchtest.Each(at(list, answer(`{"Result":[{"instances":"es-a"},{"instances":"a.b"}]}`)), at(peer, denied)), append(slices.Clone(sweeps), list), `2 asked, es-a-es-x, (es-x) has a character other than letters, digits, - and _: "a.b"`},
		"lists itself and others, as they come":     {trigger.Certain, false, "active", at(list, answer(`{"Result":[{"instances":"es-c"},{"instances":"es-x"},{"instances":"es-b"}]}`)), lists, "1 asked, es-c-es-x, es-b-es-x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.api.AddInstance("es-a")
			f.api.Connect("es-a", "es-x")
			if test.status != "" {
				f.api.SetStatus("es-x", test.status)
			}
			f.api.OnRequest = test.hook
			f.Eager = test.eager
			f.check(t, cleanup("es-x", test.certainty), said, test.want, test.calls)
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
		cleanup("es-c", trigger.Certain),
		cleanup("es-d", trigger.Revocable),
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
