package call

import (
	"encoding/json"

	"elasticsearch-disconnect/handler/connection"
)

// An Event is what the function is asked for: the connection of two instances, all
// connections of Instance, or with Reconcile the leftovers of a region. Its JSON is a
// direct event (handler/README.md, "Events").
type Event struct {
	Instance  connection.InstanceID `json:"instanceId,omitzero"`
	Connected connection.InstanceID `json:"connectedInstanceId,omitzero"`
	All       bool                  `json:"all,omitempty"`
	Force     bool                  `json:"force,omitempty"`
	Reconcile bool                  `json:"reconcile,omitempty"`
	connection.Scope
	DryRun bool `json:"dryRun,omitempty"`
}

// bytes returns the body of the request.
func (e Event) bytes() []byte {
	text, _ := json.Marshal(e) // ids and booleans are JSON
	return text
}
