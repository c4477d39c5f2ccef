package main

import (
	"context"
	"slices"
	"time"
)

// A runner is a warm process.
type runner struct {
	*process
	column column
}

// runners starts the programs, and lets each serve a few events that do not count.
func (b *bench) runners(ctx context.Context, endpoint string, columns ...column) (all []runner, err error) {
	for _, c := range b.built(columns...) {
		p, err := b.start(ctx, c, endpoint)
		if err != nil {
			return all, err
		}
		all = append(all, runner{p, c})
		for range 20 {
			if _, err := p.removes(b.payloads[direct]); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

func stop(all []runner) {
	for _, r := range all {
		r.stop()
	}
}

// warm measures CPU and memory over an API that costs as little as it can.
func (b *bench) warm(ctx context.Context) error {
	api := newConstantAPI(0)
	defer api.Close()
	for range b.generations {
		if err := b.generation(ctx, api.URL); err != nil {
			return err
		}
	}
	return nil
}

// generation lets a process of each program serve direct events, sees what memory that took, and then goes on to the
// other shapes, which of the others only the floor with HTTP takes.
func (b *bench) generation(ctx context.Context, endpoint string) error {
	all, err := b.runners(ctx, endpoint, floor, floorHTTP, peer, function)
	defer func() { stop(all) }()
	if err != nil {
		return err
	}
	for range b.chunks {
		for _, r := range all {
			if err := b.turnOverConstant(r, direct); err != nil {
				return err
			}
		}
	}
	for _, r := range all {
		if err := b.notePeak(rowMemory, r.column, r.process); err != nil {
			return err
		}
	}
	for range b.chunks / 2 {
		for _, r := range takers(all, overHTTP) {
			for _, shape := range []string{overHTTP, cloudEvent} {
				if err := b.turnOverConstant(r, shape); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// takers are those that take events of a shape. The floor does not look at them, and need not be asked again; the peer
// knows the direct one only.
func takers(all []runner, shape string) []runner {
	return slices.DeleteFunc(slices.Clone(all), func(r runner) bool {
		return shape != direct && (r.column == floor || r.column == peer)
	})
}

func (b *bench) notePeak(row string, c column, p *process) error {
	peak, err := p.peakMemory()
	b.results.add(row, c, peak)
	return err
}

// checked measures over an API that checks the signature, as the real one does.
func (b *bench) checked(ctx context.Context) error {
	api := newCheckingAPI()
	defer api.Close()
	all, err := b.runners(ctx, api.URL, peer, function)
	defer func() { stop(all) }()
	if err != nil {
		return err
	}
	for range b.chunks {
		for _, shape := range shapes() {
			for _, r := range takers(all, shape) {
				if err := b.turnOverChecking(r, shape); err != nil {
					return err
				}
				api.Reset() // it remembers every request
			}
		}
	}
	return nil
}

// A cost is what an invocation costs in microseconds: the median on the clock, and the mean of the CPU time.
type cost struct{ p50, cpu float64 }

// turn invokes a process one event after the other.
func (b *bench) turn(r runner, shape string) (cost, error) {
	before, err := r.cpu()
	if err != nil {
		return cost{}, err
	}
	took := make([]float64, b.chunk)
	for i := range took {
		t, err := r.removes(b.payloads[shape])
		if err != nil {
			return cost{}, err
		}
		took[i] = microseconds(t)
	}
	after, err := r.cpu()
	return cost{quantile(took, 0.5), microseconds(after-before) / float64(b.chunk)}, err
}

// turnOverConstant notes both costs of a turn.
func (b *bench) turnOverConstant(r runner, shape string) error {
	c, err := b.turn(r, shape)
	if err != nil {
		return err
	}
	b.results.add(rowCPU(shape), r.column, c.cpu)
	b.results.add(rowP50(shape), r.column, c.p50)
	return nil
}

// turnOverChecking notes only the time on the clock: the CPU time is the same as over the constant API.
func (b *bench) turnOverChecking(r runner, shape string) error {
	c, err := b.turn(r, shape)
	if err != nil {
		return err
	}
	b.results.add(rowChecked(shape), r.column, c.p50)
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
