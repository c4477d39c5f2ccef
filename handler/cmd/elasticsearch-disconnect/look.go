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

// notFound is the status of an instance that the API does not know in this account and region: it
// may have been released, or its id may be wrong. One that another lists has no wrong id: it is gone.
const notFound = "not found"

// lookAt returns the two instances of a pair as the API describes them now, and the pair as
// the API lists it, with an instance first that exists; zero if neither lists the other.
func (s session) lookAt(ctx context.Context, pair connection.Pair) (ends []view.End, listed connection.Pair, err error) {
	plan := s.handler.Plan(ctx, nil, nil)
	reader, err := plan.Reader(ctx, s.scopes[0])
	if err != nil {
		return nil, listed, failure(err)
	}
	if listed, err = listing(ctx, reader, pair); err != nil {
		return nil, listed, failure(err)
	}
	isListed := listed != (connection.Pair{})
	if isListed {
		pair = listed
	}
	ends, err = describeAll(ctx, reader, []connection.InstanceID{pair.Instance, pair.Connected}, isListed)
	return ends, listed, err
}

// listing returns a pair as an instance of it lists the other; zero if neither does.
func listing(ctx context.Context, reader *elasticsearch.Reader, pair connection.Pair) (connection.Pair, error) {
	for _, side := range []connection.Pair{pair, pair.Reversed()} {
		list, err := reader.ListConnectedClusters(ctx, side.Instance)
		switch {
		case err == nil && list.Has(side.Connected):
			return connection.Pair{Instance: side.Instance, Connected: list.Spelling(side.Connected)}, nil
		case err != nil && connection.KindOf(err) != connection.NoInstance:
			return connection.Pair{}, err
		}
	}
	return connection.Pair{}, nil
}

// look returns an instance and those that it is connected with, as the API describes them now.
func (s session) look(ctx context.Context, plan *handler.Plan, of connection.InstanceID, pairs []connection.Pair) ([]view.End, error) {
	reader, err := plan.Reader(ctx, s.scopes[0])
	if err != nil {
		return nil, failure(err)
	}
	ids := []connection.InstanceID{of}
	for _, pair := range pairs {
		for _, id := range []connection.InstanceID{pair.Instance, pair.Connected} {
			if !slices.ContainsFunc(ids, id.Same) {
				ids = append(ids, id)
			}
		}
	}
	return describeAll(ctx, reader, ids, len(pairs) > 0)
}

func describeAll(ctx context.Context, reader *elasticsearch.Reader, ids []connection.InstanceID, areListed bool) ([]view.End, error) {
	ends := make([]view.End, len(ids))
	for _, err := range parallel.Do(len(ids), len(ids), func(i int) (err error) {
		ends[i], err = describe(ctx, reader, ids[i], areListed)
		return err
	}) {
		if err != nil {
			return nil, failure(err)
		}
	}
	return ends, nil
}

// describe returns an instance. One of Logstash cannot be described.
func describe(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID, isListed bool) (view.End, error) {
	if !strings.HasPrefix(id.Key(), "es-") {
		return view.End{ID: id.String(), Status: view.StatusUnknown}, nil
	}
	instance, err := reader.DescribeInstance(ctx, id)
	switch {
	case connection.KindOf(err) != connection.NoInstance:
		return endOf(id, instance), err
	case isListed:
		return view.End{ID: id.String(), Status: view.StatusGone}, nil
	}
	return view.End{ID: id.String(), Status: notFound}, nil
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
