package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler"
)

// newCallFixture has an HTTP trigger on loopback, and settings that are wrong: call needs none. What the trigger gets is
// sent to bodies. Package call tests the signature, and each answer.
func newCallFixture(t *testing.T, answer string) (f *fixture, url string, bodies chan string) {
	t.Helper()
	f, bodies = newFixture(t), make(chan string, 1)
	f.env["RECONCILE_LIMIT"] = "maybe"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(r.Header.Get("Authorization"), "Credential="+keyID+",") {
			t.Errorf("%v, signed %q", err, r.Header.Get("Authorization"))
		}
		bodies <- string(body)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	f.Transport = server.Client().Transport
	return f, server.URL, bodies
}

const removedPair = `{"Result":true,"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-hangzhou","outcome":"removed"}`

// TestCall: flags and arguments are the event. The answer goes to standard output, and what it comes to to standard
// error.
func TestCall(t *testing.T) {
	t.Parallel()
	const (
		cleaned = `{"instanceId":"es-a","regionId":"cn-beijing","accountId":"1","outcome":"dry-run","scanned":1,"results":[{"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-beijing","outcome":"dry-run"}]}`
		left    = `{"regionId":"cn-hangzhou","outcome":"reconciled","scanned":1,"connections":0,"results":[],"kept":[]}`
	)
	for args, test := range map[string]struct {
		answer, body string
		exit         int
		message      string
	}{
		"es-a es-b": {removedPair, `{"instanceId":"es-a","connectedInstanceId":"es-b"}`, handler.ExitDone, "1 removed"},
		"es-a --all --force --region cn-beijing --account 1 --dry-run": {cleaned,
			`{"instanceId":"es-a","all":true,"force":true,"regionId":"cn-beijing","accountId":"1","dryRun":true}`, handler.ExitLeft,
			"a dry run, so nothing was removed: 1 would be removed"},
		"--reconcile": {left, `{"reconcile":true}`, handler.ExitDone, "nothing to remove"},
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			f, url, bodies := newCallFixture(t, test.answer)
			f.exits(t, f.runWith(t.Context(), t, append([]string{"call", url}, strings.Fields(args)...)...), test.exit)
			if got := <-bodies; got != test.body {
				t.Errorf("event:\n got %s\nwant %s", got, test.body)
			}
			if got := strings.TrimPrefix(f.stderr.String(), "Dry run (--dry-run): nothing will be removed.\n"); got != test.message+"\n" || !strings.HasPrefix(f.stdout.String(), "{\n  \"") {
				t.Errorf("standard error:\n got %q\nwant %q\nand standard output %q", got, test.message, &f.stdout)
			}
		})
	}
}

// TestCallIsDry: whoever exports DRY_RUN means call, too.
func TestCallIsDry(t *testing.T) {
	t.Parallel()
	const answer = `{"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-hangzhou","outcome":"dry-run"}`
	for variable, test := range map[string]struct {
		exit         int
		body, stderr string
	}{
		"true": {handler.ExitLeft, `{"instanceId":"es-a","connectedInstanceId":"es-b","dryRun":true}`,
			"Dry run (the variable DRY_RUN is true): nothing will be removed.\na dry run, so nothing was removed: 1 would be removed\n"},
		"false": {handler.ExitLeft, `{"instanceId":"es-a","connectedInstanceId":"es-b"}`, "DRY_RUN of the function is on, so nothing was removed: 1 would be removed\n"},
		"TRUE":  {handler.ExitInvalid, "", "configuration: DRY_RUN is not true or false\n"},
		"1":     {handler.ExitInvalid, "", "configuration: DRY_RUN is not true or false\n"},
	} {
		f, url, bodies := newCallFixture(t, answer)
		f.env["DRY_RUN"] = variable
		f.exits(t, f.runWith(t.Context(), t, "call", url, "es-a", "es-b"), test.exit)
		close(bodies)
		if got := <-bodies; got != test.body || f.stderr.String() != test.stderr {
			t.Errorf("sent %s, want %s; standard error:\n%s\nwant %s", got, test.body, &f.stderr, test.stderr)
		}
	}
}

// TestCallOfAnother: what is no answer of the function is not printed as one.
func TestCallOfAnother(t *testing.T) {
	t.Parallel()
	f, url, _ := newCallFixture(t, "<h1>Sign in, canary-secret</h1>")
	f.exits(t, f.runWith(t.Context(), t, "call", url, "es-a", "es-b"), handler.ExitFailed)
	want := url + " answered HTTP 200, and not as this function does: <h1>Sign in, ***</h1>; the function may still have done what was asked\n"
	if f.stderr.String() != want || f.stdout.Len() > 0 {
		t.Errorf("standard error:\n got %q\nwant %q\nand standard output %q", &f.stderr, want, &f.stdout)
	}
}

// TestCallPastTheProxy: an address of a proxy that cannot be read is not passed over.
func TestCallPastTheProxy(t *testing.T) {
	t.Parallel()
	f, url, bodies := newCallFixture(t, removedPair)
	f.env["https_proxy"] = "http://user:canary%zz@proxy:1"
	f.exits(t, f.runWith(t.Context(), t, "call", url, "es-a", "es-b"), handler.ExitInvalid)
	const want = "configuration: HTTPS_PROXY is not the address of a proxy, such as http://HOST:PORT\n"
	if f.stderr.String() != want || len(bodies) > 0 {
		t.Errorf("sent %d; standard error:\n%s\nwant %s", len(bodies), &f.stderr, want)
	}
}

// A late transport interrupts when the whole answer is there.
type late struct{ interrupt func() }

func (l late) RoundTrip(*http.Request) (*http.Response, error) {
	l.interrupt()
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(removedPair))}, nil
}

// TestCallInterruptedTooLate: what is done is done.
func TestCallInterruptedTooLate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, interrupt := context.WithCancel(t.Context())
	f.Transport = late{interrupt}
	f.exits(t, f.runWith(ctx, t, "call", "https://example.com", "es-a", "es-b"), handler.ExitDone)
}

// A hanging transport never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestCallThatHangs: the call ends with an interrupt, or else after ten minutes.
func TestCallThatHangs(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]struct {
		exit int
		why  string
	}{
		time.Minute: {exitInterrupted, "interrupted"},
		time.Hour:   {handler.ExitFailed, "it took too long"},
	} {
		f := newFixture(t)
		f.Transport = hanging{}
		synctest.Test(t, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			defer time.AfterFunc(after, interrupt).Stop()
			start := time.Now()
			f.exits(t, f.runWith(ctx, t, "call", "https://example.cn-hangzhou.fcapp.run", "es-a", "--all"), want.exit)
			if took := time.Since(start); took != min(after, timeLimit) {
				t.Errorf("took %s", took)
			}
		})
		if got := f.stderr.String(); got != "not sent to https://example.cn-hangzhou.fcapp.run, so nothing was removed: "+want.why+"\n" {
			t.Errorf("standard error: %q", got)
		}
	}
}
