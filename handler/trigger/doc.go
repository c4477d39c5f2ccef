// Package trigger reads the bytes of an event into a typed [Event], and puts the
// reply into the envelope that the event came in.
//
// The form of an event follows from its members alone:
//
//   - an FC 3.0 HTTP trigger has requestContext.http ([HTTP]);
//   - a CloudEvent 1.0 has a member specversion, data or data_base64; the bare
//     data of one has eventName (ActionTrail) or resourceEventType (Cloud
//     Config); an array holds any of these, or strings that hold them
//     ([EventBridge]);
//   - Function Compute's timer has triggerTime and triggerName ([Timer]);
//   - everything else comes from `s invoke` or a rule-target transform
//     ([Direct]).
//
// [Parse] finds that form in one switch (formOf) and calls the form's one function,
// which returns a [Request] for each [Action] that the event asks for. The scope of
// a Request is that of the event's data, else that of the CloudEvent's attributes. A request
// to reconcile several places becomes one Request for each (places.go).
//
// An event that may report a release is a hint: it names instances, and [Expects] them
// gone or perhaps gone. Only the API proves it. The names of events that cannot be a
// release, and of those that are, are one table (names.go). A request is never ignored.
//
// Every fault of an event is reported at once, with its JSON path from the root
// of the event. The shape is set even when Parse fails: a bad HTTP request needs a
// response, a bad CloudEvent has to fail the invocation.
package trigger
