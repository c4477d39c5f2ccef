package soak

import (
	"slices"
	"testing"
)

// A scene is a ledger over connections of its own.
type scene struct {
	*ledger
	left map[pair]bool
}

func newScene(pairs ...pair) scene {
	left := map[pair]bool{}
	s := scene{newLedger(func(a, b string) bool { return left[newPair(a, b)] }), left}
	for _, p := range pairs {
		s.connect(p)
		left[p] = true
	}
	return s
}

// The connections that the ledger is tried on.
func ab() pair { return newPair("a", "b") }
func cd() pair { return newPair("c", "d") }

// What the ledger is there for: each wrong is told, and no right is.
func TestLedger(t *testing.T) {
	t.Parallel()
	asksAB, asksA := &event{ask: ask{pairs: []pair{ab()}}}, &event{ask: ask{cleanups: []string{"a"}}}
	for name, test := range map[string]struct {
		do   func(s scene)
		want []string
	}{
		"nothing asked, nothing done":      {func(scene) {}, nil},
		"asked, not acknowledged":          {func(s scene) { s.sent(asksAB) }, nil},
		"asked, done, acknowledged":        {func(s scene) { s.serve(asksAB, ab()) }, nil},
		"asked for all, done":              {func(s scene) { s.serve(asksA, ab()) }, nil},
		"asked, acknowledged, not done":    {func(s scene) { s.serve(asksAB) }, []string{"LOST"}},
		"asked for all, not done":          {func(s scene) { s.serve(asksA) }, []string{"LOST"}},
		"done, and back":                   {func(s scene) { s.serve(asksAB, ab()); s.left[ab()] = true }, []string{"BACK"}},
		"another done, too":                {func(s scene) { s.serve(asksAB, ab(), cd()) }, []string{"ASKED", "REMOVED"}},
		"done before it was asked":         {func(s scene) { s.remove(ab()); s.sent(asksAB) }, []string{"ASKED"}},
		"asked of one side, of two gone":   {func(s scene) { s.release("a"); s.release("b"); s.serve(asksAB) }, nil},
		"asked of one side, of one gone":   {func(s scene) { s.release("a"); s.serve(asksAB) }, []string{"LOST"}},
		"asked, and what came after stays": {func(s scene) { s.serve(asksA, ab()); s.connect(newPair("a", "c")) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(ab(), cd())
			test.do(s)
			s.judge()
			var got []string
			for _, v := range s.violations {
				got = append(got, v.word())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("violations:\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

// serve sends an event, removes connections and acknowledges it.
func (s scene) serve(e *event, removed ...pair) {
	s.sent(e)
	owed := s.claim(e, 0)
	for _, p := range removed {
		s.remove(p)
	}
	s.acknowledged(e, owed)
}

func (s scene) remove(p pair) {
	s.asked(p)
	delete(s.left, p)
}
