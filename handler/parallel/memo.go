package parallel

import (
	"errors"
	"sync"
)

// A Memo makes a value once for each key. The zero Memo is empty and ready to use.
type Memo[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

// An entry is a value, or the error of making it, once done is closed. A channel, and not a
// sync.Once: in a synctest bubble, time goes on while callers wait for it.
type entry[V any] struct {
	done  chan struct{}
	value V
	err   error
}

// errNotMade is what others get if making the value panics.
var errNotMade = errors.New("the value was not made")

// Get returns the value for a key, or the error of the one attempt to make it. Callers
// wait only for a value of the same key.
func (m *Memo[K, V]) Get(key K, create func() (V, error)) (V, error) {
	e, isNew := m.entry(key)
	if isNew {
		defer close(e.done)
		e.value, e.err = create()
		return e.value, e.err
	}
	<-e.done
	return e.value, e.err
}

func (m *Memo[K, V]) entry(key K) (e *entry[V], isNew bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = map[K]*entry[V]{}
	}
	if m.entries[key] == nil {
		m.entries[key] = &entry[V]{done: make(chan struct{}), err: errNotMade}
		return m.entries[key], true
	}
	return m.entries[key], false
}
