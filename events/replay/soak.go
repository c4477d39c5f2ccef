package main

import (
	"context"
	"fmt"
	"os"

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
		Start: func(ctx context.Context, api *elasticsearchtest.Server) (*soak.Process, error) {
			f, err := deploy(ctx, binary, dir, api.CertificatePEM(), endpoint+"="+api.URL, "RECONCILE_LIMIT=100000")
			if err != nil {
				return nil, err
			}
			return &soak.Process{
				Runtime: f.runtime,
				Running: f.running,
				Kill:    func() { f.process.Kill() }, // fails only when the process has ended by itself
				Output:  f.output.String,
			}, nil
		},
		Invocation: common(),
		Leaks:      leaks,
	}.Run(ctx, c.stdout)
}
