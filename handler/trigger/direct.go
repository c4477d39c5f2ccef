package trigger

import "elasticsearch-disconnect/handler/connection"

// direct reads the object that says what to remove, without an envelope.
func direct(path string, event []byte) ([]Request, error) {
	var r reader
	action := removal(&r, path, event, "")
	return Request{}.asking(r.faults, action)
}

// removal reads the object that says what to remove, and refuses members it
// does not know. The key is the token of one that has none.
func removal(r *reader, path string, raw []byte, key string) Action {
	o := removalObject(r, path, raw)
	if o == nil {
		return nil
	}
	action := removalIn(o, key)
	o.refuseOthers()
	return action
}

func removalObject(r *reader, path string, raw []byte) *object {
	return r.readObject(path, raw, "instanceId", "connectedInstanceId", "clientToken", "dryRun", "all")
}

func removalIn(o *object, key string) Action {
	var instance connection.InstanceID
	if o.required("instanceId") {
		instance = parsed(o, "instanceId", connection.ParseInstanceID)
	}
	return connections(o, instance, o.flag, key)
}

// connections reads which connections of the instance are meant, one or all.
// Booleans are read by flag.
func connections(o *object, instance connection.InstanceID, flag func(string) bool, key string) Action {
	all := flag("all")
	connected := connectedInstance(o, instance, all)
	token := clientToken(o, key)
	dryRun := flag("dryRun")
	if all {
		return Cleanup{Instance: instance, Certainty: Certain, ClientToken: token, DryRun: dryRun}
	}
	pair := connection.Pair{Instance: instance, Connected: connected}
	return Disconnect{connection.Removal{Pair: pair, ClientToken: token, DryRun: dryRun}}
}

// connectedInstance reads the instance at the other end, which is to be given
// unless all are meant.
func connectedInstance(o *object, instance connection.InstanceID, all bool) connection.InstanceID {
	const name = "connectedInstanceId"
	if all {
		if o.value(name) != nil {
			o.fault(o.at(name), "is given, and all is true: it is one or all")
		}
		return connection.InstanceID{}
	}
	if !o.required(name) {
		return connection.InstanceID{}
	}
	id := parsed(o, name, connection.ParseInstanceID)
	if id == instance && id != (connection.InstanceID{}) {
		o.fault(o.at(name), "is the same instance as instanceId")
	}
	return id
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
