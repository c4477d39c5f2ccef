package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// scene is an event after it was played.
type scene struct {
	event    event
	requests []elasticsearchtest.Request // that the API saw
	failed   bool                        // the reply is a function error
	reply    []byte
	output   string // what the function wrote meanwhile

	// What judge finds.
	verdict verdict
	got     string   // the reply as a want is written
	want    string   // empty when there is none
	faults  []string // why verdict is broken
}

// verdict is the word that the report has for a scene.
type verdict string

const (
	same      verdict = "ok"
	different verdict = "DIFFERENT" // from the want
	unknown   verdict = "NEW"       // there is no want
	updated   verdict = "UPDATED"   // the want was written, and is not what it was
	broken    verdict = "BROKEN"    // no reply that could be a want
)

// passed says whether the scene is as it should be. A new event that is given by name is being tried out.
func (s *scene) passed() bool {
	switch s.verdict {
	case same, updated:
		return true
	case unknown:
		return s.event.named
	default:
		return false
	}
}

// judge compares the reply with the want, or writes the want. A broken reply is never written.
func (s *scene) judge(update bool) error {
	s.got = indented(s.reply)
	s.faults = append(s.check(), leaks(string(s.reply)+"\n"+s.output)...)
	want, err := os.ReadFile(s.event.wantPath())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.want = string(want)
	switch {
	case len(s.faults) > 0:
		s.verdict = broken
	case s.got == s.want:
		s.verdict = same
	case update:
		s.verdict = updated
		return os.WriteFile(s.event.wantPath(), []byte(s.got), 0o644)
	case err != nil:
		s.verdict = unknown
	default:
		s.verdict = different
	}
	return nil
}

// check holds the reply to what Function Compute makes of it: JSON, which has an errorType when it was posted as an
// error, and only then. So a want tells the endpoint, too.
func (s *scene) check() []string {
	if !json.Valid(s.reply) {
		return []string{fmt.Sprintf("the reply is not JSON: %q", s.reply)}
	}
	var fields struct{ ErrorType, ErrorMessage *string }
	json.Unmarshal(s.reply, &fields) // an array or a string has no fields, which is what it leaves
	if looksFailed := fields.ErrorType != nil && fields.ErrorMessage != nil; looksFailed != s.failed {
		return []string{fmt.Sprintf("the reply was posted as an error: %t, but is a function error: %t", s.failed, looksFailed)}
	}
	return nil
}

// indented writes JSON as a want is written: the members in their order, and nothing of a string changed.
func indented(reply []byte) string {
	var text bytes.Buffer
	if err := json.Indent(&text, reply, "", "  "); err != nil {
		return string(reply)
	}
	return text.String() + "\n"
}

// leaks finds secrets in what leaves the function.
func leaks(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		for _, secret := range []struct{ name, value string }{
			{"access key id", accessKeyID},
			{"access key secret", accessKeySecret},
			{"security token", securityToken},
			{"access key id of the environment", agedAccessKeyID},
			{"access key secret of the environment", agedAccessKeySecret},
			{"security token of the environment", agedSecurityToken},
		} {
			if strings.Contains(line, secret.value) {
				found = append(found, fmt.Sprintf("the %s leaks: %s", secret.name, strings.TrimSpace(line)))
			}
		}
	}
	return found
}
