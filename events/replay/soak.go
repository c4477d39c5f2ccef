package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/events/replay/soak"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// soaked plays random events; passed is false when a promise was not kept.
func soaked(ctx context.Context, opts options, stdout, stderr io.Writer) (passed bool, err error) {
	fmt.Fprintf(stdout, "soak: seed %d\n", opts.seed)
	dir, err := os.MkdirTemp("", "soak-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)

	done := progress(stderr, terminal(stderr), building)
	binary := filepath.Join(dir, "main")
	err = build(ctx, binary)
	done()
	if err != nil {
		return false, err
	}
	api := newAPI()
	return soak.Soak{
		Seed:       opts.seed,
		Length:     opts.soak,
		API:        api,
		Start:      func(ctx context.Context) (*soak.Life, error) { return life(ctx, api, binary, dir) },
		Invocation: common(),
		Leaks:      leaks,
	}.Run(ctx, stdout)
}

// life starts the function as it is deployed, with as many requests at a time as by default.
func life(ctx context.Context, api *elasticsearchtest.Server, binary, dir string) (*soak.Life, error) {
	s := &stage{runtime: fctest.NewServer(), api: api, concurrency: 8}
	if err := s.start(ctx, binary, dir); err != nil {
		s.runtime.Close()
		return nil, err
	}
	return &soak.Life{
		Runtime: s.runtime,
		Running: s.function.running,
		Kill:    func() { s.function.process.Kill() }, // fails only when the process has ended by itself
		Output:  s.function.output.take,
	}, nil
}
