package trigger_test

import (
	"fmt"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/trigger"
)

// places is a request to reconcile with more members.
func places(more string) string { return `{"reconcile":true,` + more + `}` }

// TestPlaces: a request to reconcile is one for each region in each account that it names.
func TestPlaces(t *testing.T) {
	t.Parallel()
	const (
		two  = `"regionIds":["cn-beijing","cn-shanghai"]`
		both = "reconcile in cn-beijing/\nreconcile in cn-shanghai/"
	)
	data := strings.Replace(cloudEvent(places(two)), `"data"`, `"aliyunregionid":"cn-x","aliyunaccountid":"7","data"`, 1)
	for name, test := range map[string]example{
		"direct":                       {places(two), "direct: " + both},
		"POST":                         {post(places(two), ""), "http: " + both},
		"timer":                        {timer(text(places(two))), "timer: " + both},
		"CloudEvent":                   {cloudEvent(places(two)), "eventbridge: " + both},
		"CloudEvent, an account":       {data, "eventbridge: reconcile in cn-beijing/7\nreconcile in cn-shanghai/7"},
		"bare data":                    {`{"specversion":"1.0","id":"e","source":"acs.x","type":"t","data":` + places(two) + "}", "eventbridge: " + both},
		"an entry of an array":         {"[" + places(two) + ",1]", "eventbridge: " + both + "\nrefuse: $[1] is a number, not an object"},
		"a text with commas":           {places(`"regionIds":" cn-beijing, cn-shanghai"`), "direct: " + both},
		"dry, with a token":            {places(two + `,"dryRun":true,"clientToken":"t"`), `direct: reconcile token="t" dry in cn-beijing/` + "\n" + `reconcile token="t" dry in cn-shanghai/`},
		"accounts":                     {places(`"accountIds":"2,1"`), "direct: reconcile in /2\nreconcile in /1"},
		"regions and accounts":         {places(two + `,"accountIds":["1","2"]`), "direct: reconcile in cn-beijing/1\nreconcile in cn-beijing/2\nreconcile in cn-shanghai/1\nreconcile in cn-shanghai/2"},
		"regions and an account":       {places(two + `,"accountId":"1"`), "direct: reconcile in cn-beijing/1\nreconcile in cn-shanghai/1"},
		"twice":                        {places(`"regionIds":"cn-beijing,cn-shanghai,cn-beijing"`), "direct: " + both},
		"one, twice: no batch":         {places(`"regionIds":["cn-beijing","cn-beijing"]`), "direct: reconcile in cn-beijing/"},
		"as many as may be":            {places(`"regionIds":"` + idsWith("cn-", 16) + `","accountIds":"1,2"`), "direct: 32"},
		"as long as may be":            {places(`"accountIds":"` + strings.Repeat("1,", 2046) + `11"`), "direct: reconcile in /1\nreconcile in /11"},
		"own members that are no typo": {cloudEvent(places(`"region":"x","account":"y","regionName":"z"`)), "eventbridge: reconcile"},
	} {
		e, err := trigger.Parse([]byte(test.event))
		got := fmt.Sprintf("%s: %s", e.Shape, asked(e))
		if len(e.Requests) == trigger.MaxPlaces {
			got = fmt.Sprintf("%s: %d", e.Shape, len(e.Requests))
		}
		if got != test.want || err != nil || e.Batch != (len(e.Requests) > 1) {
			t.Errorf("%s: batch: %t\n got %s, %v\nwant %s", name, e.Batch, got, err, test.want)
		}
	}
}

// idsWith is a text with commas of n ids.
func idsWith(prefix string, n int) string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprint(prefix, i))
	}
	return strings.Join(ids, ",")
}

// TestPlacesRefused: what is wrong with places, as the sender can correct it.
func TestPlacesRefused(t *testing.T) {
	t.Parallel()
	const (
		empty   = " is empty: name one at least, or leave it out, which means the function's own"
		notBoth = " is not allowed together with regionIds: put it there, too, or leave one of the two out"
		list    = ", not an array of strings, or a string with commas"
		alone   = " is only allowed together with reconcile: instances are in one place, named by regionId and accountId"
		unknown = " is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId, regionIds, accountIds"
	)
	for event, want := range map[string]string{
		places(`"regionIds":["cn-a","Beijing"]`):                    `$.regionIds[1] is not a region id such as cn-hangzhou: "Beijing"`,
		places(`"regionIds":"cn-a,,cn-b,"`):                         "$.regionIds[1] is empty; $.regionIds[3] is empty",
		places(`"accountIds":["1",2,null,"x"]`):                     `$.accountIds[1] is a number, not a string; $.accountIds[2] is null, not a string; $.accountIds[3] is not an account id, which has only digits: "x"`,
		timer(text(places(`"regionIds":[{}]`))):                     "$.payload.regionIds[0] is an object, not a string",
		places(`"regionIds":[]`):                                    "$.regionIds" + empty,
		places(`"regionIds":"","accountIds":[ "", "" ]`):            "$.regionIds" + empty + "; $.accountIds" + empty,
		places(`"regionIds":null,"accountIds":7`):                   "$.regionIds is null" + list + "; $.accountIds is a number" + list,
		places(`"regionIds":"cn-a","regionId":"cn-a"`):              "$.regionId" + notBoth,
		places(`"accountIds":"1","accountId":"2"`):                  "$.accountId" + strings.Replace(notBoth, "regionIds", "accountIds", 1),
		places(`"regionIds":"cn-a","regionIds":"cn-b"`):             "$.regionIds is given more than once",
		places(`"regionIds":"` + idsWith("cn-", 33) + `"`):          "$ names 33 places, its regions times its accounts, more than 32: ask for some of them at a time",
		places(`"accountIds":"` + strings.Repeat("1,", 2048) + `"`): "$.accountIds has 4098 bytes, more than 4096",
		`{` + pair[1:len(pair)-1] + `,"regionIds":"cn-a"}`:          "$.regionIds" + alone,
		`{"instanceId":"es-a","all":true,"accountIds":["1"]}`:       "$.accountIds" + alone,
		del("es-a", `{"all":"true","regionIds":"cn-a"}`):            `$.queryParameters["regionIds"] is unknown; allowed are connectedInstanceId, clientToken, dryRun, all, force, regionId, accountId`,
		cloudEvent(places(`"regionIDs":"cn-a"`)):                    `$.data["regionIDs"]` + unknown,
		cloudEvent(places(`"regions":"cn-a"`)):                      `$.data["regions"]` + unknown,
		cloudEvent(places(`"accounts":"1"`)):                        `$.data["accounts"]` + unknown,
	} {
		_, err := trigger.Parse([]byte(event))
		if err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", event, err, want)
		}
	}
}
