package soak

import "fmt"

// An order is what the function's own events say: remove one connection, or all of an instance.
type order struct {
	instance, connected string // no connected: all
	token               string // may be empty
	dryRun              bool
}

func (g *generator) order() order {
	o := order{dryRun: g.oneIn(5)}
	switch {
	case g.oneIn(8) && o.dryRun:
		o.instance = g.population.instance()
	case g.oneIn(12):
		o.instance = g.population.hush()
	default:
		o.instance, o.connected = g.population.pair(!o.dryRun)
	}
	if g.oneIn(3) {
		o.token = g.id()
	}
	return o
}

// id makes a UUID, as far as its form goes.
func (g *generator) id() string {
	a, b := g.rng.Uint64(), g.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

func (o order) String() string {
	text := o.instance + " from " + o.connected
	if o.connected == "" {
		text = o.instance + " from all"
	}
	if o.dryRun {
		text += ", a rehearsal"
	}
	return text
}

func (o order) ask() ask {
	switch {
	case o.dryRun:
		return ask{}
	case o.connected == "":
		return ask{cleanups: []string{o.instance}}
	default:
		return ask{pairs: []pair{newPair(o.instance, o.connected)}}
	}
}

// members are those of the JSON object. That there is no rehearsal may be said or not.
func (o order) members(said bool) map[string]any {
	m := map[string]any{"instanceId": o.instance}
	if o.connected != "" {
		m["connectedInstanceId"] = o.connected
	} else {
		m["all"] = true
	}
	if o.dryRun || said {
		m["dryRun"] = o.dryRun
	}
	if o.token != "" {
		m["clientToken"] = o.token
	}
	return m
}

// object makes a direct event.
func (g *generator) object(o order) entry {
	return entry{what: "direct " + o.String(), text: encode(o.members(g.oneIn(4))), ask: o.ask()}
}

// custom makes an event of a sender's own, with members beside those that matter.
func (g *generator) custom(o order) entry {
	members := o.members(g.oneIn(4))
	members["ticket"] = "CHG-20230905-0017"
	var data any = members
	if g.oneIn(3) {
		data = string(encode(members))
	}
	return entry{
		what: "custom " + o.String(),
		text: encode(g.cloudEvent("ops.elasticsearch", "ops:Elasticsearch:DisconnectRequested", data)),
		ask:  o.ask(),
	}
}

func (g *generator) cloudEvent(source, kind string, data any) map[string]any {
	return map[string]any{
		"id": g.id(), "source": source, "specversion": "1.0", "type": kind,
		"time": "2023-09-05T14:41:10.179PRC", "aliyuneventbusname": "default", "data": data,
	}
}
