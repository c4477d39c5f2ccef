package elasticsearch_test

import (
	"context"
	"elasticsearch-disconnect/handler/elasticsearch"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestSlots: so many requests are under way and no more, and a call that waits for
// a busy instance is none of them.
func TestSlots(t *testing.T) {
	t.Parallel()
	for _, slots := range []int{1, 3} {
		elasticsearch.InBubble(t, fmt.Sprint(slots), func(t *testing.T) {
			var underWay, most atomic.Int32
			client := clientOver(t, "http", func(n int, c net.Conn) {
				for readRequest(c) {
					if now := underWay.Add(1); now > most.Load() {
						most.Store(now)
					}
					time.Sleep(time.Second)
					underWay.Add(-1)
					answer(c, 200, success)
				}
			})
			client.Slots = make(chan struct{}, slots)
			begun := time.Now()
			errs := make(chan error)
			for range 6 {
				go func() {
					_, err := client.DeleteConnectedCluster(t.Context(), removal())
					errs <- err
				}()
			}
			for range 6 {
				if err := <-errs; err != nil {
					t.Error(err)
				}
			}
			if took, want := time.Since(begun), 6*time.Second/time.Duration(slots); int(most.Load()) != slots || took != want {
				t.Errorf("%d requests under way at a time, for %v; want %d for %v", most.Load(), took, slots, want)
			}
			if len(client.Slots) != 0 {
				t.Errorf("%d slots are left taken", len(client.Slots))
			}
		})
	}
}

// TestBusyHoldsNoSlot: while one call waits for its instance, others are made.
func TestBusyHoldsNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := scriptedClient(t, []scripted{isBusy, isDone})
		client.Slots = make(chan struct{}, 1)
		begun := time.Now()
		busy := make(chan error)
		go func() {
			_, err := client.DeleteConnectedCluster(t.Context(), removal())
			busy <- err
		}()
		synctest.Wait()
		_, err := client.DeleteConnectedCluster(t.Context(), removal())
		if took := time.Since(begun); err != nil || took != 0 {
			t.Errorf("the other took %v: %v", took, err)
		}
		if err := <-busy; err != nil || len(client.Slots) != 0 {
			t.Errorf("%v, and %d slots are left taken", err, len(client.Slots))
		}
	})
}

// TestSlotIsLeft: a call that goes away while it waits for a slot leaves it to the
// next.
func TestSlotIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, "http", func(_ int, c net.Conn) {
			for readRequest(c) {
				time.Sleep(2 * time.Second)
				answer(c, 200, success)
			}
		})
		client.Slots = make(chan struct{}, 1)
		begun := time.Now()
		first := make(chan error)
		go func() {
			_, err := client.DeleteConnectedCluster(t.Context(), removal())
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.DeleteConnectedCluster(ctx, removal())
		if got, took := outcomeOf(t, "", err), time.Since(begun); got != "Timeout out of time: not sent; safe to repeat" || took != time.Second {
			t.Errorf("after %v: %s", took, got)
		}
		_, err = client.DeleteConnectedCluster(t.Context(), removal())
		if took := time.Since(begun); err != nil || took != 4*time.Second {
			t.Errorf("the next, after %v: %v", took, err)
		}
		if err := <-first; err != nil || len(client.Slots) != 0 {
			t.Errorf("the first: %v, and %d slots are left taken", err, len(client.Slots))
		}
	})
}
