// Package trigger reads the bytes of an event into a typed [Event], and puts the
// reply into the envelope that the event came in.
//
// The content of an event alone says what it is:
//
//   - an FC 3.0 HTTP trigger has requestContext.http ([HTTP]);
//   - a CloudEvent 1.0 has a member specversion or data; the bare data of one
//     has eventName (ActionTrail) or resourceEventType (Cloud Config); an array
//     holds any of these, or strings that hold them ([EventBridge]);
//   - Function Compute's timer has triggerTime and triggerName ([Timer]);
//   - what `s invoke` or a rule-target transform sends is none of these
//     ([Direct]).
//
// [Parse] finds that form in one switch (formOf) and calls the form's one function,
// which reads what such an event asks for: a [Request] for each [Action]. A reader
// knows only JSON and collects faults. Each Request has the scope that its event
// names: that of the data first, then that of the CloudEvent's attributes.
//
// Every fault of an event is reported at once, with its JSON path from the root
// of the event. The shape is known even when Parse fails: a bad HTTP request has
// to be answered, a bad CloudEvent has to fail the invocation.
package trigger
