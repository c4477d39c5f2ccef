// Package handler serves events: it reads what an event asks for, finds out which
// connections that is about, decides which are removed, removes them, and reports
// what became of each.
//
// Files are named from this folder on.
//
// # The path
//
// Data goes one way, and each step hands a value to the next:
//
//	[]byte -trigger.Parse--> Event        what is asked                         trigger/
//	       -Finder.Find----> []Finding    which connections that is about       discover/
//	       -decide---------> plan         what is done about each, and which    decide.go
//	                                      connections are removed, each once
//	       -execute--------> []outcome    what became of each removal           execute.go
//	       -summarize------> []result     one for each request, with its word   result.go
//	       -reply----------> any, error   the results in the event's envelope   reply.go
//
// A decision holds the Finding that it is about, and a result the decision.
//
// Handler.handle and Handler.serve in handler.go are this path. discover reads the
// API with a client that cannot delete; only execute deletes. It reads once more
// where the API calls a connection absent, and before it removes what a survey found
// left over (confirm). decide and summarize are pure. The log
// (log.go) and the reply render results: they decide nothing, and nothing reads
// them. The time there is for reading, for removing and for the reply is deadlines
// in handler.go.
//
// # The packages
//
//	connection     instances, pairs, client tokens, outcomes, errors and their kinds
//	trigger        bytes in, a typed Event out; the envelopes of replies
//	discover       which connections an instance has, also one that is gone
//	elasticsearch  the OpenAPI client: operations, error codes, retries; elasticsearchtest is a stand-in server
//	acs3           the signature ACS3-HMAC-SHA256
//	parallel       calls side by side, or once for several, each with its panic as an error
//	cmd            the command for people: the report of a region, the question before a removal, the checks before a deployment
//
// Besides the path: config.go reads the environment, and says where a request is
// served. invocation.go takes the request id, the scope and the credentials from
// Function Compute or from the command line. access.go makes the client for each scope
// when it is first needed, and member.go gets the credentials for another account.
// info.go says which program this is.
//
// # Words
//
//	pair       two connected instances; Instance is the side that is asked
//	scope      a region and an account; what an event does not say of it is the function's own
//	member     another account, in which the function assumes a role
//	cleanup    the removal of all connections of one instance
//	sweep      asking every instance of a scope whether it is connected with one that is gone
//	survey     asking every instance of a scope with which it is connected (discover/survey.go)
//	leftover   a connection whose other end is in no reading of the list
//	reconcile  the removal of the leftovers whose other end is proven not to exist; the others are kept
//	withheld   there are more leftovers than RECONCILE_LIMIT, so none is removed
//	reading    one pass over the pages of the list of instances; a sweep or a survey takes one or more (discover/reading.go, region.go)
//	odd entry  one of a list that is no instance id: passed over, and logged once
//	pace       how fast the process may call the API; the calls of a scope share it (elasticsearch/pace.go)
//	token      the client token: the API carries out a token once; derived (decide.go) when the caller gives none
//	absent     the connection, or an instance of it, was not there: done, if it may have been removed before
//	           and no instance that exists lists the other (execute.go)
//	outcome    what became of a connection or a request, in one word (connection.State, result.go)
//	kind       why something failed, in one word (connection.Kind)
//
// # How to change it
//
// A new form of event: a case in trigger's formOf, and a function that reads it
// into actions; a recorded event under events/.
//
// A new action: its type in trigger, how its connections are found in
// Finder.examine, a case in rules.removal, rules.isDryRun and rules.decision (decide.go) and in
// result.word (result.go), its report in reply.go.
//
// A new variable: a row in variables (config.go), and in s.yaml and .env.example,
// which tests hold to that list.
//
// A code of the API: elasticsearch/code.go has its kind, its class (is it retried,
// and how) and what a person can do. elasticsearch/retry.go has the waits of each
// class and the number of attempts; retryPolicy in handler.go, which events are
// retried until their deadline; pace.go, what follows a throttled call.
//
// The words of a failure: the status and title of each kind are statusAndTitle in
// problem.go; the message is made where the failure is found, for an answer of the
// API in elasticsearch/answer.go and failure.go. A request that is refused has its status
// where trigger refuses it.
//
// Which events are a release, and how certain it is: trigger/notice.go (isRelease,
// config, certainty); what follows from it: examineInstance and notYet in
// discover/discover.go.
package handler
