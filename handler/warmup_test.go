package handler_test

import (
	"context"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestWarmUp: a connection is opened to the endpoint in force, unless none is
// known or an event has come.
func TestWarmUp(t *testing.T) {
	t.Parallel()
	configured, err := elasticsearch.ParseEndpoint("https://example.com")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		config  handler.Config
		region  string
		invoked bool
		want    string
	}{
		"the region's":        {handler.Config{}, "cn-beijing", false, "https://elasticsearch.cn-beijing.aliyuncs.com"},
		"the region's VPC":    {handler.Config{Network: elasticsearch.VPC}, "cn-beijing", false, "https://elasticsearch-vpc.cn-beijing.aliyuncs.com"},
		"the one configured":  {handler.Config{Endpoint: configured}, "", false, "https://example.com"},
		"no region":           {handler.Config{}, "", false, ""},
		"no region's name":    {handler.Config{}, "x/y", false, ""},
		"an event came first": {handler.Config{}, "cn-beijing", true, ""},
	} {
		s := newStage(t)
		if test.invoked {
			s.handle(t, "{}")
		}
		s.Config = test.config
		got := ""
		s.WarmUp(test.region, func(ctx context.Context, e elasticsearch.Endpoint) {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Errorf("%s: no deadline", name)
			}
			got = e.String()
		})
		if got != test.want {
			t.Errorf("%s: opened %q, want %q", name, got, test.want)
		}
	}
}
