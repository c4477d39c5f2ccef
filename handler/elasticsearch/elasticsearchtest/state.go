package elasticsearchtest

import (
	"cmp"
	"maps"
	"slices"
)

// AddInstance makes instances exist, active.
func (s *Server) AddInstance(ids ...string) {
	for _, id := range ids {
		s.SetStatus(id, "active")
	}
}

// SetStatus gives an instance one of the documented statuses: active, activating, inactive, invalid or unknown. It
// makes the instance exist if it did not.
func (s *Server) SetStatus(id, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instances[id] = status
}

// RemoveInstance does what a release does: the instance is gone, but its connections dangle until they are deleted from
// the side that survives.
func (s *Server) RemoveInstance(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.instances, id)
}

// Connect connects two instances, both ways. Neither need exist: that is how to set up a dangling connection.
func (s *Server) Connect(a, b string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections[pair(a, b)] = true
}

// Connected tells whether two instances are connected. The order does not matter.
func (s *Server) Connected(a, b string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections[pair(a, b)]
}

// Connections returns every connection once, dangling ones too: each pair in order, the pairs in order, nil when there
// is none.
func (s *Server) Connections() [][2]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.connections), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
}

// peers returns the other ends of the connections of an instance, sorted. The caller holds the lock.
func (s *Server) peers(id string) []string {
	var peers []string
	for connection := range s.connections {
		switch id {
		case connection[0]:
			peers = append(peers, connection[1])
		case connection[1]:
			peers = append(peers, connection[0])
		}
	}
	slices.Sort(peers)
	return peers
}

func pair(a, b string) [2]string {
	return [2]string{min(a, b), max(a, b)}
}
