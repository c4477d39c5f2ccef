// Package handler serves events: it reads what an event asks for, finds the connections
// in question, decides which of them to remove, removes them, and reports what became of
// each.
//
// All files are named relative to this directory.
//
// # The path
//
// Data goes one way, and each step hands a value to the next:
//
//	[]byte -trigger.Parse--> Event        requests; a refused event has one, with its error   trigger/
//	       -Finder.Find----> []Finding    the connections of each request                     discover/
//	       -decide---------> plan         a decision on each finding, and all removals        decide.go
//	       -execute--------> []outcome    what became of each removal                         execute.go
//	       -summarize------> []result     what became of each request, in one word            result.go
//	       -reply----------> any          the reports, or a problem, in the event's envelope  reply.go, problem.go
//
// A result embeds its decision, which embeds its Finding: each step adds fields and copies
// none. Handler.handle and Handler.serve (handler.go) are this path. Only discover reads
// the API, with a client that cannot delete, and only execute deletes; it also reads, to
// check that a connection is absent or that an instance exists. decide and summarize are
// pure. The log (log.go) and the reply render results and decide nothing. deadlines
// (handler.go) divides the time of an invocation. Plan (plan.go) stops after decide, and goes
// on when a person agrees: it is for the command.
//
// Beside the path: config.go has the variables, and the regions and endpoints they allow;
// protection.go has the instances whose connections stay;
// invocation.go has the request id, scope and credentials of an invocation; access.go makes
// a client for each scope, with credentials that member.go gets for other accounts; info.go
// has the name and the version. The files of this package use each other in one direction,
// without exception.
//
// # The packages
//
//	connection     ids, pairs, scopes, client tokens, outcomes, errors and their kinds
//	trigger        bytes in, a typed Event out; the struct of an HTTP response
//	discover       the connections of an instance, of a deleted one, and of a region
//	elasticsearch  the OpenAPI client: operations, error codes, retries; elasticsearchtest is a stand-in server
//	sts            the Security Token Service: a role in another account, and whose credentials are
//	acs3           the signature ACS3-HMAC-SHA256
//	parallel       concurrent calls, each panic as the error of its call; groups; values made once
//	cmd            the command for people: report, removal after a question, checks before a deployment, alerts
//	               go run ./handler/cmd/elasticsearch-disconnect/fleettest/serve has a fleet to try it against
//
// # Words
//
//	pair       two connected instances; the request goes to Instance
//	scope      a region and an account (of a request to reconcile: a place); the function's own unless the event says otherwise
//	member     another account, in which the function assumes a role
//	cleanup    the removal of all connections of one instance
//	leftover   a connection whose other end is in no reading of the region's instance list
//	reconcile  the removal of all leftovers whose other end is proven not to exist; the others are kept
//	protected  an instance in PROTECTED_INSTANCES: no connection of it is removed
//	withheld   not removed before a person approves: there are more leftovers than RECONCILE_LIMIT
//	absent     the connection was already removed; success if an earlier request may have done it
//	outcome    what became of a connection (connection.State) or of a request (result.go), in one word
//
// # How to change it
//
// A new form of event, for example from another bus: a case in formOf (trigger/trigger.go)
// and one function that reads the form into requests, as in trigger/cloudevent.go; if the
// form is not one of the shapes, a Shape and its case in IsDelivered, which says whether
// anyone waits for the reply. The form has to give a request its EventID and Source, or a
// repetition has another client token. An event that wraps a request is read as a timer's
// payload is (scheduled in trigger/direct.go). A recorded event with its want under
// ../events; soak takes who sends it from the name of its file.
//
// A new outcome, for example deferred. Of a connection: a State in connection/connection.go;
// decide marks a removal that must not be sent, execute.execute or elasticsearch sets the
// State; Result in renderer.connection (reply.go). Of a request: a constant (result.go). For
// both: result.word, where a part without an error counts as done, and exitCode (result.go);
// its level in logger.write, and whether logger.result repeats it (log.go); failed or done
// in renderer.parts (reply.go), which decides the status and whether the event is delivered
// again. Then Outcomes in export_test.go and the list in reconcile_world_test.go, the
// READMEs (go test . -run TestGenerated -update; the columns beside a word are written by
// hand), and an alert under logs/alerts if a person has to act.
//
// A new error code of the API: a row, or an entry in one, of rows in elasticsearch/code.go:
// it gives the kind and the class, that is whether the call is tried again and when. "Not
// done, try again in a minute" is class retryWhenIdle: 3 s doubled to 30, for an event until
// its deadline. The waits of each class and the number of attempts are in
// elasticsearch/retry.go; retryPolicy in handler.go says which events are tried until their
// deadline; what follows a throttled call for all others is in elasticsearch/pace.go. The
// advice to a person is beside the table of codes. The same row in meanings (answer_test.go)
// and in the README's table.
//
// A new action: a type in trigger/trigger.go; how its connections are found in
// Finder.examine (discover/discover.go); rules.removal, rules.isDryRun and rules.decision
// (decide.go); result.word (result.go); its report (reply.go).
//
// A new variable: a row in variables (config.go), s.yaml and .env.example; tests compare
// them.
//
// A text of a failure: the status and title of each kind are statusAndTitle in problem.go;
// the detail is written where the failure is found, for the API's answers in
// elasticsearch/answer.go and failure.go, for refused events in trigger. What to do about it
// is a connection.Advice, in the words of the function and in those of the command, which
// shows the cause too.
//
// What an event expects of an instance: trigger/notice.go, by the names in trigger/names.go.
// What proves that the instance is gone: discover/proof.go, and prover.go immediately before
// the first of its removals. When a list of instances is whole: discover/reading.go. Which
// instances are protected: protection.go.
//
// Several places: trigger/places.go reads them, and nothing else knows of them. Scopes, of
// places as of a batch, never wait for each other: Finder.Find and executor.execute go by
// scope, and each client has its own bound of calls (access.go).
package handler
