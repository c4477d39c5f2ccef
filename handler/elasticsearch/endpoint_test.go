package elasticsearch_test

import (
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://elasticsearch.cn-hangzhou.aliyuncs.com":  "https://elasticsearch.cn-hangzhou.aliyuncs.com",
		"https://elasticsearch.cn-hangzhou.aliyuncs.com/": "https://elasticsearch.cn-hangzhou.aliyuncs.com",
		"https://10.0.0.1:8443":                           "https://10.0.0.1:8443",
		"http://127.0.0.1:8080":                           "http://127.0.0.1:8080",
		"http://127.8.0.1":                                "http://127.8.0.1",
		"http://[::1]:8080":                               "http://[::1]:8080",
		"http://localhost":                                "http://localhost",
		"http://localhost.example.com":                    "error: is plain http, which only a loopback address may use",
		"http://10.0.0.1":                                 "error: is plain http, which only a loopback address may use",
		"elasticsearch.cn-hangzhou.aliyuncs.com":          "error: is not of the form https://HOST",
		"ftp://example.com":                               "error: is not of the form https://HOST",
		"https://":                                        "error: is not of the form https://HOST",
		"https://:443":                                    "error: is not of the form https://HOST",
		"https:example.com":                               "error: is not of the form https://HOST",
		"https://user:secret@example.com":                 "error: has more than a scheme and a host",
		"https://example.com/path":                        "error: has more than a scheme and a host",
		"https://example.com?q":                           "error: has more than a scheme and a host",
		"https://example.com?":                            "error: has more than a scheme and a host",
		"https://example.com#f":                           "error: has more than a scheme and a host",
		"https://user:secret@exam ple.com":                "error: is not a URL",
	} {
		endpoint, err := elasticsearch.ParseEndpoint(text)
		got := endpoint.String()
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("ParseEndpoint(%q):\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestEndpointOfRegion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		network elasticsearch.Network
		region  string
		want    string
	}{
		{elasticsearch.Public, "cn-hangzhou", "https://elasticsearch.cn-hangzhou.aliyuncs.com"},
		{elasticsearch.VPC, "cn-north-2-gov-1", "https://elasticsearch-vpc.cn-north-2-gov-1.aliyuncs.com"},
	} {
		if got := test.network.Endpoint(parseRegion(t, test.region)).String(); got != test.want {
			t.Errorf("%s, %q:\n got %s\nwant %s", test.network, test.region, got, test.want)
		}
	}
}

func TestRegionOfEndpoint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://elasticsearch.cn-beijing.aliyuncs.com":      "cn-beijing",
		"https://elasticsearch-vpc.cn-beijing.aliyuncs.com":  "cn-beijing",
		"https://elasticsearch.cn-beijing.aliyuncs.com:443":  "cn-beijing",
		"https://ElasticSearch.CN-Beijing.AliyunCS.com":      "cn-beijing",
		"https://elasticsearch.cn-beijing.aliyuncs.com.:443": "cn-beijing",
		"https://ecs.cn-beijing.aliyuncs.com":                "",
		"https://elasticsearch.cn-beijing.example.com":       "",
	} {
		endpoint, err := elasticsearch.ParseEndpoint(text)
		if got := endpoint.Region(); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
}

func parseRegion(t *testing.T, text string) connection.Region {
	t.Helper()
	region, err := connection.ParseRegion(text)
	if err != nil {
		t.Errorf("region %q %v", text, err)
	}
	return region
}

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"public": "public", "vpc": "vpc", "VPC": "error: is neither public nor vpc"} {
		network, err := elasticsearch.ParseNetwork(text)
		got := string(network)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("ParseNetwork(%q) is %q, want %q", text, got, want)
		}
	}
}
