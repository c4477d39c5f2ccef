package trigger

import "elasticsearch-disconnect/handler/connection"

// direct reads the object that says what to remove, without an envelope.
func direct(path string, event []byte) ([]Request, error) {
	var r reader
	request := removal(&r, path, event, "")
	return request.asking(r.faults, request)
}

// removal reads the object that says what to remove, and refuses members it
// does not know. The key is for one without a clientToken.
func removal(r *reader, path string, raw []byte, key string) Request {
	o := removalObject(r, path, raw)
	if o == nil {
		return Request{}
	}
	request := asked(o, key)
	o.refuseOthers("")
	return request
}

func removalObject(r *reader, path string, raw []byte) *object {
	return r.readObject(path, raw, "instanceId", "connectedInstanceId", "clientToken", "dryRun", "all", "force", "reconcile", "regionId", "accountId")
}

// asked reads what is to be removed: what is left over in a scope, or connections
// of one instance.
func asked(o *object, key string) Request {
	if !o.flag("reconcile") {
		return connections(o, instanceID(o, "instanceId"), o.flag, key)
	}
	for _, name := range []string{"instanceId", "connectedInstanceId", "all", "force"} {
		if o.value(name) != nil {
			o.fault(o.at(name), "is given, and reconcile is true, which is about all instances")
		}
	}
	return Request{Scope: requestScope(o), Action: Reconcile{ClientToken: clientToken(o, key), DryRun: o.flag("dryRun")}}
}

// connections reads which connections of the instance are meant, one or all, and
// where it is. Booleans are read by flag.
func connections(o *object, instance connection.InstanceID, flag func(string) bool, key string) Request {
	const other = "connectedInstanceId"
	all := flag("all")
	var connected connection.InstanceID
	if !all {
		connected = instanceID(o, other)
	} else if o.value(other) != nil {
		o.fault(o.at(other), "is given, and all is true: it is one or all")
	}
	if connected == instance && connected != (connection.InstanceID{}) {
		o.fault(o.at(other), "is the same instance as instanceId")
	}
	force := flag("force")
	if force && !all {
		o.fault(o.at("force"), "is true, and all is not: one connection is removed without")
	}
	token := clientToken(o, key)
	dryRun := flag("dryRun")
	request := Request{Scope: requestScope(o)}
	if all {
		request.Action = Cleanup{Instance: instance, Certainty: Requested, ClientToken: token, DryRun: dryRun, Force: force}
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
	return token
}
