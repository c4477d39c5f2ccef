package trigger

import "elasticsearch-disconnect/handler/connection"

// removal reads the object that says what to remove, whatever envelope it came
// in, and refuses members it does not know.
func (p *parser) removal(path string, raw []byte) {
	if o := p.removalObject(path, raw); o != nil {
		o.removal()
		o.refuseOthers()
	}
}

func (p *parser) removalObject(path string, raw []byte) *object {
	return p.object(path, raw, "instanceId", "connectedInstanceId", "clientToken", "dryRun", "all")
}

func (o *object) removal() {
	var instance connection.InstanceID
	if o.required("instanceId") {
		instance = parsed(o, "instanceId", connection.ParseInstanceID)
	}
	o.connections(instance, o.flag)
}

// connections reads which connections of the instance are meant, one or all.
// Booleans are read by flag.
func (o *object) connections(instance connection.InstanceID, flag func(string) bool) {
	all := flag("all")
	connected := o.connected(instance, all)
	token := o.clientToken()
	dryRun := flag("dryRun")
	if all {
		o.act(Cleanup{Instance: instance, Certainty: Certain, ClientToken: token, DryRun: dryRun})
		return
	}
	pair := connection.Pair{Instance: instance, Connected: connected}
	o.act(Disconnect{connection.Removal{Pair: pair, ClientToken: token, DryRun: dryRun}})
}

// connected reads the instance at the other end, which is to be given unless
// all are meant.
func (o *object) connected(instance connection.InstanceID, all bool) connection.InstanceID {
	const name = "connectedInstanceId"
	if all {
		if o.raw(name) != nil {
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
func (o *object) clientToken() connection.ClientToken {
	if o.raw("clientToken") != nil || o.idempotencyKey == "" {
		return parsed(o, "clientToken", connection.ParseClientToken)
	}
	token, err := connection.ParseClientToken(o.idempotencyKey)
	if err != nil {
		o.fault("$.headers.Idempotency-Key", "%v", err)
	}
	return token
}
