package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const wantSuffix = ".want.json"

// event is a recorded event: a file, and beside it a file with the reply that is wanted.
type event struct {
	path  string
	named bool // on the command line, so it may come without a want
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

// recorded finds the events of this module, in sorted order.
func recorded(ctx context.Context) ([]event, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return nil, err
	}
	pattern := filepath.Join(root, "events", "*.json")
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	var events []event
	for _, path := range paths {
		if !strings.HasSuffix(path, wantSuffix) {
			events = append(events, event{path: path})
		}
	}
	if len(events) == 0 {
		return nil, fmt.Errorf("%s: no event there", pattern)
	}
	// Without .json, direct comes before direct-dry-run.
	slices.SortFunc(events, func(a, b event) int { return strings.Compare(a.stem(), b.stem()) })
	return events, nil
}

// named takes the events given by name, in the order given.
func named(paths []string) ([]event, error) {
	var events []event
	for _, path := range paths {
		switch info, err := os.Stat(path); {
		case os.IsNotExist(err):
			return nil, missing(path)
		case err != nil:
			return nil, err
		case info.IsDir():
			return nil, fmt.Errorf("%s: a folder, not an event", path)
		case strings.HasSuffix(path, wantSuffix):
			return nil, fmt.Errorf("%s: a wanted reply, not an event", path)
		}
		events = append(events, event{path: path, named: true})
	}
	return events, nil
}

// missing tells of a file that is not there, and of the likely reason.
func missing(path string) error {
	if strings.HasPrefix(path, "-") {
		return fmt.Errorf("%s: no such file; if it is a flag, it goes before the files", path)
	}
	recording := filepath.Join("events", path)
	if _, err := os.Stat(recording); err == nil {
		return fmt.Errorf("%s: no such file; is it %s?", path, recording)
	}
	return fmt.Errorf("%s: no such file", path)
}
