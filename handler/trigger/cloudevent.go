package trigger

import (
	"cmp"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// Sources and types of the events that Elasticsearch sends (EventBridge,
// "Elasticsearch events").
const (
	productPrefix   = "acs."                       // and the product
	actionTrailType = "elasticsearch:ActionTrail:" // and ApiCall, ConsoleOperation or AliyunServiceEvent
	configType      = "elasticsearch:Config:ConfigurationItemChangeNotification"
)

// cloudEvent reads a CloudEvent 1.0 in the JSON format, as EventBridge sends it.
//
// Four attributes are REQUIRED and MUST be non-empty strings (CloudEvents 1.0,
// section 3.1.1). Of the others only those that say where it happened are read:
// EventBridge sends times such as 2020-11-19T21:04:42.179PRC and attributes of its
// own, and neither is a reason to lose an event.
func cloudEvent(path string, event []byte) ([]Request, error) {
	var r reader
	o := r.readObject(path, event, "specversion", "id", "source", "type", "data",
		regionAttribute, originalAccountAttribute, accountAttribute)
	attribute(o, "specversion")
	about := Request{EventID: attribute(o, "id"), Source: attribute(o, "source")}
	eventType := attribute(o, "type")
	about.Scope = attributeScope(o)
	if !o.required("data") {
		return about.asking(r.faults)
	}
	data, err := document(o.value("data"))
	if err != nil {
		r.fault(o.at("data"), "%v", err)
		return about.asking(r.faults)
	}
	scope, requests := eventData(&r, o.at("data"), data, about.Source, eventType)
	about.Scope = scope.Or(about.Scope)
	return about.asking(r.faults, requests...)
}

func attribute(o *object, name string) string {
	o.required(name)
	text, ok := o.text(name)
	if ok && text == "" {
		o.fault(o.at(name), "is empty")
	}
	return o.logged(o.at(name), text)
}

// logged returns the text, or "" with a fault if it is too long for the log.
func (r *reader) logged(path, text string) string {
	const most = 1024 // bytes
	if len(text) > most {
		r.fault(path, "has %d bytes, more than %d", len(text), most)
		return ""
	}
	return text
}

// The attributes of a CloudEvent that name its scope. EventBridge routes events
// between regions and accounts, and whether it rewrites these attributes is not
// documented: the data's own scope comes first.
const (
	regionAttribute          = "aliyunregionid"
	originalAccountAttribute = "aliyunoriginalaccountid" // of an event routed from another account
	accountAttribute         = "aliyunaccountid"
)

func attributeScope(o *object) connection.Scope {
	return connection.Scope{
		Region: regionIn(o.value(regionAttribute)),
		Account: cmp.Or(
			o.account(o.path, originalAccountAttribute, o.value(originalAccountAttribute)),
			o.account(o.path, accountAttribute, o.value(accountAttribute)),
		),
	}
}

// eventData reads the data by the type of the event: a notice of a release, another
// event of Elasticsearch or of another product, or a custom event that names the
// instances and may have members of its own. The scope is the one that the data
// names, even if the data is refused.
func eventData(r *reader, path string, data []byte, source, eventType string) (connection.Scope, []Request) {
	kind, isActionTrail := strings.CutPrefix(eventType, actionTrailType)
	isProduct := strings.HasPrefix(source, productPrefix)
	isOther := isProduct && source != productPrefix+product
	switch {
	case isActionTrail && !isOther:
		n := notice{r, path, data}
		return n.actionTrailScope(), n.actionTrail(kind, product)
	case eventType == configType && !isOther:
		n := notice{r, path, data}
		return n.configScope(), n.config()
	case isProduct && !namesBoth(data):
		return connection.Scope{}, ignore("the event of " + quote(source) + ", type " + quote(eventType) + ", is not a release")
	}
	o := removalObject(r, path, data)
	if o == nil {
		return connection.Scope{}, nil
	}
	request := asked(o, "")
	return request.Scope, []Request{request}
}

// namesBoth reports whether a rule's transformation made a product's event name two
// instances.
func namesBoth(data []byte) bool {
	found := 0
	for name := range members(data) {
		if n := string(name); n == "instanceId" || n == "connectedInstanceId" {
			found++
		}
	}
	return found >= 2
}
