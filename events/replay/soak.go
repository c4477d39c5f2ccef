package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/events/replay/soak"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// soaked plays cases of random events; passed is false when a promise was not kept.
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
	return soakOf(ctx, opts.seed, opts.soak, binary, stdout)
}

// soakOf plays cases with a binary until the time is over, but at least one.
func soakOf(ctx context.Context, seed uint64, length time.Duration, binary string, stdout io.Writer) (passed bool, err error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return false, err
	}
	return soak.Soak{
		Seed:   seed,
		Length: length,
		Events: os.DirFS(filepath.Join(root, "events")),
		NewAPI: newAPI,
		Start: func(ctx context.Context, api *elasticsearchtest.Server) (*soak.Process, error) {
			return process(ctx, api, binary)
		},
		Invocation: common(),
		Leaks:      leaks,
	}.Run(ctx, stdout)
}

// process starts the function as it is deployed, with as many requests at a time as by default.
func process(ctx context.Context, api *elasticsearchtest.Server, binary string) (*soak.Process, error) {
	s := &stage{runtime: fctest.NewServer(), api: api, concurrency: 8}
	if err := s.start(ctx, binary, filepath.Dir(binary)); err != nil {
		s.runtime.Close()
		return nil, err
	}
	return &soak.Process{
		Runtime: s.runtime,
		Running: s.function.running,
		Kill:    func() { s.function.process.Kill() }, // fails only when the process has ended by itself
		Output:  s.function.output.take,
	}, nil
}
