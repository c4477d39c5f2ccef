package trigger

import (
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// direct reads an event without an envelope: the object of a request.
func direct(path string, event []byte) ([]Request, error) {
	var r reader
	all := requests(&r, path, event, "", true)
	return Request{}.asking(r.faults, all...)
}

// requests reads the object of a request, which is several if it names several places. key
// is the Idempotency-Key header, the client token of an object that has none. Unknown
// members are refused; if not strict, only those that resemble one of a request: the others
// are the sender's own.
func requests(r *reader, path string, raw []byte, key string, isStrict bool) (all []Request) {
	o := r.readObject(path, raw, "instanceId", "connectedInstanceId", "clientToken", "dryRun", "all", "force", "reconcile", "regionId", "accountId", "regionIds", "accountIds")
	if o == nil {
		return nil
	}
	isReconcile := o.flag("reconcile")
	if isReconcile {
		all = reconciles(o, key)
	} else {
		o.refuseEach("is only allowed together with reconcile: instances are in one place, named by regionId and accountId", "regionIds", "accountIds")
		all = []Request{connections(o, instanceID(o, "instanceId"), o.flag, key)}
	}
	o.refuseOthers(func(name []byte) bool {
		isLike := func(member string) bool { return isWithin(0, string(name), member) }
		return isStrict || resemblesRequest(name) || slices.ContainsFunc(o.names, isLike) || isReconcile && resemblesPlaces(name)
	})
	return all
}

// reconciles reads a request to reconcile: one for each place that it names.
func reconciles(o *object, key string) (all []Request) {
	o.refuseEach("is not allowed together with reconcile, which covers all instances", "instanceId", "connectedInstanceId", "all", "force")
	where := places(o)
	action := Reconcile{ClientToken: clientToken(o, key), DryRun: o.flag("dryRun")}
	for _, place := range where {
		all = append(all, Request{Scope: place, Action: action})
	}
	return all
}

// connections reads a request for one or all connections of the instance. flag
// reads a boolean: in a query booleans are strings.
func connections(o *object, instance connection.InstanceID, flag func(string) bool, key string) Request {
	const other = "connectedInstanceId"
	all := flag("all")
	var connected connection.InstanceID
	if !all {
		connected = instanceID(o, other)
	} else if o.value(other) != nil {
		o.fault(o.at(other), "is not allowed together with all: name one connection, or ask for all")
	}
	if connected.Same(instance) && connected != (connection.InstanceID{}) {
		o.fault(o.at(other), "is the same instance as instanceId")
	}
	force := flag("force")
	if force && !all {
		o.fault(o.at("force"), "is only allowed together with all; removing a single connection needs no force")
	}
	token := clientToken(o, key)
	dryRun := flag("dryRun")
	request := Request{Scope: requestScope(o)}
	if all {
		request.Action = Cleanup{Instance: instance, Requested: true, ClientToken: token, DryRun: dryRun, Force: force}
	} else {
		pair := connection.Pair{Instance: instance, Connected: connected}
		request.Action = Disconnect{connection.Removal{Pair: pair, ClientToken: token, DryRun: dryRun}}
	}
	return request
}

func instanceID(o *object, name string) connection.InstanceID {
	o.required(name)
	return parsed(o, name, connection.ParseInstanceID)
}

// clientToken reads the member or else, over HTTP, the Idempotency-Key header
// (draft-ietf-httpapi-idempotency-key-header).
func clientToken(o *object, key string) connection.ClientToken {
	if o.value("clientToken") != nil || key == "" {
		return parsed(o, "clientToken", connection.ParseClientToken)
	}
	token, err := connection.ParseClientToken(key)
	if err != nil {
		o.fault("$.headers.Idempotency-Key", "%v", err)
	}
	if strings.Contains(key, ",") { // as the gateway joins two headers
		o.fault("$.headers.Idempotency-Key", "is given more than once: %s", quote(key))
	}
	return token
}

// requestScope reads the scope of a request. A malformed member is a fault: it was
// written for this function.
func requestScope(o *object) connection.Scope {
	return connection.Scope{
		Region:  parsed(o, "regionId", connection.ParseRegion),
		Account: parsed(o, "accountId", connection.ParseAccountID),
	}
}

// timer reads the event of Function Compute's timer trigger. Its payload, a text
// from the trigger's configuration, is a request with reconcile: the only one that
// makes sense to repeat.
func timer(path string, event []byte) ([]Request, error) {
	var r reader
	o := r.readObject(path, event, "triggerTime", "triggerName", "payload")
	about := Request{EventID: o.anyText("triggerTime"), Source: o.anyText("triggerName")}
	all := scheduled(o)
	return about.asking(r.faults, all...)
}

// anyText returns a member of any type as text, "" for null.
func (o *object) anyText(name string) string {
	raw := o.value(name)
	switch {
	case raw == nil || raw[0] == 'n':
		return ""
	case raw[0] == '"':
		raw = unquote(raw)
	}
	return o.logged(o.at(name), string(raw))
}

// scheduled reads the payload.
func scheduled(o *object) []Request {
	const wanted = `{"reconcile":true}, optionally with dryRun, regionIds, accountIds and clientToken`
	if !o.required("payload") {
		return nil
	}
	payload, err := document(o.value("payload"))
	if err != nil || string(lookup(payload, "reconcile")) != "true" {
		shown := o.value("payload")
		if shown[0] == '"' {
			shown = unquote(shown)
		}
		o.fault(o.at("payload"), "is %s, want %s", quote(string(shown)), wanted)
		return nil
	}
	return requests(o.reader, o.at("payload"), payload, "", true)
}
