package trigger

// timer reads the event of Function Compute's timer trigger. Its payload is a text of
// the trigger's own, here that of the object of a direct event which asks to
// reconcile: nothing else makes sense again and again.
func timer(path string, event []byte) ([]Request, error) {
	var r reader
	o := r.readObject(path, event, "triggerTime", "triggerName", "payload")
	at, _ := o.text("triggerTime")
	name, _ := o.text("triggerName")
	about := Request{EventID: o.logged(o.at("triggerTime"), at), Source: o.logged(o.at("triggerName"), name)}
	request := scheduled(o)
	about.Scope = request.Scope
	return about.asking(r.faults, request)
}

// scheduled reads the payload.
func scheduled(o *object) Request {
	const wanted = `{"reconcile":true}, which may have dryRun, regionId, accountId and clientToken besides`
	if !o.required("payload") {
		return Request{}
	}
	payload, err := document(o.value("payload"))
	if err != nil || string(lookup(payload, "reconcile")) != "true" {
		shown := o.value("payload")
		if shown[0] == '"' {
			shown = unquote(shown)
		}
		o.fault(o.at("payload"), "is %s; put there the text of %s", quote(string(shown)), wanted)
		return Request{}
	}
	return removal(o.reader, o.at("payload"), payload, "")
}
