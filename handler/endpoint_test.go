package handler

import (
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestEndpointOfNewRegion: a region that is not in the list has an endpoint if the operator
// names it.
func TestEndpointOfNewRegion(t *testing.T) {
	t.Parallel()
	own, fresh := must(connection.ParseRegion("cn-hangzhou")), must(connection.ParseRegion("xx-new-1"))
	named := Config{Network: elasticsearch.Public, Regions: []connection.Region{fresh}}
	if e, err := named.endpoint(fresh, own); err != nil || e.String() != "https://elasticsearch.xx-new-1.aliyuncs.com" {
		t.Errorf("%s, %v", e, err)
	}
	if e, err := (Config{}).endpoint(fresh, own); connection.KindOf(err) != connection.Denied {
		t.Errorf("not named: %s, %v", e, err)
	}
}
