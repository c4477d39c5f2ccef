package trigger

import "bytes"

// cloudEvent reads a CloudEvent 1.0 in the JSON format, as EventBridge sends it.
//
// Four attributes are REQUIRED and MUST be non-empty strings (CloudEvents 1.0,
// section 3.1.1). Of the others none is read: EventBridge sends times such as
// 2020-11-19T21:04:42.179PRC and attributes of its own, and neither is a reason
// to lose an event.
func (p *parser) cloudEvent(raw []byte) {
	o := p.object("$", raw, "specversion", "id", "source", "type", "data")
	o.attribute("specversion")
	p.request.EventID = o.attribute("id")
	p.request.Source = o.attribute("source")
	o.attribute("type")
	if o.required("data") {
		p.data(o.at("data"), o.raw("data"))
	}
}

func (o *object) attribute(name string) string {
	if !o.required(name) {
		return ""
	}
	text, ok := o.text(name)
	if ok && text == "" {
		o.fault(o.at(name), "is empty")
	}
	return text
}

// data reads the payload: an object, or a string that holds one. Members beside
// the known ones are the sender's own affair.
func (p *parser) data(path string, raw []byte) {
	if raw[0] == '"' {
		raw = unquote(raw)
		if err := syntax(raw); err != nil {
			p.fault(path, "is a string whose text %v", err)
			return
		}
		raw = bytes.TrimSpace(raw)
	}
	if o := p.object(path, raw, "instanceId", "connectedInstanceId", "clientToken", "dryRun"); o != nil {
		o.removal()
	}
}
