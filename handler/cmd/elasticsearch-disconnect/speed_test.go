package main

import (
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/fleettest"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestRegionsAreReadSideBySide: 25 regions with 40 instances each, at 50 ms a call, take at most 1.3 times as
// long as the largest of them. The time is that of a bubble, in which nothing but the API takes any.
func TestRegionsAreReadSideBySide(t *testing.T) {
	t.Parallel()
	all := elasticsearch.Regions()
	largest, together := timeOfReport(t, all[:1]), timeOfReport(t, all)
	if largest == 0 || together*10 > largest*13 {
		t.Errorf("%d regions took %s, and one %s", len(all), together, largest)
	}
}

func timeOfReport(t *testing.T, regions []string) (took time.Duration) {
	t.Helper()
	fleet := fleettest.NewUniform(40, 30, regions...)
	t.Cleanup(fleet.Close)
	args := []string{"report"}
	for _, id := range regions {
		fleet.Region(id).Latency = 50 * time.Millisecond
		args = append(args, "--region", id)
	}
	f, key := newFixture(t), fleettest.Operator()
	f.env["ALIBABA_CLOUD_ACCESS_KEY_ID"], f.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = key.AccessKeyID, key.AccessKeySecret
	f.Transport = fleet.Cloud
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		f.exits(t, f.runWith(t.Context(), t, args...), handler.ExitDone)
		took = time.Since(begun)
	})
	return took
}
