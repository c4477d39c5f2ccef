package trigger_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// seed gives the fuzzer the events of the tables and the recorded ones.
func seed(f *testing.F) {
	add := func(event string) {
		if len(event) < 1<<12 { // what is large is slow to minimize
			f.Add([]byte(event))
		}
	}
	for _, test := range accepted() {
		add(test.event)
	}
	for _, test := range refused() {
		add(test.event)
	}
	for _, none := range noRegion {
		add(envelope("mine", "t", members, `,"aliyunregionid":`+none))
		add("{" + members + `,"regionId":` + none + "}")
	}
	for _, test := range accountValues {
		add(envelope("acs.elasticsearch", configType, removed+`,"accountId":`+test.value, `,"aliyunoriginalaccountid":`+test.value))
		add("{" + members + `,"accountId":` + test.value + "}")
	}
	files, err := filepath.Glob("../../events/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no recorded events: %v", err)
	}
	for _, file := range files {
		event, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(event)
	}
}

// FuzzParse: an event never panics. It is refused with an Error that names a
// path, and asks for nothing; or it is accepted, an array of n entries as a
// batch of n at least, and all that it asks for is about valid instances in a
// valid scope, as far as that is said.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		event, err := trigger.Parse(text)
		if err != nil {
			checkRefusal(t, err)
			checkRefused(t, event, err)
			return
		}
		var entries []json.RawMessage
		if json.Unmarshal(text, &entries) == nil && len(event.Requests) < len(entries) || !event.Batch && len(event.Requests) != 1 {
			t.Errorf("%d requests of %d entries", len(event.Requests), len(entries))
		}
		for _, r := range event.Requests {
			checkRequest(t, r)
		}
	})
}

// checkRefused: a refused event asks for nothing, and its one request holds the error.
func checkRefused(t *testing.T, event trigger.Event, err error) {
	t.Helper()
	if r := event.Requests; event.Batch || len(r) != 1 || r[0].Err != err || r[0].Action != nil {
		t.Errorf("a refused event asks for %+v", event)
	}
}

func checkRequest(t *testing.T, r trigger.Request) {
	t.Helper()
	checkScope(t, r.Scope)
	if r.Err != nil && r.Action != nil {
		t.Errorf("refused, and asked for: %+v", r)
	}
	switch a := r.Action.(type) {
	case nil:
		checkRefusal(t, r.Err)
	case trigger.Info:
	case trigger.Disconnect:
		must(connection.ParseInstanceID(a.Instance.String()))
		must(connection.ParseInstanceID(a.Connected.String()))
		if a.Instance == a.Connected {
			t.Errorf("an instance is connected with itself: %+v", a)
		}
	case trigger.Cleanup:
		must(connection.ParseInstanceID(a.Instance.String()))
		if a.Requested == (a.Expects != "") {
			t.Errorf("neither a request nor a report: %+v", a)
		}
	case trigger.Ignore:
		if a.Reason == "" {
			t.Error("ignored for no reason")
		}
	}
}

func checkScope(t *testing.T, s connection.Scope) {
	t.Helper()
	if _, err := connection.ParseRegion(s.Region.String()); err != nil && s.Region != (connection.Region{}) {
		t.Errorf("region: %v", err)
	}
	if _, err := connection.ParseAccountID(s.Account.String()); err != nil && s.Account != (connection.AccountID{}) {
		t.Errorf("account: %v", err)
	}
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	var refused *trigger.Error
	if !errors.As(err, &refused) || len(refused.Faults) == 0 || refused.Status/100 != 4 {
		t.Fatalf("error %#v", err)
	}
	checkScope(t, refused.Scope)
	for _, fault := range refused.Faults {
		if !strings.HasPrefix(fault.Path, "$") || fault.Detail == "" {
			t.Errorf("fault %+v", fault)
		}
	}
}

// FuzzMembers: the members found are those that encoding/json finds.
func FuzzMembers(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) {
			return // check refuses it before
		}
		var want map[string]json.RawMessage
		valid := json.Unmarshal(text, &want) == nil && strings.HasPrefix(strings.TrimLeft(string(text), " \t\r\n"), "{")
		got := map[string]json.RawMessage{}
		for name, value := range trigger.Members(text) {
			got[string(name)] = value
		}
		if !valid {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%d members, want %d", len(got), len(want))
		}
		for name, value := range want {
			if string(got[name]) != string(value) {
				t.Errorf("member %q:\n got %s\nwant %s", name, got[name], value)
			}
		}
	})
}
