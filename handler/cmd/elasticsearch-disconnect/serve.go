package main

import (
	"context"
	"encoding/json"
	"io"
	"os"

	"elasticsearch-disconnect/handler"
)

// serve handles an event and prints the reply.
func (c Command) serve(ctx context.Context, h *handler.Handler, event []byte) int {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	return c.print(h.HandleOnce(ctx, event))
}

// print prints a reply, and returns the exit code.
func (c Command) print(reply []byte, exit int) int {
	if _, err := io.WriteString(c.Stdout, printable(reply, func(text string) string { return text })); err != nil {
		c.say("%v", err)
		return handler.ExitFailed
	}
	return exit
}

func (c Command) serveFile(ctx context.Context, h *handler.Handler, file string) int {
	event, err := c.read(file)
	if err != nil {
		return c.refuse("%v", err)
	}
	return c.serve(ctx, h, event)
}

func (c Command) read(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(c.Stdin)
	}
	return os.ReadFile(file)
}

// event returns the direct event of --instance and its flags.
func (o options) event() []byte {
	event, err := json.Marshal(struct {
		InstanceID          string `json:"instanceId"`
		ConnectedInstanceID string `json:"connectedInstanceId,omitempty"`
		All                 bool   `json:"all,omitempty"`
		Force               bool   `json:"force,omitempty"`
		DryRun              bool   `json:"dryRun,omitempty"`
	}{o.instance, o.connected, o.all, o.force, o.dryRun})
	if err != nil {
		panic("texts and booleans are JSON: " + err.Error())
	}
	return event
}
