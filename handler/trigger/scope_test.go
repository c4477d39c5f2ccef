package trigger_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

const (
	releaseType = "elasticsearch:ActionTrail:ApiCall"
	configType  = "elasticsearch:Config:ConfigurationItemChangeNotification"

	released = `"eventName":"DeleteInstance","eventType":"ApiCall","serviceName":"Elasticsearch","requestParameters":{"InstanceId":"es-a"},"userIdentity":{"accountId":"99"}`
	removed  = `"resourceEventType":"REMOVE","resourceType":"ACS::Elasticsearch::Instance","resourceId":"es-a"`
	members  = `"instanceId":"es-a","connectedInstanceId":"es-b"`
)

// envelope is a CloudEvent with the members of its data, and attributes besides
// the required ones, each after a comma.
func envelope(source, eventType, data, attributes string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"e1","source":%q,"type":%q,"data":{%s}%s}`, source, eventType, data, attributes)
}

// scopes writes down the region and account of each request, a line for each;
// of a refusal what was wrong, too.
func scopes(text string) string {
	line := func(s connection.Scope, err error) string {
		line := fmt.Sprintf("%s/%s", s.Region, s.Account)
		if err != nil {
			line += " " + err.Error()
		}
		return line
	}
	e, err := trigger.Parse([]byte(text))
	if refused := (*trigger.Error)(nil); errors.As(err, &refused) {
		return line(refused.Scope, err)
	}
	var lines []string
	for _, r := range e.Requests {
		lines = append(lines, line(r.Scope, r.Err))
	}
	return strings.Join(lines, "\n")
}

// A scopeForm is a form of event that names its scope, with the places in order. Those
// of attributes begin with ^; at is the path of the others.
type scopeForm struct {
	event             func(data, attributes string) string
	at                string
	regions, accounts []string
}

var scopeForms = map[string]scopeForm{
	"ActionTrail":             {enveloped("acs.elasticsearch", releaseType, released), "$.data", []string{"acsRegion", "^aliyunregionid"}, accounts("recipientAccountId")},
	"ActionTrail, ignored":    {enveloped("acs.elasticsearch", releaseType, `"eventName":"CreateInstance"`), "$.data", []string{"acsRegion", "^aliyunregionid"}, accounts("recipientAccountId")},
	"ActionTrail, refused":    {enveloped("acs.elasticsearch", releaseType, `"eventName":"DeleteInstance"`), "", []string{"acsRegion", "^aliyunregionid"}, accounts("recipientAccountId")},
	"Config":                  {enveloped("acs.elasticsearch", configType, removed), "$.data", []string{"regionId", "region", "^aliyunregionid"}, accounts("accountId")},
	"bare ActionTrail":        {func(d, _ string) string { return "{" + released + d + "}" }, "$", []string{"acsRegion"}, []string{"recipientAccountId"}},
	"bare Config":             {func(d, _ string) string { return "{" + removed + d + "}" }, "$", []string{"regionId", "region"}, []string{"accountId"}},
	"another product's":       {enveloped("acs.ecs", "x", `"regionId":7,"accountId":"x"`), "$", []string{"^aliyunregionid"}, accounts()},
	"a sender's own":          {enveloped("mine", "t", members), "", []string{"regionId", "^aliyunregionid"}, accounts("accountId")},
	"a sender's own, refused": {enveloped("mine", "t", `"instanceId":"es-a"`), "", []string{"regionId", "^aliyunregionid"}, accounts("accountId")},
	"a product's, mapped":     {enveloped("acs.elasticsearch", "x", members), "", []string{"regionId", "^aliyunregionid"}, accounts("accountId")},
	"direct":                  {func(d, _ string) string { return "{" + members + d + "}" }, "", []string{"regionId"}, []string{"accountId"}},
	"POST":                    {func(d, _ string) string { return post("{"+members+d+"}", "") }, "", []string{"regionId"}, []string{"accountId"}},
	"POST, refused":           {func(d, _ string) string { return post(`{"instanceId":"es-a"`+d+"}", "") }, "", []string{"regionId"}, []string{"accountId"}},
	"DELETE":                  {func(d, _ string) string { return del("es-a", `{"connectedInstanceId":"es-b"`+d+"}") }, "", []string{"regionId"}, []string{"accountId"}},
}

func enveloped(source, eventType, data string) func(more, attributes string) string {
	return func(more, attributes string) string { return envelope(source, eventType, data+more, attributes) }
}

func accounts(first ...string) []string {
	return append(first, "^aliyunoriginalaccountid", "^aliyunaccountid")
}

// with returns the event with the values of the places, in JSON, of which "" is none.
func (f scopeForm) with(places []string, values ...string) string {
	var data, attributes string
	for i, value := range values {
		if name, isAttribute := strings.CutPrefix(places[i], "^"); value == "" {
			continue
		} else if isAttribute {
			attributes += fmt.Sprintf(",%q:%s", name, value)
		} else {
			data += fmt.Sprintf(",%q:%s", name, value)
		}
	}
	return f.event(data, attributes)
}

// TestScopeOrder: of the places that may name the scope, the first that is present
// counts, in every set of them.
func TestScopeOrder(t *testing.T) {
	t.Parallel()
	for name, form := range scopeForms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			places := slices.Concat(form.regions, form.accounts)
			for set := range 1 << len(places) {
				values, first := make([]string, len(places)), [2]string{}
				for i := range places {
					if set&(1<<i) == 0 {
						continue
					}
					kind, value := 0, fmt.Sprint("cn-", i+1)
					if i >= len(form.regions) {
						kind, value = 1, fmt.Sprint(i+1)
					}
					values[i] = fmt.Sprintf("%q", value)
					first[kind] = cmp.Or(first[kind], value)
				}
				event := form.with(places, values...)
				if got, _, _ := strings.Cut(scopes(event), " "); got != first[0]+"/"+first[1] {
					t.Errorf("%s: got %s, want %s", event, got, first)
				}
			}
		})
	}
}

// noRegion are values that name no region.
var noRegion = []string{`"Shanghai"`, `"cn"`, `"cn_a"`, `"cn-a.evil.example"`, `""`, `7`, `null`, `true`, `{"a":"cn-a"}`, `["cn-a"]`}

// TestRegionsSkipped: EventBridge also sends display names of regions. The next place
// counts then.
func TestRegionsSkipped(t *testing.T) {
	t.Parallel()
	for name, form := range scopeForms {
		for i, place := range form.regions {
			if form.at == "" && place[0] != '^' {
				continue
			}
			for _, none := range noRegion {
				values := slices.Repeat([]string{none}, i+1)
				want := "/"
				if i+1 < len(form.regions) {
					values, want = append(values, `" CN-b\n"`), "cn-b/" // in any letter case
				}
				event := form.with(form.regions, values...)
				if got, _, _ := strings.Cut(scopes(event), " "); got != want {
					t.Errorf("%s: %s: got %s, want %s", name, event, got, want)
				}
			}
		}
	}
}

// accountValues are values of an account in a notice or an attribute, the account
// that is read, and the fault.
var accountValues = []struct{ value, account, fault string }{
	{`"1234567890984321"`, "1234567890984321", ""},
	{`1234567890984321`, "1234567890984321", ""},
	{`"\u0031"`, "1", ""},
	{`"` + strings.Repeat("9", 32) + `"`, strings.Repeat("9", 32), ""},
	{`null`, "", ""},
	{`""`, "", ""},
	{`"123456789098****"`, "", `is not an account id, which has only digits: "123456789098****"`},
	{`" "`, "", `is not an account id, which has only digits: " "`},
	{`"` + strings.Repeat("9", 33) + `"`, "", "has 33 characters, more than 32"},
	{`1e3`, "", `is not an account id, which has only digits: "1e3"`},
	{`-1`, "", `is not an account id, which has only digits: "-1"`},
	{`1.5`, "", `is not an account id, which has only digits: "1.5"`},
	{`true`, "", `is not an account id, which has only digits: "true"`},
	{`{"a":1}`, "", `is not an account id, which has only digits: "{\"a\":1}"`},
	{`["1"]`, "", `is not an account id, which has only digits: "[\"1\"]"`},
}

// TestAccounts: an account that is malformed is a fault, even in a place that does not
// count, since acting for another account is worse than a refused event. If a place
// names none, the next counts.
func TestAccounts(t *testing.T) {
	t.Parallel()
	for name, form := range scopeForms {
		if form.at == "" {
			continue
		}
		for i, place := range form.accounts {
			for _, test := range accountValues {
				values := slices.Repeat([]string{""}, i)
				values = append(values, test.value)
				want := test.account
				if i+1 < len(form.accounts) {
					values, want = append(values, `"8"`), cmp.Or(want, "8")
				}
				check := func() {
					wanted := "/" + want
					if test.fault != "" {
						at, isAttribute := strings.CutPrefix(place, "^")
						if !isAttribute {
							at = strings.TrimPrefix(form.at, "$") + "." + at
						}
						wanted += " $." + strings.TrimPrefix(at, ".") + " " + test.fault
					}
					if got := scopes(form.with(form.accounts, values...)); got != wanted {
						t.Errorf("%s: %s:\n got %s\nwant %s", name, values, got, wanted)
					}
				}
				check()
				if i > 0 {
					values[0], want = "7", "7"
					check()
				}
			}
		}
	}
}

// TestMalformedScope: in what is written for this function a region or account
// that is malformed is not passed over, and the scope is what else is said of it.
func TestMalformedScope(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]struct{ region, account string }{
		`"Shanghai"`: {`is not a region id such as cn-hangzhou: "Shanghai"`, `is not an account id, which has only digits: "Shanghai"`},
		`""`:         {"is empty", "is empty"},
		`7`:          {"is a number, not a string", "is a number, not a string"},
		`null`:       {"is null, not a string", "is null, not a string"},
		`{}`:         {"is an object, not a string", "is an object, not a string"},
	} {
		both, attributes := fmt.Sprintf(`,"regionId":%[1]s,"accountId":%[1]s`, value), `,"aliyunregionid":"cn-b","aliyunaccountid":"8"`
		for _, in := range []struct{ event, path, scope string }{
			{"{" + members + both + "}", "$", "/"},
			{`{"instanceId":"es-a","all":true` + both + "}", "$", "/"},
			{post("{"+members+both+"}", ""), "$.body", "/"},
			{del("es-a", `{"connectedInstanceId":"es-b"`+both+"}"), "$.queryParameters", "/"},
			{envelope("mine", "t", members+both, attributes), "$.data", "cn-b/8"},
			{envelope("acs.elasticsearch", "t", members+both, attributes), "$.data", "cn-b/8"},
			{"[{" + members + both + "}]", "$[0]", "/"},
		} {
			want := fmt.Sprintf("%[1]s %[2]s.regionId %[3]s; %[2]s.accountId %[4]s", in.scope, in.path, want.region, want.account)
			if got := scopes(in.event); got != want {
				t.Errorf("%s:\n got %s\nwant %s", in.event, got, want)
			}
		}
	}
}

func TestScopesOf(t *testing.T) {
	t.Parallel()
	const twice = `,"aliyunregionid":"cn-b","aliyunregionid":"cn-c","aliyunaccountid":"8","aliyunaccountid":"9","aliyunoriginalaccountid":"7","aliyunoriginalaccountid":"7"`
	const duplicates = "$.aliyunregionid is given more than once; $.aliyunaccountid is given more than once; $.aliyunoriginalaccountid is given more than once"
	release := envelope("acs.elasticsearch", releaseType, released+`,"acsRegion":"cn-a"`, `,"aliyunaccountid":"8"`)
	for name, test := range map[string]struct{ event, want string }{
		"a batch of two regions": {"[" + release + "," + replace(release, "cn-a", "cn-c") + "]", "cn-a/8\ncn-c/8"},
		"a batch of all kinds": {"[" + release + `,{` + members + `,"regionId":"cn-d"},` + fmt.Sprintf("%q", "{"+removed+`,"accountId":5}`) + ",{" + members + "},{" + members + `,"accountId":"6","x":1}]`,
			"cn-a/8\ncn-d/\n/5\n/\n/6 " + `$[4]["x"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId, regionIds, accountIds`},
		"one that names several":        {replace(release, "es-a", "es-a,es-b"), "cn-a/8\ncn-a/8"},
		"attributes given twice":        {envelope("mine", "t", members, twice), "cn-b/7 " + duplicates},
		"of a notice, too":              {envelope("acs.elasticsearch", releaseType, released+`,"acsRegion":"cn-a"`, twice), "cn-a/7 " + duplicates},
		"members given twice":           {"{" + members + `,"regionId":"cn-a","regionId":"cn-a","accountId":"1","accountId":"2"}`, "cn-a/1 $.regionId is given more than once; $.accountId is given more than once"},
		"parameters given twice":        {del("es-a", `{"connectedInstanceId":"es-b","regionId":"cn-a","regionId":"cn-b"}`), "cn-a/ $.queryParameters.regionId is given more than once"},
		"two values of a parameter":     {del("es-a", `{"connectedInstanceId":"es-b","accountId":"1,2"}`), `/ $.queryParameters.accountId is not an account id, which has only digits: "1,2"`},
		"names in any case":             {"{" + released + `,"ACSREGION":"CN-a","recipientaccountid":"1"}`, "cn-a/1"},
		"Config, names in any case":     {"{" + removed + `,"REGION":"cn-a","ACCOUNTID":1}`, "cn-a/1"},
		"an entry, a bad account":       {"[" + envelope("mine", "t", members, `,"aliyunaccountid":"x"`) + "]", `/ $[0].aliyunaccountid is not an account id, which has only digits: "x"`},
		"attributes in another case":    {envelope("mine", "t", members, `,"aliyunRegionId":"cn-b","aliyunAccountId":"8"`), "/"},
		"who called":                    {"{" + released + "}", "/"},
		"no data":                       {`{"specversion":"1.0","id":"e","source":"s","type":"t","aliyunregionid":"cn-b","aliyunaccountid":"8"}`, "cn-b/8 $.data is missing"},
		"data that is no JSON":          {replace(envelope("s", "t", "", `,"aliyunregionid":"cn-b"`), "{}", `"x"`), "cn-b/ $.data is a string whose text is not JSON: invalid character 'x' looking for beginning of value, at byte 1"},
		"data that is no object":        {replace(envelope("s", "t", "", `,"aliyunregionid":"cn-b"`), "{}", `7`), "cn-b/ $.data is a number, not an object"},
		"a notice that is no object":    {replace(envelope("acs.elasticsearch", configType, "", `,"aliyunregionid":"cn-b"`), "{}", `[]`), "cn-b/ $.data is an array, not an object"},
		"data in a string":              {replace(envelope("mine", "t", "", ""), "{}", fmt.Sprintf("%q", "{"+members+`,"regionId":"cn-a","accountId":"1"}`)), "cn-a/1"},
		"what this function is":         {replace(request("GET", "/", ""), `"requestContext":{`, `"requestContext":{"accountId":"9",`), "/"},
		"a region in the query of POST": {post("{"+members+"}", `,"queryParameters":{"regionId":"cn-a"}`), `/ $.queryParameters["regionId"] is unknown; none is allowed here`},
		"all faults, in one order": {`{"data":{"eventName":"x","recipientAccountId":"?"},"type":"` + releaseType + `","source":"s","aliyunaccountid":"??","aliyunoriginalaccountid":[]}`,
			`/ $.specversion is missing; $.id is missing; $.aliyunoriginalaccountid is not an account id, which has only digits: "[]"; $.aliyunaccountid is not an account id, which has only digits: "??"; $.data.recipientAccountId is not an account id, which has only digits: "?"`},
	} {
		if got := scopes(test.event); got != test.want {
			t.Errorf("%s: %s\n got %s\nwant %s", name, test.event, got, test.want)
		}
	}
}
