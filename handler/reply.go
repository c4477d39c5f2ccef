package handler

import "elasticsearch-disconnect/handler/connection"

// A report is the reply to a removal that went well. Result and RequestId are
// the API's own members, so that a script made for the API reads it too.
type report struct {
	Result              bool                   `json:"Result"`
	RequestID           string                 `json:"RequestId,omitempty"` // the API's; absent when nothing was sent
	InstanceID          connection.InstanceID  `json:"instanceId"`
	ConnectedInstanceID connection.InstanceID  `json:"connectedInstanceId"`
	ClientToken         connection.ClientToken `json:"clientToken"`
	Outcome             connection.State       `json:"outcome"`
	Request             *connection.Unsent     `json:"request,omitempty"` // what a dry run would have sent
}

func newReport(r connection.Removal, o connection.Outcome) report {
	return report{
		Result:              true,
		RequestID:           o.RequestID,
		InstanceID:          r.Instance,
		ConnectedInstanceID: r.Connected,
		ClientToken:         r.ClientToken,
		Outcome:             o.State,
		Request:             o.Unsent,
	}
}

// info is the reply to GET /.
type info struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Region  string `json:"region"`
	DryRun  bool   `json:"dryRun"` // the operator's brake
}

func (h *Handler) info(i Invocation) info {
	return info{Name: Name, Version: h.Build.Version, Commit: h.Build.Commit, Region: i.Region, DryRun: h.Config.DryRun}
}
