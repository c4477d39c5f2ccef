package handler_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "elasticsearch-disconnect"

// allowed says which packages outside the standard library each package of the
// function imports. Imports go one way: main → handler → discover → {trigger,
// elasticsearch} → connection, and elasticsearch → acs3.
func allowed() map[string][]string {
	const (
		own = module + "/handler/"
		sdk = "github.com/aliyun/fc-runtime-go-sdk/"
	)
	return map[string][]string{
		".": {module + "/handler", own + "elasticsearch", sdk + "fc"},
		"handler": {own + "acs3", own + "connection", own + "discover", own + "elasticsearch", own + "parallel", own + "trigger",
			sdk + "fc/messages", sdk + "fccontext", "github.com/aliyun/credentials-go/credentials/providers", "github.com/google/uuid"},
		"handler/acs3":                            nil,
		"handler/connection":                      nil,
		"handler/discover":                        {own + "connection", own + "elasticsearch", own + "parallel", own + "trigger"},
		"handler/parallel":                        {"golang.org/x/sync/errgroup"},
		"handler/trigger":                         {own + "connection", sdk + "events"},
		"handler/elasticsearch":                   {own + "acs3", own + "connection", "github.com/google/uuid"},
		"handler/elasticsearch/elasticsearchtest": nil,
	}
}

// TestImports: no package imports more than it is allowed, none is without a
// rule, and no rule allows what nobody imports.
func TestImports(t *testing.T) {
	t.Parallel()
	got := imports(t, "..")
	for pkg, want := range allowed() {
		slices.Sort(want)
		if !slices.Equal(got[pkg], want) {
			t.Errorf("package %s imports\n got %s\nwant %s", pkg, strings.Join(got[pkg], "\n     "), strings.Join(want, "\n     "))
		}
		delete(got, pkg)
	}
	for pkg := range got {
		if !strings.HasPrefix(pkg, "events/") {
			t.Errorf("package %s has no rule", pkg)
		}
	}
}

// imports finds what each package below root imports beside the standard
// library, tests left out.
func imports(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || strings.Contains(file, "testdata/") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(file)
		found[pkg] = append(found[pkg], foreign(parsed)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range found {
		slices.Sort(found[pkg])
		found[pkg] = slices.Compact(found[pkg])
	}
	return found
}

// foreign are the imports of a file that are not of the standard library, whose
// paths have no dot in their first element.
func foreign(file *ast.File) []string {
	var found []string
	for _, spec := range file.Imports {
		name := strings.Trim(spec.Path.Value, `"`)
		first, _, _ := strings.Cut(name, "/")
		if first == module || strings.Contains(first, ".") {
			found = append(found, name)
		}
	}
	return found
}
