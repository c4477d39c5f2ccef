package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestMermaid: the text is of the grammar, and says the same as the table.
func TestMermaid(t *testing.T) {
	t.Parallel()
	for name, setUp := range map[string]func(*fixture){"a region": region, "odd texts": odd, "nothing": func(*fixture) {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, g := newFixture(t), newFixture(t)
			setUp(f)
			setUp(g)
			f.run(t, "--report", "--mermaid")
			g.run(t, "--report", "--json")
			got := parseFlowchart(t, f.stdout.String())
			want := graph{}
			for _, c := range connectionsOf(t, g.stdout.String()) {
				line := edge{node{strings.ToLower(c.InstanceID), c.Status}, node{strings.ToLower(c.ConnectedInstanceID), c.ConnectedStatus}}
				want[line] = c.Leftover
			}
			if !maps.Equal(got, want) {
				t.Errorf("the graph of\n%s\n got %v\nwant %v", f.stdout.String(), got, want)
			}
		})
	}
}

type (
	// A graph says of each edge whether it is dashed.
	graph map[edge]bool
	edge  [2]node
	node  struct{ id, status string } // the id in lower case
)

var (
	nodeLine = regexp.MustCompile(`^  (n\d+)\["((?:[-A-Za-z0-9 ?]|#\d+;)+)<br/>((?:[-A-Za-z0-9 ?]|#\d+;)+)"\]$`)
	edgeLine = regexp.MustCompile(`^  (n\d+) (---|-\.-) (n\d+)$`)
	entity   = regexp.MustCompile(`#(\d+);`)
)

// parseFlowchart reads the part of Mermaid's flowcharts that is used: all nodes, then all edges, each once. A label has
// no character that could end it or mean anything in it, as Mermaid reads labels: " # < > & ` \ and the like are written
// as entities.
func parseFlowchart(t *testing.T, text string) graph {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != "flowchart LR" || !strings.HasSuffix(text, "\n") {
		t.Fatalf("not a flowchart: %q", text)
	}
	nodes, edges, used := map[string]node{}, graph{}, map[string]bool{}
	for _, line := range lines[1:] {
		switch n, e := nodeLine.FindStringSubmatch(line), edgeLine.FindStringSubmatch(line); {
		case n != nil && len(edges) == 0 && nodes[n[1]] == node{}:
			nodes[n[1]] = node{strings.ToLower(unescape(n[2])), unescape(n[3])}
		case e != nil && nodes[e[1]] != node{} && nodes[e[3]] != node{}:
			line := edge{nodes[e[1]], nodes[e[3]]}
			if _, again := edges[line]; again {
				t.Errorf("the edge %v is there twice", line)
			}
			edges[line] = e[2] == "-.-"
			used[e[1]], used[e[3]] = true, true
		default:
			t.Fatalf("line %q of\n%s", line, text)
		}
	}
	if len(used) != len(nodes) {
		t.Errorf("nodes without an edge: %v, used %v", nodes, slices.Sorted(maps.Keys(used)))
	}
	return edges
}

func unescape(label string) string {
	return entity.ReplaceAllStringFunc(label, func(e string) string {
		code, _ := strconv.Atoi(strings.Trim(e, "#;"))
		return fmt.Sprintf("%c", code)
	})
}

// TestMermaidOfMany: who pastes more than Mermaid draws is told.
func TestMermaidOfMany(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		500: "",
		501: "There are 501 connections. Mermaid draws 500, unless maxEdges in its configuration is higher.\n",
	} {
		f := newFixture(t)
		f.api.AddInstance("es-hub")
		for i := range n {
			id := fmt.Sprintf("es-%03d", i)
			f.api.AddInstance(id)
			f.api.Connect("es-hub", id)
		}
		if exit := f.run(t, "--report", "--region", "cn-hangzhou", "--mermaid"); exit != handler.ExitDone || f.stderr.String() != want {
			t.Errorf("%d connections: exit code %d, %q", n, exit, f.stderr.String())
		}
	}
}
