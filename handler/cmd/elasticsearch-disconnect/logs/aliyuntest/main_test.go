package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefused: what the real ones refuse, with their exit codes and, as far as it matters, their words.
func TestRefused(t *testing.T) {
	t.Parallel()
	const at, of = " --region cn-beijing", " --project p-1"
	for args, want := range map[string]string{
		"sls GET /alerts/f-denied" + at + of:                 "1 required parameters missing: path parameter",
		"sls PUT /alerts/f-denied --body {}" + at + of:       "1 required parameters missing: path parameter",
		"sls getAlert --alertName f-denied" + at + of:        "2 'getAlert' is not a valid api.",
		"sls GetAlarm --alertName f-denied" + at + of:        "2 'GetAlarm' is not a valid api.",
		"log GetAlert --alertName f-denied" + at + of:        "2 'log GetAlert' is not a valid command or product.",
		"sls GetAlert --name f-denied" + at + of:             "2 '--name' is not a valid parameter or flag.",
		"sls GetAlert" + at + of:                             "1 required parameters missing: parameter --alertName",
		"sls GetAlert --alertName f-denied" + at:             "1 required parameters missing: parameter --project",
		"sls GetAlert --alertName f-denied" + of:             "1 init openapi client failed",
		"sls CreateAlert" + at + of:                          "1 CreateAlert: with --body false",
		"sls GetAlert --alertName a --alertName b" + at + of: "1 parse failed --alertName duplicated",
		"sls CreateAlert --body {" + at + of:                 "1 SDKError:\n   StatusCode: 400\n   Code: PostBodyInvalid",
		"sls CreateProject --body []" + at:                   "1 SDKError:\n   StatusCode: 400\n   Code: PostBodyInvalid",
		`sls CreateProject --body {"name":"p-1"}` + at:       "1 SDKError:\n   StatusCode: 400\n   Code: ParameterInvalid\n   Message: the body has the unknown member name; the body lacks description; the body lacks projectName",
		`sls UpdateDashboard --dashboardName f --body {"dashboardName":"f","displayName":"f","charts":[{"title":1,"type":"table","search":{},"display":[]}]}` + at + of: "1 SDKError:\n   StatusCode: 400\n   Code: ParameterInvalid\n   Message: " +
			"the body.charts[0].display is of type list; the body.charts[0].search lacks end; the body.charts[0].search lacks logstore; the body.charts[0].search lacks query; the body.charts[0].search lacks start; the body.charts[0].title is of type integer",
		"sls GetProject" + at + of:                                               "1 SDKError:\n   StatusCode: 404\n   Code: ProjectNotExist",
		"sls GetAlert --alertName f-denied" + at + of:                            "1 SDKError:\n   StatusCode: 404\n   Code: ProjectNotExist",
		"sls GetAlert --alertName f-denied --project there" + at:                 "1 SDKError:\n   StatusCode: 404\n   Code: JobNotExist",
		"sls DeleteAlert --alertName f-denied --project there" + at:              "1 SDKError:\n   StatusCode: 404\n   Code: JobNotExist",
		"sls GetDashboard --dashboardName f --project there" + at:                "1 SDKError:\n   StatusCode: 404\n   Code: DashboardNotExist",
		"sls GetLogStore --logstore s --project there" + at:                      "1 SDKError:\n   StatusCode: 404\n   Code: LogStoreNotExist",
		"sls GetIndex --logstore s --project there" + at:                         "1 SDKError:\n   StatusCode: 404\n   Code: LogStoreNotExist",
		`sls CreateProject --body {"projectName":"there","description":""}` + at: "1 SDKError:\n   StatusCode: 400\n   Code: ProjectAlreadyExist",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "state")
			if _, err := run(strings.Fields(`sls CreateProject --body {"projectName":"there","description":""}`+at), file); err != nil {
				t.Fatal(err)
			}
			_, err := run(strings.Fields(args), file)
			failed := (*failure)(nil)
			if exit, text, _ := strings.Cut(want, " "); !errors.As(err, &failed) || exit != string(rune('0'+failed.exit)) || !strings.HasPrefix(failed.text, text) {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}
