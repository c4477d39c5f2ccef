package main

import (
	"encoding/json"
	"io"
	"net/url"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// jsonReport writes what was played for a machine: an object a line, one for each event, and {"summary":…} as the last.
// Without that the replay broke off. No list is ever null.
type jsonReport struct {
	tally
	encoder *json.Encoder
}

type jsonScene struct {
	Name     string          `json:"name"`
	Verdict  verdict         `json:"verdict"`
	Requests []jsonRequest   `json:"requests"`
	Reply    json.RawMessage `json:"reply"`
	Failed   bool            `json:"failed"`
	Faults   []string        `json:"faults"`
}

type jsonRequest struct {
	Method string     `json:"method"`
	Path   string     `json:"path"`
	Query  url.Values `json:"query"`
	Status int        `json:"status"`
	Code   string     `json:"code"`
}

type jsonSummary struct {
	Events       int             `json:"events"`
	Verdicts     map[verdict]int `json:"verdicts"` // those that occurred
	Requests     int             `json:"requests"`
	Milliseconds int64           `json:"milliseconds"`
	Passed       bool            `json:"passed"`
	Faults       []string        `json:"faults"` // found after the last event
}

func newJSONReport(w io.Writer) *jsonReport {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // or it would change the strings of a reply
	return &jsonReport{tally: newTally(), encoder: encoder}
}

func (r *jsonReport) scene(s *scene) {
	r.add(s)
	r.write(jsonScene{
		Name:     s.event.name(),
		Verdict:  s.verdict,
		Requests: jsonRequests(s.requests),
		Reply:    rawReply(s.reply),
		Failed:   s.failed,
		Faults:   listed(s.faults),
	})
}

func (r *jsonReport) summary(elapsed time.Duration, rest string) bool {
	faults := r.end(rest)
	r.write(map[string]jsonSummary{"summary": {
		Events:       r.events,
		Verdicts:     r.counts,
		Requests:     r.calls,
		Milliseconds: elapsed.Milliseconds(),
		Passed:       r.passed,
		Faults:       listed(faults),
	}})
	return r.passed
}

// write counts a line that cannot be written as a failure: a machine that reads a part must not take it for the whole.
func (r *jsonReport) write(line any) {
	if err := r.encoder.Encode(line); err != nil {
		r.passed = false
	}
}

func jsonRequests(requests []elasticsearchtest.Request) []jsonRequest {
	list := make([]jsonRequest, 0, len(requests))
	for _, r := range requests {
		query := r.Query
		if query == nil {
			query = url.Values{}
		}
		list = append(list, jsonRequest{r.Method, r.Path, query, r.Status, r.Code})
	}
	return list
}

// rawReply is the reply as it came, or a string of it when it is not JSON, which is a fault of its own.
func rawReply(reply []byte) json.RawMessage {
	if json.Valid(reply) {
		return reply
	}
	text, _ := json.Marshal(string(reply)) // a string can always be marshalled
	return text
}

func listed(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
