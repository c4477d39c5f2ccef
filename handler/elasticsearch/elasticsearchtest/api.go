package elasticsearchtest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	version          = "2017-06-13"
	vpcID            = "vpc-bp1uag5jj38c000000000" // Connected instances share one VPC, so there is one here.
	clientTokenLimit = 64                          // characters
	pageSize         = 10                          // instances a page where the request does not say
	pageSizeLimit    = 100                         // instances a page
)

// A ListShape is one of the shapes in which ListConnectedClusters is documented. Which of them the live server sends is
// not known.
type ListShape int

// The documented shapes, by the JSON they answer with.
const (
	ShapeNested     ListShape = iota // {"Result":{"Result":[{"instances":"es-cn-…","networkType":"vpc"}]}}
	ShapeInstanceID                  // {"Result":[{"instanceId":"es-cn-…","networkType":"vpc"}]}
	ShapeInstances                   // {"Result":[{"instances":"es-cn-…"}]}
)

// A route is an API, found by method and path. Its action is called with the lock held and answers for {InstanceId} of
// the path.
type route struct {
	method, path, action string
	carryOut             func(c *call, instance string) http.HandlerFunc
}

func (s *Server) routes() []route {
	return []route{
		{"DELETE", "openapi/instances/{InstanceId}/connected-clusters", "DeleteConnectedCluster", s.deleteConnectedCluster},
		{"GET", "openapi/instances/{InstanceId}/connected-clusters", "ListConnectedClusters", s.listConnectedClusters},
		{"GET", "openapi/instances/{InstanceId}", "DescribeInstance", s.describeInstance},
		{"GET", "openapi/instances", "ListInstance", s.listInstance},
	}
}

// carryOut finds the API of a request. Method and path decide, but x-acs-action and x-acs-version must agree.
func (s *Server) carryOut(c *call) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.routes() {
		instance, ok := r.match(c)
		if ok && c.header.Get("x-acs-action") == r.action && c.header.Get("x-acs-version") == version {
			return r.carryOut(c, instance)
		}
	}
	return Refuse(http.StatusNotFound, "InvalidApi.NotFound",
		"No API of version "+version+" has this method and path and the x-acs-action and x-acs-version sent.")
}

func (r route) match(c *call) (instance string, ok bool) {
	pattern := strings.Split(r.path, "/")
	if c.method != r.method || len(c.path) != len(pattern) {
		return "", false
	}
	for i, segment := range c.path {
		switch pattern[i] {
		case "{InstanceId}":
			instance = segment
		case segment:
		default:
			return "", false
		}
	}
	return instance, true
}

// A deletion is what a client token stands for once its request succeeded: the same again is answered the same, without
// effect.
type deletion struct{ instance, connected string }

// A clientToken is one account's own: another may use the same text.
type clientToken struct{ account, text string }

// status returns that of an instance, and whether it exists to the caller.
func (s *Server) status(c *call, id string) (status string, exists bool) {
	i, exists := s.instances[id]
	if !exists || i.account != c.account {
		return "", false
	}
	return i.status, true
}

// deleteConnectedCluster removes a connection, both ways. Only the instance of the path must exist: a released one is
// accepted as connectedInstanceId.
func (s *Server) deleteConnectedCluster(c *call, instance string) http.HandlerFunc {
	asked := deletion{instance, c.query.Get("connectedInstanceId")}
	token := clientToken{c.account, c.query.Get("clientToken")}
	done, used := s.tokens[token]
	status, exists := s.status(c, instance)
	_, connectedExists := s.status(c, asked.connected)
	switch {
	case asked.connected == "":
		return Refuse(http.StatusBadRequest, "InvalidParameter", "connectedInstanceId is mandatory.")
	case len(token.text) > clientTokenLimit || strings.ContainsFunc(token.text, func(r rune) bool { return r > 0x7F }):
		return Refuse(http.StatusBadRequest, "InvalidParameter", "clientToken must be ASCII, at most 64 characters.")
	case used && done == asked:
		return s.deleted()
	case used:
		return Refuse(http.StatusBadRequest, "IdempotentParameterMismatch", "clientToken was used with other parameters.")
	case !exists:
		return instanceNotFound()
	case status == "activating":
		return Refuse(http.StatusBadRequest, "InstanceActivating", "The instance is being changed.")
	case !s.connections[pair(instance, asked.connected)]:
		return Refuse(http.StatusBadRequest, "RepetitionOperationError", "The instances are not connected.")
	case !connectedExists && s.Quirks.RefusesGone != "":
		return Refuse(http.StatusBadRequest, s.Quirks.RefusesGone, "The connected instance is not found.")
	}
	delete(s.connections, pair(instance, asked.connected))
	if token.text != "" {
		s.tokens[token] = asked
	}
	return s.deleted()
}

func (s *Server) deleted() http.HandlerFunc {
	if s.Quirks.True != nil {
		return s.succeed(reply{Result: s.Quirks.True})
	}
	return s.succeed(reply{Result: true})
}

func (s *Server) listConnectedClusters(c *call, instance string) http.HandlerFunc {
	_, exists := s.status(c, instance)
	peers := s.Quirks.connected(s.peers(instance))
	switch {
	case !exists && s.Quirks.OfGone != nil:
		return s.Quirks.OfGone
	case !exists:
		return instanceNotFound()
	case len(peers) == 0 && s.Quirks.Empty != "":
		return Body(http.StatusOK, jsonType, s.Quirks.Empty)
	}
	clusters := []map[string]string{} // An empty list is [] on the wire, not null.
	for _, peer := range peers {
		clusters = append(clusters, map[ListShape]map[string]string{
			ShapeNested:     {"instances": peer, "networkType": "vpc"},
			ShapeInstanceID: {"instanceId": peer, "networkType": "vpc"},
			ShapeInstances:  {"instances": peer},
		}[s.ListShape])
	}
	if s.ListShape == ShapeNested {
		return s.succeed(reply{Result: map[string]any{"Result": clusters}})
	}
	return s.succeed(reply{Result: clusters})
}

func (s *Server) describeInstance(c *call, instance string) http.HandlerFunc {
	if _, exists := s.status(c, instance); !exists {
		return instanceNotFound()
	}
	return s.succeed(reply{Result: s.described(instance)})
}

// listInstance pages through the instances of the caller's account in the order of their ids. The filters of the real API are not known here.
func (s *Server) listInstance(c *call, _ string) http.HandlerFunc {
	page, err := strconv.Atoi(cmp.Or(c.query.Get("page"), "1"))
	if err != nil || page < 1 {
		return Refuse(http.StatusBadRequest, "InvalidParameter", "page must be a number from 1.")
	}
	size, err := strconv.Atoi(cmp.Or(c.query.Get("size"), strconv.Itoa(pageSize)))
	if err != nil || size < 1 || size > pageSizeLimit {
		return Refuse(http.StatusBadRequest, "InvalidParameter", "size must be a number from 1 to 100.")
	}
	isAnothers := func(id string) bool { _, exists := s.status(c, id); return !exists }
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(s.instances)), isAnothers)
	entries := s.Quirks.page(ids, page, size)
	listed := []map[string]any{}
	for _, id := range entries {
		entry := s.described(id)
		if s.Quirks.Padding > 0 {
			entry["dictList"] = strings.Repeat("x", s.Quirks.Padding)
		}
		listed = append(listed, entry)
	}
	return s.withTotal(reply{Result: listed}, len(entries), len(ids))
}

func (s *Server) described(id string) map[string]any {
	i := s.instances[id]
	return map[string]any{
		"instanceId": id, "status": i.status, "description": i.name, "networkConfig": map[string]string{"vpcId": i.vpc},
	}
}

// instanceNotFound is a 400, as on most APIs of the product.
func instanceNotFound() http.HandlerFunc {
	return Refuse(http.StatusBadRequest, "InstanceNotFound", "The instance is not found.")
}
