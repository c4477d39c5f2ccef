// Package trigger is the door of the function: event bytes go in, a typed
// [Request] comes out; and the reply leaves in the envelope the event came in.
//
// Three shapes of event are known, and told apart by their content alone:
//
//   - [HTTP], an FC 3.0 HTTP trigger: has a member requestContext or rawPath;
//   - [EventBridge], a CloudEvent 1.0: has a member specversion or data;
//   - [Direct], what `s invoke` or a rule-target transform sends: all others.
//
// [Parse] reports every fault of an event at once, each with its JSON path from
// the root of the event, and says which shape it saw even when it fails: a bad
// HTTP request has to be answered, a bad CloudEvent has to fail the invocation.
package trigger
