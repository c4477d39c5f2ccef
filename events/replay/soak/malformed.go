package soak

import (
	"bytes"
	"fmt"
)

// spoilings are what senders do wrong, each in one member of a good object that asks for one connection.
func spoilings() map[string]func(map[string]any) {
	return map[string]func(map[string]any){
		"flag that is a string":  func(m map[string]any) { m["dryRun"] = "true" },
		"misspelt flag":          func(m map[string]any) { m["dryrun"] = true },
		"one and all":            func(m map[string]any) { m["all"] = true },
		"connected missing":      func(m map[string]any) { delete(m, "connectedInstanceId") },
		"connected of null":      func(m map[string]any) { m["connectedInstanceId"] = nil },
		"with itself":            func(m map[string]any) { m["connectedInstanceId"] = m["instanceId"] },
		"id that climbs":         func(m map[string]any) { m["instanceId"] = fmt.Sprintf("es-cn-0/../%s", m["instanceId"]) },
		"id that is a number":    func(m map[string]any) { m["instanceId"] = 7 },
		"id in a list":           func(m map[string]any) { m["instanceId"] = []any{m["instanceId"]} },
		"token beyond ASCII":     func(m map[string]any) { m["clientToken"] = "töken" },
		"member in another case": func(m map[string]any) { m["InstanceId"] = m["instanceId"] },
		"id with a line break":   func(m map[string]any) { m["instanceId"] = fmt.Sprintf("%s\n", m["instanceId"]) },
		"id with an escape":      func(m map[string]any) { m["instanceId"] = fmt.Sprintf("%s%%3Fx", m["instanceId"]) },
		"two ids in one":         func(m map[string]any) { m["connectedInstanceId"] = "es-cn-0,es-cn-1" },
	}
}

// pairOrder makes an order for one connection, and no rehearsal, of any: so that it would do harm to follow it.
func (g *generator) pairOrder(o order) order {
	o.dryRun = false
	if o.connected == "" {
		o.instance, o.connected = g.population.pair(false)
	}
	return o
}

// malformed makes an event that comes alone and cannot be understood, if only as JSON.
func (g *generator) malformed() entry {
	o := g.pairOrder(g.order())
	asks := ask{malformed: true}
	whole := encode(o.members(false))
	switch g.rng.IntN(5) {
	case 0:
		return entry{"cut off " + o.String(), whole[:len(whole)-1-g.rng.IntN(10)], asks}
	case 1:
		other, _ := g.population.pair(false)
		text := fmt.Sprintf(`{"instanceId":%q,"instanceId":%q,"connectedInstanceId":%q}`, other, o.instance, o.connected)
		return entry{"member given twice " + o.String(), []byte(text), asks}
	case 2:
		return entry{"two values " + o.String(), bytes.Repeat(whole, 2), asks}
	case 3:
		event := g.cloudEvent("ops.elasticsearch", "ops:Elasticsearch:DisconnectRequested", o.members(false))
		delete(event, pick(g.rng, []string{"id", "source", "type", "specversion"}))
		return entry{"attribute missing " + o.String(), encode(event), asks}
	default:
		return g.spoilt(o)
	}
}
