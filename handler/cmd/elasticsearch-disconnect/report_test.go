package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/goldentest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A report is one way to ask, of one region.
type report struct {
	args  []string
	setUp func(*fixture)
	exit  int
}

func reports() map[string]report {
	return map[string]report{
		"of what needs a look": {nil, leftovers, handler.ExitLeft},
		"of all":               {[]string{"--all"}, leftovers, handler.ExitLeft},
		"as JSON":              {[]string{"-o", "json"}, leftovers, handler.ExitLeft},

		"without instances": {[]string{"--account", myAccount}, func(f *fixture) {
			f.env["ELASTICSEARCH_ENDPOINT"] = "https://elasticsearch.cn-hangzhou.aliyuncs.com"
		}, handler.ExitDone},
		"with nothing left over": {nil, fine, handler.ExitDone},
		"of ten rows":            {nil, tenRows, handler.ExitLeft},
		"with one left over":     {nil, oneLeftover, handler.ExitLeft},
		"with only kept": {nil, func(f *fixture) {
			f.add("es-a")
			f.api.Connect("es-a", "es-hidden")
			f.api.OnRequest = at("DescribeInstance es-hidden", answering(`{"Result":{"status":"invalid"},"RequestId":"r"}`))
		}, handler.ExitDone},
		"with one protected": {nil, func(f *fixture) {
			f.env["PROTECTED_INSTANCES"] = "es-prod-*"
			f.add("es-a", "es-prod-1")
			f.api.Connect("es-a", "es-gone")
			f.api.Connect("es-prod-1", "es-gone")
		}, handler.ExitLeft},

		"of two regions":             {[]string{"--region", "cn-beijing"}, leftovers, handler.ExitLeft},
		"of two in one flag":         {[]string{"--region", "cn-beijing,cn-hangzhou"}, leftovers, handler.ExitLeft},
		"of one that is refused":     {[]string{"--region", "cn-beijing"}, func(f *fixture) { leftovers(f); notOpen(f) }, handler.ExitFailed},
		"of a region not in REGIONS": {nil, func(f *fixture) { f.env["REGIONS"] = "cn-beijing" }, handler.ExitFailed},

		"on a terminal":                   {[]string{"--all"}, onTerminal(1040), handler.ExitLeft},
		"on a terminal of no known total": {nil, untold(onTerminal(120)), handler.ExitLeft},

		"of more than the limit": {nil, atTerminal(limited(leftovers)), handler.ExitLeft},
		"denied":                 {nil, denied, handler.ExitFailed},
		"not all read":           {[]string{"-o", "wide"}, atTerminal(unread), handler.ExitFailed},
		"not all read, as CSV":   {[]string{"-o", "csv"}, unread, handler.ExitFailed},
		"of a leftover that cannot be asked": {nil, func(f *fixture) {
			leftovers(f)
			f.api.OnRequest = elasticsearchtest.Each(at("DescribeInstance es-unclear", refuse(403, "Forbidden.RAM", "You are not authorized.")), f.api.OnRequest)
		}, handler.ExitFailed},
		"of a list that is cut": {nil, func(f *fixture) {
			leftovers(f)
			f.api.OnRequest = at("ListInstance 2", refuse(403, "Forbidden.RAM", "You are not authorized."))
		}, handler.ExitFailed},
		"of texts that steer a terminal": {[]string{"-o", "wide", "--all"}, odd, handler.ExitFailed},
		"of one that is no id":           {nil, oneNoID, handler.ExitFailed},
	}
}

func oneLeftover(f *fixture) {
	f.add("es-a")
	f.api.Connect("es-a", "es-gone")
}

// oneNoID is a region with an instance that cannot be asked: its id has an unforeseen form.
func oneNoID(f *fixture) {
	fine(f)
	f.api.Quirks.Total = func(int, int) any { return 3 }
	f.api.OnRequest = at("ListInstance 1", fault{Answer: elasticsearchtest.Page(3, "es-a", "es-b", "es.c")})
}

// tenRows is a region as a person may find it: ids are as long as real ones.
func tenRows(f *fixture) {
	id := func(n int) string { return fmt.Sprintf("es-cn-%02dw1o1x0w001c%04d", n*37%100, n) }
	f.api.OnRequest = elasticsearchtest.Each(
		at("DescribeInstance "+id(8), answering(`{"Result":{"status":"inactive"},"RequestId":"r"}`)),
		at("DescribeInstance "+id(9), answering(`{"Result":{"status":"invalid"},"RequestId":"r"}`)),
	)
	for n := range 8 {
		f.add(id(n))
		f.api.Connect(id(n), id((n+1)%8))
	}
	f.api.SetStatus(id(7), "inactive")
	for n := range 6 {
		f.api.Connect(id(n), id(10+n/2))
	}
	f.api.Connect(id(1), id(8))
	f.api.Connect(id(2), id(9))
}

// notOpen is another region, which refuses the account.
func notOpen(f *fixture) {
	f.cloud.Region("cn-beijing").OnRequest = func(apiRequest) fault { return refuse(401, "UserNotOpen", "The service is not opened.") }
}

func atTerminal(setUp func(*fixture)) func(*fixture) {
	return func(f *fixture) {
		setUp(f)
		f.Terminal = Terminal{Out: true, Err: true, Width: 100}
	}
}

// onTerminal is a region of n instances, of which the first has a leftover.
func onTerminal(n int) func(*fixture) {
	return atTerminal(func(f *fixture) {
		for i := range n {
			f.add(fmt.Sprintf("es-%04d", i))
		}
		f.api.Connect("es-0000", "es-gone")
	})
}

func untold(setUp func(*fixture)) func(*fixture) {
	return func(f *fixture) {
		setUp(f)
		f.api.Quirks.Total = func(int, int) any { return nil }
	}
}

func denied(f *fixture) {
	leftovers(f)
	f.api.OnRequest = at("List", refuse(403, "Forbidden.RAM", "You are not authorized."))
}

func unread(f *fixture) {
	leftovers(f)
	f.api.OnRequest = elasticsearchtest.Each(f.api.OnRequest,
		at("ListConnectedClusters es-b", refuse(403, "Forbidden.RAM", "Not\u202e \x1b[2J authorized.")))
}

// odd is a region whose texts would steer a terminal.
func odd(f *fixture) {
	const list = `{"Result":[{"instanceId":"es-a","status":"\u001b[2Ja\u0007","description":"\u001b]0;x\u0007"},{"instanceId":"es-b","status":"\"];x-->y[\"#quot;"},` +
		`{"instanceId":"es-c","status":"end","description":"日志\u202e"},{"instanceId":"es-e","status":"inactive","description":"日志"},{"instanceId":"es-f"},` +
		`{"instanceId":"es-\u001b[31m"}],"Headers":{"X-Total-Count":6},"RequestId":"r"}`
	const connected = `{"Result":{"Result":[{"instances":"es-b","networkType":"vpc\u009b31m"},{"instances":"es-c"},{"instances":"ES-E"},` +
		`{"instances":"es-gone","networkType":"\r\n\t"},{"instances":"\u202e.."}]},"RequestId":"r"}`
	f.add("es-a", "es-b", "es-c", "es-e", "es-f")
	f.api.Connect("es-e", "es-f")
	f.api.OnRequest = elasticsearchtest.Each(
		at("ListInstance 1", answering(list)),
		at("ListInstance", answering(`{"Result":[],"Headers":{"X-Total-Count":6},"RequestId":"r"}`)),
		at("ListConnectedClusters es-a", answering(connected)),
		at("DescribeInstance es-gone", answering(`{"Result":{"status":"\u001b]0;x\u0007"},"RequestId":"r"}`)),
	)
}

// TestReport: each form, of each region, removes nothing, and needs no more rights than the front README says.
func TestReport(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rights, _ := strings.Cut(string(text), "`report` only reads")
	rights, _, _ = strings.Cut(rights, "to remove, also")
	for name, test := range reports() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.setUp(f)
			before := f.api.Connections()
			exit := f.run(t, append([]string{"report", "--region", "cn-hangzhou"}, test.args...)...)
			f.exits(t, exit, test.exit)
			goldentest.Check(t, "report-"+name, f.transcript(exit))
			f.leaves(t, before, nil)
			for _, r := range f.api.Requests() {
				if r.Method != "GET" || !strings.Contains(rights, "`elasticsearch:"+r.Action+"`") {
					t.Errorf("a report sent %s", r)
				}
			}
		})
	}
}
