package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

const rootHelp = `elasticsearch-disconnect shows and removes network connections between Alibaba Cloud
Elasticsearch instances. It calls the real API, with your credentials.

Begin with report: it only reads.

Exit codes:
  0    done, or there is nothing that could be removed
  1    failed, or not everything could be read
  2    a wrong command, flag, argument or setting
  3    something would be removed, or waits for approval
  130  interrupted

Results go to standard output; all else to standard error.`

// Run executes the command of the arguments, and returns its exit code. It ends early
// if ctx is canceled.
func (c Command) Run(ctx context.Context) (exit int) {
	defer func() {
		if p := recover(); p != nil { // of a library: its text may hold a secret
			c.say("This is a fault of the program; please report it:\n%s", debug.Stack())
			exit = handler.ExitFailed
		}
	}()
	exit, err := c.execute(ctx)
	switch _, isUsage := errors.AsType[*usageError](err); {
	case err == nil:
		return exit
	case ctx.Err() != nil:
		c.say("Interrupted: nothing was removed.")
		return exitInterrupted
	case errors.Is(err, syscall.EPIPE): // whoever reads the report has enough
		return handler.ExitFailed
	case isUsage:
		c.say("%v", err)
		return handler.ExitInvalid
	}
	c.say("%v", err)
	return handler.ExitFailed
}

// execute runs the command that the arguments name. What cobra refuses is wrong usage.
func (c Command) execute(ctx context.Context) (int, error) {
	var r run
	root := c.root(&r)
	if cmd, err := root.ExecuteContextC(ctx); err != nil {
		if cmd.Name() == "help" {
			cmd = root
		}
		return 0, wrongUsage("%s\nsee %s --help", onOneLine(err.Error()), cmd.CommandPath())
	}
	return r.exit, r.err
}

// onOneLine returns what cobra refuses, with its suggestion behind it.
func onOneLine(refusal string) string {
	text, suggestions, found := strings.Cut(refusal, "\n\nDid you mean this?\n\t")
	if name, _, _ := strings.Cut(suggestions, "\n"); found {
		text += " (did you mean " + name + "?)"
	}
	return printable.Text(text)
}

func (c Command) root(r *run) *cobra.Command {
	root := &cobra.Command{
		Use:           handler.Name,
		Long:          rootHelp,
		Version:       c.Build.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Run: func(cmd *cobra.Command, _ []string) {
			cmd.SetOut(c.Stderr)
			_ = cmd.Help()
			r.exit = handler.ExitInvalid
		},
	}
	root.SetArgs(c.Args)
	root.SetIn(c.Stdin)
	root.SetOut(c.Stdout)
	root.SetErr(c.Stderr)
	root.SetFlagErrorFunc(refusedFlag)
	root.AddCommand(
		c.reportCommand(r), c.reconcileCommand(r), c.removeCommand(r), c.callCommand(r), c.eventCommand(r),
		c.preflightCommand(r), c.logsCommand(r), c.versionCommand(r),
	)
	root.InitDefaultHelpCmd()
	help, _, _ := root.Find([]string{"help"})
	help.Args = func(_ *cobra.Command, names []string) error {
		_, _, err := root.Find(names)
		return err
	}
	return root
}

// refusedFlag says which flag has no value, or none that is true or false, and which was probably meant.
func refusedFlag(cmd *cobra.Command, err error) error {
	if required, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Errorf("--%s has no value", required.GetFlag().Name)
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		switch flag := invalid.GetFlag(); {
		case errors.Is(err, errNoValue):
			return fmt.Errorf("--%s has no value", flag.Name)
		case flag.Value.Type() == "bool": // such as --dry-run=$UNSET
			return fmt.Errorf("--%s needs no value; if it has one, that is true or false", flag.Name)
		}
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(unknown.GetSpecifiedName(), names); near != "" {
		return fmt.Errorf("%w (did you mean --%s?)", err, near)
	}
	return err
}

// nearest returns the name that a mistyped one most likely stands for, as cobra finds it for
// commands; "" if none is near.
func nearest(typed string, names []string) string {
	all := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, name := range names {
		all.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	for _, name := range all.SuggestionsFor(typed) {
		return name
	}
	return ""
}

func (c Command) preflightCommand(r *run) *cobra.Command {
	return &cobra.Command{
		Use:   "preflight",
		Short: "Check the settings before a deployment, in the folder of s.yaml",
		Args:  cobra.NoArgs,
		Run: r.does(func(context.Context, []string) (int, error) {
			text, isGood := c.Setup.Check()
			_, err := io.WriteString(c.Stdout, text)
			if !isGood {
				return handler.ExitFailed, err
			}
			return handler.ExitDone, err
		}),
	}
}

func (c Command) versionCommand(r *run) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: r.does(func(context.Context, []string) (int, error) {
			_, err := fmt.Fprintf(c.Stdout, "%s %s, commit %s, %s\n", handler.Name, c.Build.Version, cmp.Or(c.Build.Commit, "unknown"), runtime.Version())
			return handler.ExitDone, err
		}),
	}
}
