package handler_test

import (
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestNoRemovalOfProtected: no removal of a connection with a protected instance is sent,
// whoever asks for it; the reply and the log have the reason.
func TestNoRemovalOfProtected(t *testing.T) {
	t.Parallel()
	const reason = " is protected: PROTECTED_INSTANCES names it"
	for _, protected := range []string{instance, gone} {
		denied, kept := `"detail":"`+protected+reason, `"kept":[{"instanceId":"`+instance+`","connectedInstanceId":"`+gone+`","reason":"`+protected+reason+`"}]`
		keptLine := `"reason":"` + instance + " " + gone + " kept: " + protected + reason
		for name, test := range map[string]struct {
			event       string
			reply, line []string // parts
		}{
			"a pair":           {direct, []string{"Denied ", denied}, []string{`"outcome":"failed","kind":"Denied"`, protected + reason}},
			"a pair, dry":      {`{"dryRun":true,` + direct[1:], []string{"Denied ", denied}, []string{`"dryRun":true`}},
			"a pair over HTTP": {post, []string{`"statusCode":403`, reason}, []string{`"kind":"Denied"`}},
			"all":              {all(gone), []string{"PartialFailure ", `"kind":"Denied",` + denied}, []string{`"outcome":"incomplete"`}},
			"a release":        {released(gone), []string{`"outcome":"kept"`, `"results":[],` + kept}, []string{`"outcome":"kept"`, keptLine}},
			"a reconcile":      {reconcile, []string{`"outcome":"reconciled"`, `"results":[],` + kept}, []string{`"leftover":1,"removed":0,"kept":1`, keptLine}},
			"a reconcile, dry": {`{"dryRun":true,` + reconcile[1:], []string{`"outcome":"dry-run"`, kept}, []string{keptLine}},
		} {
			t.Run(name, handler.Bubbled(func(t *testing.T) {
				s := newFixture(t)
				s.api.RemoveInstance(gone)
				s.Config.Protected = handler.Protection{protected}
				got := s.handle(t, test.event)
				for _, want := range test.reply {
					if !strings.Contains(got, want) {
						t.Errorf("reply: %s\nwant %s", got, want)
					}
				}
				for _, want := range test.line {
					if !strings.Contains(s.log.String(), want) {
						t.Errorf("log: %s\nwant %s", &s.log, want)
					}
				}
				if !s.api.Connected(instance, gone) {
					t.Error("it was removed")
				}
				for _, r := range s.api.Requests() {
					if r.Action == "DeleteConnectedCluster" {
						t.Errorf("sent: %s", r)
					}
				}
			}))
		}
	}
}
