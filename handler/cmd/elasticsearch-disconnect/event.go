package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

func (c Command) eventCommand(r *run) *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "event (FILE | -)",
		Short: "Handle one event as the function does, without a question",
		Long: `Handle one event as the function does, with your credentials and without a
question, and print its reply. - is standard input. With the variable
DRY_RUN=true nothing is removed.`,
		Example: `  DRY_RUN=true elasticsearch-disconnect event events/direct.json --region cn-hangzhou`,
		Args:    cobra.ExactArgs(1),
		Run:     r.does(func(ctx context.Context, args []string) (int, error) { return c.event(ctx, t, args[0]) }),
	}
	t.addRegion(cmd)
	return cmd
}

// event handles one event and prints the reply.
func (c Command) event(ctx context.Context, t target, file string) (int, error) {
	event, err := wait(ctx, func() ([]byte, error) { return c.readFile(file) })
	if err != nil {
		return 0, wrongUsage("%s", printable.Text(err.Error()))
	}
	if _, err := c.isDryRun(false); err != nil {
		return 0, err
	}
	s, err := c.open(ctx, t)
	if err != nil {
		return 0, err
	}
	fmt.Fprint(c.Stderr, s.who.Text(c.Terminal.Width))
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	reply, exit := s.handler.HandleOnce(limited, event)
	if err := c.printDone(printable.JSON(reply, func(text string) string { return text })); err != nil {
		c.say("%v", err)
		exit = handler.ExitFailed
	}
	if ctx.Err() != nil {
		c.say("Interrupted: the reply says what was removed.")
		return exitInterrupted, nil
	}
	return exit, nil
}

func (c Command) readFile(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(c.Stdin)
	}
	return os.ReadFile(file)
}
