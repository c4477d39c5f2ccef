package main

import (
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A request names what to remove: one connection, or all of an instance.
type request struct {
	instance  connection.InstanceID
	connected connection.InstanceID // zero: all
	force     bool
}

const (
	requestUsage = "INSTANCE CONNECTED | INSTANCE --all [--force]"
	allUsage     = "all connections of the instance"
	forceUsage   = "with --all: also if the instance exists, and is in use"
)

// parseRequest reads the arguments that name what to remove.
func parseRequest(args []string, all, force bool) (q request, err error) {
	switch {
	case len(args) == 0:
		return q, wrongUsage("Which instance? Give INSTANCE CONNECTED, or INSTANCE --all")
	case all == (len(args) == 2):
		return q, wrongUsage("Give either two instances, for one connection, or one and --all")
	case force && !all:
		return q, wrongUsage("--force only goes with --all: one connection needs no force")
	}
	q.force = force
	if q.instance, err = connection.ParseInstanceID(args[0]); err == nil && !all {
		q.connected, err = connection.ParseInstanceID(args[1])
	}
	if err != nil {
		return q, wrongUsage("an instance id %s", printable.Text(err.Error()))
	}
	if q.instance.Same(q.connected) {
		return q, wrongUsage("%s is not connected with itself: give two instances", q.instance)
	}
	return q, nil
}

// action asks for what the request names.
func (q request) action() trigger.Action {
	if q.isAll() {
		return trigger.Cleanup{Instance: q.instance, Requested: true, Force: q.force}
	}
	return trigger.Disconnect{Removal: connection.Removal{Pair: q.pair()}}
}

func (q request) isAll() bool { return q.connected == connection.InstanceID{} }
func (q request) pair() connection.Pair {
	return connection.Pair{Instance: q.instance, Connected: q.connected}
}
