package handler

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A report says what became of one connection. Result and RequestId are the
// API's own members, so that a script made for the API reads it too.
type report struct {
	Result              bool                  `json:"Result"`
	RequestID           string                `json:"RequestId,omitempty"` // the API's; absent when it gave none
	InstanceID          connection.InstanceID `json:"instanceId"`
	ConnectedInstanceID connection.InstanceID `json:"connectedInstanceId"`
	trigger.Place
	ClientToken connection.ClientToken `json:"clientToken"`
	Outcome     string                 `json:"outcome"`
	Request     *connection.Unsent     `json:"request,omitempty"` // what a dry run would have sent
	Problem     *trigger.Problem       `json:"problem,omitempty"` // why it failed
}

// A cleanupReport says what became of the connections of one instance.
type cleanupReport struct {
	InstanceID connection.InstanceID `json:"instanceId"`
	trigger.Place
	Outcome string           `json:"outcome"`
	Scanned int              `json:"scanned"` // how many instances were asked for their connections
	Results []report         `json:"results"`
	Problem *trigger.Problem `json:"problem,omitempty"` // why there may be more connections than these
}

// A reconcileReport says what became of the connections of a scope whose other end
// does not exist.
type reconcileReport struct {
	trigger.Place
	Outcome     string           `json:"outcome"`
	Scanned     int              `json:"scanned"`     // how many instances were asked for their connections
	Connections int              `json:"connections"` // how many those are, each once
	Results     []report         `json:"results"`
	Kept        []keptReport     `json:"kept"`
	Problem     *trigger.Problem `json:"problem,omitempty"` // why there may be more connections than these
}

// A keptReport says why a connection stays whose other end is not listed.
type keptReport struct {
	InstanceID          connection.InstanceID `json:"instanceId"`
	ConnectedInstanceID connection.InstanceID `json:"connectedInstanceId"`
	Reason              string                `json:"reason"`
}

// An ignoredReport says why there was nothing to do.
type ignoredReport struct {
	trigger.Place
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
}

// A failedReport says why a request of a batch failed before any connection
// was known.
type failedReport struct {
	trigger.Place
	Outcome string           `json:"outcome"`
	Problem *trigger.Problem `json:"problem"`
}

// A batchReport holds the report of each request of a batch, in order.
type batchReport struct {
	Events []any `json:"events"`
}

// reply puts results in the envelope of the event.
func reply(event trigger.Event, results []result, about info, inv Invocation) (any, error) {
	w := writer{about, inv}
	batch := batchReport{Events: make([]any, len(results))}
	var parts trigger.PartialFailure
	for i, r := range results {
		batch.Events[i] = w.report(r)
		w.add(r, &parts)
	}
	var whole any = batch
	if !event.Batch {
		whole = batch.Events[0]
		if err := results[0].topError(); err != nil {
			return event.Fail(err, inv.about(results[0].Request.Scope))
		}
	}
	if len(parts.Failed) > 0 {
		return event.FailPartly(whole, &parts, w.aboutAll(results))
	}
	return event.Succeed(whole), nil
}

// A writer writes the reports of one invocation.
type writer struct {
	about      info
	invocation Invocation
}

// report says what became of one request.
func (w writer) report(r result) any {
	_, one := r.Request.Action.(trigger.Disconnect)
	_, isInfo := r.Request.Action.(trigger.Info)
	place := w.invocation.place(r.Request.Scope)
	switch {
	case isInfo:
		return w.about
	case one && len(r.parts) == 1:
		return w.connection(r.parts[0])
	case r.outcome == ignored:
		return ignoredReport{place, ignored, r.Ignored}
	case r.outcome == failed:
		return failedReport{place, failed, w.problem(r.Err, r.Request.Scope)}
	}
	results, problem := []report{}, w.problem(r.Err, r.Request.Scope)
	for _, part := range r.parts {
		results = append(results, w.connection(part))
	}
	if _, ok := r.Request.Action.(trigger.Reconcile); !ok {
		return cleanupReport{r.Instance(), place, r.outcome, r.Scanned, results, problem}
	}
	kept := []keptReport{}
	for _, k := range r.Kept {
		kept = append(kept, keptReport{k.Instance, k.Connected, k.Reason})
	}
	return reconcileReport{place, r.outcome, r.Scanned, len(r.Survey.Connections), results, kept, problem}
}

func (w writer) connection(o outcome) report {
	return report{
		Result:              o.err == nil && o.State != connection.Withheld,
		RequestID:           o.RequestID,
		InstanceID:          o.Instance,
		ConnectedInstanceID: o.Connected,
		Place:               w.invocation.place(o.of.Scope),
		ClientToken:         o.ClientToken,
		Outcome:             o.word(),
		Request:             o.Unsent,
		Problem:             w.problem(o.err, o.of.Scope),
	}
}

// problem is an error inside a report; nil for none.
func (w writer) problem(err error, s connection.Scope) *trigger.Problem {
	if err == nil {
		return nil
	}
	return trigger.NewProblem(err, w.invocation.about(s))
}

// aboutAll names the place of all results; none if they are of several.
func (w writer) aboutAll(results []result) trigger.About {
	about := w.invocation.about(results[0].Request.Scope)
	for _, r := range results {
		if w.invocation.place(r.Request.Scope) != about.Place {
			about.Place = trigger.Place{}
		}
	}
	return about
}

// add adds to what failed and what was done.
func (w writer) add(r result, parts *trigger.PartialFailure) {
	place := w.invocation.place(r.Request.Scope)
	if r.outcome == string(connection.Withheld) { // repeating it cannot help
		parts.Add(nil, r.outcome, r.Request.EventID, place, connection.Pair{})
		return
	}
	for _, o := range r.parts {
		parts.Add(o.err, o.word(), r.Request.EventID, place, o.Pair)
	}
	if _, isInfo := r.Request.Action.(trigger.Info); !isInfo && (r.Err != nil || len(r.parts) == 0) {
		parts.Add(r.Err, r.outcome, r.Request.EventID, place, connection.Pair{Instance: r.Instance()})
	}
}

// A response is what one event comes to.
type response struct {
	reply    any
	err      error // a *trigger.Problem, in place of a reply
	exitCode int
	redact   func(string) string // takes the credentials out of a text
}

// clean is the reply, in which an instance id may hold a credential: what an event
// or the API names is repeated.
func (r response) clean() any {
	text := encode(r.reply, "")
	if clean := r.redact(text); clean != text {
		return json.RawMessage(clean)
	}
	return r.reply
}

// functionError gives a problem the form in which the FC runtime takes its
// errorType from us instead of from a Go type.
func (r response) functionError() error {
	if p := (*trigger.Problem)(nil); errors.As(r.err, &p) {
		return messages.InvokeResponse_Error{Message: r.redact(p.Error()), Type: p.Kind.String()}
	}
	return r.err
}

// indented is the JSON of the reply or of the problem, for a person to read.
func (r response) indented() []byte {
	reply := r.reply
	if p := (*trigger.Problem)(nil); errors.As(r.err, &p) {
		reply = p
	}
	return []byte(r.redact(encode(reply, "  ")))
}

// encode is the JSON of one of this function's own reply types, none of which can
// fail to have one.
func encode(reply any, indent string) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // a URL with & is for reading
	encoder.SetIndent("", indent)
	if err := encoder.Encode(reply); err != nil {
		panic("handler: a reply that is not JSON: " + err.Error())
	}
	return text.String()
}
