package trigger

import "elasticsearch-disconnect/handler/connection"

// removal reads the object that says what to remove, whatever envelope it came
// in, and refuses members it does not know.
func (p *parser) removal(path string, raw []byte) {
	if o := p.object(path, raw, "instanceId", "connectedInstanceId", "clientToken", "dryRun"); o != nil {
		o.removal()
		o.refuseOthers()
	}
}

func (o *object) removal() {
	if o.required("instanceId") {
		o.request.Removal.Instance = parsed(o, "instanceId", connection.ParseInstanceID)
	}
	o.peer()
	o.request.Removal.DryRun = o.flag("dryRun")
}

// peer reads the instance at the other end, and the client token.
func (o *object) peer() {
	r := &o.request.Removal
	if o.required("connectedInstanceId") {
		r.Connected = parsed(o, "connectedInstanceId", connection.ParseInstanceID)
	}
	if r.Connected == r.Instance && r.Connected != (connection.InstanceID{}) {
		o.fault(o.at("connectedInstanceId"), "is the same instance as instanceId")
	}
	r.ClientToken = parsed(o, "clientToken", connection.ParseClientToken)
}
