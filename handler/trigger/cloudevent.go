package trigger

import "strings"

// cloudEvent reads a CloudEvent 1.0 in the JSON format, as EventBridge sends it.
//
// Four attributes are REQUIRED and MUST be non-empty strings (CloudEvents 1.0,
// section 3.1.1). Of the others none is read: EventBridge sends times such as
// 2020-11-19T21:04:42.179PRC and attributes of its own, and neither is a reason
// to lose an event.
func (p *parser) cloudEvent(path string, raw []byte) {
	o := p.object(path, raw, "specversion", "id", "source", "type", "data")
	o.attribute("specversion")
	p.request.EventID = o.attribute("id")
	p.request.Source = o.attribute("source")
	eventType := o.attribute("type")
	if !o.required("data") {
		return
	}
	data, err := document(o.raw("data"))
	if err != nil {
		p.fault(o.at("data"), "%v", err)
		return
	}
	p.data(o.at("data"), data, eventType)
}

func (o *object) attribute(name string) string {
	if !o.required(name) {
		return ""
	}
	text, ok := o.text(name)
	if ok && text == "" {
		o.fault(o.at(name), "is empty")
	}
	if len(text) > maxName {
		o.fault(o.at(name), "has %d bytes, more than %d", len(text), maxName)
		return ""
	}
	return text
}

// maxName is the longest attribute that is read, in bytes: it is logged.
const maxName = 1024

// Sources and types of the events that Elasticsearch sends (EventBridge,
// "Elasticsearch events").
const (
	productPrefix   = "acs."                       // and the product
	actionTrailType = "elasticsearch:ActionTrail:" // and ApiCall, ConsoleOperation or AliyunServiceEvent
	configType      = "elasticsearch:Config:ConfigurationItemChangeNotification"
)

// data reads the payload by the type of the event: a release, what Elasticsearch
// or another product has to say beside that, or a sender's own event that names
// the instances. Members beside those are the sender's own affair.
func (p *parser) data(path string, data []byte, eventType string) {
	kind, isActionTrail := strings.CutPrefix(eventType, actionTrailType)
	isOther := strings.HasPrefix(p.request.Source, productPrefix) && p.request.Source != productPrefix+product
	switch {
	case isActionTrail && !isOther:
		p.actionTrail(path, data, kind)
	case eventType == configType && !isOther:
		p.config(path, data)
	case strings.HasPrefix(p.request.Source, productPrefix) && !namesBoth(data):
		p.act(Ignore{"the event is of " + quote(p.request.Source) + ", type " + quote(eventType) + ", which is no release"})
	default:
		if o := p.removalObject(path, data); o != nil {
			o.removal()
		}
	}
}

// namesBoth says whether the data of a product's event was transformed to name
// two instances.
func namesBoth(data []byte) bool {
	found := 0
	for name := range members(data) {
		if n := string(name); n == "instanceId" || n == "connectedInstanceId" {
			found++
		}
	}
	return found >= 2
}
