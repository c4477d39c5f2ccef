// Command serve serves a fleet for the command to be tried against, until its standard input ends or it
// is interrupted:
//
//	go run ./handler/cmd/elasticsearch-disconnect/fleettest/serve
//
// It prints the lines that make a shell reach the fleet. Whatever is called from that shell reaches
// nothing else.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/fleettest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	home, err := os.MkdirTemp("", "fleet-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	fleet := fleettest.New()
	defer fleet.Close()
	variables, err := fleet.Home(home)
	if err != nil {
		return err
	}
	fmt.Fprint(stdout, exports(variables))
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		close(ended)
	}()
	select {
	case <-ctx.Done():
	case <-ended:
	}
	return nil
}

// exports returns lines for a shell. The keys are those of the profile that is chosen anyway.
func exports(variables []string) string {
	var text strings.Builder
	text.WriteString("unset NO_PROXY no_proxy ELASTICSEARCH_ENDPOINT ALIBABA_CLOUD_PROFILE ALIBABA_CLOUD_REGION_ID\n")
	text.WriteString("unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABA_CLOUD_SECURITY_TOKEN\n")
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		fmt.Fprintf(&text, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	key := fleettest.Operator()
	fmt.Fprintf(&text, "# keys instead of a profile: export ALIBABA_CLOUD_ACCESS_KEY_ID=%s ALIBABA_CLOUD_ACCESS_KEY_SECRET=%s\n",
		key.AccessKeyID, key.AccessKeySecret)
	return text.String()
}
