package trigger

import (
	"cmp"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

const (
	product = "elasticsearch"

	// instanceType is the resource type of an Elasticsearch instance. Older
	// events have the bare Instance.
	instanceType = "ACS::Elasticsearch::Instance"

	// logstashPrefix begins the ids of the product's other instances.
	logstashPrefix = "ls-"

	// maxNamed is the most instances and types of resources that are read of
	// one event.
	maxNamed = 100
)

// A notice is the data of an ActionTrail or Cloud Config event. The documents
// disagree about the letter case of its members, so lookups ignore it.
type notice struct {
	*reader
	path string
	data []byte
}

// bareActionTrail reads an ActionTrail event without its CloudEvent, as
// eventSchema RawData sends it.
func bareActionTrail(path string, event []byte) ([]Request, error) {
	n := notice{new(reader), path, event}
	about := Request{EventID: n.logged(path+".eventId", n.text("eventId")), Scope: n.actionTrailScope()}
	requests := n.actionTrail(n.text("eventType"), n.product())
	return about.asking(n.faults, requests...)
}

// bareConfig reads a Cloud Config change without its CloudEvent.
func bareConfig(path string, event []byte) ([]Request, error) {
	n := notice{new(reader), path, event}
	about := Request{Scope: n.configScope()}
	requests := n.config()
	return about.asking(n.faults, requests...)
}

// actionTrail reads an audit event of a product ("" if unknown): a release, if it
// reports a successful deletion.
func (n notice) actionTrail(eventType, of string) []Request {
	name := n.text("eventName")
	switch {
	case !isObject(n.data):
		n.wrongType(n.path, n.data, "an object")
	case name == "":
		n.fault(n.path+".eventName", "is missing")
	case eventType == "":
		n.fault(n.path+".eventType", "is missing")
	case !isRelease(eventType, name):
		return ignore(quote(name) + " (" + quote(eventType) + ") is not a release")
	case of == "":
		n.fault(n.path, "names no product: looked in serviceName, eventSource, referencedResources and resourceType")
	case !strings.EqualFold(of, product):
		return ignore("the event is about another product, " + quote(of))
	case n.errorCode() != "":
		return ignore("the call failed with " + quote(n.errorCode()))
	case n.isOtherResource():
		return ignore("the resource is not an Elasticsearch instance but " + quote(strings.Join(n.resourceTypes(), ", ")))
	default:
		return n.released(n.instances(), n.expects(eventType), "requestParameters, requestParameterJson, referencedResources and resourceName")
	}
	return nil
}

// config reads a Cloud Config change: a release, if an Elasticsearch instance
// was removed.
func (n notice) config() []Request {
	change, resource := n.text("resourceEventType"), n.text("resourceType")
	switch {
	case !isObject(n.data):
		n.wrongType(n.path, n.data, "an object")
	case change == "":
		n.fault(n.path+".resourceEventType", "is missing")
	case !strings.EqualFold(change, "REMOVE"):
		return ignore("the change is " + quote(change) + ", not REMOVE")
	case resource == "":
		n.fault(n.path+".resourceType", "is missing")
	case !strings.EqualFold(resource, instanceType):
		return ignore("the resource is not an Elasticsearch instance but " + quote(resource))
	default:
		var found instances
		found.add(n, "resourceId", texts(lookup(n.data, "resourceId")))
		return n.released(found, Gone, "resourceId")
	}
	return nil
}

func ignore(reason string) []Request { return []Request{{Action: Ignore{reason}}} }

// released asks for a cleanup of each instance that was found. looked names the
// places that were read. A text that is not an id is a fault only if no place names
// an instance: neither the places nor their content is guaranteed.
func (n notice) released(found instances, expects Expects, looked string) []Request {
	if len(found.ids) == 0 {
		n.faults = append(n.faults, found.refused.faults...)
		if len(n.faults) == 0 {
			n.fault(n.path, "names no instance: looked in %s", looked)
		}
	}
	var requests []Request
	for _, id := range found.ids {
		var action Action = Cleanup{Instance: id, Expects: expects}
		if strings.HasPrefix(id.String(), logstashPrefix) {
			action = Ignore{id.String() + " is a Logstash instance"}
		}
		requests = append(requests, Request{Action: action})
	}
	return requests
}

// isRelease reports whether the name is that of a release. The name of an automatic
// release, on expiry, is not documented; both are accepted.
func isRelease(eventType, name string) bool {
	switch strings.ToLower(eventType) {
	case "apicall", "consoleoperation":
		return strings.EqualFold(name, "DeleteInstance")
	case "aliyunserviceevent":
		return strings.EqualFold(name, "DeleteInstance") || strings.EqualFold(name, "Release")
	}
	return false
}

// expects reads deleteType, the caller's choice between an immediate release and
// one that can be cancelled for 24 hours. Without it the latter is the default
// (api-deleteinstance), but the newest page no longer says so. The service itself
// releases at once.
func (n notice) expects(eventType string) Expects {
	expects := PerhapsGone
	for _, raw := range n.parameters() {
		for _, deleteType := range texts(lookup(raw, "deleteType")) {
			switch strings.ToLower(deleteType) {
			case "protective":
				return PerhapsGone
			case "immediate":
				expects = Gone
			}
		}
	}
	if strings.EqualFold(eventType, "AliyunServiceEvent") {
		return Gone
	}
	return expects
}

// product returns the product of a bare ActionTrail event; "" if it names none.
func (n notice) product() string {
	if name := n.text("serviceName"); name != "" {
		return name
	}
	of := n.text("eventSource") // a host, such as elasticsearch.cn-hangzhou.aliyuncs.com
	if first, _, _ := strings.Cut(of, "."); strings.EqualFold(first, product) {
		return product
	}
	for _, t := range n.resourceTypes() {
		parts := strings.Split(t, "::")
		if len(parts) == 3 && strings.EqualFold(parts[1], product) {
			return product
		}
		of = cmp.Or(of, t)
	}
	return of
}

// isOtherResource reports whether the event names resources of the product, and
// none is an instance: Logstash has the same operations.
func (n notice) isOtherResource() bool {
	types := n.resourceTypes()
	isProduct := func(t string) bool { return strings.HasPrefix(strings.ToLower(t), "acs::elasticsearch::") }
	return slices.ContainsFunc(types, isProduct) && !slices.ContainsFunc(types, isInstanceType)
}

func isInstanceType(t string) bool {
	return strings.EqualFold(t, instanceType) || strings.EqualFold(t, "Instance")
}

// actionTrailScope does not read userIdentity: the caller's account may differ from
// the account of the instance.
func (n notice) actionTrailScope() connection.Scope {
	return n.scope("recipientAccountId", "acsRegion")
}

func (n notice) configScope() connection.Scope { return n.scope("accountId", "regionId", "region") }

// scope reads the member that names the account, and the first of those that names
// a region.
func (n notice) scope(account string, regions ...string) connection.Scope {
	said := connection.Scope{Account: n.account(n.path, account, lookup(n.data, account))}
	for _, name := range regions {
		said.Region = cmp.Or(said.Region, regionIn(lookup(n.data, name)))
	}
	return said
}

// text returns a member that is a string; "" for every other.
func (n notice) text(name string) string {
	if raw := lookup(n.data, name); raw != nil && raw[0] == '"' {
		return string(unquote(raw))
	}
	return ""
}

// errorCode returns why the call failed; "" if it succeeded. Any value but null and
// "" is a failure.
func (n notice) errorCode() string {
	return strings.Trim(string(lookup(n.data, "errorCode")), `"`)
}

// parameters returns the objects that hold the call's parameters: the member
// requestParameters and the text of requestParameterJson. Either may be missing.
func (n notice) parameters() [][]byte {
	var objects [][]byte
	for _, name := range []string{"requestParameters", "requestParameterJson"} {
		if raw := lookup(n.data, name); raw != nil {
			object, _ := document(raw) // nil, which holds nothing, if it is no JSON
			objects = append(objects, object)
		}
	}
	return objects
}

// resourceTypes returns the types of the resources that the event names.
func (n notice) resourceTypes() []string {
	var types []string
	add := func(t string) {
		if t != "" && len(types) < maxNamed && !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	for name := range members(lookup(n.data, "referencedResources")) {
		add(string(name))
	}
	for t := range strings.SplitSeq(n.text("resourceType"), ";") {
		add(t)
	}
	return types
}

// namedResources returns the names in resourceName whose type is an instance:
// of the form "a,b;c", one part between semicolons for each of resourceType.
func (n notice) namedResources() []string {
	var names []string
	groups := strings.Split(n.text("resourceName"), ";")
	for i, t := range strings.Split(n.text("resourceType"), ";") {
		if i < len(groups) && isInstanceType(t) {
			names = append(names, split(groups[i])...)
		}
	}
	return names
}

// instances returns every instance that the event names, each once. None of the
// places is guaranteed.
func (n notice) instances() instances {
	var found instances
	for _, raw := range n.parameters() {
		found.add(n, "requestParameters.InstanceId", texts(lookup(raw, "instanceId")))
	}
	for name, value := range members(lookup(n.data, "referencedResources")) {
		if isInstanceType(string(name)) {
			found.add(n, "referencedResources", texts(value))
		}
	}
	found.add(n, "resourceName", n.namedResources())
	return found
}

// instances are instance ids, each once, and the faults of texts that are not ids.
type instances struct {
	ids     []connection.InstanceID
	refused reader
}

func (i *instances) add(n notice, where string, texts []string) {
	for _, text := range texts {
		id, err := connection.ParseInstanceID(text)
		switch {
		case err != nil:
			i.refused.fault(n.path+"."+where, "%v", err)
		case slices.Contains(i.ids, id):
		case len(i.ids) == maxNamed:
			n.fault(n.path+"."+where, "names more than %d instances", maxNamed)
			return
		default:
			i.ids = append(i.ids, id)
		}
	}
}
