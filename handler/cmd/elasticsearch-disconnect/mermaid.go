package main

import (
	"fmt"
	"strings"
)

// mermaidEdges is the default of Mermaid's maxEdges, which a diagram cannot change.
const mermaidEdges = 500

// mermaid is the survey as a Mermaid flowchart, without the instances that are
// connected with none. What is left over is dashed.
func (s survey) mermaid() string {
	var nodes, edges strings.Builder
	known := map[string]string{} // names of nodes, by the id in lower case
	node := func(id, status string) string {
		key := strings.ToLower(id)
		if known[key] == "" {
			known[key] = fmt.Sprintf("n%d", len(known))
			fmt.Fprintf(&nodes, "  %s[\"%s<br/>%s\"]\n", known[key], label(id), label(status))
		}
		return known[key]
	}
	for _, r := range s.connections {
		line := "---"
		if r.Leftover {
			line = "-.-"
		}
		from, to := node(r.Instance, r.Status), node(r.Connected, r.ConnectedStatus)
		fmt.Fprintf(&edges, "  %s %s %s\n", from, line, to)
	}
	return "flowchart LR\n" + nodes.String() + edges.String()
}

// label writes a text so that nothing in it has a meaning in a quoted label: as the
// entity of its code what is no letter, digit or one of a few signs.
func label(text string) string {
	var safe strings.Builder
	for _, c := range text {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(" -?", c) {
			safe.WriteRune(c)
		} else {
			fmt.Fprintf(&safe, "#%d;", c)
		}
	}
	return safe.String()
}
