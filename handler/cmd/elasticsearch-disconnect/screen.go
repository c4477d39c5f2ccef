package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
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

// startOfLine goes to the start of a line and empties it.
const startOfLine = "\r\x1b[K"

// A progress is a line on a terminal that is rewritten. It is safe for concurrent use.
type progress struct {
	to io.Writer // nil: there is no line

	mu    sync.Mutex
	asked map[connection.Scope]int
	of    map[connection.Scope]int
	drawn bool
}

// progress returns the line for scopes. There is none beside a log, which would break it.
func (c Command) progress(scopes []connection.Scope, isLogged bool) *progress {
	p := &progress{asked: map[connection.Scope]int{}, of: map[connection.Scope]int{}}
	if c.Terminal.Err && !isLogged {
		p.to = c.Stderr
	}
	for _, scope := range scopes {
		p.of[scope] = -1
	}
	return p
}

// read shows how many instances of a scope were asked, and how many there are, -1 if that is
// unknown.
func (p *progress) read(scope connection.Scope, asked, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[scope], p.of[scope] = asked, of
	p.draw()
}

// draw writes the line again.
func (p *progress) draw() {
	if p.to == nil {
		return
	}
	asked, all, isKnown, whole := 0, 0, true, 0
	for scope, of := range p.of {
		asked += p.asked[scope]
		all += of
		isKnown = isKnown && of >= p.asked[scope]
		if of >= 0 && p.asked[scope] >= of {
			whole++
		}
	}
	line := view.Count(asked, "instance")
	if isKnown {
		line = view.Thousands(asked) + " of " + view.Count(all, "instance")
	}
	if len(p.of) > 1 {
		line += fmt.Sprintf(", %d of %d regions", whole, len(p.of))
	}
	fmt.Fprint(p.to, startOfLine+"reading: "+line)
	p.drawn = true
}

// done empties the line.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.to, startOfLine)
	}
	p.drawn = false
}

// agrees asks the person, and reports whether the answer is yes. An interrupt is a no.
func (c Command) agrees(ctx context.Context, question string) bool {
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
