package elasticsearchtest

import (
	"strings"
	"testing"
)

// TestMannersOfAnswers: what each manner makes of an answer, the RequestId left out.
func TestMannersOfAnswers(t *testing.T) {
	t.Parallel()
	const (
		one    = `{"instanceId":"es-0","networkConfig":{"vpcId":"` + vpcID + `"},"status":"active"}`
		two    = `{"instanceId":"es-1","networkConfig":{"vpcId":"` + vpcID + `"},"status":"active"}`
		total  = `,"Headers":{"X-Total-Count":2}`
		list   = "ListInstance"
		peers  = "ListConnectedClusters"
		delete = "DeleteConnectedCluster"
		ofGone = "/es-0/connected-clusters?connectedInstanceId=gone"
	)
	for name, test := range map[string]struct {
		manners              Manners
		action, target, want string
	}{
		"none":                  {Manners{}, list, "", `{"Result":[` + one + `,` + two + `]` + total},
		"the page's total":      {Manners{Total: func(page, _ int) any { return page }}, list, "?size=1", `{"Result":[` + one + `],"Headers":{"X-Total-Count":1}`},
		"no total":              {Manners{Total: func(int, int) any { return nil }}, list, "", `{"Result":[` + one + `,` + two + `]`},
		"the total in HTTP":     {Manners{TotalInHTTP: true}, list, "", `{"Result":[` + one + `,` + two + `]`},
		"size is ignored":       {Manners{LargestPage: 1}, list, "?size=100&page=2", `{"Result":[` + two + `]` + total},
		"page is ignored":       {Manners{Page: func(int, int) int { return 1 }}, list, "?page=7", `{"Result":[` + one + `,` + two + `]` + total},
		"long entries":          {Manners{Padding: 2}, list, "?size=1", `{"Result":[{"dictList":"xx",` + one[1:] + `]` + total},
		"an odd entry":          {Manners{Odd: []string{"a.b"}}, peers, "/es-0/connected-clusters", `{"Result":{"Result":[{"instances":"a.b","networkType":"vpc"},{"instances":"gone","networkType":"vpc"}]}`},
		"commas":                {Manners{Odd: []string{"a.b"}, Joined: true}, peers, "/es-0/connected-clusters", `{"Result":{"Result":[{"instances":"a.b,gone","networkType":"vpc"}]}`},
		"another empty list":    {Manners{Empty: `{"Result":""}`}, peers, "/es-1/connected-clusters", `{"Result":""}`},
		"a gone one's list":     {Manners{OfGone: Body(500, "", "-")}, peers, "/gone/connected-clusters", `-`},
		"a gone one is refused": {Manners{RefusesGone: "X"}, delete, ofGone, `{"RequestId"`},
		"true as text":          {Manners{True: "true"}, delete, ofGone, `{"Result":"true"`},
		"more members":          {Manners{Members: map[string]any{"Code": 200}}, delete, ofGone, `{"Code":200,"RequestId":"` + firstID + `","Result":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, NewServer)
			s.AddInstance("es-0", "es-1")
			s.Connect("es-0", "gone")
			s.Manners = test.manners
			method := map[bool]string{true: "DELETE", false: "GET"}[test.action == delete]
			r, got := do(t, s, method, test.action, test.target)
			if whole, cut := strings.CutSuffix(got, `,"RequestId":"`+firstID+`"}`); cut {
				got = whole
			}
			if test.manners.RefusesGone != "" {
				got = got[:len(test.want)]
			}
			if got != test.want {
				t.Errorf("body:\n got %s\nwant %s", got, test.want)
			}
			if s.Connected("es-0", "gone") != (test.action != delete || test.manners.RefusesGone != "") {
				t.Errorf("connections: %v", s.Connections())
			}
			inHTTP := ""
			if test.manners.TotalInHTTP {
				inHTTP = "2"
			}
			if total := r.Header.Get("X-Total-Count"); total != inHTTP {
				t.Errorf("X-Total-Count of HTTP: got %q, want %q", total, inHTTP)
			}
		})
	}
}
