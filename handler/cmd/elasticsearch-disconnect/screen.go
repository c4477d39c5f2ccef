package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
)

// What is printed where:
//
//   - results go to standard output, all else to standard error;
//   - a question goes to standard error, and only if a person sees it and can answer;
//   - a line that is rewritten, and colours, go to a terminal alone.

// printDone prints what was done to standard output. If that fails, with a full disk or
// because the reader of a pipe has left, it goes to standard error: it must not be lost.
func (c Command) printDone(text string) error {
	_, err := io.WriteString(c.Stdout, text)
	if err != nil {
		fmt.Fprint(c.Stderr, text)
	}
	return err
}

// hasColor reports whether a stream may have colors (no-color.org).
func (c Command) hasColor(isTerminal bool) bool {
	return isTerminal && c.Getenv("NO_COLOR") == "" && c.Getenv("TERM") != "dumb"
}

// A line is the last one of a terminal, which is rewritten.
type line struct{ to io.Writer }

// line returns the line for progress. There is none beside a log, which would break it.
func (c Command) line(isLogged bool) line {
	if c.Terminal.Err && !isLogged {
		return line{c.Stderr}
	}
	return line{io.Discard}
}

// startOfLine goes to the start of a line and empties it.
const startOfLine = "\r\x1b[K"

// show puts a text in the place of the one before; none empties the line.
func (l line) show(text string) { fmt.Fprint(l.to, startOfLine+text) }

// A progress shows how much of each scope is read. It is safe for concurrent use.
type progress struct {
	line line

	mu     sync.Mutex
	scopes map[connection.Scope]reading
}

// A reading is how many instances of a scope were asked, and how many there are, -1 if that is
// unknown.
type reading struct{ asked, of int }

// progress begins with scopes of which nothing is known.
func (c Command) progress(scopes []connection.Scope, isLogged bool) *progress {
	p := &progress{line: c.line(isLogged), scopes: map[connection.Scope]reading{}}
	for _, scope := range scopes {
		p.scopes[scope] = reading{0, -1}
	}
	p.line.show(p.text())
	return p
}

// read shows what was read of a scope by now.
func (p *progress) read(scope connection.Scope, asked, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scopes[scope] = reading{asked, of}
	p.line.show(p.text())
}

func (p *progress) text() string {
	asked, all, whole, isKnown := 0, 0, 0, true
	for _, r := range p.scopes {
		asked += r.asked
		all += r.of
		isKnown = isKnown && r.of >= r.asked
		if r.of >= 0 && r.asked >= r.of {
			whole++
		}
	}
	text := "reading: " + view.Count(asked, "instance")
	if isKnown {
		text = "reading: " + view.Thousands(asked) + " of " + view.Count(all, "instance")
	}
	if len(p.scopes) > 1 {
		text += fmt.Sprintf(", %d of %d regions", whole, len(p.scopes))
	}
	return text
}

// agrees asks the person, and reports whether the answer is yes. An interrupt is a no, and what was
// typed before the question is no answer to it.
func (c Command) agrees(ctx context.Context, question string) bool {
	if terminal, ok := c.Stdin.(*os.File); ok {
		if err := forgetTyped(terminal); err != nil {
			c.say("What was typed before the question may answer it (%v): repeat this with --yes.", err)
			return false
		}
	}
	fmt.Fprint(c.Stderr, view.Question(question, "yes", c.Terminal.Width))
	line, _ := wait(ctx, func() (string, error) {
		line, _ := bufio.NewReader(c.Stdin).ReadString('\n') // without an end: the input ended
		return line, nil
	})
	if !strings.HasSuffix(line, "\n") {
		c.say("") // ends the line
	}
	return line == "yes\n" || line == "yes\r\n"
}

// wait returns what f does, or the error of ctx if that is canceled first: f takes no context.
func wait[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}
