package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// look returns the instances of some pairs, each once, as the API describes them now. A
// Logstash instance cannot be described.
func look(ctx context.Context, reader *elasticsearch.Reader, pairs []connection.Pair) ([]view.End, error) {
	var ids []connection.InstanceID
	for _, pair := range pairs {
		for _, id := range []connection.InstanceID{pair.Instance, pair.Connected} {
			if !slices.ContainsFunc(ids, id.Same) {
				ids = append(ids, id)
			}
		}
	}
	ends := make([]view.End, len(ids))
	for _, err := range parallel.Do(len(ids), len(ids), func(i int) (err error) {
		ends[i], err = describe(ctx, reader, ids[i])
		return err
	}) {
		if err != nil {
			return nil, err
		}
	}
	return ends, nil
}

func describe(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID) (view.End, error) {
	if !strings.HasPrefix(id.Key(), "es-") {
		return view.End{ID: id.String(), Status: unknown}, nil
	}
	instance, err := reader.DescribeInstance(ctx, id)
	if connection.KindOf(err) == connection.NoInstance {
		return view.End{ID: id.String(), Status: gone}, nil
	}
	return endOf(id, instance), err
}

// find returns a connection as one of its two instances lists it: with that one first, which
// exists, and in the letter case of the list. It reports false if neither lists the other.
func find(ctx context.Context, reader *elasticsearch.Reader, pair connection.Pair) (connection.Pair, bool, error) {
	for _, side := range []connection.Pair{pair, pair.Reversed()} {
		list, err := reader.ListConnectedClusters(ctx, side.Instance)
		switch {
		case err == nil && list.Has(side.Connected):
			side.Connected = list.Spelling(side.Connected)
			return side, true, nil
		case err != nil && connection.KindOf(err) != connection.NoInstance:
			return pair, false, err
		}
	}
	return pair, false, nil
}

// lookAt looks at what a request names before a person is asked, and returns the plan for it.
func (c Command) lookAt(ctx context.Context, s session, q request, dryRun bool) (*handler.Plan, []view.End, error) {
	plan, err := c.read(ctx, s, q.action(dryRun))
	if err != nil {
		return nil, nil, err
	}
	step := plan.Steps()[0]
	if step.Err != nil {
		return nil, nil, failure(step.Err)
	}
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	reader, err := plan.Reader(limited, s.scopes[0])
	if err != nil {
		return nil, nil, failure(err)
	}
	if isNamed(step) {
		return lookAtOne(limited, s, reader, q, dryRun)
	}
	ends, err := look(limited, reader, step.Pairs)
	if err != nil {
		return nil, nil, failure(err)
	}
	return plan, ends, nil
}

// lookAtOne looks at one connection. If there is none, that is an error: an id or the region
// may be mistyped.
func lookAtOne(ctx context.Context, s session, reader *elasticsearch.Reader, q request, dryRun bool) (*handler.Plan, []view.End, error) {
	pair, isConnected, err := find(ctx, reader, q.pair())
	if err != nil {
		return nil, nil, failure(err)
	}
	ends, err := look(ctx, reader, []connection.Pair{pair})
	switch {
	case err != nil:
		return nil, nil, failure(err)
	case isConnected:
		q.instance, q.connected = pair.Instance, pair.Connected
		return s.handler.Plan(ctx, s.requests(q.action(dryRun)), nil), ends, nil
	case inUse(ends) < 2:
		return nil, nil, fmt.Errorf("%s is %s and %s is %s in %s, and they are not connected: are the ids and the region right?",
			ends[0].ID, ends[0].Status, ends[1].ID, ends[1].Status, s.scopes[0].Region)
	}
	return nil, nil, fmt.Errorf("%s and %s are not connected: there is nothing to remove", ends[0].ID, ends[1].ID)
}

// inUse counts the instances that are there, and not frozen.
func inUse(ends []view.End) (n int) {
	for _, e := range ends {
		if e.Status == string(elasticsearch.Active) || e.Status == string(elasticsearch.Activating) {
			n++
		}
	}
	return n
}

// endsText returns one line for each instance: its id, state and name.
func endsText(ends []view.End) string {
	var text strings.Builder
	for _, e := range ends {
		text.WriteString(strings.TrimRight(fmt.Sprintf("  %-23s  %-10s  %s", e.ID, e.Status, e.Name), " ") + "\n")
	}
	return text.String()
}
