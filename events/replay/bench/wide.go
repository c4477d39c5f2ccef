package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
)

// crowded counts the connections that many invocations at once make to a slow API.
func (b *bench) crowded(ctx context.Context) error {
	for _, c := range b.built(floorHTTP, peer, function) {
		dials, err := b.crowdOf(ctx, c)
		if err != nil {
			return err
		}
		b.results.add(rowDials, c, float64(dials))
	}
	return nil
}

func (b *bench) crowdOf(ctx context.Context, c column) (dials int64, err error) {
	api := newConstantAPI(b.latency)
	defer api.Close()
	p, err := b.start(ctx, c, api.URL)
	if err != nil {
		return 0, err
	}
	defer p.stop()
	failures := make(chan error, crowdWidth)
	var all sync.WaitGroup
	for range crowdWidth {
		all.Go(func() {
			for range b.crowd / crowdWidth {
				if _, err := p.removes(b.payloads[direct]); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failures)
	return api.dials.Load(), <-failures
}

// wide measures invocations that ask the API many times, eight requests at once.
func (b *bench) wide(ctx context.Context) error {
	for _, instances := range b.sweeps {
		if err := b.sweep(ctx, instances); err != nil {
			return err
		}
	}
	for range b.batches {
		if err := b.batch(ctx); err != nil {
			return err
		}
	}
	return nil
}

const (
	inFlight = 8   // requests that the function makes at a time unless it is told otherwise
	pageSize = 100 // instances
)

// sweep cleans up what one released instance left with the last of so many: before, nobody lists it.
func (b *bench) sweep(ctx context.Context, name int) error {
	instances := name / b.shrink
	api := newRegion(instances, b.latency)
	defer api.Close()
	api.Connect(survivor(instances-1), released)
	p, err := b.start(ctx, function, api.URL)
	if err != nil {
		return err
	}
	defer p.stop()
	time.Sleep(idle)
	reply, took, err := p.invoke(fmt.Appendf(nil, `{"instanceId":%q,"all":true}`, released))
	if err != nil {
		return err
	}
	if want := fmt.Sprintf(`"outcome":"cleaned","scanned":%d,`, instances); !strings.Contains(reply, want) || len(api.Connections()) > 0 {
		return fmt.Errorf("a sweep of %d: reply %s", instances, reply)
	}
	pages, waves := float64(instances)/pageSize, float64(instances)/inFlight
	b.results.add(rowSweep(name), function, milliseconds(took))
	b.results.add(rowSweep(name), ideal, milliseconds(b.latency)*(pages+waves))
	return b.notePeak(rowSweepMemory(name), function, p)
}

// batch removes a hundred connections of as many instances in one invocation.
func (b *bench) batch(ctx context.Context) error {
	api := newRegion(batchSize, b.latency)
	defer api.Close()
	var pairs []map[string]string
	for i := range batchSize {
		api.Connect(survivor(i), released)
		pairs = append(pairs, map[string]string{"instanceId": survivor(i), "connectedInstanceId": released})
	}
	event, err := json.Marshal(pairs)
	if err != nil {
		return err
	}
	p, err := b.start(ctx, function, api.URL)
	if err != nil {
		return err
	}
	defer p.stop()
	time.Sleep(idle)
	reply, took, err := p.invoke(event)
	if left := len(api.Connections()); err == nil && left > 0 {
		err = fmt.Errorf("a batch: %d connections are left; reply %s", left, reply)
	}
	b.results.add(rowBatch, function, milliseconds(took))
	b.results.add(rowBatch, ideal, milliseconds(b.latency)*batchSize/inFlight)
	return err
}
