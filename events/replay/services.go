package main

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The services are what the function calls in a replay.
type services struct {
	own   *elasticsearchtest.Server // of the function's region
	cloud *elasticsearchtest.Cloud  // it, other regions and STS; nil if the function reaches only its own region
}

// canTrust reports whether SSL_CERT_FILE makes the function trust a certificate. On macOS and Windows Go does not read it.
func canTrust() bool { return runtime.GOOS != "darwin" && runtime.GOOS != "windows" }

func newServices(everywhere bool) *services {
	s := &services{}
	if everywhere {
		s.cloud = newCloud()
		s.own = s.cloud.Region(region)
	} else {
		s.own = newAPI()
	}
	for _, api := range s.apis() {
		api.OnRequest = misbehave
	}
	return s
}

func (s *services) close() {
	if s.cloud != nil {
		s.cloud.Close()
	} else {
		s.own.Close()
	}
}

// variables returns the variables with which the function reaches the services: by the names of their hosts, as it does
// when it is deployed, or at one endpoint.
func (s *services) variables() []string {
	if s.cloud != nil {
		return []string{"HTTPS_PROXY=" + s.cloud.Proxy().String(), "MEMBER_ROLE=" + memberRole}
	}
	return []string{endpoint + "=" + s.own.URL}
}

func (s *services) certificate() []byte {
	if s.cloud != nil {
		return s.cloud.CertificatePEM()
	}
	return s.own.CertificatePEM()
}

// requests describes the requests and the status of their answers, in order.
func (s *services) requests() (lines []string) {
	type numbered struct {
		order int64
		line  string
	}
	var all []numbered
	add := func(order int64, line string, status int, code string) {
		all = append(all, numbered{order, strings.TrimSpace(fmt.Sprintf("%s  %d %s", line, status, code))})
	}
	for _, api := range s.apis() {
		for _, r := range api.Requests() {
			line := r.Method + " " + s.atHome(r.Header.Get("Host")) + r.Path
			if len(r.Query) > 0 {
				line += "?" + r.Query.Encode()
			}
			add(r.Order, line, r.Status, r.Code)
		}
	}
	if s.cloud != nil {
		for _, r := range s.cloud.STS.Requests() {
			add(r.Order, strings.Join([]string{r.Method, r.Host, r.Action, r.RoleARN}, " "), r.Status, r.Code)
		}
	}
	slices.SortFunc(all, func(a, b numbered) int { return cmp.Compare(a.order, b.order) })
	for _, n := range all {
		lines = append(lines, n.line)
	}
	return lines
}

// apis returns the APIs of all regions.
func (s *services) apis() (apis []*elasticsearchtest.Server) {
	if s.cloud == nil {
		return append(apis, s.own)
	}
	for _, id := range regions() {
		apis = append(apis, s.cloud.Region(id))
	}
	return apis
}

// atHome replaces an endpoint on loopback, whose port is another each time, by its name in the region. So the wants are
// stable, and are what the deployed function answers.
func (s *services) atHome(text string) string {
	const home = "elasticsearch." + region + ".aliyuncs.com"
	_, host, _ := strings.Cut(s.own.URL, "://")
	return strings.NewReplacer(s.own.URL, "https://"+home, host, home).Replace(text)
}
