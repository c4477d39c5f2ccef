package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/call"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

func (c Command) callCommand(r *run) *cobra.Command {
	var t target
	var event call.Event
	cmd := &cobra.Command{
		Use:   "call URL (" + requestUsage + " | --reconcile)",
		Short: "Have the deployed function do it, by its HTTP trigger",
		Long: `Send a request to the deployed function and print its answer. URL is that of its
HTTP trigger. The request is signed with your credentials and sent once. It is
done only if the answer is the function's and says so. You are not asked. With
--dry-run, or the variable DRY_RUN=true, the function is asked for a dry run.`,
		Example: `  elasticsearch-disconnect call https://example.cn-hangzhou.fcapp.run es-cn-n6w1o1x0w001c0001 --all --dry-run`,
		Args:    cobra.RangeArgs(1, 3),
		Run:     r.does(func(ctx context.Context, args []string) (int, error) { return c.call(ctx, t, args, event) }),
	}
	t.addPlace(cmd)
	cmd.Flags().BoolVar(&event.All, "all", false, allUsage)
	cmd.Flags().BoolVar(&event.Force, "force", false, forceUsage)
	cmd.Flags().BoolVar(&event.Reconcile, "reconcile", false, "all that is left over in the region")
	cmd.Flags().BoolVar(&event.DryRun, "dry-run", false, "remove nothing, and show what would be removed")
	return cmd
}

// call sends an event to the deployed function. --region and --account are in the event:
// where the function acts is its own matter if they are not given.
func (c Command) call(ctx context.Context, t target, args []string, event call.Event) (int, error) {
	url, err := call.ParseURL(args[0])
	if err != nil {
		return 0, wrongUsage("URL %v", err)
	}
	if event, err = eventOf(t, args[1:], event); err != nil {
		return 0, err
	}
	if event.DryRun, err = c.isDryRun(event.DryRun); err != nil {
		return 0, err
	}
	if err := elasticsearch.CheckProxy(cmp.Or(c.Getenv("HTTPS_PROXY"), c.Getenv("https_proxy"))); err != nil {
		return 0, wrongUsage("configuration: HTTPS_PROXY %v", err)
	}
	source, err := c.source(t)
	if err != nil {
		return 0, err
	}
	credentials, err := wait(ctx, source.Credentials)
	if err != nil {
		return 0, failure(err)
	}
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	answer := call.Request{URL: url, Event: event, Credentials: credentials, Transport: c.Transport}.Send(limited)
	if err := c.printDone(answer.Text); err != nil {
		c.say("%v", err)
		answer.Exit = handler.ExitFailed
	}
	c.say("%s", answer.Message)
	if answer.Text == "" && ctx.Err() != nil { // else the answer came in time
		return exitInterrupted, nil
	}
	return answer.Exit, nil
}

// eventOf completes an event with what the arguments and the target name.
func eventOf(t target, args []string, event call.Event) (_ call.Event, err error) {
	switch {
	case !event.Reconcile:
		q, err := parseRequest(args, event.All, event.Force)
		if err != nil {
			return event, err
		}
		event.Instance, event.Connected = q.instance, q.connected
	case len(args) > 0 || event.All || event.Force:
		return event, wrongUsage("--reconcile is for all instances of the region: give no instance, --all or --force with it")
	}
	for _, region := range t.regions {
		if event.Region, err = connection.ParseRegion(region); err != nil {
			return event, wrongUsage("--region %v", err)
		}
	}
	accounts, err := accountsOf(t.accounts)
	if len(accounts) > 0 {
		event.Account = accounts[0]
	}
	return event, err
}
