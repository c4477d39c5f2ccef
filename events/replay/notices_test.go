package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// A notice is documented as some members that are always there, and some that may be.
type notice struct{ always, sometimes []string }

func actionTrail() notice {
	return notice{
		always: []string{
			"acsregion", "eventid", "eventname", "eventrw", "eventsource", "eventtime", "eventtype", "eventversion",
			"requestid", "servicename", "useridentity",
		},
		sometimes: []string{
			"errorcode", "errormessage", "recipientaccountid", "referencedresources", "requestparameterjson", "requestparameters",
			"resourcename", "resourcetype", "sourceipaddress", "useragent",
		},
	}
}

func cloudConfig() notice {
	return notice{
		always: []string{
			"accountid", "capturetime", "configuration", "configurationdiff", "resourceeventtype", "resourceid", "resourcetype",
		},
		sometimes: []string{"region", "regionid"},
	}
}

// What Alibaba Cloud's services send is recorded whole, and with no member that is in no document.
func TestNoticesAreWhole(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, e := range recordings(t) {
		for _, object := range entries(t, e) {
			names, documented := noticeOf(object)
			if names == nil {
				continue
			}
			checked++
			for _, fault := range documented.faults(names) {
				t.Errorf("%s: %s", e.name(), fault)
			}
		}
	}
	if checked == 0 {
		t.Error("no recording has a notice")
	}
}

// noticeOf finds the notice in an event, bare or as data: the names of its members, in lower case because some are sent
// in Pascal case, and what is documented. The names are nil when there is none.
func noticeOf(object map[string]any) (names []string, documented notice) {
	if data, ok := object["data"].(map[string]any); ok {
		object = data
	}
	for name := range maps.Keys(object) {
		names = append(names, strings.ToLower(name))
	}
	switch {
	case slices.Contains(names, "eventname"):
		return names, actionTrail()
	case slices.Contains(names, "resourceeventtype"):
		return names, cloudConfig()
	default:
		return nil, notice{}
	}
}

func (n notice) faults(names []string) []string {
	var faults []string
	for _, name := range n.always {
		if !slices.Contains(names, name) {
			faults = append(faults, name+" is missing")
		}
	}
	for _, name := range names {
		if !slices.Contains(n.always, name) && !slices.Contains(n.sometimes, name) {
			faults = append(faults, name+" is in no document")
		}
	}
	return faults
}
