package main

import (
	"fmt"
	"testing"

	"elasticsearch-disconnect/handler"
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
		"plain": {nil, region, handler.ExitLeft},
		"json":  {[]string{"--json"}, region, handler.ExitLeft},

		"of a region without instances": {nil, func(*fixture) {}, handler.ExitDone},
		"json without instances":        {[]string{"--json"}, func(*fixture) {}, handler.ExitDone},
		"with nothing left over": {nil, func(f *fixture) {
			f.api.AddInstance("es-a", "es-b")
			f.api.Connect("es-a", "es-b")
		}, handler.ExitDone},
		"with one left over": {nil, func(f *fixture) {
			f.api.AddInstance("es-a")
			f.api.Connect("es-a", "es-gone")
		}, handler.ExitLeft},

		"with one protected": {nil, func(f *fixture) {
			f.env["PROTECTED_INSTANCES"] = "es-prod-*"
			f.api.AddInstance("es-a", "es-prod-1")
			f.api.Connect("es-a", "es-gone")
			f.api.Connect("es-prod-1", "es-gone")
		}, handler.ExitLeft},

		"on a terminal":                   {nil, onTerminal(1040), handler.ExitLeft},
		"on a terminal of no known total": {nil, untold(onTerminal(120)), handler.ExitLeft},
		"on a terminal logging all":       {nil, debugging(onTerminal(2)), handler.ExitLeft},

		"of more than the limit":      {nil, limited(region), handler.ExitLeft},
		"json of more than the limit": {[]string{"--json"}, limited(region), handler.ExitLeft},

		"denied":       {nil, denied, handler.ExitFailed},
		"json denied":  {[]string{"--json"}, denied, handler.ExitFailed},
		"not all read": {nil, unread, handler.ExitFailed},
		"json not all": {[]string{"--json"}, unread, handler.ExitFailed},
		"of a leftover that cannot be asked": {nil, func(f *fixture) {
			region(f)
			hook := f.api.OnRequest
			f.api.OnRequest = elasticsearchtest.Each(at("DescribeInstance es-unclear", refuse(403, "Forbidden.RAM", "You are not authorized.")), hook)
		}, handler.ExitFailed},
		"of a list that is cut": {nil, func(f *fixture) {
			region(f)
			f.api.OnRequest = at("ListInstance 2", refuse(403, "Forbidden.RAM", "You are not authorized."))
		}, handler.ExitFailed},
		"of another region than REGIONS": {[]string{"--region", "cn-beijing"}, func(f *fixture) {
			f.env["REGIONS"] = "cn-hangzhou"
		}, handler.ExitFailed},

		"odd":      {nil, odd, handler.ExitLeft},
		"json odd": {[]string{"--json"}, odd, handler.ExitLeft},
	}
}

// onTerminal is a region of n instances, of which the first has a leftover.
func onTerminal(n int) func(*fixture) {
	return func(f *fixture) {
		f.StderrIsTerminal = true
		for i := range n {
			f.api.AddInstance(fmt.Sprintf("es-%04d", i))
		}
		f.api.Connect("es-0000", "es-gone")
	}
}

func untold(setUp func(*fixture)) func(*fixture) {
	return func(f *fixture) {
		setUp(f)
		f.api.Quirks.Total = func(int, int) any { return nil }
	}
}

func debugging(setUp func(*fixture)) func(*fixture) {
	return func(f *fixture) {
		setUp(f)
		f.env["LOG_LEVEL"] = "debug"
	}
}

func limited(setUp func(*fixture)) func(*fixture) {
	return func(f *fixture) {
		setUp(f)
		f.env["RECONCILE_LIMIT"] = "3"
	}
}

func denied(f *fixture) {
	region(f)
	f.api.OnRequest = at("List", refuse(403, "Forbidden.RAM", "You are not authorized."))
}

func unread(f *fixture) {
	region(f)
	f.api.OnRequest = elasticsearchtest.Each(f.api.OnRequest,
		at("ListConnectedClusters es-b", refuse(403, "Forbidden.RAM", "Not\u202e \x1b[2J authorized.")))
}

// odd is a region whose texts would steer a terminal, or break a page.
func odd(f *fixture) {
	const list = `{"Result":[{"instanceId":"es-a","status":"\u001b[2Ja\u0007"},{"instanceId":"es-b","status":"\"];x-->y[\"#quot;"},` +
		`{"instanceId":"es-c","status":"end"},{"instanceId":"es-d","status":"` + "`**<script>&amp;\\\\n`" + `"},{"instanceId":"es-e","status":"inactive"},{"instanceId":"es-f"},` +
		`{"instanceId":"es-\u001b[31m"}],"Headers":{"X-Total-Count":7},"RequestId":"r"}`
	const connected = `{"Result":{"Result":[{"instances":"es-b","networkType":"vpc\u009b31m"},{"instances":"es-c"},{"instances":"es-d"},{"instances":"ES-E"},` +
		`{"instances":"es-gone","networkType":"\r\n\t"},{"instances":"\u202e.."}]},"RequestId":"r"}`
	f.api.AddInstance("es-a", "es-b", "es-c", "es-d", "es-e", "es-f")
	f.api.Connect("es-e", "es-f")
	f.api.OnRequest = elasticsearchtest.Each(
		at("ListInstance 1", answering(list)),
		at("ListInstance", answering(`{"Result":[],"Headers":{"X-Total-Count":7},"RequestId":"r"}`)),
		at("ListConnectedClusters es-a", answering(connected)),
		at("DescribeInstance es-gone", answering(`{"Result":{"status":"\u001b]0;x\u0007"},"RequestId":"r"}`)),
	)
}

// TestReport: each form, of each region, removes nothing.
func TestReport(t *testing.T) {
	t.Parallel()
	for name, test := range reports() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.setUp(f)
			before := f.api.Connections()
			exit := f.run(t, append([]string{"--report", "--region", "cn-hangzhou"}, test.args...)...)
			if exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			checkGolden(t, "report-"+name, f.transcript(exit))
			checkSafe(t, f.stdout.String())
			if got := f.deleted(); len(got) > 0 || len(f.api.Connections()) != len(before) {
				t.Errorf("a report sent %q", got)
			}
		})
	}
}

// checkSafe: what is printed cannot steer a terminal.
func checkSafe(t *testing.T, text string) {
	t.Helper()
	for i, c := range text {
		if (c < ' ' || c > '~') && c != '\n' {
			t.Errorf("character %q at %d of %q", c, i, text)
		}
	}
}
