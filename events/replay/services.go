package main

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The services are what the function calls in a replay: the API of all regions, and STS.
type services struct {
	*elasticsearchtest.Cloud
	own      *elasticsearchtest.Server // of the function's region
	endpoint *httptest.Server          // the only way to it, and to no other region; nil if the function can use names
}

// canTrust reports whether SSL_CERT_FILE makes the function trust a certificate. On macOS and Windows Go does not read it.
func canTrust() bool { return runtime.GOOS != "darwin" && runtime.GOOS != "windows" }

func newServices(everywhere bool) *services {
	s := &services{Cloud: newCloud()}
	s.own = s.Region(region)
	if !everywhere {
		s.endpoint = httptest.NewServer(s.own)
	}
	for _, id := range regions() {
		s.Region(id).OnRequest = misbehave
	}
	return s
}

func (s *services) close() {
	s.Close()
	if s.endpoint != nil {
		s.endpoint.Close()
	}
}

// variables returns the variables with which the function reaches the services: by the names of their hosts, as it does
// when it is deployed, or at one endpoint.
func (s *services) variables() []string {
	if s.endpoint != nil {
		return []string{endpoint + "=" + s.endpoint.URL}
	}
	return []string{"HTTPS_PROXY=" + s.Proxy().String(), "MEMBER_ROLE=" + memberRole}
}

// requests describes the requests and the status of their answers, in order.
func (s *services) requests() (lines []string) {
	byOrder := map[int64]string{}
	add := func(order int64, request string, status int, code string) {
		byOrder[order] = strings.TrimSpace(fmt.Sprintf("%s  %d %s", request, status, code))
	}
	for _, id := range regions() {
		for _, r := range s.Region(id).Requests() {
			request := r.Method + " " + s.atHome(r.Header.Get("Host")) + r.Path
			if len(r.Query) > 0 {
				request += "?" + r.Query.Encode()
			}
			add(r.Order, request, r.Status, r.Code)
		}
	}
	for _, r := range s.STS.Requests() {
		add(r.Order, strings.Join([]string{r.Method, r.Host, r.Action, r.RoleARN}, " "), r.Status, r.Code)
	}
	for _, order := range slices.Sorted(maps.Keys(byOrder)) {
		lines = append(lines, byOrder[order])
	}
	return lines
}

// atHome replaces the endpoint on loopback, whose port is another each time, by its name in the region. So the wants are
// stable, and are what the deployed function answers.
func (s *services) atHome(text string) string {
	if s.endpoint == nil {
		return text
	}
	const home = "elasticsearch." + region + ".aliyuncs.com"
	host := s.endpoint.Listener.Addr().String()
	return strings.NewReplacer(s.endpoint.URL, "https://"+home, host, home).Replace(text)
}
