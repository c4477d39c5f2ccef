package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// external is for a command that prints credentials, as a profile of the mode AK or StsToken.
// What it says on standard error is for the person; what it prints may be a secret, and is
// in no error. (credentials-go would print it.)
func (s Settings) external(p profile) (c acs3.Credentials, err error) {
	const byHand = "run its process_command by hand to see why"
	command := "the process_command of " + p.who
	words := split(p.has["process_command"], runtime.GOOS == "windows")
	if len(words) == 0 {
		return c, denied(command+" has a quote that does not end", p.fix, nil)
	}
	output, err := s.run(words)
	if err != nil {
		return c, denied(command+" failed", byHand, err)
	}
	var found members
	if json.Unmarshal(output, &found) != nil {
		return c, denied(command+" printed no JSON object with credentials", byHand, nil)
	}
	switch mode := found["mode"]; {
	case mode == "" && found["sts_token"] != "":
		found["mode"] = "StsToken"
	case mode == "":
		found["mode"] = "AK"
	case mode != "AK" && mode != "StsToken":
		return c, denied(command+" printed another mode than AK and StsToken", byHand, nil)
	}
	found["sts_expiration"] = found["expiration"]
	return s.credentials(profile{who: p.who, part: "what " + command + " printed", fix: byHand, renew: byHand, has: found})
}

// run returns what a command prints.
func (s Settings) run(words []string) ([]byte, error) {
	const timeout = time.Minute // it may ask the person
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	var printed bytes.Buffer
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Stdout, command.Stderr, command.WaitDelay = &printed, s.Stderr, 10*time.Second // for what it left behind
	err := command.Run()
	if ctx.Err() != nil {
		err = errors.New("it did not end within a minute")
	}
	return printed.Bytes(), err
}

// split splits a command into words as a shell does, without its other features; nil if a
// quote does not end. In Windows a backslash is a part of paths.
func split(command string, windows bool) (words []string) {
	if windows {
		command = strings.ReplaceAll(command, `\`, `\\`)
	}
	const piece = `(?s:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])`
	if !regexp.MustCompile(`^(\s|` + piece + `)*$`).MatchString(command) {
		return nil
	}
	for _, word := range regexp.MustCompile(piece+`+`).FindAllString(command, -1) {
		words = append(words, regexp.MustCompile(piece).ReplaceAllStringFunc(word, unquoted))
	}
	return words
}

// unquoted is what a piece of a word means: in quotes of either kind, escaped, or plain.
func unquoted(piece string) string {
	switch inside := piece[1:]; piece[0] {
	case '\'':
		return strings.TrimSuffix(inside, `'`)
	case '"':
		return regexp.MustCompile("\\\\([\"\\\\$`])").ReplaceAllString(strings.TrimSuffix(inside, `"`), "$1")
	case '\\':
		return inside
	}
	return piece
}
