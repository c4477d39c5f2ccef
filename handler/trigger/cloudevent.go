package trigger

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// cloudEvent reads a CloudEvent 1.0 in the JSON format, as EventBridge sends it.
//
// Four attributes are REQUIRED and MUST be non-empty strings (CloudEvents 1.0,
// section 3.1.1). Of the others only those that say where it happened are read:
// EventBridge sends times such as 2020-11-19T21:04:42.179PRC and attributes of its
// own, and neither is a reason to lose an event.
func cloudEvent(path string, event []byte) ([]Request, error) {
	var r reader
	o := r.readObject(path, event, "specversion", "id", "source", "type", "data", "data_base64",
		regionAttribute, originalAccountAttribute, accountAttribute)
	attribute(o, "specversion")
	about := Request{EventID: attribute(o, "id"), Source: attribute(o, "source")}
	eventType := attribute(o, "type")
	about.Scope = attributeScope(o)
	data, at := dataIn(o)
	if data == nil {
		return about.asking(r.faults)
	}
	scope, requests := eventData(notice{&r, at, data}, about.Source, eventType)
	about.Scope = scope.Or(about.Scope)
	return about.asking(r.faults, requests...)
}

// dataIn returns the JSON of the event's data and its path; nil, with a fault, if it has
// none. Binary data comes in base64 (CloudEvents JSON format, section 3.1.1).
func dataIn(o *object) ([]byte, string) {
	const binary = "data_base64"
	if o.value(binary) == nil {
		if !o.required("data") {
			return nil, ""
		}
		data, err := document(o.value("data"))
		if err != nil {
			o.fault(o.at("data"), "%v", err)
		}
		return data, o.at("data")
	}
	if o.value("data") != nil {
		o.fault(o.at(binary), "is not allowed together with data")
		return nil, ""
	}
	text, ok := o.text(binary)
	if !ok {
		return nil, ""
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		o.fault(o.at(binary), "is not base64: %v", err)
		return nil, ""
	}
	data = trim(data)
	if err := syntax(data); err != nil {
		o.fault(o.at(binary), "%v", err)
		return nil, ""
	}
	return data, o.at(binary)
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

// An origin is what a CloudEvent's source and type say about its data: acs.elasticsearch
// and elasticsearch:ActionTrail:ApiCall, for one (EventBridge, "Elasticsearch events"). A
// bare event has none.
type origin struct {
	isCloud   bool   // one of the cloud's products, or its ActionTrail or Config
	isOther   bool   // a product that is not Elasticsearch
	isProduct bool   // Elasticsearch
	service   string // ActionTrail, Config, or another; "" if unknown
	kind      string // the rest of the type, such as ApiCall
}

func originOf(source, eventType string) origin {
	var o origin
	name, _ := strings.CutPrefix(strings.ToLower(source), "acs.")
	o.isCloud = name != strings.ToLower(source)
	o.isOther = o.isCloud && !slices.Contains([]string{product, "actiontrail", "config"}, name)
	prefix, rest, _ := strings.Cut(eventType, ":")
	service, kind, _ := strings.Cut(rest, ":")
	o.isProduct = name == product && o.isCloud || strings.EqualFold(prefix, product)
	for _, known := range []string{"ActionTrail", "Config"} {
		if strings.EqualFold(service, known) {
			o.service, o.kind = known, kind
		}
	}
	return o
}

// eventData reads the data of an event by its members: a request, or a notice of
// ActionTrail or Config. Data that is neither is ignored if one of the cloud's products
// sends it, and is else a request with faults. The scope is the one that a notice names,
// even if it is refused.
func eventData(n notice, source, eventType string) (connection.Scope, []Request) {
	from := originOf(source, eventType)
	isStrict := from.isCloud || source == "" // nobody adds members to these
	isCompliance := from.service == "Config" && strings.EqualFold(from.kind, "NonCompliantNotification")
	switch {
	case namesRequest(n.data):
	case from.isOther, isCompliance:
		return connection.Scope{}, noRelease(source, eventType)
	case lookup(n.data, "eventName") != nil, from.isProduct && from.service == "ActionTrail":
		return n.actionTrail(from)
	case lookup(n.data, "resourceEventType") != nil, from.isProduct && from.service == "Config":
		return n.config()
	case from.isCloud:
		return connection.Scope{}, noRelease(source, eventType)
	}
	return connection.Scope{}, requests(n.reader, n.path, n.data, "", isStrict)
}

func noRelease(source, eventType string) []Request {
	return ignore("the event of " + quote(source) + ", type " + quote(eventType) + ", is not a release")
}
