package view_test

import (
	"testing"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
)

// TestForms: what a person sees of a report, in each form.
func TestForms(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"table":                   fleet().Table(view.Options{}),
		"table of all":            fleet().Table(view.Options{All: true}),
		"table in color":          fleet().Table(view.Options{Color: true}),
		"table of 60 cells":       fleet().Table(view.Options{Width: 20, Color: true}),
		"table of 120 cells":      fleet().Table(view.Options{Width: 400}),
		"table of one place":      one().Table(view.Options{}),
		"table of nothing":        calm().Table(view.Options{}),
		"table of all of nothing": calm().Table(view.Options{All: true}),
		"table of a cut place":    cut().Table(view.Options{All: true}),
		"wide":                    fleet().Table(view.Options{Wide: true, All: true, Width: 80}),
		"json":                    fleet().JSON(),
		"json of no place":        view.Report{}.JSON(),
		"csv":                     fleet().CSV(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkGolden(t, name, text)
		})
	}
}

// TestPrintable: what cannot be seen, or steers a terminal, is quoted. Other languages stay.
func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "",
		`订单搜索 "prod" (été) \\n`:  `订单搜索 "prod" (été) \\n`,
		"\x1b[2J":                `"\x1b[2J"`,
		"订单\n":                   `"订单\n"`,
		"\u009b31m":              `"\u009b31m"`,
		"a\u202eb\u2066c\u200fd": `"a\u202eb\u2066c\u200fd"`,
		"a\u200db\u00adc\ufeff":  `"a\u200db\u00adc\ufeff"`,
		"\xff":                   `"\xff"`,
		"\U000e0041\ue000":       `"\U000e0041\ue000"`,
	} {
		if got := view.Printable(text); got != want || view.Printable(got) != got {
			t.Errorf("Printable(%q):\n got %s\nwant %s", text, got, want)
		}
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
