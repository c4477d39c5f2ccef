// Package trigger is the door of the function: event bytes go in, a typed
// [Event] comes out; and the reply leaves in the envelope the event came in.
//
// What an event is, its content alone tells:
//
//   - an FC 3.0 HTTP trigger has a member requestContext or rawPath ([HTTP]);
//   - a CloudEvent 1.0 has a member specversion or data; the bare data of one
//     has eventName (ActionTrail) or resourceEventType (Cloud Config); an array
//     holds any of these, or strings that hold them ([EventBridge]);
//   - what `s invoke` or a rule-target transform sends is none of these
//     ([Direct]).
//
// And what it asks for, an [Action] says: to remove one connection, to remove
// all connections of an instance that was released, nothing, or to tell what
// this function is.
//
// [Parse] reports every fault of an event at once, each with its JSON path from
// the root of the event, and says which shape it saw even when it fails: a bad
// HTTP request has to be answered, a bad CloudEvent has to fail the invocation.
package trigger
