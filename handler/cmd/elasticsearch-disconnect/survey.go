package main

import (
	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// reportOf returns what was read for a reconcile, as it is shown.
func reportOf(s session, steps []handler.Step) view.Report {
	r := view.Report{Identity: s.who}
	for _, step := range steps {
		connections := connectionsOf(step)
		r.Connections = append(r.Connections, connections...)
		r.Scopes = append(r.Scopes, scopeOf(step, s.handler.Config.ReconcileLimit, connections))
	}
	return r
}

func placeOf(step handler.Step) view.Place {
	return view.Place{Region: step.Request.Scope.Region.String(), Account: step.Request.Scope.Account.String()}
}

func isWithheld(step handler.Step) bool { return step.Withheld && len(step.Pairs) > 0 }

// isLeftover reports whether what could not be asked is whether the other end exists, and not
// what an instance is connected with.
func isLeftover(u discover.Unread) bool { return u.Connected != connection.InstanceID{} }

// scopeOf counts what was read of a scope, and says what could not be read.
func scopeOf(step handler.Step, limit int, connections []view.Connection) view.Scope {
	s := view.Scope{
		Place:       placeOf(step),
		Instances:   len(step.Survey.Instances),
		Connections: len(connections),
		Leftover:    len(step.Survey.Leftover),
		Kept:        len(step.Kept),
		Limit:       limit,
		Withheld:    isWithheld(step),
		Whole:       step.IsWhole(),
	}
	if !s.Withheld {
		s.Removable = len(step.Pairs)
	}
	if step.Err != nil {
		s.Problem = explain(step.Err)
	}
	for _, u := range step.Unread {
		if isLeftover(u) {
			s.Unclear++
		} else {
			s.Unread = append(s.Unread, view.Note{Instance: u.Instance.String(), Reason: explain(u.Err)})
		}
	}
	for _, m := range step.Malformed {
		s.Malformed = append(s.Malformed, view.Note{Instance: m.Of.String(), Reason: printable.Text(m.Reason)})
	}
	for _, c := range connections {
		if c.Look == view.Frozen {
			s.Frozen++
		}
	}
	return s
}

// connectionsOf returns the connections of a scope, each with what becomes of it.
func connectionsOf(step handler.Step) (all []view.Connection) {
	s := surveyOf(step)
	for _, c := range step.Survey.Connections {
		shown := view.Connection{
			Place:     placeOf(step),
			Instance:  s.end(c.Instance),
			Connected: s.end(c.Connected),
			Network:   printable.Text(c.NetworkType),
		}
		f, isKnown := s.fates[c.Pair]
		if !isKnown && (shown.Instance.Status == view.StatusFrozen || shown.Connected.Status == view.StatusFrozen) {
			f.look = view.Frozen
		}
		shown.Look, shown.Reason = f.look, f.reason
		all = append(all, shown)
	}
	return all
}

// A survey is what is known of the instances and the leftovers of a scope.
type survey struct {
	ends  map[string]view.End // by the key of the id
	fates map[connection.Pair]fate
}

// A fate is what becomes of a leftover, and why.
type fate struct {
	look   view.Look
	reason string
}

func surveyOf(step handler.Step) survey {
	s := survey{map[string]view.End{}, map[connection.Pair]fate{}}
	look := view.Remove
	if isWithheld(step) {
		look = view.Withheld
	}
	for _, pair := range step.Pairs {
		s.leftover(pair, view.End{Status: view.StatusGone}, fate{look: look})
	}
	for _, k := range step.Kept {
		s.leftover(k.Pair, endOf(k.Connected, k.Other), fate{view.Kept, whyKept(k)})
	}
	for _, u := range step.Unread {
		if isLeftover(u) {
			s.leftover(u.Pair, view.End{Status: view.StatusUnknown}, fate{view.Unclear, "it could not be asked whether " + u.Connected.String() + " exists: " + explain(u.Err)})
		}
	}
	for id, instance := range step.Survey.Instances {
		s.ends[id.Key()] = endOf(id, instance)
	}
	return s
}

func (s survey) leftover(pair connection.Pair, other view.End, f fate) {
	s.fates[pair] = f
	s.ends[pair.Connected.Key()] = other
}

func whyKept(k discover.Kept) string {
	switch {
	case k.Other.Status == elasticsearch.Inactive:
		return k.Connected.String() + " is frozen: it can be recovered for 24 hours"
	case k.Other.Status.MayBeGone():
		return "the API says " + string(k.Other.Status) + ", which does not prove that it is gone"
	}
	return printable.Text(k.Reason)
}

// end returns an end; of one that is not listed, such as a Logstash instance, only the id.
func (s survey) end(id connection.InstanceID) view.End {
	e, ok := s.ends[id.Key()]
	if !ok {
		e.Status = view.StatusUnknown
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
		return view.StatusUnknown
	case elasticsearch.Inactive:
		return view.StatusFrozen
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
