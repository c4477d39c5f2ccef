package elasticsearch_test

import (
	"slices"
	"testing"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestRegions: each is a region's id, there once, and the nearest to itself.
func TestRegions(t *testing.T) {
	t.Parallel()
	regions := elasticsearch.Regions()
	for _, region := range regions {
		if parseRegion(t, region); elasticsearch.NearestRegion(region) != region {
			t.Errorf("the nearest to %s is %q", region, elasticsearch.NearestRegion(region))
		}
	}
	if !slices.IsSorted(regions) || len(slices.Compact(regions)) != 25 {
		t.Errorf("regions %q", regions)
	}
}

func TestNearestRegion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"cn-hangzou":      "cn-hangzhou",   // a letter is missing
		"cn-hangzhuo":     "cn-hangzhou",   // two changed places
		"cn-hhangzhou":    "cn-hangzhou",   // one too many
		"hangzhou":        "cn-hangzhou",   // without its country
		"cn-shanghai-1":   "cn-shanghai",   // two too many
		"cn-wulanchabu-1": "cn-wulanchabu", // the nearer of two
		"ap-southeast-2":  "ap-southeast-1",
		"oss-cn-hangzhou": "", // four too many
		"me-central-99":   "",
		"cn-":             "",
		"":                "",
	} {
		if got := elasticsearch.NearestRegion(text); got != want {
			t.Errorf("the nearest to %q is %q, want %q", text, got, want)
		}
	}
}
