package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// prepare builds the programs, measures what they weigh, and writes what they are run with.
func (b *bench) prepare(ctx context.Context) (err error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	b.tell("building …")
	if err := b.build(ctx, root); err != nil {
		return err
	}
	for c, binary := range b.binaries {
		if err := b.weigh(c, binary); err != nil {
			return err
		}
	}
	if b.payloads, err = readPayloads(filepath.Join(root, "events")); err != nil {
		return err
	}
	b.roots, err = writeRoots(b.dir)
	return err
}

// moduleRoot is the folder of the module that the working directory belongs to.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	file := strings.TrimSpace(string(out))
	if file == "" || file == os.DevNull {
		return "", errors.New("the working directory is in no Go module; run this in the checkout")
	}
	return filepath.Dir(file), nil
}

func (b *bench) build(ctx context.Context, root string) error {
	recipe, err := buildRecipe(ctx, root)
	if err != nil {
		return err
	}
	testdata := filepath.Join(root, "events", "replay", "bench", "testdata")
	folders := map[column]string{
		floor:     filepath.Join(testdata, "floor"),
		floorHTTP: filepath.Join(testdata, "floorhttp"),
		peer:      filepath.Join(testdata, "peer"),
		function:  root,
	}
	if err := b.download(ctx, folders[peer]); err != nil {
		b.tell("without the peer, whose modules cannot be had: %v", err)
		delete(folders, peer)
	}
	for c, folder := range folders {
		b.binaries[c] = filepath.Join(b.dir, fmt.Sprint("program", int(c)))
		recipe := recipe
		if c != function {
			recipe = strings.Replace(recipe, ownTags, "", 1)
		}
		if err := command(ctx, folder, []string{"BINARY=" + b.binaries[c]}, "sh", "-c", recipe); err != nil {
			return err
		}
	}
	return nil
}

// ownTags leave a part of the standard library out of the function: to know that one can is its own doing.
const ownTags = "-tags nethttpomithttp2 "

// buildRecipe is what make build runs, but for the name of the binary, which it takes from the variable BINARY. So the
// programs that the function is compared with are built with its flags, whatever they come to be, but for ownTags.
func buildRecipe(ctx context.Context, root string) (string, error) {
	const target = "target/main"
	cmd := exec.CommandContext(ctx, "make", "--no-print-directory", "--dry-run", "build")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=") // nothing of a make that runs this
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("make --dry-run build: %w", err)
	}
	if strings.Count(string(out), target) != 1 {
		return "", fmt.Errorf("make --dry-run build: %s is not there once: %s", target, out)
	}
	return strings.Replace(string(out), target, `"$BINARY"`, 1), nil
}

// download gets the modules of a program. A smoke test goes nowhere for them.
func (b *bench) download(ctx context.Context, folder string) error {
	var env []string
	if b.quick {
		env = []string{"GOPROXY=off"}
	}
	return command(ctx, folder, env, "go", "mod", "download")
}

// command runs a command and tells its output when it fails.
func command(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s in %s: %w\n%s", name, strings.Join(args, " "), dir, err, bytes.TrimSpace(out))
	}
	return nil
}

// weigh measures a binary, and the zip that is uploaded.
func (b *bench) weigh(c column, binary string) error {
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	level := 6 // as zip does unless it is told otherwise
	if b.quick {
		level = flate.HuffmanOnly
	}
	zipped, err := zipSize(content, level)
	if err != nil {
		return err
	}
	const mebi = 1 << 20
	b.results.add(rowBinary, c, float64(len(content))/mebi)
	b.results.add(rowZip, c, float64(zipped)/mebi)
	return nil
}

func zipSize(content []byte, level int) (int, error) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, level)
	})
	w, err := z.Create("main")
	if err != nil {
		return 0, err
	}
	_, err = w.Write(content)
	return archive.Len(), errors.Join(err, z.Close())
}
