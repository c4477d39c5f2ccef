package main

import (
	"context"
	"fmt"

	"elasticsearch-disconnect/events/replay/soak"
)

// soak plays random events; passed is false when a promise was not kept.
func (c command) soak(ctx context.Context, opts options, binary, dir string) (passed bool, err error) {
	fmt.Fprintf(c.stdout, "soak: seed %d\n", opts.seed)
	api := newAPI()
	life := func(ctx context.Context) (*soak.Life, error) {
		f, err := deploy(ctx, binary, dir, api)
		if err != nil {
			return nil, err
		}
		return &soak.Life{
			Runtime: f.runtime,
			Running: f.running,
			Kill:    func() { f.process.Kill() }, // fails only when the process has ended by itself
			Output:  f.output.String,
		}, nil
	}
	return soak.Soak{
		Seed:       opts.seed,
		Length:     opts.soak,
		API:        api,
		Start:      life,
		Invocation: common(),
		Leaks:      leaks,
	}.Run(ctx, c.stdout)
}
