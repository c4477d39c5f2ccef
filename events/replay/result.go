package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// A result is the reply to an event, and what the report says about it.
type result struct {
	event     event
	want, got string // as they are written; want is empty when there is none

	verdict  verdict
	requests []string // that the API saw
	reply    []byte
	failed   bool     // the reply is a function error
	faults   []string // why the verdict is broken
}

// A verdict says in a word whether the reply is as wanted.
type verdict string

const (
	same      verdict = "ok"
	different verdict = "DIFFERENT" // from the want
	unknown   verdict = "NEW"       // there is no want
	updated   verdict = "UPDATED"   // the want was written, and is not what it was
	broken    verdict = "BROKEN"    // no reply that could be a want
	skipped   verdict = "SKIPPED"   // not played: the function cannot reach another region or account here
)

// passed reports whether the result is as it should be. A new event given by name is being tried out.
func (r *result) passed() bool {
	return r.verdict == same || r.verdict == updated || r.verdict == skipped || r.verdict == unknown && r.event.named
}

// judge compares the reply with the want, or writes the want. A broken reply is never written.
func (r *result) judge(update bool) error {
	if r.verdict == skipped {
		return nil
	}
	var got bytes.Buffer // the members in their order, and nothing of a string changed
	if err := json.Indent(&got, r.reply, "", "  "); err != nil {
		return fmt.Errorf("%s: the reply is not JSON: %q", r.event.name(), r.reply)
	}
	want, err := os.ReadFile(r.event.wantPath())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.want, r.got = string(want), got.String()+"\n"
	r.faults = append(r.misposted(), leaks(string(r.reply))...)
	switch {
	case len(r.faults) > 0:
		r.verdict = broken
	case r.got == r.want:
		r.verdict = same
	case update:
		r.verdict = updated
		return os.WriteFile(r.event.wantPath(), []byte(r.got), 0o644)
	case err != nil:
		r.verdict = unknown
	default:
		r.verdict = different
	}
	return nil
}

// misposted checks that the reply has an errorType if it was posted as an error, and only then. So a want shows how it was
// posted, too.
func (r *result) misposted() []string {
	var fields struct{ ErrorType, ErrorMessage *string }
	json.Unmarshal(r.reply, &fields) // an array or a string has no fields
	if isError := fields.ErrorType != nil && fields.ErrorMessage != nil; isError != r.failed {
		return []string{fmt.Sprintf("the reply was posted as an error: %t, but is a function error: %t", r.failed, isError)}
	}
	return nil
}

// words summarizes the reply in one line.
func (r *result) words() string {
	var reply struct {
		ErrorType, ErrorMessage string // of a function error
		StatusCode              int    // of an HTTP response
		Body                    string
		answer
	}
	json.Unmarshal(r.reply, &reply) // a string or an array has no words
	json.Unmarshal([]byte(cmp.Or(reply.Body, reply.ErrorMessage)), &reply.answer)
	words := []rune(reply.answer.words())
	const most = 80
	if len(words) > most {
		words = append(words[:most], '…')
	}
	switch {
	case reply.ErrorType != "":
		return reply.ErrorType + ": " + string(words)
	case reply.StatusCode != 0:
		return fmt.Sprintf("HTTP %d %s", reply.StatusCode, string(words))
	}
	return string(words)
}

// An answer is the result of an event, or a part of it, or a problem.
type answer struct {
	Outcome, Reason string
	Detail          string   // of a problem
	Results, Events []answer // of each connection, and of each event in a batch
	Kept            []answer // connections that stay, each with the reason
}

func (a answer) words() string {
	var parts []string
	for _, part := range slices.Concat(a.Results, a.Kept, a.Events) {
		parts = append(parts, part.words())
	}
	switch text := cmp.Or(a.Detail, a.Reason, strings.Join(parts, ", ")); {
	case a.Outcome != "" && text != "":
		return a.Outcome + ": " + text
	default:
		return a.Outcome + text
	}
}
