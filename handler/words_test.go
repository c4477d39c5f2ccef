package handler_test

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestWordsOfTheFunction: what only somebody who writes events or deploys the function
// understands is said in the Function of an Advice alone, and beside it the same is said to a
// person with the command. So nothing that a person can do is in the wrong words, or forgotten.
func TestWordsOfTheFunction(t *testing.T) {
	t.Parallel()
	words := []string{"function's", "force (true)", "dryRun;", ", dryRun", "send the event", "in the command", "this invocation"}
	advices := 0
	for file, parsed := range sources(t, ".") {
		if !slices.Contains([]string{".", "connection", "discover", "elasticsearch"}, path.Dir(file)) || file == "problem.go" { // which makes replies
			continue
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				return n.Name.Name != "roleCredentials" // which never serves the command
			case *ast.CompositeLit:
				if keys := keysOf(n); slices.Contains(keys, "Function") {
					advices++
					if !slices.Contains(keys, "Command") {
						t.Errorf("%s: advice has nothing for a person with the command", file)
					}
				}
			case *ast.KeyValueExpr:
				key, isName := n.Key.(*ast.Ident)
				return !isName || key.Name != "Function"
			case *ast.BasicLit:
				for _, word := range words {
					if strings.Contains(n.Value, word) {
						t.Errorf("%s: %s is not in the Function of an Advice", file, n.Value)
					}
				}
			}
			return true
		})
	}
	if advices == 0 {
		t.Error("there is no advice")
	}
}

// keysOf are the names of the fields that a literal sets.
func keysOf(n *ast.CompositeLit) (keys []string) {
	for _, e := range n.Elts {
		if e, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := e.Key.(*ast.Ident); ok {
				keys = append(keys, key.Name)
			}
		}
	}
	return keys
}
