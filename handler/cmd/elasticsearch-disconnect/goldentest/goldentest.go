// Package goldentest holds texts to golden files. It is for the tests of the command.
package goldentest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Update says that the golden files are to be written.
var Update = flag.Bool("update", false, "write the golden files")

// File returns the golden file of a name, in the package under test.
func File(name string) string {
	return filepath.Join("testdata", strings.NewReplacer(" ", "-", ",", "").Replace(name)+".golden")
}

// Check holds a text to the golden file of a name.
func Check(t *testing.T, name, got string) {
	t.Helper()
	file := File(name)
	if *Update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n got %s\nwant %s", file, got, want)
	}
}
