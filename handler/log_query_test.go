package handler_test

import (
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/parallel"
)

var (
	grouping  = regexp.MustCompile(` group by "message\.(\w+)" having (.+)\)$`)
	aggregate = regexp.MustCompile(`(max|min)\("?(?:message\.)?(\w+)"?\)|"message\.(\w+)" <> ''`)
)

// finds reports whether a query finds a line, or if it groups lines, a group of which its having holds.
func finds(t *testing.T, query string, store []map[string]any) bool {
	t.Helper()
	search, analysis, _ := strings.Cut(query, " | ")
	lines := slices.DeleteFunc(slices.Clone(store), func(line map[string]any) bool { return !matches(t, search, line) })
	by := grouping.FindStringSubmatch(analysis)
	if by == nil {
		return len(lines) > 0
	}
	groups := parallel.Groups(lines, func(line map[string]any) any { return line[by[1]] })
	return slices.ContainsFunc(groups, func(group []map[string]any) bool { return holds(t, by[2], group) })
}

// holds reports whether what a query demands of a group of lines holds.
func holds(t *testing.T, having string, group []map[string]any) bool {
	t.Helper()
	return evaluate(t, aggregate.ReplaceAllStringFunc(having, func(text string) string {
		parts := aggregate.FindStringSubmatch(text)
		var numbers []float64
		for _, line := range group {
			n, _ := line[parts[2]].(float64)
			numbers = append(numbers, n)
		}
		switch parts[1] {
		case "max":
			return encode(t, slices.Max(numbers))
		case "min":
			return encode(t, slices.Min(numbers))
		}
		return encode(t, group[0][parts[3]] != "")
	}))
}

var condition = regexp.MustCompile(`(?:message\.)?(\w+)(: | [<>]=? )(\S*[^\s)])`)

// matches reports whether a search matches a line. Each condition is evaluated alone; Go's && and || then combine them, with
// the precedence of Log Service's and and or.
func matches(t *testing.T, search string, line map[string]any) bool {
	t.Helper()
	expression := condition.ReplaceAllStringFunc(search, func(text string) string {
		parts := condition.FindStringSubmatch(text)
		value, has := line[parts[1]]
		switch {
		case !has:
			return "false"
		case parts[2] == ": ":
			return encode(t, value == strings.Trim(parts[3], `"`))
		default:
			return encode(t, value) + parts[2] + parts[3]
		}
	})
	return evaluate(t, expression)
}

func evaluate(t *testing.T, expression string) bool {
	t.Helper()
	expression = strings.NewReplacer(" and ", " && ", " or ", " || ").Replace(expression)
	result, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return result.Value.String() == "true"
}
