package trigger

import (
	"cmp"
	"strings"
)

const (
	product = "elasticsearch"

	// instanceType is the resource type of an Elasticsearch instance. Older
	// events have the bare Instance.
	instanceType = "ACS::Elasticsearch::Instance"

	// logstashPrefix begins the ids of the product's other instances.
	logstashPrefix = "ls-"
)

// A notice is the data of an ActionTrail or Cloud Config event. Which case the
// names of its members have is documented differently from place to place, so
// they are looked up without.
type notice struct {
	*parser
	path string
	data []byte
}

func (p *parser) notice(path string, data []byte) (n notice, ok bool) {
	if data[0] != '{' {
		p.fault(path, "is %s, not an object", typeOf(data))
	}
	return notice{p, path, data}, data[0] == '{'
}

// rawActionTrail reads an ActionTrail event without its CloudEvent, as
// eventSchema RawData sends it.
func (p *parser) rawActionTrail(path string, data []byte) {
	n := notice{p, path, data}
	if p.request.EventID = n.text("eventId"); len(p.request.EventID) > maxName {
		p.fault(path+".eventId", "has %d bytes, more than %d", len(p.request.EventID), maxName)
		p.request.EventID = ""
	}
	n.release(n.text("eventType"), n.product())
}

// actionTrail reads the data of an ActionTrail CloudEvent, whose type has told
// the product and the eventType.
func (p *parser) actionTrail(path string, data []byte, eventType string) {
	if n, ok := p.notice(path, data); ok {
		n.release(eventType, product)
	}
}

// release reads an audit event: a release, if it tells of a deletion that went
// well.
func (n notice) release(eventType, of string) {
	name := n.text("eventName")
	switch {
	case name == "":
		n.fault(n.path+".eventName", "is missing")
	case eventType == "":
		n.fault(n.path+".eventType", "is missing")
	case !isRelease(eventType, name):
		n.act(Ignore{quote(name) + " (" + quote(eventType) + ") is no release"})
	case of == "":
		n.fault(n.path, "does not say which product it is of: looked in serviceName, eventSource, referencedResources and resourceType")
	case !strings.EqualFold(of, product):
		n.act(Ignore{"the event is of another product, " + quote(of)})
	case n.errorCode() != "":
		n.act(Ignore{"the call failed with " + quote(n.errorCode())})
	case n.isOtherResource():
		n.act(Ignore{"the resource is no Elasticsearch instance but " + quote(strings.Join(n.resourceTypes(), ", "))})
	default:
		n.released(n.instances(), n.certainty(eventType), "requestParameters, requestParameterJson, referencedResources and resourceName")
	}
}

// released asks for a cleanup of each instance that was found in the places
// looked.
func (n notice) released(found instances, certainty Certainty, looked string) {
	for _, id := range found.ids {
		if strings.HasPrefix(id.String(), logstashPrefix) {
			n.act(Ignore{id.String() + " is a Logstash instance"})
			continue
		}
		n.act(Cleanup{Instance: id, Certainty: certainty})
	}
	if len(found.ids) > 0 {
		return
	}
	n.refusal.Faults = append(n.refusal.Faults, found.refused.Faults...)
	if len(n.refusal.Faults) == 0 {
		n.fault(n.path, "names no instance: looked in %s", looked)
	}
}

// isRelease knows the names of a release. That of an automatic one, on expiry,
// is not documented; both are taken.
func isRelease(eventType, name string) bool {
	switch strings.ToLower(eventType) {
	case "apicall", "consoleoperation":
		return strings.EqualFold(name, "DeleteInstance")
	case "aliyunserviceevent":
		return strings.EqualFold(name, "DeleteInstance") || strings.EqualFold(name, "Release")
	}
	return false
}

// product names the product of a bare ActionTrail event, as far as it says.
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

// isOtherResource says whether the event names resources of the product, and
// none is an instance: Logstash has the same operations.
func (n notice) isOtherResource() bool {
	other := false
	for _, t := range n.resourceTypes() {
		if isInstanceType(t) {
			return false
		}
		other = other || strings.HasPrefix(strings.ToLower(t), "acs::elasticsearch::")
	}
	return other
}

func isInstanceType(t string) bool {
	return strings.EqualFold(t, instanceType) || strings.EqualFold(t, "Instance")
}

// certainty reads what deleteType says, the API's or the console's choice
// between at once and, for 24 hours, revocable. What the API does when none is
// given is not documented. The service itself releases at once.
func (n notice) certainty(eventType string) Certainty {
	for _, raw := range n.parameters() {
		for _, deleteType := range texts(lookup(raw, "deleteType")) {
			switch strings.ToLower(deleteType) {
			case "protective":
				return Revocable
			case "immediate":
				return Certain
			}
		}
	}
	if strings.EqualFold(eventType, "AliyunServiceEvent") {
		return Certain
	}
	return Unknown
}

// config reads a Cloud Config change: a release, if an Elasticsearch instance
// was removed.
func (p *parser) config(path string, data []byte) {
	n, ok := p.notice(path, data)
	if !ok {
		return
	}
	change, resource := n.text("resourceEventType"), n.text("resourceType")
	switch {
	case change == "":
		p.fault(path+".resourceEventType", "is missing")
	case !strings.EqualFold(change, "REMOVE"):
		p.act(Ignore{"the change is " + quote(change) + ", not REMOVE"})
	case resource == "":
		p.fault(path+".resourceType", "is missing")
	case !strings.EqualFold(resource, instanceType):
		p.act(Ignore{"the resource is no Elasticsearch instance but " + quote(resource)})
	default:
		var found instances
		found.add(n, "resourceId", texts(lookup(n.data, "resourceId")))
		n.released(found, Certain, "resourceId")
	}
}
