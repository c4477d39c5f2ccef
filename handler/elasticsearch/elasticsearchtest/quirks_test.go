package elasticsearchtest

import (
	"strings"
	"testing"
)

// TestQuirksOfAnswers: what each quirk makes of an answer, the RequestId left out.
func TestQuirksOfAnswers(t *testing.T) {
	t.Parallel()
	const (
		one    = `{"description":"","instanceId":"es-0","networkConfig":{"vpcId":"` + vpcID + `"},"status":"active"}`
		two    = `{"description":"","instanceId":"es-1","networkConfig":{"vpcId":"` + vpcID + `"},"status":"active"}`
		total  = `,"Headers":{"X-Total-Count":2}`
		list   = "ListInstance"
		peers  = "ListConnectedClusters"
		delete = "DeleteConnectedCluster"
		ofGone = "/es-0/connected-clusters?connectedInstanceId=gone"
	)
	for name, test := range map[string]struct {
		quirks               Quirks
		action, target, want string
	}{
		"none":                  {Quirks{}, list, "", `{"Result":[` + one + `,` + two + `]` + total},
		"the page's total":      {Quirks{Total: func(page, _ int) any { return page }}, list, "?size=1", `{"Result":[` + one + `],"Headers":{"X-Total-Count":1}`},
		"no total":              {Quirks{Total: func(int, int) any { return nil }}, list, "", `{"Result":[` + one + `,` + two + `]`},
		"the total in HTTP":     {Quirks{TotalInHTTP: true}, list, "", `{"Result":[` + one + `,` + two + `]`},
		"size is ignored":       {Quirks{LargestPage: 1}, list, "?size=100&page=2", `{"Result":[` + two + `]` + total},
		"page is ignored":       {Quirks{Page: func(int, int) int { return 1 }}, list, "?page=7", `{"Result":[` + one + `,` + two + `]` + total},
		"long entries":          {Quirks{Padding: 2}, list, "?size=1", `{"Result":[` + strings.Replace(one, `"",`, `"","dictList":"xx",`, 1) + `]` + total},
		"an odd entry":          {Quirks{Malformed: []string{"a.b"}}, peers, "/es-0/connected-clusters", `{"Result":{"Result":[{"instances":"a.b","networkType":"vpc"},{"instances":"gone","networkType":"vpc"}]}`},
		"commas":                {Quirks{Malformed: []string{"a.b"}, Joined: true}, peers, "/es-0/connected-clusters", `{"Result":{"Result":[{"instances":"a.b,gone","networkType":"vpc"}]}`},
		"another empty list":    {Quirks{Empty: `{"Result":""}`}, peers, "/es-1/connected-clusters", `{"Result":""}`},
		"a gone one's list":     {Quirks{OfGone: Body(500, "", "-")}, peers, "/gone/connected-clusters", `-`},
		"a gone one is refused": {Quirks{RefusesGone: "X"}, delete, ofGone, `{"RequestId"`},
		"true as text":          {Quirks{True: "true"}, delete, ofGone, `{"Result":"true"`},
		"more members":          {Quirks{Members: map[string]any{"Code": 200}}, delete, ofGone, `{"Code":200,"RequestId":"` + firstID + `","Result":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, NewServer)
			s.AddInstance("es-0", "es-1")
			s.Connect("es-0", "gone")
			s.Quirks = test.quirks
			method := map[bool]string{true: "DELETE", false: "GET"}[test.action == delete]
			r, got := do(t, s, method, test.action, test.target)
			if whole, cut := strings.CutSuffix(got, `,"RequestId":"`+firstID+`"}`); cut {
				got = whole
			}
			if test.quirks.RefusesGone != "" {
				got = got[:len(test.want)]
			}
			if got != test.want {
				t.Errorf("body:\n got %s\nwant %s", got, test.want)
			}
			if s.Connected("es-0", "gone") != (test.action != delete || test.quirks.RefusesGone != "") {
				t.Errorf("connections: %v", s.Connections())
			}
			inHTTP := ""
			if test.quirks.TotalInHTTP {
				inHTTP = "2"
			}
			if total := r.Header.Get("X-Total-Count"); total != inHTTP {
				t.Errorf("X-Total-Count of HTTP: got %q, want %q", total, inHTTP)
			}
		})
	}
}
