package handler_test

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whoever builds a commit can compare: the folder leaves no trace in the binary.
func TestBuildIsReproducibleStaticAndStripped(t *testing.T) {
	t.Parallel()
	here, there := source(t), filepath.Join(t.TempDir(), "a", "longer", "way")
	if err := os.CopyFS(there, os.DirFS(here)); err != nil {
		t.Fatal(err)
	}
	binary, again := build(t, here), build(t, there)
	if !bytes.Equal(read(t, binary), read(t, again)) {
		t.Errorf("make build: two folders of the same source made different bytes")
	}
	inspect(t, binary)
}

// inspect fails the test unless the binary runs without a C library, which the runtime does not promise, and carries
// nothing that only lengthens a cold start.
func inspect(t *testing.T, file string) {
	t.Helper()
	binary, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	if binary.Machine != elf.EM_X86_64 {
		t.Errorf("machine:\n got %v\nwant %v, the only one of the runtime", binary.Machine, elf.EM_X86_64)
	}
	if got := slices.DeleteFunc(parts(binary), wanted); len(got) > 0 {
		t.Errorf("make build left in the binary:\n got %q\nwant none of these", got)
	}
}

// parts names the segments and the sections of the binary.
func parts(binary *elf.File) (names []string) {
	for _, segment := range binary.Progs {
		names = append(names, segment.Type.String())
	}
	for _, section := range binary.Sections {
		names = append(names, section.Name)
	}
	return names
}

// wanted tells what a static, stripped binary may have: nothing that asks for a loader or serves a debugger.
func wanted(part string) bool {
	unwanted := []string{"PT_INTERP", "PT_DYNAMIC", ".symtab", ".strtab"}
	return !slices.Contains(unwanted, part) && !strings.HasPrefix(part, ".debug_") && !strings.HasPrefix(part, ".zdebug_")
}

// build runs `make build` in the folder and returns the path of the binary.
func build(t *testing.T, dir string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "make", "-C", dir, "build")
	command.Env = append(os.Environ(), "MAKEFLAGS=") // a make that runs this test must not pass its own on
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, out)
	}
	return filepath.Join(dir, filepath.FromSlash(built(t)))
}

// source returns a new folder with what stands beside this package, but neither the history nor an earlier build.
func source(t *testing.T) string {
	t.Helper()
	skipUnlessBuilding(t)
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, ".") && name != "target" {
			copyEntry(t, filepath.Join(dir, name), filepath.Join("..", name), e.IsDir())
		}
	}
	return dir
}

func skipUnlessBuilding(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the binary")
	}
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip(err)
	}
}

func copyEntry(t *testing.T, to, from string, folder bool) {
	t.Helper()
	var err error
	if folder {
		err = os.CopyFS(to, os.DirFS(from))
	} else {
		err = os.WriteFile(to, read(t, from), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
