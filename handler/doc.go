// Package handler serves events: it reads what an event asks for, finds out which
// connections that is about, decides which are removed, removes them, and reports
// what became of each.
//
// # The path
//
// Data goes one way, and each step hands a value to the next:
//
//	[]byte -trigger.Parse--> Event        what is asked                         trigger/
//	       -Finder.Find----> []Finding    which connections that is about       discover/
//	       -decide---------> []removal    which are removed, each once          decide.go
//	       -execute--------> []outcome    what became of each                   execute.go
//	       -settle---------> []result     one for each request, with its word   result.go
//	       -reply----------> any, error   the results in the event's envelope   reply.go
//
// Handler.handle and Handler.serve in handler.go are this path. Only discover
// reads the API, and it is given a client that cannot delete; only execute
// deletes. decide and settle are pure. The log (log.go) and the reply render
// results: they decide nothing, and nothing reads them.
//
// # The packages
//
//	connection     instances, pairs, client tokens, outcomes, errors and their kinds
//	trigger        bytes in, a typed Event out; the envelopes of replies; HTTP status and title of each kind
//	discover       which connections an instance has, also one that is gone
//	elasticsearch  the OpenAPI client: operations, error codes, retries; elasticsearchtest is a stand-in server
//	acs3           the signature ACS3-HMAC-SHA256
//	parallel       calls side by side, each with its panic as an error
//
// Besides the path: config.go reads the environment, invocation.go takes the
// request id, the region and the credentials from Function Compute or from the
// command line, access.go makes the client when it is first needed.
//
// # Words
//
//	pair       two connected instances; Instance is the side that is asked
//	cleanup    the removal of all connections of one instance
//	sweep      asking every instance of the region whether it is connected with one that is gone
//	token      the client token: the API carries out a token once; derived (decide.go) when the caller gives none
//	absent     the connection, or an instance of it, was not there: done, if it may have been removed before
//	outcome    what became of a connection or a request, in one word (connection.State, result.go)
//	kind       why something failed, in one word (connection.Kind)
//
// # How to change it
//
// A new form of event: a case in trigger's formOf, and a function that reads it
// into actions; a recorded event under events/.
//
// A new action: its type in trigger, how its connections are found in
// Finder.examine, a case in rules.removal (decide.go) and in result.word
// (result.go), its report in reply.go.
//
// A new variable: a row in variables (config.go), and in s.yaml and .env.example,
// which tests hold to that list.
//
// A code of the API: elasticsearch/code.go says what it means, and whether and
// how long to wait before it is tried again; elasticsearch/retry.go has the waits,
// elasticsearch/hint.go what a person can do about it.
//
// The words of a failure: the status and title of each kind are one table in
// trigger; the message is made where the failure is.
//
// Which events are a release, and how certain it is: trigger's release rules;
// what follows from the certainty: notYet in discover/discover.go.
package handler
