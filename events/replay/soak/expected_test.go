package soak

import (
	"slices"
	"strings"
	"testing"
)

// Each wrong is found, and no right is taken for one.
func TestExpected(t *testing.T) {
	t.Parallel()
	ab, cd := newPair("a", "b"), newPair("c", "d")
	asksAB, asksA, reconciles := ask{pairs: []pair{ab}}, ask{cleanups: []string{"a"}}, ask{reconciles: true}
	for name, test := range map[string]struct {
		ask      ask
		released []string
		removed  []pair // by the function
		reported verdict
		want     []string
	}{
		"nothing asked, nothing done":            {reported: done},
		"asked, done":                            {ask: asksAB, removed: []pair{ab}, reported: done},
		"asked, to be repeated":                  {ask: asksAB, reported: again},
		"asked, not done":                        {ask: asksAB, reported: done, want: []string{"LOST"}},
		"asked for all, done":                    {ask: asksA, removed: []pair{ab}, reported: done},
		"asked for all, not done":                {ask: asksA, reported: done, want: []string{"LOST"}},
		"another done, too":                      {ask: asksAB, removed: []pair{ab, cd}, reported: done, want: []string{"ASKED"}},
		"nothing asked, something done":          {removed: []pair{ab}, reported: done, want: []string{"ASKED"}},
		"not done, both gone":                    {ask: asksAB, released: []string{"a", "b"}, reported: done},
		"not done, one gone":                     {ask: asksAB, released: []string{"a"}, reported: done, want: []string{"LOST", "LEFT"}},
		"reported absent, and is":                {ask: asksAB, removed: []pair{ab}, reported: absent},
		"said to be absent, and is not":          {ask: asksAB, reported: absent, want: []string{"LOST"}},
		"said to be absent, and an instance is":  {ask: asksAB, released: []string{"b"}, reported: absent, want: []string{"LEFT"}},
		"said to be absent, and another is gone": {ask: asksAB, released: []string{"c"}, reported: absent, want: []string{"LOST", "LEFT"}},
		"reconciled, nothing to do":              {ask: reconciles, reported: done},
		"reconciled":                             {ask: reconciles, released: []string{"a"}, removed: []pair{ab}, reported: done},
		"reconciled, and is not":                 {ask: reconciles, released: []string{"a"}, reported: done, want: []string{"LOST", "LEFT"}},
		"reconciled, too much":                   {ask: reconciles, released: []string{"a"}, removed: []pair{ab, cd}, reported: done, want: []string{"ASKED"}},
		"reconciled, both gone":                  {ask: reconciles, released: []string{"a", "b"}, reported: done},
		"to be reconciled again":                 {ask: reconciles, released: []string{"a"}, reported: again, want: []string{"LEFT"}},
		"left over, and nobody reconciles":       {released: []string{"a"}, removed: []pair{ab}, reported: done, want: []string{"ASKED"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			left := []pair{ab, cd}
			x := &expected{
				isConnected: func(a, b string) bool { return slices.Contains(left, newPair(a, b)) },
				released:    map[string]bool{},
			}
			for _, p := range left {
				x.change(change{connected, p[0], p[1]})
			}
			for _, id := range test.released {
				x.change(change{released, id, ""})
			}
			x.sent(test.ask)
			claimed := x.claim(test.ask)
			x.change(change{connected, "a", "e"}) // after the delivery began: not owed
			left = append(left, newPair("a", "e"))
			for _, p := range test.removed {
				x.requested(p)
				left = slices.DeleteFunc(left, func(q pair) bool { return q == p })
			}
			if test.reported != again {
				x.reported(test.reported, &attempt{}, claimed)
			}
			left = slices.DeleteFunc(left, func(q pair) bool { return q == newPair("a", "e") }) // by others
			x.ended()
			if got := words(x.violations); !slices.Equal(got, test.want) {
				t.Errorf("violations:\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

// words are the kinds of the violations.
func words(violations []violation) (words []string) {
	for _, v := range violations {
		word, _, _ := strings.Cut(v.what, ":")
		words = append(words, word)
	}
	return words
}
