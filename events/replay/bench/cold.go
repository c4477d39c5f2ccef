package main

import (
	"context"
	"slices"
	"time"
)

// idle is how long after the first poll the late event comes.
const idle = 50 * time.Millisecond

// cold starts each program anew, in turns: with an event that waits already, and with one that comes later.
func (b *bench) cold(ctx context.Context) error {
	api := newConstantAPI(0)
	defer api.Close()
	columns := b.built(floor, floorHTTP, peer, function)
	for range b.starts {
		slices.Reverse(columns) // what the one before has left behind is not always for the same
		for _, c := range columns {
			if err := b.coldWaiting(ctx, c, api.URL); err != nil {
				return err
			}
			if err := b.coldLater(ctx, c, api.URL); err != nil {
				return err
			}
		}
	}
	return nil
}

// coldWaiting measures the first invocation from the poll that gets it.
func (b *bench) coldWaiting(ctx context.Context, c column, endpoint string) error {
	p := b.newProcess(ctx, c, endpoint)
	defer p.stop()
	replied := make(chan error, 1)
	go func() {
		_, err := p.removes(b.payloads[direct])
		replied <- err
	}()
	toPoll, err := p.begin()
	if err != nil {
		return err
	}
	if err := <-replied; err != nil {
		return err
	}
	toReply := time.Since(p.begun)
	b.results.add(rowPoll, c, milliseconds(toPoll))
	b.results.add(rowFirst, c, milliseconds(toReply-toPoll))
	b.results.add(rowFirstReply, c, milliseconds(toReply))
	return nil
}

// coldLater measures an invocation that comes to a process with nothing to do.
func (b *bench) coldLater(ctx context.Context, c column, endpoint string) error {
	p := b.newProcess(ctx, c, endpoint)
	defer p.stop()
	toPoll, err := p.begin()
	if err != nil {
		return err
	}
	time.Sleep(idle)
	took, err := p.removes(b.payloads[direct])
	b.results.add(rowPoll, c, milliseconds(toPoll))
	b.results.add(rowLater, c, milliseconds(took))
	return err
}
