package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const wantSuffix = ".want.json"

// An event is a recorded event in a file. Beside it is a file with the wanted reply.
type event struct {
	path  string
	named bool // on the command line, so it needs no want
}

func (e event) name() string     { return filepath.Base(e.path) }
func (e event) stem() string     { return strings.TrimSuffix(e.path, filepath.Ext(e.path)) }
func (e event) wantPath() string { return e.stem() + wantSuffix }

// requestID has the form that Function Compute gives it. It is derived from the file's name, because the client token
// and with it the reply are derived from the request id.
func (e event) requestID() string {
	sum := sha256.Sum256([]byte(e.name()))
	return fmt.Sprintf("1-64f6cd87-%x-%x", sum[:6], sum[6:12])
}

// recorded returns the events in a folder, sorted.
func recorded(dir string) (events []event, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, path := range paths {
		if !strings.HasSuffix(path, wantSuffix) {
			events = append(events, event{path: path})
		}
	}
	if err == nil && len(events) == 0 {
		err = fmt.Errorf("no %s/*.json here; run this where go.mod is", dir)
	}
	// Without .json, direct comes before direct-dry-run.
	slices.SortFunc(events, func(a, b event) int { return strings.Compare(a.stem(), b.stem()) })
	return events, err
}

// isElsewhere reports whether the reply depends on other regions or accounts: the event names one, or asks for the list of
// regions.
func (e event) isElsewhere() bool {
	text, err := os.ReadFile(e.path)
	names := func(scope string) bool { return bytes.Contains(text, []byte(scope)) }
	elsewhere := slices.AppendSeq([]string{memberAccount, strangeAccount}, maps.Keys(otherRegions()))
	return err == nil && slices.ContainsFunc(elsewhere, names) || e.name() == "http-get.json"
}

// named returns the events given by name, in that order.
func named(paths []string) (events []event, err error) {
	for _, path := range paths {
		if strings.HasSuffix(path, wantSuffix) {
			return nil, fmt.Errorf("%s: a wanted reply, not an event", path)
		}
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
		events = append(events, event{path: path, named: true})
	}
	return events, nil
}
