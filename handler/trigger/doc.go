// Package trigger reads the bytes of an event into a typed [Event], and puts the
// reply into the envelope that the event came in.
//
// What an event is, its content alone says:
//
//   - an FC 3.0 HTTP trigger has requestContext.http ([HTTP]);
//   - a CloudEvent 1.0 has a member specversion or data; the bare data of one
//     has eventName (ActionTrail) or resourceEventType (Cloud Config); an array
//     holds any of these, or strings that hold them ([EventBridge]);
//   - Function Compute's timer has triggerTime and triggerName ([Timer]);
//   - what `s invoke` or a rule-target transform sends is none of these
//     ([Direct]).
//
// [Parse] finds that form and calls the one function that says what such an
// event asks for. It reads objects with a reader, which knows only JSON and
// collects faults, and makes of them a [Request] for each [Action]: to remove
// one connection, to remove all of an instance, to remove what is left over in a
// scope, nothing, or to say what this function is. Each has the scope that its event names, in which it is to be done:
// the data's own word first, then the attributes of its CloudEvent.
//
// Every fault of an event is reported at once, with its JSON path from the root
// of the event. The shape is known even when Parse fails: a bad HTTP request has
// to be answered, a bad CloudEvent has to fail the invocation.
package trigger
