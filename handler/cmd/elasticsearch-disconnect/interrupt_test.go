package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestInterrupted: whoever interrupts while it reads or asks has removed nothing; later it
// says what was removed, what was not sent, and of what the outcome is unknown.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	const nothing = "Interrupted: nothing was removed.\n"
	for name, test := range map[string]struct {
		args   string
		at     string // a call, after which the answer is lost; "" for the question
		nth    int
		lines  string // of standard output
		want   string // the end of standard error
		isDone bool   // the first removal is

		setUp func(f *fixture, interrupt func()) // may be nil
	}{
		"a report":                 {"report", "ListInstance", 1, "", nothing, false, nil},
		"a report that asks STS":   {"report", "GetCallerIdentity", 1, "", nothing, false, nil},
		"a reconcile that reads":   {"reconcile --yes", "ListInstance", 1, "", nothing, false, nil},
		"a reconcile that asks":    {"reconcile", "", 0, "", "Type yes: \n" + nothing, false, nil},
		"before the first removal": {"reconcile --yes", "DescribeInstance es-gone", 2, "not sent  es-a  es-gone  cn-hangzhou\nnot sent  es-b  es-gone  cn-hangzhou\n", nothing, false, nil},
		"in the first removal": {"reconcile --yes", "DeleteConnectedCluster es-a", 1, "unknown   es-a  es-gone  cn-hangzhou\n" +
			"not sent  es-b  es-gone  cn-hangzhou\n",
			"Interrupted: 0 removed, 2 kept, 1 not sent, 1 unknown.\nWhat is unknown may be removed or not: report shows it.\n", true, nil},
		"whose reader has left": {"reconcile --yes", "DeleteConnectedCluster es-a", 1, "",
			"Interrupted: 0 removed, 2 kept, 1 not sent, 1 unknown.\nWhat is unknown may be removed or not: report shows it.\n", true,
			func(f *fixture, _ func()) { f.Stdout = fullDisk{} }},
		"after the first removal": {"reconcile --yes", "", 0, "removed   es-a  es-gone  cn-hangzhou\nnot sent  es-b  es-gone  cn-hangzhou\n",
			"Interrupted: 1 removed, 2 kept, 1 not sent.\n", true,
			func(f *fixture, interrupt func()) { f.Stdout = interruptingOut{&f.stdout, interrupt} }},
		"while the first one waits": {"reconcile --yes", "", 0, "failed    es-a  es-gone  cn-hangzhou\n    the API answered HTTP 400: InstanceActivating: It is busy.\nnot sent  es-b  es-gone  cn-hangzhou\n", nothing, true,
			func(f *fixture, interrupt func()) {
				f.api.OnRequest = at("DeleteConnectedCluster es-a", fault{Answer: func(w http.ResponseWriter, r *http.Request) {
					interrupt()
					elasticsearchtest.Refuse(400, "InstanceActivating", "It is busy.")(w, r)
				}})
			}},
		"before the first one is sent": {"reconcile --yes", "", 0, "not sent  es-a  es-gone  cn-hangzhou\nnot sent  es-b  es-gone  cn-hangzhou\n", nothing, false,
			func(f *fixture, interrupt func()) { f.Transport = unsent{f.cloud, interrupt} }},
		"the removal of one": {"remove es-a es-gone --yes", "DescribeInstance es-a", 1, "", nothing, false, nil},
		"an event":           {"event -", "DescribeInstance es-gone", 1, "{", "Interrupted: the reply says what was removed.\n", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			leftovers(f)
			synctest.Test(t, func(t *testing.T) {
				ctx, interrupt := context.WithCancel(t.Context())
				defer interrupt()
				f.answers(&typing{interrupt, strings.NewReader("no\n")})
				if strings.HasPrefix(test.args, "event") {
					f.Stdin = strings.NewReader(`{"instanceId":"es-gone","all":true}`)
				}
				f.Transport = &interrupted{to: f.cloud, at: test.at, nth: test.nth, interrupt: interrupt}
				if test.setUp != nil {
					test.setUp(f, interrupt)
				}
				f.exits(t, f.runWith(ctx, t, append(strings.Fields(test.args), "--region", "cn-hangzhou")...), exitInterrupted)
			})
			if got := f.stderr.String(); !strings.HasSuffix(got, test.want) {
				t.Errorf("standard error:\n%s\nwant %q", got, test.want)
			}
			if got := f.stdout.String(); !strings.HasPrefix(got, test.lines) || test.lines == "" && got != "" {
				t.Errorf("standard output:\n%s\nwant %s", got, test.lines)
			}
			if got := len(f.deleted()) > 0; got != test.isDone {
				t.Errorf("sent %q", f.deleted())
			}
		})
	}
}

// An interruptingOut interrupts when a line is printed.
type interruptingOut struct {
	to        io.Writer
	interrupt func()
}

func (o interruptingOut) Write(text []byte) (int, error) {
	o.interrupt()
	return o.to.Write(text)
}

// An interrupted transport carries out one request, and interrupts before its answer comes.
type interrupted struct {
	to        http.RoundTripper
	at        string
	nth       int
	interrupt func()

	seen atomic.Int32
}

func (i *interrupted) RoundTrip(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.GetConn(r.URL.Host)
		trace.GotConn(httptrace.GotConnInfo{})
	}
	response, err := i.to.RoundTrip(r)
	instance, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/openapi/instances/"), "/")
	if i.at != "" && strings.HasPrefix(r.Header.Get("X-Acs-Action")+" "+instance, i.at) && int(i.seen.Add(1)) == i.nth {
		i.interrupt()
		return nil, r.Context().Err()
	}
	return response, err
}

// An unsent transport interrupts when a removal has its turn, and does not send it.
type unsent struct {
	to        http.RoundTripper
	interrupt func()
}

func (u unsent) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodDelete {
		return u.to.RoundTrip(r)
	}
	u.interrupt()
	return nil, r.Context().Err()
}
