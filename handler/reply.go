package handler

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A report is the reply about one connection. Result and RequestId are the API's own
// members: a script written for the API can read it.
type report struct {
	Result              *bool                 `json:"Result,omitempty"`    // nil in a dry run
	RequestID           string                `json:"RequestId,omitempty"` // the API's
	InstanceID          connection.InstanceID `json:"instanceId"`
	ConnectedInstanceID connection.InstanceID `json:"connectedInstanceId"`
	connection.Scope
	ClientToken connection.ClientToken `json:"clientToken"`
	Outcome     string                 `json:"outcome"`
	Request     *connection.Unsent     `json:"request,omitempty"` // of a dry run
	Problem     *problem               `json:"problem,omitempty"` // why it failed
}

// A cleanupReport is the reply about all connections of one instance.
type cleanupReport struct {
	InstanceID connection.InstanceID `json:"instanceId"`
	connection.Scope
	Outcome string       `json:"outcome"`
	Scanned int          `json:"scanned"` // instances asked for their connections
	Results []report     `json:"results"`
	Kept    []keptReport `json:"kept,omitempty"`
	Problem *problem     `json:"problem,omitempty"` // why there may be more connections than these
}

// A reconcileReport is the reply about the leftovers of a scope.
type reconcileReport struct {
	connection.Scope
	Outcome     string       `json:"outcome"`
	Scanned     int          `json:"scanned"`     // instances asked for their connections
	Connections int          `json:"connections"` // found in the scope, each once
	Results     []report     `json:"results"`
	Kept        []keptReport `json:"kept"`
	Problem     *problem     `json:"problem,omitempty"` // why there may be more connections than these
}

// A keptReport is the reason why a connection is not removed.
type keptReport struct {
	InstanceID          connection.InstanceID `json:"instanceId"`
	ConnectedInstanceID connection.InstanceID `json:"connectedInstanceId"`
	Reason              string                `json:"reason"`
}

// An ignoredReport is the reason why an event has no effect.
type ignoredReport struct {
	connection.Scope
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
}

// A failedReport is the reply about a request of a batch that failed before any
// connection was found.
type failedReport struct {
	connection.Scope
	Outcome string   `json:"outcome"`
	Problem *problem `json:"problem"`
}

// A batchReport has the report of each request of a batch, in order.
type batchReport struct {
	Events []any `json:"events"`
}

// reply puts results into the envelope of the event: over HTTP a response in any case,
// else the reports, or a problem in their place.
func reply(event trigger.Event, results []result, about info, inv Invocation) (any, *problem) {
	w := renderer{about, inv}
	if !event.Batch {
		if err := results[0].topError(); err != nil {
			return fail(event, w.problem(err, results[0].Request.Scope))
		}
	}
	parts := w.parts(results)
	if len(parts.failed) > 0 && !event.IsAnswered() {
		return nil, parts.problem(w.aboutAll(results))
	}
	reports := w.reports(results, event.Batch)
	if !event.IsAnswered() {
		return reports, nil
	}
	status, retryAfter := parts.status()
	return event.Response(status, headers("application/json", status, retryAfter), marshal(reports)), nil
}

// fail puts a problem in place of the reports.
func fail(event trigger.Event, p *problem) (any, *problem) {
	if !event.IsAnswered() {
		return nil, p
	}
	h := headers("application/problem+json", p.Status, p.retryAfter)
	if p.allow != "" {
		h["Allow"] = p.allow
	}
	return event.Response(p.Status, h, marshal(p)), nil
}

// headers tells a throttled caller to wait whole seconds, at least one (RFC 9110, section
// 10.2.3).
func headers(contentType string, status int, retryAfter time.Duration) map[string]string {
	h := map[string]string{"Content-Type": contentType}
	if status == http.StatusTooManyRequests {
		h["Retry-After"] = strconv.Itoa(max(1, int(math.Ceil(retryAfter.Seconds()))))
	}
	return h
}

// A renderer makes the reports of one invocation.
type renderer struct {
	info       info
	invocation Invocation
}

// reports returns the report of the one result, or those of a batch.
func (w renderer) reports(results []result, batch bool) any {
	if !batch {
		return w.report(results[0])
	}
	b := batchReport{Events: make([]any, len(results))}
	for i, r := range results {
		b.Events[i] = w.report(r)
	}
	return b
}

func (w renderer) report(r result) any {
	_, isDisconnect := r.Request.Action.(trigger.Disconnect)
	_, isInfo := r.Request.Action.(trigger.Info)
	scope := w.invocation.shown(r.Request.Scope)
	switch {
	case isInfo:
		return w.info
	case isDisconnect && len(r.parts) == 1:
		return w.connection(r.parts[0])
	case r.outcome == ignored:
		return ignoredReport{scope, ignored, r.Ignored}
	case r.outcome == failed:
		return failedReport{scope, failed, w.problem(r.Err, r.Request.Scope)}
	}
	results, problem := []report{}, w.problem(r.Err, r.Request.Scope)
	for _, part := range r.parts {
		results = append(results, w.connection(part))
	}
	kept := []keptReport{}
	for _, k := range r.Kept {
		kept = append(kept, keptReport{k.Instance, k.Connected, k.Reason})
	}
	if _, isReconcile := r.Request.Action.(trigger.Reconcile); !isReconcile {
		return cleanupReport{r.Instance(), scope, r.outcome, r.Scanned, results, kept, problem}
	}
	return reconcileReport{scope, r.outcome, r.Scanned, len(r.Survey.Connections), results, kept, problem}
}

func (w renderer) connection(o outcome) report {
	r := report{
		RequestID:           o.RequestID,
		InstanceID:          o.Instance,
		ConnectedInstanceID: o.Connected,
		Scope:               w.invocation.shown(o.of.Scope),
		ClientToken:         o.ClientToken,
		Outcome:             o.word(),
		Request:             o.Unsent,
		Problem:             w.problem(o.err, o.of.Scope),
	}
	if o.State != connection.DryRun {
		done := o.err == nil && o.State != connection.Withheld
		r.Result = &done
	}
	return r
}

// problem renders an error; nil for none.
func (w renderer) problem(err error, s connection.Scope) *problem {
	if err == nil {
		return nil
	}
	return problemOf(err, w.about(s))
}

func (w renderer) about(s connection.Scope) about {
	return about{w.invocation.RequestID, w.invocation.shown(s)}
}

// aboutAll has the scope of all results; none if they are of several.
func (w renderer) aboutAll(results []result) about {
	all := w.about(results[0].Request.Scope)
	for _, r := range results {
		if w.about(r.Request.Scope) != all {
			all.Scope = connection.Scope{}
		}
	}
	return all
}

// parts sorts what became of the requests into what failed and what was done.
func (w renderer) parts(results []result) *partialFailure {
	var parts partialFailure
	for _, r := range results {
		name := partName{InstanceID: r.Instance(), Scope: w.invocation.shown(r.Request.Scope), EventID: r.Request.EventID}
		if r.outcome == withheld { // done: trying again cannot help
			parts.add(name, nil, r.outcome)
			continue
		}
		for _, o := range r.parts {
			part := name
			part.InstanceID, part.ConnectedInstanceID = o.Instance, o.Connected
			parts.add(part, o.err, o.word())
		}
		if _, isInfo := r.Request.Action.(trigger.Info); !isInfo && (r.Err != nil || len(r.parts) == 0) {
			parts.add(name, r.Err, r.outcome)
		}
	}
	return &parts
}

// A response is what one event comes to.
type response struct {
	reply    any
	problem  *problem // in place of a reply
	exitCode int
	redact   func(string) string // removes the credentials from a text
}

// clean returns the reply without credentials, which an instance id may hold: what an
// event or the API names is repeated.
func (r response) clean() any {
	text := encode(r.reply, "")
	if clean := r.redact(text); clean != text {
		return json.RawMessage(clean)
	}
	return r.reply
}

// functionError returns a problem in the form from which the FC runtime takes the
// errorType, instead of from a Go type.
func (r response) functionError() error {
	if r.problem == nil {
		return nil
	}
	return messages.InvokeResponse_Error{Message: r.redact(marshal(r.problem)), Type: r.problem.kind.String()}
}

// indented returns the JSON of the reply or of the problem, for a person to read.
func (r response) indented() []byte {
	reply := r.reply
	if r.problem != nil {
		reply = r.problem
	}
	return []byte(r.redact(encode(reply, "  ")))
}

// encode returns the JSON of a reply with each character as it is: a URL with & is for
// reading.
func encode(reply any, indent string) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(reply); err != nil {
		panic("handler: a reply that is not JSON: " + err.Error())
	}
	return text.String()
}
