package trigger

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// A notice is the data of an ActionTrail or Cloud Config event. The documents
// disagree about the letter case of its members, so lookups ignore it.
type notice struct {
	*reader
	path string
	data []byte
}

// bare reads an ActionTrail or Cloud Config event without its CloudEvent, as
// eventSchema RawData sends it.
func bare(path string, event []byte) ([]Request, error) {
	n := notice{new(reader), path, event}
	var about Request
	if lookup(event, "eventName") != nil {
		about.EventID = n.logged(path+".eventId", n.text("eventId"))
	}
	var requests []Request
	about.Scope, requests = eventData(n, "", "")
	return about.asking(n.faults, requests...)
}

// actionTrail reads an audit event by its name: every write on an instance may be its
// release. The origin's word on the product and the kind of event comes first.
func (n notice) actionTrail(from origin) (connection.Scope, []Request) {
	// userIdentity is not read: the caller's account may not be the instance's.
	scope := n.scope("recipientAccountId", "acsRegion")
	name := n.text("eventName")
	said := quote(name)
	kind := cmp.Or(from.kind, n.text("eventType"))
	if kind != "" {
		said += " (" + quote(kind) + ")"
	}
	of := product
	if !from.isProduct {
		of = n.product()
	}
	isRelease := isNamed(name, releases)
	switch {
	case !isObject(n.data):
		n.wrongType(n.path, n.data, "an object")
	case name == "":
		n.fault(n.path+".eventName", "is missing")
	case isNamed(name, noReleases), strings.EqualFold(n.text("eventRW"), "Read"):
		return scope, ignore(said + " is not a release")
	case of == "" && (isRelease || len(n.instances(PerhapsGone).cleanups) > 0):
		n.fault(n.path, "names no product: looked in serviceName, eventSource, referencedResources and resourceType")
	case of != "" && !strings.EqualFold(of, product):
		return scope, ignore("the event is about another product, " + quote(of))
	case n.errorCode() != "":
		return scope, ignore("the call failed with " + quote(n.errorCode()))
	case n.isOtherResource():
		return scope, ignore("the resource is not an Elasticsearch instance but " + quote(strings.Join(n.resourceTypes(), ", ")))
	default:
		found := n.instances(n.expects(kind, isRelease))
		if len(found.cleanups) == 0 && !isRelease {
			return scope, ignore(said + " is not a release: it names no instance")
		}
		return scope, n.released(found, "requestParameters, requestParameterJson, referencedResources and resourceName")
	}
	return scope, nil
}

// config reads a Cloud Config change: a release, if an Elasticsearch instance was
// removed.
func (n notice) config() (connection.Scope, []Request) {
	scope := n.scope("accountId", "regionId", "region")
	change, resource := n.text("resourceEventType"), n.text("resourceType")
	switch {
	case !isObject(n.data):
		n.wrongType(n.path, n.data, "an object")
	case change == "":
		n.fault(n.path+".resourceEventType", "is missing")
	case strings.EqualFold(change, "DISCOVERED"), strings.EqualFold(change, "MODIFY"):
		return scope, ignore("the change is " + quote(change) + ", not REMOVE")
	case resource == "":
		n.fault(n.path+".resourceType", "is missing")
	case !strings.EqualFold(resource, instanceType):
		return scope, ignore("the resource is not an Elasticsearch instance but " + quote(resource))
	default:
		expects := PerhapsGone
		if strings.EqualFold(change, "REMOVE") {
			expects = Gone
		}
		var found instances
		found.add(n, "resourceId", texts(n.value("resourceId")), expects)
		return scope, n.released(found, "resourceId")
	}
	return scope, nil
}

func ignore(reason string) []Request { return []Request{{Action: Ignore{reason}}} }

// released asks for the cleanups that were found. looked names the places that were
// read. A text that is not an id is a fault only if no place names an instance:
// neither the places nor their content is guaranteed.
func (n notice) released(found instances, looked string) []Request {
	if len(found.cleanups) == 0 {
		n.faults = append(n.faults, found.refused.faults...)
		if len(n.faults) == 0 {
			n.fault(n.path, "names no instance: looked in %s", looked)
		}
	}
	var requests []Request
	for _, cleanup := range found.cleanups {
		var action Action = cleanup
		if id := cleanup.Instance.String(); strings.HasPrefix(strings.ToLower(id), logstashPrefix) {
			action = Ignore{id + " is a Logstash instance"}
		}
		requests = append(requests, Request{Action: action})
	}
	return requests
}

// expects decides what an event expects of the instances that it names. The service
// itself releases at once. A call chooses by deleteType between a release at once and
// one that can be cancelled for 24 hours; without it the latter is the default
// (api-deleteinstance), but the newest page no longer says so.
func (n notice) expects(kind string, isRelease bool) Expects {
	var deleteTypes []string
	for _, p := range n.parameters() {
		for _, text := range texts(p.value("deleteType")) {
			deleteTypes = append(deleteTypes, strings.ToLower(text))
		}
	}
	isAtOnce := strings.EqualFold(kind, "AliyunServiceEvent") || slices.Contains(deleteTypes, "immediate")
	if isRelease && isAtOnce && !slices.Contains(deleteTypes, "protective") && !n.mayHaveFailed() {
		return Gone
	}
	return PerhapsGone
}

// mayHaveFailed reports whether something besides a code in errorCode, the documented
// sign, says that the call failed: a message, another errorCode, or a result that is false.
func (n notice) mayHaveFailed() bool {
	for _, name := range []string{"errorCode", "errorMessage"} {
		if value := n.value(name); value != nil && string(value) != `""` {
			return true
		}
	}
	results := []notice{n}
	if raw := n.value("responseElements"); raw != nil {
		response, _ := document(raw)
		results = append(results, notice{n.reader, n.path + ".responseElements", response})
	}
	for _, in := range results {
		for _, name := range []string{"result", "success", "isSuccess"} {
			value := strings.ToLower(strings.Trim(string(in.value(name)), `"`))
			if value == "false" || strings.HasPrefix(value, "fail") || value == "error" {
				return true
			}
		}
	}
	return false
}

// scope reads the member that names the account, and the members that may name the
// region: the first that does counts.
func (n notice) scope(account string, regions ...string) connection.Scope {
	scope := connection.Scope{Account: n.account(n.path, account, n.value(account))}
	for _, name := range regions {
		scope.Region = cmp.Or(scope.Region, regionIn(n.value(name)))
	}
	return scope
}

// value returns the member that has the name, in any letter case, and is not null;
// nil if no member does. Two such members that differ are a fault.
func (n notice) value(name string) []byte {
	var found []byte
	for key, value := range members(n.data) {
		switch {
		case value[0] == 'n' || !isSame(key, name):
		case found == nil:
			found = value
		case !bytes.Equal(found, value):
			if twice := (Fault{n.path + "." + name, "is given more than once"}); !slices.Contains(n.faults, twice) {
				n.fault(twice.Path, "%s", twice.Detail)
			}
			return found
		}
	}
	return found
}

// text returns a member that is a string; "" for every other.
func (n notice) text(name string) string {
	if raw := n.value(name); raw != nil && raw[0] == '"' {
		return string(unquote(raw))
	}
	return ""
}

// errorCode returns why the call failed; "" if it succeeded, or if that is in doubt: a
// number, a boolean and a word for success are no documented code.
func (n notice) errorCode() string {
	switch code := n.text("errorCode"); strings.ToUpper(code) {
	case "0", "200", "OK", "SUCCESS":
		return ""
	default:
		return code
	}
}

// parameters returns the objects that hold the call's parameters: the member
// requestParameters and the text of requestParameterJson. Either may be missing.
func (n notice) parameters() []notice {
	var objects []notice
	for _, name := range []string{"requestParameters", "requestParameterJson"} {
		if raw := n.value(name); raw != nil {
			object, _ := document(raw) // nil, which holds nothing, if it is not JSON
			objects = append(objects, notice{n.reader, n.path + "." + name, object})
		}
	}
	return objects
}
