package handler_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocNamesFiles: doc.go says where a change is made, in files that exist.
func TestDocNamesFiles(t *testing.T) {
	t.Parallel()
	for _, name := range regexp.MustCompile(`[a-z_/]+\.go\b`).FindAllString(string(read(t, "doc.go")), -1) {
		_, err := os.Stat(name)
		_, besides := os.Stat("elasticsearch/" + name) // as in: elasticsearch/answer.go and failure.go
		if err != nil && besides != nil {
			t.Errorf("doc.go names %s, which does not exist", name)
		}
	}
}

// TestFilesRunOneWay: the files of a package use each other in one direction, those of package
// handler as doc.go draws the path: no file uses, over however many others, one that uses it.
func TestFilesRunOneWay(t *testing.T) {
	t.Parallel()
	for folder, top := range map[string]string{
		".":                                 "handler.go",
		"cmd/elasticsearch-disconnect":      "root.go",
		"cmd/elasticsearch-disconnect/view": "table.go",
	} {
		uses := usesOf(t, folder)
		if len(uses[top]) < 5 {
			t.Errorf("%s in %s uses %v: the test sees too little", top, folder, slices.Sorted(maps.Keys(uses[top])))
		}
		checkOneWay(t, uses)
	}
}

func checkOneWay(t *testing.T, uses map[string]map[string]bool) {
	t.Helper()
	var way []string
	done := map[string]bool{}
	var visit func(file string)
	visit = func(file string) {
		if at := slices.Index(way, file); at >= 0 {
			t.Errorf("files use each other in a circle: %s", strings.Join(append(way[at:], file), " -> "))
			return
		}
		if done[file] {
			return
		}
		way = append(way, file)
		for _, other := range slices.Sorted(maps.Keys(uses[file])) {
			visit(other)
		}
		way = way[:len(way)-1]
		done[file] = true
	}
	for _, file := range slices.Sorted(maps.Keys(uses)) {
		visit(file)
	}
}

// usesOf returns for each file of the package in a folder the files whose declarations it uses.
// What comes from other packages is left out: they are not imported.
func usesOf(t *testing.T, folder string) map[string]map[string]bool {
	t.Helper()
	names, err := filepath.Glob(folder + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: noImporter{}, Error: func(error) {}}
	pkg, _ := config.Check(folder, fset, files, &info) // its errors are those of the imports
	uses := map[string]map[string]bool{}
	for use, object := range info.Uses {
		from, to := filepath.Base(fset.Position(use.Pos()).Filename), filepath.Base(fset.Position(object.Pos()).Filename)
		if object.Pkg() != pkg || from == to {
			continue
		}
		if uses[from] == nil {
			uses[from] = map[string]bool{}
		}
		uses[from][to] = true
	}
	return uses
}

type noImporter struct{}

func (noImporter) Import(string) (*types.Package, error) { return nil, errors.New("not imported") }
