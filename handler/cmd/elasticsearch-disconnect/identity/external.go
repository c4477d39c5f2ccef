package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unicode"
)

// commandTimeout bounds the command of a profile: it may ask the person.
const commandTimeout = time.Minute

const byHand = "run its process_command by hand to see why"

// external is the origin of a command that prints credentials. What it says on standard
// error is for the person; what it prints may be a secret, and is in no error.
func (s Settings) external(p profile) (origin, error) {
	words, err := split(p.Command, runtime.GOOS == "windows")
	if err != nil || len(words) == 0 {
		return nil, denied("the process_command of "+p.who+" has a quote that does not end", p.fix, nil)
	}
	return func() (grant, error) {
		ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
		defer cancel()
		var printed bytes.Buffer
		command := exec.CommandContext(ctx, words[0], words[1:]...)
		command.Stdout, command.Stderr, command.WaitDelay = &printed, s.Stderr, 10*time.Second // for what it left behind
		if err := command.Run(); err != nil {
			if ctx.Err() != nil {
				err = errors.New("it did not end within a minute")
			}
			return grant{}, denied("the process_command of "+p.who+" failed", byHand, err)
		}
		return p.printed(printed.Bytes())
	}, nil
}

// printed reads what a command printed.
func (p profile) printed(output []byte) (grant, error) {
	var answer struct {
		Mode            string `json:"mode"`
		AccessKeyID     string `json:"access_key_id"`
		AccessKeySecret string `json:"access_key_secret"`
		SecurityToken   string `json:"sts_token"`
		Expiration      string `json:"expiration"`
	}
	if json.Unmarshal(output, &answer) != nil {
		return grant{}, denied("the process_command of "+p.who+" printed no JSON object with credentials", byHand, nil)
	}
	var missing []string
	for _, part := range []struct{ name, value string }{
		{"access_key_id", answer.AccessKeyID}, {"access_key_secret", answer.AccessKeySecret},
	} {
		if part.value == "" {
			missing = append(missing, part.name)
		}
	}
	if answer.Mode == "StsToken" && answer.SecurityToken == "" {
		missing = append(missing, "sts_token")
	}
	ends, err := time.Parse(time.RFC3339, answer.Expiration)
	switch {
	case answer.Mode != "" && answer.Mode != "AK" && answer.Mode != "StsToken":
		return grant{}, denied("the process_command of "+p.who+" printed another mode than AK and StsToken", byHand, nil)
	case len(missing) > 0:
		return grant{}, denied("the process_command of "+p.who+" printed no "+strings.Join(missing, " and no "), byHand, nil)
	case err == nil && !ends.After(time.Now()):
		return grant{}, expired(p.who, ends, byHand)
	case err != nil: // as credentials-go: not known, but one command is enough for a run
		ends = time.Now().Add(15 * time.Minute)
	}
	return grant{credentials(answer.AccessKeyID, answer.AccessKeySecret, answer.SecurityToken), ends}, nil
}

// split splits a command into words as a shell does, without its other features. In
// Windows a backslash is a part of paths.
func split(command string, windows bool) (words []string, err error) {
	var word strings.Builder
	begun, quote, escaped := false, rune(0), false
	for _, c := range command {
		switch {
		case escaped:
			if quote == '"' && !strings.ContainsRune("\"\\$`", c) {
				word.WriteByte('\\')
			}
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'' && !windows:
			escaped, begun = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '"' || c == '\'':
			quote, begun = c, true
		case !unicode.IsSpace(c):
			word.WriteRune(c)
			begun = true
		case begun:
			words, begun = append(words, word.String()), false
			word.Reset()
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote or an escape that does not end")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}
