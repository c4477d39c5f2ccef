package main

import (
	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// Statuses besides the API's own.
const (
	frozen  = "frozen" // released, and can be recovered
	gone    = string(discover.StatusGone)
	unknown = "?"
)

// reportOf returns what was read for a reconcile, as it is shown.
func reportOf(s session, steps []handler.Step) view.Report {
	r := view.Report{Identity: s.who}
	for _, step := range steps {
		survey := newSurvey(step, s.handler.Config.ReconcileLimit)
		r.Connections = append(r.Connections, survey.connections()...)
		r.Scopes = append(r.Scopes, survey.scope)
	}
	return r
}

// A survey is what was read of one scope.
type survey struct {
	step  handler.Step
	scope view.Scope
	ends  map[string]view.End        // by the key of the id
	looks map[connection.Pair]reason // of the leftovers
}

// A reason says what becomes of a leftover, and why.
type reason struct {
	look view.Look
	text string
}

func newSurvey(step handler.Step, limit int) *survey {
	of := step.Request.Scope
	s := &survey{
		step:  step,
		ends:  map[string]view.End{},
		looks: map[connection.Pair]reason{},
		scope: view.Scope{
			Place:       view.Place{Region: of.Region.String(), Account: of.Account.String()},
			Instances:   len(step.Survey.Instances),
			Connections: len(step.Survey.Connections),
			Leftover:    len(step.Survey.Leftover),
			Limit:       limit,
			Withheld:    step.Withheld && len(step.Pairs) > 0,
		},
	}
	s.readLeftovers()
	s.readNotes()
	for id, instance := range step.Survey.Instances {
		s.ends[id.Key()] = endOf(id, instance)
	}
	return s
}

// readLeftovers sets what becomes of each leftover, and the status of its other end.
func (s *survey) readLeftovers() {
	look := view.Remove
	if s.scope.Withheld {
		look = view.Withheld
	} else {
		s.scope.Removable = len(s.step.Pairs)
	}
	for _, pair := range s.step.Pairs {
		s.leftover(pair, view.End{Status: gone}, reason{look: look})
	}
	for _, k := range s.step.Kept {
		s.scope.Kept++
		r := reason{view.Kept, printable.Text(k.Reason)}
		switch {
		case k.Other.Status == elasticsearch.Inactive:
			r.text = k.Connected.String() + " is frozen: it can be recovered for 24 hours"
		case k.Other.Status.MayBeGone():
			r.text = "the API says " + string(k.Other.Status) + ", which does not prove that it is gone"
		}
		s.leftover(k.Pair, endOf(k.Connected, k.Other), r)
	}
	for _, u := range s.step.Unread {
		if u.Connected != (connection.InstanceID{}) {
			s.scope.Unclear++
			s.leftover(u.Pair, view.End{Status: unknown}, reason{view.Unclear, "it could not be asked whether " + u.Connected.String() + " exists: " + explain(u.Err)})
		}
	}
}

func (s *survey) leftover(pair connection.Pair, other view.End, r reason) {
	s.looks[pair] = r
	s.ends[pair.Connected.Key()] = other
}

// readNotes sets what could not be read.
func (s *survey) readNotes() {
	s.scope.Unread, s.scope.Malformed = []view.Note{}, []view.Note{}
	if s.step.Err != nil {
		s.scope.Problem = explain(s.step.Err)
	}
	for _, u := range s.step.Unread {
		if u.Connected == (connection.InstanceID{}) {
			s.scope.Unread = append(s.scope.Unread, view.Note{Instance: u.Instance.String(), Reason: explain(u.Err)})
		}
	}
	for _, m := range s.step.Malformed {
		s.scope.Malformed = append(s.scope.Malformed, view.Note{Instance: m.Of.String(), Reason: printable.Text(m.Reason)})
	}
	s.scope.Whole = s.step.Err == nil && len(s.step.Unread) == 0
}

// connections returns the connections of the scope.
func (s *survey) connections() (all []view.Connection) {
	for _, c := range s.step.Survey.Connections {
		all = append(all, s.connection(c))
	}
	return all
}

func (s *survey) connection(c discover.Connection) view.Connection {
	shown := view.Connection{
		Place:     s.scope.Place,
		Instance:  s.end(c.Instance),
		Connected: s.end(c.Connected),
		Network:   printable.Text(c.NetworkType),
	}
	r, isLeftover := s.looks[c.Pair]
	if shown.Look, shown.Reason = r.look, r.text; !isLeftover && (shown.Instance.Status == frozen || shown.Connected.Status == frozen) {
		shown.Look = view.Frozen
		s.scope.Frozen++
	}
	return shown
}

// end returns an end; of one that is not listed, such as a Logstash instance, only the id.
func (s *survey) end(id connection.InstanceID) view.End {
	e, ok := s.ends[id.Key()]
	if !ok {
		e.Status = unknown
	}
	e.ID = id.String()
	return e
}

func endOf(id connection.InstanceID, i elasticsearch.Instance) view.End {
	return view.End{ID: id.String(), Status: statusText(i.Status), Name: printable.Text(i.Name), VPC: printable.Text(i.VPC)}
}

// statusText returns a status as a report shows it.
func statusText(s elasticsearch.Status) string {
	switch s {
	case "":
		return unknown
	case elasticsearch.Inactive:
		return frozen
	}
	return printable.Text(string(s))
}

// exitOf returns the exit code of a report.
func exitOf(r view.Report) int {
	exit := handler.ExitDone
	for _, s := range r.Scopes {
		switch {
		case !s.Whole:
			return handler.ExitFailed
		case s.Removable > 0, s.Withheld:
			exit = handler.ExitLeft
		}
	}
	return exit
}
