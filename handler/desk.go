package handler

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"
)

// Exit codes of a run at the desk.
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitInvalid = 2 // the event was refused
)

// Desk serves one event outside Function Compute. It returns the reply as
// indented JSON, for a person to read, and the exit code that tells it.
func (h *Handler) Desk(ctx context.Context, event []byte) (reply []byte, exit int) {
	s := h.session(ctx)
	reply = indented(functionError(s.serve(ctx, event)))
	return reply, s.exit
}

// indented is the JSON of a reply, or of the problem that an error holds.
func indented(reply any, err error) []byte {
	if failure := (messages.InvokeResponse_Error{}); errors.As(err, &failure) {
		reply = json.RawMessage(failure.Message)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // a URL with & is for reading
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(reply); err != nil {
		panic("handler: a reply that is not JSON: " + err.Error())
	}
	return text.Bytes()
}

// exitCode tells the tasks of an event: invalid if each of them was refused.
func exitCode(tasks []*task, failed int) int {
	refused := 0
	for _, t := range tasks {
		if t.request.Err != nil {
			refused++
		}
	}
	switch failed {
	case 0:
		return ExitDone
	case refused:
		return ExitInvalid
	}
	return ExitFailed
}
