package main

import (
	"context"
	"fmt"
	"os"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/events/replay/soak"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// soak plays cases of random events until the time is over, but at least one; passed is false when a promise was not kept.
func (c command) soak(ctx context.Context, opts options, binary, dir string) (passed bool, err error) {
	fmt.Fprintf(c.stdout, "soak: seed %d\n", opts.seed)
	return soak.Soak{
		Seed:   opts.seed,
		Length: opts.soak,
		Events: os.DirFS(c.events),
		NewAPI: newAPI,
		Start: func(ctx context.Context, api *elasticsearchtest.Server) (*fctest.Process, error) {
			return deploy(ctx, binary, dir, api.CertificatePEM(), endpoint+"="+api.URL, "RECONCILE_LIMIT=100000")
		},
		Invocation: common(),
		Leaks:      leaks,
	}.Run(ctx, c.stdout)
}
