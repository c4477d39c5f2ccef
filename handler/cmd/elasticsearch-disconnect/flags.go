package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// regionVariable has the region if --region is not given.
const regionVariable = "ALIBABA_CLOUD_REGION_ID"

// The tasks. The flag of a task has its name.
const (
	reportTask   = "report"
	removeTask   = "remove"
	callTask     = "call"
	instanceTask = "instance"
	eventTask    = "event"
	versionTask  = "version"
	helpTask     = "help"
)

// tasks lists the other flags of each task. One of them, --instance, is a task itself if
// it comes without --call. A new task is a row here, a case in Command.Run and a part of
// the help.
func tasks() []task {
	return []task{
		{reportTask, []string{"region", "json"}},
		{removeTask, []string{"region", "limit", "yes"}},
		{callTask, []string{instanceTask, "connected", "all", "force", "dry-run"}},
		{instanceTask, []string{"region", "connected", "all", "force", "dry-run"}},
		{eventTask, []string{"region"}},
		{versionTask, nil},
	}
}

type task struct {
	name  string
	flags []string
}

// options are the parsed arguments.
type options struct {
	task   string
	region string

	json bool // of a report

	limit int // of leftovers to remove; -1: as configured
	yes   bool

	url string // of the function's HTTP trigger

	instance, connected string
	all, force, dryRun  bool

	file string // with an event
}

// parse reads the arguments. Its error is one line.
func parse(args []string, getenv func(string) string) (options, error) {
	o := options{limit: -1}
	flags := flag.NewFlagSet("main", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, name := range []string{reportTask, removeTask, versionTask} {
		flags.Bool(name, false, "")
	}
	flags.StringVar(&o.region, "region", getenv(regionVariable), "")
	flags.BoolVar(&o.json, "json", false, "")
	flags.Func("limit", "", func(text string) (err error) {
		if o.limit, err = strconv.Atoi(text); err != nil || o.limit < 0 {
			return errors.New("must be a number, 0 or greater")
		}
		return nil
	})
	flags.BoolVar(&o.yes, "yes", false, "")
	flags.StringVar(&o.url, callTask, "", "")
	flags.StringVar(&o.instance, instanceTask, "", "")
	flags.StringVar(&o.connected, "connected", "", "")
	flags.BoolVar(&o.all, "all", false, "")
	flags.BoolVar(&o.force, "force", false, "")
	flags.BoolVar(&o.dryRun, "dry-run", false, "")
	flags.StringVar(&o.file, eventTask, "", "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return options{task: helpTask}, nil
	case err != nil:
		return o, err
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) {
		value, ok := f.Value.(flag.Getter)
		given[f.Name] = !ok || value.Get() != false // --yes=false counts as not given
	})
	return o.withTask(given)
}

// withTask adds the task. It returns an error unless there is exactly one, and all other
// flags go with it.
func (o options) withTask(given map[string]bool) (options, error) {
	var chosen task
	for _, t := range tasks() {
		switch {
		case !given[t.name], slices.Contains(chosen.flags, t.name):
		case chosen.name != "":
			return o, fmt.Errorf("--%s and --%s cannot be combined", chosen.name, t.name)
		default:
			chosen = t
		}
	}
	if chosen.name == "" {
		return o, errors.New("nothing to do: give --report, --remove, --instance, --call or --event")
	}
	for _, t := range tasks() {
		for _, name := range t.flags {
			if given[name] && name != chosen.name && !slices.Contains(chosen.flags, name) {
				return o, fmt.Errorf("--%s does not go with --%s", name, chosen.name)
			}
		}
	}
	o.task = chosen.name
	return o, o.check()
}

// check returns an error if a flag of the task is missing, or two contradict each other.
func (o options) check() error {
	switch {
	case o.task != instanceTask && o.task != callTask:
		return nil
	case o.task == callTask && o.instance == "":
		return errors.New("--call needs --instance ID")
	case o.all == (o.connected != ""):
		return errors.New("--instance needs either --connected ID, for one connection, or --all")
	case o.force && !o.all:
		return errors.New("--force is only allowed with --all; removing a single connection needs no force")
	}
	return nil
}
