package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// A connectionLine is what a reader of --json is promised of a connection.
type connectionLine struct {
	RegionID, InstanceID, Status, ConnectedInstanceID, ConnectedStatus, NetworkType, Kept string
	Leftover                                                                              bool
}

// connectionsOf reads the lines of --json. The last is the summary, and counts the others.
func connectionsOf(t *testing.T, text string) (found []connectionLine) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines[:len(lines)-1] {
		var c connectionLine
		decode(t, line, &c)
		found = append(found, c)
	}
	var last struct{ Summary *struct{ Connections int } }
	decode(t, lines[len(lines)-1], &last)
	if last.Summary == nil || last.Summary.Connections != len(found) {
		t.Errorf("%d connections, and the last line is %s", len(found), lines[len(lines)-1])
	}
	return found
}

func decode(t *testing.T, line string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), into); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
}
