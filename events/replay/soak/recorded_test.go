package soak

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// recorded are the texts of the module's recordings.
func recorded(t *testing.T) ([]recording, fs.FS) {
	t.Helper()
	events := os.DirFS(filepath.Join("..", ".."))
	all, err := read(events)
	if err != nil {
		t.Fatal(err)
	}
	return all, events
}

func TestEveryRecordingIsPlayed(t *testing.T) {
	t.Parallel()
	all, events := recorded(t)
	files, err := fs.Glob(events, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".json")
		if !strings.HasSuffix(name, ".want") && !slices.Contains(leftOut(), name) {
			want = append(want, name)
		}
	}
	got := []string{}
	for _, r := range all {
		got = append(got, r.name)
		for _, id := range slices.Concat(slices.Concat(pairIDs(r.ask)...), r.ask.cleanups) {
			if !strings.Contains(r.text, id) {
				t.Errorf("%s does not name %s", r.name, id)
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("recordings:\n got %q\nwant %q", got, want)
	}
}

func pairIDs(a ask) (ids [][]string) {
	for _, p := range a.pairs {
		ids = append(ids, p[:])
	}
	return ids
}
