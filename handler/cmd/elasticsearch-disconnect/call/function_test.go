package call_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/events"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/call"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// function returns the function itself over a stand-in of the API, with settings. It gets the event that Function
// Compute makes of a request, and its response is sent.
func function(t *testing.T, settings map[string]string) http.HandlerFunc {
	t.Helper()
	api := elasticsearchtest.NewServer()
	t.Cleanup(api.Close)
	api.AddAccount(elasticsearchtest.Account{AccessKeyID: "role-key", AccessKeySecret: "role-secret"})
	api.AddInstance("es-a", "es-b", "es-c")
	for _, pair := range [][2]string{{"es-a", "es-b"}, {"es-a", "es-gone"}, {"es-c", "es-gone"}} {
		api.Connect(pair[0], pair[1])
	}
	config, err := handler.ReadConfig(func(name string) string {
		if name == "ELASTICSEARCH_ENDPOINT" {
			return api.URL
		}
		return settings[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &handler.Handler{Config: config, Log: slog.New(slog.DiscardHandler), Transport: api.Transport(), Invocation: invocation}
	return func(w http.ResponseWriter, r *http.Request) {
		reply, err := h.Handle(r.Context(), httpEvent(t, r))
		response, ok := reply.(events.HTTPTriggerResponse)
		if err != nil || !ok {
			t.Errorf("%T, %v", reply, err)
		}
		for name, value := range response.Headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(response.StatusCode)
		_, _ = io.WriteString(w, response.Body)
	}
}

func invocation(context.Context) handler.Invocation {
	region, err := connection.ParseRegion("cn-hangzhou")
	return handler.Invocation{RequestID: "fc-1", Scope: connection.Scope{Region: region}, Credentials: func() (acs3.Credentials, error) {
		return acs3.Credentials{AccessKeyID: acs3.NewSecret("role-key"), AccessKeySecret: acs3.NewSecret("role-secret")}, err
	}}
}

func httpEvent(t *testing.T, r *http.Request) []byte {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	headers := map[string]string{}
	for name, values := range r.Header {
		headers[name] = strings.Join(values, ",")
	}
	event, err := json.Marshal(map[string]any{
		"version": "v1", "rawPath": r.URL.EscapedPath(), "headers": headers, "body": string(body), "isBase64Encoded": false,
		"requestContext": map[string]any{"http": map[string]string{"method": r.Method}},
	})
	if err != nil {
		t.Error(err)
	}
	return event
}

// TestFunction: the answers of the function itself are understood.
func TestFunction(t *testing.T) {
	t.Parallel()
	a, b, gone := id(t, "es-a"), id(t, "es-b"), id(t, "es-gone")
	for name, test := range map[string]struct {
		settings string
		path     string
		event    call.Event
		exit     int
		want     string
	}{
		"one connection":            {"", "", call.Event{Instance: b, Connected: a}, handler.ExitDone, "1 removed"},
		"no such connection":        {"", "", call.Event{Instance: a, Connected: id(t, "es-c")}, handler.ExitFailed, "the function says: There is no such instance or connection: the API answered HTTP 400: RepetitionOperationError: The instances are not connected."},
		"all of a gone instance":    {"", "", call.Event{Instance: gone, All: true}, handler.ExitDone, "2 removed"},
		"all of one that is there":  {"", "", call.Event{Instance: a, All: true}, handler.ExitFailed, "the function says: The state of the instance does not allow it now: es-a exists and is active: nothing is removed. To cut it off on purpose, add --force; to see what that would remove, --dry-run"},
		"all by force":              {"", "", call.Event{Instance: a, All: true, Force: true}, handler.ExitDone, "2 removed"},
		"a dry run of all":          {"", "", call.Event{Instance: b, All: true, Force: true, DryRun: true}, handler.ExitLeft, "a dry run, so nothing was removed: 1 would be removed"},
		"leftovers":                 {"", "", call.Event{Reconcile: true}, handler.ExitDone, "2 removed"},
		"protected leftovers":       {"PROTECTED_INSTANCES=es-c", "", call.Event{Reconcile: true}, handler.ExitDone, "1 removed, 1 kept"},
		"more than the limit":       {"RECONCILE_LIMIT=1", "", call.Event{Reconcile: true}, handler.ExitLeft, "nothing was removed: there are more leftovers than the function's RECONCILE_LIMIT. If all of them may be removed: elasticsearch-disconnect reconcile --region cn-hangzhou --limit 2"},
		"a dry run of one":          {"", "", call.Event{Instance: a, Connected: b, DryRun: true}, handler.ExitLeft, "a dry run, so nothing was removed: 1 would be removed"},
		"DRY_RUN":                   {"DRY_RUN=true", "", call.Event{Reconcile: true}, handler.ExitLeft, "DRY_RUN of the function is on, so nothing was removed: 2 would be removed"},
		"another region":            {"", "", call.Event{Reconcile: true, Scope: connection.Scope{Region: beijing(t)}}, handler.ExitFailed, "the function says: The function failed: the request is for cn-beijing, and ELASTICSEARCH_ENDPOINT serves one region alone, the function's own"},
		"a protected one":           {"PROTECTED_INSTANCES=es-a", "", call.Event{Instance: a, Connected: b}, handler.ExitFailed, "the function says: Credentials or permissions do not allow it: es-a is protected: PROTECTED_INSTANCES names it"},
		"a protected one among all": {"PROTECTED_INSTANCES=es-c", "", call.Event{Instance: gone, All: true}, handler.ExitFailed, "not all was done: 1 removed, 1 failed: es-c and es-gone: Credentials or permissions do not allow it: es-c is protected: PROTECTED_INSTANCES names it"},
		"one instance, twice":       {"", "", call.Event{Instance: a, Connected: a, Force: true}, handler.ExitInvalid, "the function refused it: The request is not valid: CONNECTED is the same instance as INSTANCE; --force is only allowed together with all; removing a single connection needs no force"},
		"a path that is not served": {"", "/es", call.Event{Reconcile: true}, handler.ExitInvalid, `the function refused it: The request is not valid: $.rawPath is "/es"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := map[string]string{}
			if variable, value, ok := strings.Cut(test.settings, "="); ok {
				settings[variable] = value
			}
			g := newGateway(t, function(t, settings))
			got := g.request(t, test.path, test.event).Send(t.Context())
			check(t, name, g.URL, got, test.exit, test.want)
			if !json.Valid([]byte(got.Text)) {
				t.Errorf("text: %s", got.Text)
			}
		})
	}
}
