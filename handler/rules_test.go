package handler_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
)

const module = "elasticsearch-disconnect"

// allowed says which packages outside the standard library each package of the
// module imports. Imports go one way: main → handler → discover →
// {trigger, elasticsearch} → connection, and elasticsearch → acs3. The command
// imports handler and what is below it; nothing imports the command.
func allowed() map[string][]string {
	const (
		own     = module + "/handler/"
		sdk     = "github.com/aliyun/fc-runtime-go-sdk/"
		command = "handler/cmd/elasticsearch-disconnect"
	)
	return map[string][]string{
		".": {module + "/handler", own + "elasticsearch", sdk + "fc"},
		command: {module + "/handler", module + "/" + command + "/call", module + "/" + command + "/identity", module + "/" + command + "/logs", module + "/" + command + "/preflight", module + "/" + command + "/printable", module + "/" + command + "/view",
			own + "acs3", own + "connection", own + "discover", own + "elasticsearch", own + "parallel", own + "trigger",
			"github.com/google/uuid", "github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/sys/unix", "golang.org/x/sys/windows", "golang.org/x/term"},
		command + "/call":            {module + "/handler", module + "/" + command + "/printable", own + "acs3", own + "connection", own + "elasticsearch"},
		command + "/goldentest":      nil,
		command + "/logs":            nil,
		command + "/logs/aliyuntest": nil,
		command + "/printable":       nil,
		command + "/view":            {module + "/" + command + "/printable", "github.com/mattn/go-runewidth"},
		command + "/preflight":       {module + "/handler", module + "/" + command + "/logs", own + "connection", own + "elasticsearch", own + "trigger", "github.com/robfig/cron/v3", "go.yaml.in/yaml/v3"},
		command + "/identity": {module + "/" + command + "/printable", own + "acs3", own + "connection", own + "elasticsearch", own + "parallel", own + "sts",
			"github.com/aliyun/credentials-go/credentials/providers", "gopkg.in/ini.v1"},
		"handler": {own + "acs3", own + "connection", own + "discover", own + "elasticsearch", own + "parallel", own + "sts", own + "trigger",
			sdk + "fc/messages", sdk + "fccontext", "github.com/aliyun/credentials-go/credentials/providers", "github.com/google/uuid"},
		"handler/acs3":                            nil,
		"handler/connection":                      nil,
		"handler/discover":                        {own + "connection", own + "elasticsearch", own + "parallel", own + "trigger"},
		"handler/parallel":                        {"golang.org/x/sync/errgroup"},
		"handler/trigger":                         {own + "connection", sdk + "events"},
		"handler/elasticsearch":                   {own + "acs3", own + "connection"},
		"handler/sts":                             {own + "acs3", own + "elasticsearch", "github.com/google/uuid"},
		"handler/elasticsearch/elasticsearchtest": nil,

		command + "/fleettest":       {own + "elasticsearch", own + "elasticsearch/elasticsearchtest"},
		command + "/fleettest/serve": {module + "/" + command + "/fleettest"},
	}
}

// TestImports: no package imports more than it is allowed, none is without a
// rule, and no rule allows what nobody imports.
func TestImports(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for file, parsed := range sources(t, "..") {
		got[path.Dir(file)] = append(got[path.Dir(file)], foreign(parsed)...)
	}
	for pkg, found := range got {
		slices.Sort(found)
		found, want := slices.Compact(found), allowed()[pkg]
		slices.Sort(want)
		switch _, ruled := allowed()[pkg]; {
		case strings.HasPrefix(pkg, "events/"):
		case !ruled:
			t.Errorf("package %s has no rule", pkg)
		case !slices.Equal(found, want):
			t.Errorf("package %s imports\n got %s\nwant %s", pkg, strings.Join(found, "\n     "), strings.Join(want, "\n     "))
		}
	}
	for pkg := range allowed() {
		if got[pkg] == nil && allowed()[pkg] != nil {
			t.Errorf("the rule of package %s is for none", pkg)
		}
	}
}

// TestFunctionStaysSmall: what is deployed links these modules' packages and no other,
// and nothing of the standard library that only a command needs. Each would make the
// binary larger, and a cold start slower.
func TestFunctionStaysSmall(t *testing.T) {
	t.Parallel()
	format := "{{if .Standard}}std {{else if not (and .Module .Module.Main)}}mod {{else}}own {{end}}{{.ImportPath}}"
	list := exec.Command("go", "list", "-deps", "-f", format, "..")
	list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64") // as make build does
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	forCommands := []string{"encoding/csv", "flag", "html", "html/template", "net/http/httptest", "os/signal", "testing", "text/tabwriter", "text/template", "time/tzdata"}
	var got []string
	for line := range strings.Lines(string(out)) {
		switch origin, name, _ := strings.Cut(strings.TrimSpace(line), " "); {
		case origin == "mod":
			got = append(got, name)
		case slices.Contains(forCommands, name), strings.HasPrefix(name, module+"/handler/cmd/"):
			t.Errorf("%s reaches main.go", name)
		}
	}
	want := []string{
		"github.com/alibabacloud-go/debug/debug",
		"github.com/aliyun/credentials-go",
		"github.com/aliyun/credentials-go/credentials/internal/http",
		"github.com/aliyun/credentials-go/credentials/internal/utils",
		"github.com/aliyun/credentials-go/credentials/providers",
		"github.com/aliyun/fc-runtime-go-sdk/events",
		"github.com/aliyun/fc-runtime-go-sdk/fc",
		"github.com/aliyun/fc-runtime-go-sdk/fc/messages",
		"github.com/aliyun/fc-runtime-go-sdk/fccontext",
		"github.com/google/uuid",
		"golang.org/x/sync/errgroup",
		"gopkg.in/ini.v1", // credentials-go reads profiles with it
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("packages of other modules in the function:\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// sources parses the files below root, tests left out, by their paths.
func sources(t *testing.T, root string) map[string]*ast.File {
	t.Helper()
	found := map[string]*ast.File{}
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || strings.Contains(file, "testdata/") {
			return err
		}
		found[file], err = parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, 0)
		return err
	})
	if err != nil || len(found) < 10 {
		t.Fatalf("%d files, %v", len(found), err)
	}
	return found
}

// foreign are the imports of a file that are not of the standard library, whose
// paths have no dot in their first element.
func foreign(file *ast.File) []string {
	found := []string{}
	for _, spec := range file.Imports {
		name := strings.Trim(spec.Path.Value, `"`)
		first, _, _ := strings.Cut(name, "/")
		if first == module || strings.Contains(first, ".") {
			found = append(found, name)
		}
	}
	return found
}

// names says whether a file has an identifier, other than in a comment.
func names(file *ast.File, identifier string) (found bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == identifier
		return true
	})
	return found
}

// TestOnlyExecuteDeletes: no other file can remove a connection, and discover is
// not even given a client that could.
func TestOnlyExecuteDeletes(t *testing.T) {
	t.Parallel()
	const remove = "DeleteConnectedCluster"
	for _, reader := range []reflect.Type{reflect.TypeFor[*elasticsearch.Reader](), reflect.TypeOf(discover.Finder{}.Reader).Out(0)} {
		if _, can := reader.MethodByName(remove); can {
			t.Errorf("%s has the method %s", reader, remove)
		}
	}
	if _, can := reflect.TypeFor[*elasticsearch.Client]().MethodByName(remove); !can {
		t.Errorf("nothing has the method %s", remove)
	}
	for file, parsed := range sources(t, ".") {
		switch folder := path.Dir(file); {
		case strings.HasPrefix(folder, "elasticsearch"), file == "execute.go":
		case names(parsed, remove):
			t.Errorf("%s names %s", file, remove)
		case folder == "discover" && names(parsed, "Client"):
			t.Errorf("%s names a client", file)
		}
	}
}

// TestNothingReadsTheLog: no method of a logger returns anything, and no other
// file knows what a line holds.
func TestNothingReadsTheLog(t *testing.T) {
	t.Parallel()
	methods := 0
	for file, parsed := range sources(t, ".") {
		if path.Dir(file) != "." {
			continue
		}
		if file != "log.go" && names(parsed, "line") {
			t.Errorf("%s names a log line", file)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !slices.Contains([]string{"logger", "*logger"}, types.ExprString(f.Recv.List[0].Type)) {
				continue
			}
			methods++
			if f.Type.Results != nil {
				t.Errorf("%s: %s of a logger returns something", file, f.Name)
			}
		}
	}
	if methods == 0 {
		t.Error("a logger has no methods")
	}
}

// TestCodesStayInElasticsearch: what a code of the API means is said there alone;
// elsewhere a kind is asked for, and no code compared.
func TestCodesStayInElasticsearch(t *testing.T) {
	t.Parallel()
	all := sources(t, ".")
	codes := map[string]bool{}
	for _, code := range elasticsearch.Codes() {
		codes[strconv.Quote(code)] = true
	}
	isCode := func(e ast.Expr) bool {
		selector, ok := e.(*ast.SelectorExpr)
		return ok && selector.Sel.Name == "Code"
	}
	for file, parsed := range all {
		if strings.HasPrefix(file, "elasticsearch/") {
			continue
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if codes[n.Value] {
					t.Errorf("%s has the code %s", file, n.Value)
				}
			case *ast.BinaryExpr:
				if isCode(n.X) || isCode(n.Y) {
					t.Errorf("%s compares a code", file)
				}
			case *ast.SwitchStmt:
				if isCode(n.Tag) {
					t.Errorf("%s compares a code", file)
				}
			}
			return true
		})
	}
}
