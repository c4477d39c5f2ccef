package trigger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/trigger"
)

// actionTrail is an event of ActionTrail, with members of its data besides the
// eventName.
func actionTrail(kind, name, more string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"e1","source":"acs.elasticsearch","type":"elasticsearch:ActionTrail:%s","data":{"eventName":%q%s}}`, kind, name, more)
}

func config(data string) string {
	return `{"specversion":"1.0","id":"e1","source":"acs.elasticsearch","type":"elasticsearch:Config:ConfigurationItemChangeNotification","data":` + data + `}`
}

// numbered lists so many ids, each another.
func numbered(n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint("es-", i)
	}
	return strings.Join(ids, ",")
}

// faultsOf are the faults of unknown members of $.data.
func faultsOf(names ...string) []string {
	for i, name := range names {
		names[i] = fmt.Sprintf("$.data[%q] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId, regionIds, accountIds", name)
	}
	return names
}

// releases are events of released instances and of what looks like them, and
// what they ask for.
func releases() map[string]example {
	const (
		params    = `,"requestParameters":{"InstanceId":"es-a","deleteType":"immediate"}`
		config1   = `{"resourceEventType":"REMOVE","resourceType":"ACS::Elasticsearch::Instance","resourceId":"es-a"}`
		unknown   = " is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId, regionIds, accountIds"
		lookedFor = " names no instance: looked in requestParameters, requestParameterJson, referencedResources and resourceName"
	)
	return map[string]example{
		"an API call, at once":            {actionTrail("ApiCall", "DeleteInstance", params), "cleanup es-a gone"},
		"the console, at once":            {actionTrail("ConsoleOperation", "DeleteInstance", params), "cleanup es-a gone"},
		"an API call, revocable":          {actionTrail("ApiCall", "DeleteInstance", replace(params, "immediate", "protective")), "cleanup es-a perhaps gone"},
		"an API call, deleteType unsaid":  {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"es-a"}`), "cleanup es-a perhaps gone"},
		"the console, another deleteType": {actionTrail("ConsoleOperation", "DeleteInstance", `,"requestParameters":{"InstanceId":"es-a","deleteType":"later"}`), "cleanup es-a perhaps gone"},
		"the service, Release":            {actionTrail("AliyunServiceEvent", "Release", `,"requestParameters":{"InstanceId":"es-a"}`), "cleanup es-a gone"},
		"the service, DeleteInstance":     {actionTrail("AliyunServiceEvent", "DeleteInstance", `,"requestParameters":{"InstanceId":"es-a"}`), "cleanup es-a gone"},
		"the service, revocable":          {actionTrail("AliyunServiceEvent", "Release", `,"requestParameters":{"InstanceId":"es-a","DeleteType":"PROTECTIVE"}`), "cleanup es-a perhaps gone"},
		"names in any case":               {actionTrail("ApiCall", "deleteINSTANCE", `,"RequestParameters":{"instanceid":"es-a","DELETETYPE":"Immediate"}`), "cleanup es-a gone"},
		"Config":                          {config(config1), "cleanup es-a gone"},
		"Config, Pascal case":             {config(`{"ResourceEventType":"remove","ResourceType":"acs::elasticsearch::instance","ResourceId":"es-a"}`), "cleanup es-a gone"},
		"Config, data in a string":        {config(`"{\"resourceEventType\":\"REMOVE\",\"resourceType\":\"ACS::Elasticsearch::Instance\",\"resourceId\":\"es-a\"}"`), "cleanup es-a gone"},

		"parameters in a string":           {actionTrail("ApiCall", "DeleteInstance", `,"requestParameterJson":"{\"InstanceId\":\"es-a\",\"deleteType\":\"immediate\"}"`), "cleanup es-a gone"},
		"parameters in both":               {actionTrail("ApiCall", "DeleteInstance", params+`,"requestParameterJson":"{\"InstanceId\":\"es-a\"}"`), "cleanup es-a gone"},
		"parameters that are null":         {actionTrail("AliyunServiceEvent", "Release", `,"requestParameters":null,"requestParameterJson":"","resourceType":"ACS::Elasticsearch::Instance","resourceName":"es-a"`), "cleanup es-a gone"},
		"referenced":                       {actionTrail("AliyunServiceEvent", "Release", `,"referencedResources":{"ACS::VPC::VPC":["vpc-1"],"ACS::Elasticsearch::Instance":["es-a"]}`), "cleanup es-a gone"},
		"referenced, as it was":            {actionTrail("AliyunServiceEvent", "Release", `,"referencedResources":{"Instance":["es-a"]}`), "cleanup es-a gone"},
		"named among others":               {actionTrail("AliyunServiceEvent", "Release", `,"resourceType":"ACS::VPC::VPC;ACS::Elasticsearch::Instance","resourceName":"vpc-1;es-a,es-b"`), "cleanup es-a gone\ncleanup es-b gone"},
		"all places agree":                 {actionTrail("AliyunServiceEvent", "Release", params+`,"referencedResources":{"ACS::Elasticsearch::Instance":["es-a"]},"resourceType":"ACS::Elasticsearch::Instance","resourceName":"es-a"`), "cleanup es-a gone"},
		"places disagree: each is taken":   {actionTrail("ApiCall", "DeleteInstance", params+`,"referencedResources":{"ACS::Elasticsearch::Instance":["es-b","es-a"]},"resourceType":"ACS::Elasticsearch::Instance","resourceName":"es-c"`), "cleanup es-a gone\ncleanup es-b perhaps gone\ncleanup es-c perhaps gone"},
		"resources of other products, too": {actionTrail("ApiCall", "DeleteInstance", params+`,"referencedResources":{"ACS::VPC::VPC":["vpc-1"]}`), "cleanup es-a gone"},

		"the call failed":                {actionTrail("ApiCall", "DeleteInstance", params+`,"errorCode":"InstanceNotFound"`), `ignore: the call failed with "InstanceNotFound"`},
		"a code that is a number":        {actionTrail("ApiCall", "DeleteInstance", params+`,"errorCode":403`), "cleanup es-a perhaps gone"},
		"a code that is no failure":      {actionTrail("ApiCall", "DeleteInstance", params+`,"errorCode":"OK"`), "cleanup es-a perhaps gone"},
		"another product's source":       {replace(actionTrail("ApiCall", "DeleteInstance", params), "acs.elasticsearch", "acs.ecs"), `ignore: the event of "acs.ecs", type "elasticsearch:ActionTrail:ApiCall", is not a release`},
		"Logstash, by its id":            {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"ls-cn-a"}`), "ignore: ls-cn-a is a Logstash instance"},
		"Logstash, said twice":           {actionTrail("ApiCall", "DeleteInstance", params+`,"referencedResources":{"ACS::Elasticsearch::Logstash":["ls-a"]},"resourceType":"ACS::Elasticsearch::Logstash"`), `ignore: the resource is not an Elasticsearch instance but "ACS::Elasticsearch::Logstash"`},
		"an empty errorCode":             {actionTrail("ApiCall", "DeleteInstance", params+`,"errorCode":""`), "cleanup es-a gone"},
		"this function's own effect":     {actionTrail("ApiCall", "DeleteConnectedCluster", params), `ignore: "DeleteConnectedCluster" ("ApiCall") is not a release`},
		"a release is cancelled":         {actionTrail("ApiCall", "CancelDeletion", params), `ignore: "CancelDeletion" ("ApiCall") is not a release`},
		"an instance is created":         {actionTrail("ApiCall", "createInstance", params), `ignore: "createInstance" ("ApiCall") is not a release`},
		"Release by a call":              {actionTrail("ApiCall", "Release", params), "cleanup es-a gone"},
		"another kind of audit event":    {actionTrail("PasswordReset", "DeleteInstance", params), "cleanup es-a gone"},
		"Logstash":                       {actionTrail("ApiCall", "DeleteInstance", params+`,"resourceType":"ACS::Elasticsearch::Logstash","resourceName":"ls-a"`), `ignore: the resource is not an Elasticsearch instance but "ACS::Elasticsearch::Logstash"`},
		"Logstash, referenced":           {actionTrail("ApiCall", "DeleteInstance", params+`,"referencedResources":{"ACS::Elasticsearch::Logstash":["ls-a"]}`), `ignore: the resource is not an Elasticsearch instance but "ACS::Elasticsearch::Logstash"`},
		"the type says it, not the data": {actionTrail("ApiCall", "DeleteInstance", params+`,"serviceName":"Ecs"`), "cleanup es-a gone"},
		"Config found it":                {config(replace(config1, "REMOVE", "DISCOVERED")), `ignore: the change is "DISCOVERED", not REMOVE`},
		"Config changed it":              {config(replace(config1, "REMOVE", "MODIFY")), `ignore: the change is "MODIFY", not REMOVE`},
		"Config, Logstash":               {config(replace(config1, "Instance", "Logstash")), `ignore: the resource is not an Elasticsearch instance but "ACS::Elasticsearch::Logstash"`},
		"not compliant":                  {replace(config(config1), "ConfigurationItemChangeNotification", "NonCompliantNotification"), `ignore: the event of "acs.elasticsearch", type "elasticsearch:Config:NonCompliantNotification", is not a release`},
		"another product":                {`{"specversion":"1.0","id":"e1","source":"acs.ecs","type":"ecs:Instance:StateChange","data":{"instanceId":"i-a"}}`, `ignore: the event of "acs.ecs", type "ecs:Instance:StateChange", is not a release`},
		"another product, a string":      {`{"specversion":"1.0","id":"e1","source":"acs.oss","type":"t","data":"\"x\""}`, `ignore: the event of "acs.oss", type "t", is not a release`},
		"a product's event, mapped":      {`{"specversion":"1.0","id":"e1","source":"acs.elasticsearch","type":"t","data":{"instanceId":"es-a","connectedInstanceId":"es-b"}}`, "disconnect es-a es-b"},

		"a call that failed by its message":      {actionTrail("ApiCall", "DeleteInstance", params+`,"errorMessage":"The instance is busy."`), "cleanup es-a perhaps gone"},
		"an empty message":                       {actionTrail("ApiCall", "DeleteInstance", params+`,"errorMessage":""`), "cleanup es-a gone"},
		"a call that failed by its result":       {actionTrail("ApiCall", "DeleteInstance", params+`,"Result":false`), "cleanup es-a perhaps gone"},
		"a call that failed by its response":     {actionTrail("ApiCall", "DeleteInstance", params+`,"responseElements":{"success":"False"}`), "cleanup es-a perhaps gone"},
		"the same, in a string":                  {actionTrail("ApiCall", "DeleteInstance", params+`,"responseElements":"{\"result\":\"failed\"}"`), "cleanup es-a perhaps gone"},
		"a response that is right":               {actionTrail("ApiCall", "DeleteInstance", params+`,"responseElements":{"RequestId":"x","result":true}`), "cleanup es-a gone"},
		"a service event that failed":            {actionTrail("AliyunServiceEvent", "Release", params+`,"errorMessage":"busy"`), "cleanup es-a perhaps gone"},
		"a console call":                         {actionTrail("ConsoleCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"es-a"}`), "cleanup es-a perhaps gone"},
		"a console call, at once":                {actionTrail("ConsoleCall", "DeleteInstance", params), "cleanup es-a gone"},
		"the console, Refund":                    {actionTrail("ConsoleOperation", "Refund", `,"requestParameters":{"InstanceId":"es-a"}`), "cleanup es-a perhaps gone"},
		"the console, Refund at once":            {actionTrail("ConsoleOperation", "Refund", params), "cleanup es-a gone"},
		"the console, Release of nothing":        {actionTrail("ConsoleOperation", "release", ""), "refused: $.data" + lookedFor},
		"an unknown write":                       {actionTrail("ApiCall", "StopInstance", params), "cleanup es-a perhaps gone"},
		"an unknown write of the service":        {actionTrail("AliyunServiceEvent", "Expired", params), "cleanup es-a perhaps gone"},
		"an unknown write, that failed":          {actionTrail("ApiCall", "StopInstance", params+`,"errorCode":"X"`), `ignore: the call failed with "X"`},
		"an unknown write on nothing":            {actionTrail("ApiCall", "TagResources", ""), `ignore: "TagResources" ("ApiCall") is not a release: it names no instance`},
		"an unknown write on no id":              {actionTrail("ApiCall", "TagResources", `,"requestParameters":{"InstanceId":"?"}`), `ignore: "TagResources" ("ApiCall") is not a release: it names no instance`},
		"reads":                                  {"[" + actionTrail("ApiCall", "describeInstance", params) + "," + actionTrail("ApiCall", "Search", params) + "," + actionTrail("ApiCall", "X", params+`,"eventRW":"read"`) + "]", "ignore: \"describeInstance\" (\"ApiCall\") is not a release\nignore: \"Search\" (\"ApiCall\") is not a release\nignore: \"X\" (\"ApiCall\") is not a release"},
		"names that only begin so":               {"[" + actionTrail("ApiCall", "AddConnectableClusters", params) + "," + actionTrail("ApiCall", "Ge", params) + "]", "cleanup es-a perhaps gone\ncleanup es-a perhaps gone"},
		"this function's own other effect":       {actionTrail("ApiCall", "AddConnectableCluster", params), `ignore: "AddConnectableCluster" ("ApiCall") is not a release`},
		"named in two letter cases":              {actionTrail("AliyunServiceEvent", "Release", `,"requestParameters":{"InstanceId":"es-a,ES-A"},"referencedResources":{"Instance":["Es-A"]}`), "cleanup es-a gone"},
		"Logstash, in capitals":                  {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"LS-a"}`), "ignore: LS-a is a Logstash instance"},
		"ActionTrail as the source":              {envelope("acs.actiontrail", "actiontrail:ActionTrail:ApiCall", released+`,"x":1`, ""), "cleanup es-a perhaps gone"},
		"ActionTrail as the source, of another":  {envelope("acs.actiontrail", "actiontrail:ActionTrail:ApiCall", `"eventName":"DeleteInstance","serviceName":"Ecs"`, ""), `ignore: the event is about another product, "Ecs"`},
		"ActionTrail as the source, of none":     {envelope("acs.actiontrail", "actiontrail:ActionTrail:ApiCall", `"eventName":"DeleteInstance"`, ""), "refused: $.data names no product: looked in serviceName, eventSource, referencedResources and resourceType"},
		"ActionTrail as the source, other data":  {envelope("acs.actiontrail", "actiontrail:ActionTrail:ApiCall", `"a":1`, ""), `ignore: the event of "acs.actiontrail", type "actiontrail:ActionTrail:ApiCall", is not a release`},
		"Config as the source":                   {envelope("ACS.Config", "config:Config:ConfigurationItemChangeNotification", removed, ""), "cleanup es-a gone"},
		"Config as the source, another resource": {envelope("acs.config", "config:Config:ConfigurationItemChangeNotification", replace(removed, "Elasticsearch", "ECS"), ""), `ignore: the resource is not an Elasticsearch instance but "ACS::ECS::Instance"`},
		"Config, an unknown change":              {config(replace(config1, "REMOVE", "RELEASE")), "cleanup es-a perhaps gone"},
		"source and type in any case":            {envelope("ACS.ElasticSearch", "ELASTICSEARCH:actiontrail:apicall", released, ""), "cleanup es-a perhaps gone"},
		"a type without a kind":                  {envelope("acs.elasticsearch", "x", released, ""), "cleanup es-a perhaps gone"},
		"another product's, in capitals":         {envelope("ACS.ECS", releaseType, released, ""), `ignore: the event of "ACS.ECS", type "elasticsearch:ActionTrail:ApiCall", is not a release`},
		"not compliant, Config as the source":    {envelope("acs.config", "config:config:noncompliantnotification", removed, ""), `ignore: the event of "acs.config", type "config:config:noncompliantnotification", is not a release`},

		"a product's request":              {envelope("acs.ecs", "t", `"reconcile":true`, ""), "reconcile"},
		"a product's request, misspelt":    {envelope("acs.ecs", "t", `"instanceId":"es-a","All":true`, ""), "refused: $.data.connectedInstanceId is missing; $.data[\"All\"]" + unknown},
		"a product's request, al":          {envelope("acs.ops", "t", `"instanceId":"es-a","al":true`, ""), "refused: $.data.connectedInstanceId is missing; $.data[\"al\"]" + unknown},
		"a product's request, forse":       {envelope("acs.ops", "t", `"instanceId":"es-a","forse":true`, ""), "refused: $.data.connectedInstanceId is missing; $.data[\"forse\"]" + unknown},
		"another product's al":             {envelope("acs.ecs", "t", `"instanceId":"i-a","al":true`, ""), `ignore: the event of "acs.ecs", type "t", is not a release`},
		"a product's request, two edits":   {envelope("acs.ecs", "t", `"dry_run_":true`, ""), "refused: $.data.instanceId is missing; $.data.connectedInstanceId is missing; $.data[\"dry_run_\"]" + unknown},
		"a product's event, three edits":   {envelope("acs.ecs", "t", `"dry_run_x":true`, ""), `ignore: the event of "acs.ecs", type "t", is not a release`},
		"a product's request, and more":    {envelope("acs.elasticsearch", "t", members+`,"x":1`, ""), `refused: $.data["x"]` + unknown},
		"a notice that has a request":      {envelope("acs.elasticsearch", releaseType, released+`,"dry-run":true`, ""), "refused: $.data.instanceId is missing; $.data.connectedInstanceId is missing; " + strings.Join(faultsOf("eventName", "eventType", "serviceName", "requestParameters", "userIdentity", "dry-run"), "; ")},
		"a sender's own, misspelt":         {cloudEvent(`{"instanceId":"es-a","connectedInstanceId":"es-b","dryrun":true,"FORCE":1,"regionid":"x","region":"x"}`), `refused: $.data["dryrun"]` + unknown + `; $.data["FORCE"]` + unknown + `; $.data["regionid"]` + unknown},
		"a sender's own, two edits":        {cloudEvent(`{"reconcil":true}`), `refused: $.data.instanceId is missing; $.data.connectedInstanceId is missing; $.data["reconcil"]` + unknown},
		"a sender's own, much like others": {cloudEvent(`{"instanceId":"es-a","connectedInstanceId":"es-b","alle":1,"forces":1,"dry":1,"token":1,"reconciliation":1}`), "disconnect es-a es-b"},
		"bare, and a request":              {`{"eventName":"DescribeX","dryRun":true,"all":true,"instanceId":"es-a"}`, `refused: $["eventName"]` + unknown},

		"a name given twice":          {actionTrail("ApiCall", "DeleteInstance", params+`,"EventName":"DescribeInstance"`), "refused: $.data.eventName is given more than once"},
		"an id given twice":           {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"es-a","instanceId":"es-b"}`), "refused: $.data.requestParameters.instanceId is given more than once"},
		"an id given twice, the same": {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"es-a","instanceId":"es-a"}`), "cleanup es-a perhaps gone"},
		"a deleteType given twice":    {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"es-a","deleteType":"immediate","DeleteType":"protective"}`), "refused: $.data.requestParameters.deleteType is given more than once"},
		"a code given twice":          {actionTrail("ApiCall", "DeleteInstance", params+`,"errorCode":"","errorCode":"X"`), "refused: $.data.errorCode is given more than once"},
		"a region given twice":        {config(replace(config1, "{", `{"regionId":"cn-a","regionId":"cn-b",`)), "refused: $.data.regionId is given more than once"},
		"a change given twice":        {config(replace(config1, "{", `{"resourceEventType":"MODIFY",`)), "refused: $.data.resourceEventType is given more than once"},
		"what decides nothing, twice": {actionTrail("ApiCall", "DeleteInstance", params+`,"x":1,"x":2`), "cleanup es-a gone"},

		"from a bus of one's own":          {replace(actionTrail("ApiCall", "DeleteInstance", params), "acs.elasticsearch", "mine"), "cleanup es-a gone"},
		"Config, from a bus of one's own":  {replace(config(config1), "acs.elasticsearch", "mine"), "cleanup es-a gone"},
		"Config, another product's source": {replace(config(config1), "acs.elasticsearch", "acs.ecs"), `ignore: the event of "acs.ecs", type "elasticsearch:Config:ConfigurationItemChangeNotification", is not a release`},
		"null in one case":                 {actionTrail("ApiCall", "DeleteInstance", `,"requestparameters":null`+params), "cleanup es-a gone"},
		"a space after the comma":          {actionTrail("AliyunServiceEvent", "Release", `,"requestParameters":{"InstanceId":"es-a, es-b"}`), "cleanup es-a gone\ncleanup es-b gone"},
		"a text that is no id":             {actionTrail("AliyunServiceEvent", "Release", `,"requestParameters":{"InstanceId":"bad id!"}`), `refused: $.data.requestParameters.InstanceId has a character other than letters, digits, - and _: "bad id!"`},
		"a list that holds a number":       {actionTrail("AliyunServiceEvent", "Release", `,"requestParameters":{"InstanceId":[7,"es-a"]}`), "cleanup es-a gone"},
		"more types than names":            {actionTrail("AliyunServiceEvent", "Release", `,"resourceType":"ACS::VPC::VPC;Instance","resourceName":"es-a"`), "refused: $.data" + lookedFor},
		"more instances than are read":     {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"`+numbered(101)+`"}`), "refused: $.data.requestParameters.InstanceId names more than 100 instances"},
		"more faults than are reported":    {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"`+strings.Repeat("?,", 51)+`"}`), "refused: " + strings.Join(slices.Repeat([]string{`$.data.requestParameters.InstanceId does not start with a letter or digit: "?"`}, 50), "; ")},
		"bare ActionTrail, the older type": {`{"eventName":"Release","eventType":"AliyunServiceEvent","resourceType":"Instance","resourceName":"es-a"}`, `ignore: the event is about another product, "Instance"`},

		"an attribute named eventName": {replace(actionTrail("ApiCall", "DeleteInstance", params), `"data"`, `"eventName":"x","resourceEventType":"x","data"`), "cleanup es-a gone"},
		"of ActionTrail and of Config": {`{"eventName":"x","eventType":"ApiCall","resourceEventType":"REMOVE"}`, `ignore: "x" ("ApiCall") is not a release: it names no instance`},

		"bare ActionTrail":                     {`{"eventId":"e1","eventName":"DeleteInstance","eventType":"ApiCall","serviceName":"Elasticsearch"` + params + `}`, "cleanup es-a gone"},
		"bare ActionTrail, by its source":      {`{"eventName":"DeleteInstance","eventType":"ApiCall","eventSource":"elasticsearch.cn-hangzhou.aliyuncs.com"` + params + `}`, "cleanup es-a gone"},
		"bare ActionTrail, by its resource":    {`{"eventName":"Release","eventType":"AliyunServiceEvent","resourceType":"ACS::Elasticsearch::Instance","resourceName":"es-a"}`, "cleanup es-a gone"},
		"bare ActionTrail, another product":    {`{"eventName":"DeleteInstance","eventType":"ApiCall","serviceName":"Ecs","requestParameters":{"InstanceId":"i-a"}}`, `ignore: the event is about another product, "Ecs"`},
		"bare ActionTrail, another's source":   {`{"eventName":"DeleteInstance","eventType":"ApiCall","eventSource":"ecs.aliyuncs.com","requestParameters":{"InstanceId":"i-a"}}`, `ignore: the event is about another product, "ecs.aliyuncs.com"`},
		"bare ActionTrail, another's resource": {`{"eventName":"DeleteInstance","eventType":"ApiCall","referencedResources":{"ACS::ECS::Instance":["i-a"]}}`, `ignore: the event is about another product, "ACS::ECS::Instance"`},
		"bare ActionTrail, no word of which":   {`{"eventName":"DeleteInstance","eventType":"ApiCall"` + params + `}`, "refused: $ names no product: looked in serviceName, eventSource, referencedResources and resourceType"},
		"bare ActionTrail, nothing to ignore":  {`{"eventName":"x","eventType":"ApiCall"}`, `ignore: "x" ("ApiCall") is not a release: it names no instance`},
		"bare ActionTrail, no kind of event":   {`{"eventName":"DeleteInstance","serviceName":"Elasticsearch"` + params + `}`, "cleanup es-a gone"},
		"bare Config":                          {config1, "cleanup es-a gone"},
		"no instance":                          {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{},"referencedResources":{"ACS::VPC::VPC":["vpc-1"]},"resourceName":7`), "refused: $.data" + lookedFor},
		"no instance at all":                   {actionTrail("AliyunServiceEvent", "Release", ""), "refused: $.data" + lookedFor},
		"no name of the event":                 {`{"specversion":"1.0","id":"e1","source":"acs.elasticsearch","type":"elasticsearch:ActionTrail:ApiCall","data":{}}`, "refused: $.data.eventName is missing"},
		"an id that is none":                   {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"es-cn-****"}`), `refused: $.data.requestParameters.InstanceId has a character other than letters, digits, - and _: "es-cn-****"`},
		"an id that is none, and one":          {actionTrail("ApiCall", "DeleteInstance", params+`,"resourceType":"ACS::Elasticsearch::Instance","resourceName":"acs:elasticsearch:cn:1:instances/es-a"`), "cleanup es-a gone"},
		"an array, one entry naming several":   {"[" + actionTrail("AliyunServiceEvent", "Release", `,"requestParameters":{"InstanceId":"es-a,es-b"}`) + ",{}]", "cleanup es-a gone\ncleanup es-b gone\nrefuse: $[1].instanceId is missing; $[1].connectedInstanceId is missing"},
		"a way out":                            {actionTrail("ApiCall", "DeleteInstance", `,"requestParameters":{"InstanceId":"../x"}`), `refused: $.data.requestParameters.InstanceId does not start with a letter or digit: "../x"`},
		"Config, no kind of change":            {replace(config(config1), `"resourceEventType":"REMOVE",`, ""), "refused: $.data.resourceEventType is missing"},
		"Config, no type":                      {config(`{"resourceEventType":"REMOVE","resourceId":"es-a"}`), "refused: $.data.resourceType is missing"},
		"Config, no instance":                  {config(`{"resourceEventType":"REMOVE","resourceType":"ACS::Elasticsearch::Instance"}`), "refused: $.data names no instance: looked in resourceId"},
		"ActionTrail, data that is no object":  {replace(actionTrail("ApiCall", "x", ""), `{"eventName":"x"}`, `[1]`), "refused: $.data is an array, not an object"},
		"Config, data that is no object":       {config("7"), "refused: $.data is a number, not an object"},
		"ActionTrail, data that is not JSON":   {replace(actionTrail("ApiCall", "x", ""), `{"eventName":"x"}`, `"x"`), "refused: $.data is a string whose text is not JSON: invalid character 'x' looking for beginning of value, at byte 1"},
		"an array of events":                   {"[" + actionTrail("ApiCall", "DeleteInstance", params) + "," + pair + " , " + config1 + "]", "cleanup es-a gone\ndisconnect es-a es-b\ncleanup es-a gone"},
		"an array of strings":                  {fmt.Sprintf("[%q,%q]", cloudEvent(pair), pair), "disconnect es-a es-b\ndisconnect es-a es-b"},
		"an empty array":                       {" [ ] ", ""},
		"an array with everything wrong":       {`[1,"x","",null,[],{},` + pair + `,` + request("GET", "/", "") + `,"[]"]`, "refuse: $[0] is a number, not an object\nrefuse: $[1] is a string whose text is not JSON: invalid character 'x' looking for beginning of value, at byte 1\nrefuse: $[2] is a string whose text is empty\nrefuse: $[3] is null, not an object\nrefuse: $[4] is an array, not an object\nrefuse: $[5].instanceId is missing; $[5].connectedInstanceId is missing\ndisconnect es-a es-b\nrefuse: $[7] is an HTTP request, which an array may not hold\nrefuse: $[8] is an array, not an object"},
	}
}

func TestReleases(t *testing.T) {
	t.Parallel()
	for name, test := range releases() {
		e, err := trigger.Parse([]byte(test.event))
		got := asked(e)
		if err != nil {
			got = "refused: " + err.Error()
		}
		if got != test.want || e.Shape != trigger.EventBridge {
			t.Errorf("%s: %s asks %s:\n got %s\nwant %s", name, test.event, e.Shape, got, test.want)
		}
		if batch := strings.HasPrefix(strings.TrimSpace(test.event), "[") || strings.Contains(test.want, "\n"); e.Batch != batch {
			t.Errorf("%s: batch is %t", name, e.Batch)
		}
	}
}
