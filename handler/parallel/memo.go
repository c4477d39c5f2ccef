package parallel

import "sync"

// A Memo makes a value once for each key. The zero Memo is empty and ready to use.
type Memo[K comparable, V any] struct {
	mu     sync.Mutex
	values map[K]func() (V, error)
}

// Get returns the value for a key, or the error of the one attempt to make it. Callers
// wait only for a value of the same key.
func (m *Memo[K, V]) Get(key K, create func() (V, error)) (V, error) {
	return m.entry(key, create)()
}

func (m *Memo[K, V]) entry(key K, create func() (V, error)) func() (V, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[K]func() (V, error){}
	}
	if m.values[key] == nil {
		m.values[key] = sync.OnceValues(create)
	}
	return m.values[key]
}
