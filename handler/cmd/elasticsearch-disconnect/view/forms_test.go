package view_test

import (
	"testing"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/goldentest"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
)

// TestForms: what a person sees of a report, in each form.
func TestForms(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"table of all":          fleet().Table(view.Options{All: true}),
		"table in color":        fleet().Table(view.Options{Color: true}),
		"table of 60 cells":     fleet().Table(view.Options{Width: 20, Color: true}),
		"table of 120 cells":    fleet().Table(view.Options{Width: 400}),
		"table of nothing":      calm().Table(view.Options{}),
		"table of two places":   several(2).Table(view.Options{}),
		"table of empty places": several(5).Table(view.Options{}),
		"table of a cut place":  cut().Table(view.Options{All: true}),
		"table of two accounts": empty().Table(view.Options{}),
		"wide":                  fleet().Table(view.Options{Wide: true, All: true, Width: 80}),
		"json":                  fleet().JSON(),
		"json of no place":      view.Report{}.JSON(),
		"csv":                   fleet().CSV(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			goldentest.Check(t, name, text)
		})
	}
}

// TestCount: numbers are readable, and one thing is no things.
func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 things", 1: "1 thing", 2: "2 things", 999: "999 things", 1000: "1,000 things", 1234567: "1,234,567 things"} {
		if got := view.Count(n, "thing"); got != want {
			t.Errorf("Count(%d): %s, want %s", n, got, want)
		}
	}
}
