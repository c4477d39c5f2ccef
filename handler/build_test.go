package handler_test

import (
	"bytes"
	"debug/elf"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A program is the binary that `make build` makes of a copy of the source, once
// for all tests of this process.
type program struct{ dir, file string }

var built = sync.OnceValues(func() (program, error) {
	dir, err := os.MkdirTemp("", "built")
	if err != nil {
		return program{}, err
	}
	p := program{dir: dir}
	if err := copySource(filepath.Join(dir, "source")); err != nil {
		return p, err
	}
	p.file, err = makeBuild(filepath.Join(dir, "source"))
	return p, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if flag.Lookup("test.short").Value.String() == "false" {
		if p, _ := built(); p.dir != "" {
			os.RemoveAll(p.dir)
		}
	}
	os.Exit(code)
}

// binary returns the path of the built program.
func binary(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the binary")
	}
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip(err)
	}
	p, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return p.file
}

// Whoever builds a commit can compare: the folder leaves no trace in the binary.
func TestBuildIsReproducibleStaticAndStripped(t *testing.T) {
	t.Parallel()
	here, there := binary(t), filepath.Join(t.TempDir(), "a", "longer", "way")
	if err := copySource(there); err != nil {
		t.Fatal(err)
	}
	again, err := makeBuild(there)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, here), read(t, again)) {
		t.Errorf("make build: two folders of the same source made different bytes")
	}
	inspect(t, here)
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

// makeBuild runs `make build` in the folder and returns the path of the binary.
func makeBuild(dir string) (string, error) {
	command := exec.Command("make", "-C", dir, "build")
	command.Env = append(os.Environ(), "MAKEFLAGS=") // a make that runs this test must not pass its own on
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make build: %w\n%s", err, out)
	}
	return filepath.Join(dir, "target", "main"), nil
}

// copySource makes a folder with what the binary is made of, without history.
func copySource(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum", "main.go", "Makefile"} {
		content, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return os.CopyFS(filepath.Join(dir, "handler"), os.DirFS("."))
}
