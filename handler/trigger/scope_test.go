package trigger_test

import (
	"cmp"
	"errors"
	"fmt"
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

// TestScopeOrder: of the places that may say where an event happened, any may be
// there. The first that is counts, of every set of them.
func TestScopeOrder(t *testing.T) {
	t.Parallel()
	attributes := func(first ...string) []string {
		return append(first, "^aliyunoriginalaccountid", "^aliyunaccountid")
	}
	for name, form := range map[string]struct {
		event             func(data, attributes string) string
		regions, accounts []string // in order; those with ^ are attributes
	}{
		"ActionTrail": {
			func(d, a string) string { return envelope("acs.elasticsearch", releaseType, released+d, a) },
			[]string{"acsRegion", "^aliyunregionid"}, attributes("recipientAccountId"),
		},
		"ActionTrail, ignored": {
			func(d, a string) string {
				return envelope("acs.elasticsearch", releaseType, `"eventName":"CreateInstance"`+d, a)
			},
			[]string{"acsRegion", "^aliyunregionid"}, attributes("recipientAccountId"),
		},
		"ActionTrail, refused": {
			func(d, a string) string {
				return envelope("acs.elasticsearch", releaseType, `"eventName":"DeleteInstance"`+d, a)
			},
			[]string{"acsRegion", "^aliyunregionid"}, attributes("recipientAccountId"),
		},
		"Config": {
			func(d, a string) string { return envelope("acs.elasticsearch", configType, removed+d, a) },
			[]string{"regionId", "region", "^aliyunregionid"}, attributes("accountId"),
		},
		"bare ActionTrail": {
			func(d, _ string) string { return "{" + released + d + "}" },
			[]string{"ACSREGION"}, []string{"recipientaccountid"},
		},
		"bare Config": {
			func(d, _ string) string { return "{" + removed + d + "}" },
			[]string{"regionid", "REGION"}, []string{"ACCOUNTID"},
		},
		"a sender's own": {
			func(d, a string) string { return envelope("mine", "t", members+d, a) },
			[]string{"regionId", "^aliyunregionid"}, attributes("accountId"),
		},
		"a sender's own, refused": {
			func(d, a string) string { return envelope("mine", "t", `"instanceId":"es-a"`+d, a) },
			[]string{"regionId", "^aliyunregionid"}, attributes("accountId"),
		},
		"a product's, mapped": {
			func(d, a string) string { return envelope("acs.elasticsearch", "x", members+d, a) },
			[]string{"regionId", "^aliyunregionid"}, attributes("accountId"),
		},
		"another product's": {
			func(_, a string) string { return envelope("acs.ecs", "x", `"regionId":7`, a) },
			[]string{"^aliyunregionid"}, attributes(),
		},
		"direct": {
			func(d, _ string) string { return "{" + members + d + "}" },
			[]string{"regionId"}, []string{"accountId"},
		},
		"POST": {
			func(d, _ string) string { return post("{"+members+d+"}", "") },
			[]string{"regionId"}, []string{"accountId"},
		},
		"POST, refused": {
			func(d, _ string) string { return post(`{"instanceId":"es-a"`+d+"}", "") },
			[]string{"regionId"}, []string{"accountId"},
		},
		"DELETE": {
			func(d, _ string) string { return del("es-a", `{"connectedInstanceId":"es-b"`+d+"}") },
			[]string{"regionId"}, []string{"accountId"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for regions := range 1 << len(form.regions) {
				for accounts := range 1 << len(form.accounts) {
					data, attributes := "", ""
					say := func(places []string, set int, prefix string) (first string) {
						for i, place := range places {
							if set&(1<<i) == 0 {
								continue
							}
							value := prefix + fmt.Sprint(i+1)
							if first == "" {
								first = value
							}
							if place, is := strings.CutPrefix(place, "^"); is {
								attributes += fmt.Sprintf(",%q:%q", place, value)
							} else {
								data += fmt.Sprintf(",%q:%q", place, value)
							}
						}
						return first
					}
					want := say(form.regions, regions, "cn-") + "/" + say(form.accounts, accounts, "")
					event := form.event(data, attributes)
					if got, _, _ := strings.Cut(scopes(event), " "); got != want {
						t.Errorf("%s: got %s, want %s", event, got, want)
					}
				}
			}
		})
	}
}

// noRegion are values that name no region.
var noRegion = []string{`"Shanghai"`, `"cn"`, `"cn_a"`, `"cn-a.evil.example"`, `""`, `7`, `null`, `true`, `{"a":"cn-a"}`, `["cn-a"]`}

// TestRegionsInAnyCase: what a product's event names is a region in capitals, too,
// and with white space around it.
func TestRegionsInAnyCase(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"CN-Shanghai", " cn-shanghai\\n"} {
		for _, event := range []string{
			envelope("acs.elasticsearch", releaseType, released+`,"acsRegion":"`+region+`"`, ""),
			envelope("acs.elasticsearch", configType, removed+`,"region":"`+region+`"`, ""),
			envelope("mine", "t", members, `,"aliyunregionid":"`+region+`"`),
		} {
			if got := scopes(event); got != "cn-shanghai/" {
				t.Errorf("%s: got %s", event, got)
			}
		}
	}
}

// TestRegionsPassedOver: EventBridge sends names of regions, too, and where it
// does, the next place is asked.
func TestRegionsPassedOver(t *testing.T) {
	t.Parallel()
	for _, none := range noRegion {
		for event, want := range map[string]string{
			envelope("acs.elasticsearch", releaseType, released+`,"acsRegion":`+none, `,"aliyunregionid":"cn-b"`):                       "cn-b/",
			envelope("acs.elasticsearch", releaseType, released+`,"acsRegion":`+none, `,"aliyunregionid":`+none):                        "/",
			envelope("acs.elasticsearch", configType, removed+`,"regionId":`+none+`,"region":"cn-a"`, `,"aliyunregionid":"cn-b"`):       "cn-a/",
			envelope("acs.elasticsearch", configType, removed+`,"regionId":`+none+`,"region":`+none, `,"aliyunregionid":"cn-b"`):        "cn-b/",
			envelope("acs.elasticsearch", "x", members, `,"aliyunregionid":`+none):                                                      "/",
			envelope("mine", "t", members+`,"regionId":"cn-a"`, `,"aliyunregionid":`+none):                                              "cn-a/",
			"{" + released + `,"acsRegion":` + none + "}":                                                                               "/",
			"{" + removed + `,"regionId":` + none + `,"region":"cn-a"}`:                                                                 "cn-a/",
			envelope("acs.ecs", "x", `"regionId":"cn-a"`, `,"aliyunregionid":`+none):                                                    "/",
			"[" + envelope("mine", "t", members, `,"aliyunregionid":`+none) + ",{" + removed + `,"regionId":"cn-c","region":"x"}` + "]": "/\ncn-c/",
		} {
			if got := scopes(event); got != want {
				t.Errorf("%s: got %s, want %s", event, got, want)
			}
		}
	}
}

// accountValues are values of an account in a notice or an attribute, the account
// read of each, and what is wrong with it.
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

// TestAccounts: none is passed over that is there and is no account id, not even
// in a place that is not asked: acting for another account is worse than a
// refused event. Where there is none the next place is asked.
func TestAccounts(t *testing.T) {
	t.Parallel()
	all := `,"aliyunoriginalaccountid":"7","aliyunaccountid":"8"`
	original := func(value string) string { return `,"aliyunoriginalaccountid":` + value + `,"aliyunaccountid":"8"` }
	for _, test := range accountValues {
		for _, in := range []struct{ event, path, next string }{
			{envelope("acs.elasticsearch", releaseType, released+`,"recipientAccountId":`+test.value, all), "$.data.recipientAccountId", "7"},
			{envelope("acs.elasticsearch", releaseType, `"eventName":"CreateInstance","RecipientAccountID":`+test.value, ""), "$.data.recipientAccountId", ""},
			{envelope("acs.elasticsearch", configType, removed+`,"AccountId":`+test.value, all), "$.data.accountId", "7"},
			{envelope("acs.elasticsearch", releaseType, released, original(test.value)), "$.aliyunoriginalaccountid", "8"},
			{envelope("mine", "t", members, original(test.value)), "$.aliyunoriginalaccountid", "8"},
			{envelope("mine", "t", members, `,"aliyunaccountid":`+test.value), "$.aliyunaccountid", ""},
			{envelope("acs.ecs", "x", `"accountId":"x"`, original(test.value)), "$.aliyunoriginalaccountid", "8"},
			{"{" + released + `,"recipientAccountId":` + test.value + "}", "$.recipientAccountId", ""},
			{"{" + removed + `,"accountId":` + test.value + "}", "$.accountId", ""},
			{"[" + envelope("mine", "t", members, original(test.value)) + "]", "$[0].aliyunoriginalaccountid", "8"},
		} {
			want := "/" + cmp.Or(test.account, in.next)
			if test.fault != "" {
				want += " " + in.path + " " + test.fault
			}
			if got := scopes(in.event); got != want {
				t.Errorf("%s:\n got %s\nwant %s", in.event, got, want)
			}
		}
		want := "/7"
		if test.fault != "" {
			want += " $.aliyunaccountid " + test.fault
		}
		if got := scopes(envelope("mine", "t", members, `,"aliyunoriginalaccountid":"7","aliyunaccountid":`+test.value)); got != want {
			t.Errorf("aliyunaccountid, not asked: %s\n got %s\nwant %s", test.value, got, want)
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
			"cn-a/8\ncn-d/\n/5\n/\n/6 " + `$[4]["x"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId`},
		"one that names several":        {replace(release, "es-a", "es-a,es-b"), "cn-a/8\ncn-a/8"},
		"attributes given twice":        {envelope("mine", "t", members, twice), "cn-b/7 " + duplicates},
		"of a notice, too":              {envelope("acs.elasticsearch", releaseType, released+`,"acsRegion":"cn-a"`, twice), "cn-a/7 " + duplicates},
		"members given twice":           {"{" + members + `,"regionId":"cn-a","regionId":"cn-a","accountId":"1","accountId":"2"}`, "cn-a/1 $.regionId is given more than once; $.accountId is given more than once"},
		"parameters given twice":        {del("es-a", `{"connectedInstanceId":"es-b","regionId":"cn-a","regionId":"cn-b"}`), "cn-a/ $.queryParameters.regionId is given more than once"},
		"two values of a parameter":     {del("es-a", `{"connectedInstanceId":"es-b","accountId":"1,2"}`), `/ $.queryParameters.accountId is not an account id, which has only digits: "1,2"`},
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
