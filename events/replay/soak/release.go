package soak

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	service      = "acs.elasticsearch"
	instanceType = "ACS::Elasticsearch::Instance"
	apiCall      = "ApiCall"
	byConsole    = "ConsoleOperation"
	byService    = "AliyunServiceEvent"
)

// release makes an instance leave, or two, and the events that tell of it, of which all but one wait.
func (g *generator) release() entry {
	atOnce := !g.oneIn(4)
	ids := []string{g.population.release(atOnce)}
	if g.oneIn(5) && len(g.population.alive) > fewest {
		ids = append(ids, g.population.release(atOnce))
	}
	if g.oneIn(2) {
		g.waiting = append(g.waiting, g.removed(ids[0]))
	}
	switch {
	case len(ids) > 1:
		return g.notice("release by the service", byService, "Release", ids, nil)
	case g.oneIn(4):
		return g.removed(ids[0])
	case g.oneIn(4):
		return g.notice("release by the service", byService, "DeleteInstance", ids, nil)
	case g.oneIn(3) && atOnce:
		return g.notice("release in the console, of which kind is not said", byConsole, "DeleteInstance", ids, nil)
	default:
		return g.notice("release by API", apiCall, "DeleteInstance", ids, map[string]any{"deleteType": "immediate"})
	}
}

// removed makes the Cloud Config event of a release.
func (g *generator) removed(id string) entry {
	return g.change("REMOVE", id, ask{cleanups: []string{id}})
}

func (g *generator) change(kind, id string, asks ask) entry {
	data := map[string]any{
		"accountId": 1234567890984321, "captureTime": 1693896070000, "configuration": "{}", "region": "cn-hangzhou",
		"resourceEventType": kind, "resourceId": id, "resourceType": instanceType,
	}
	return entry{
		what: fmt.Sprintf("Cloud Config %s of %s", kind, id),
		text: g.wrapped("elasticsearch:Config:ConfigurationItemChangeNotification", data),
		ask:  asks,
	}
}

// notice makes an ActionTrail event that tells of releases.
func (g *generator) notice(what, eventType, name string, ids []string, parameters map[string]any) entry {
	e := g.audit(what, eventType, name, ids, parameters)
	e.cleanups = ids
	return e
}

// audit makes an ActionTrail event. The parameters come beside those that name the instance; the service has none.
func (g *generator) audit(what, eventType, name string, ids []string, parameters map[string]any) entry {
	data := auditData(eventType, name, ids)
	data["eventId"] = strings.ToUpper(g.id())
	if eventType != byService {
		all := map[string]any{"InstanceId": ids[0]}
		maps.Copy(all, parameters)
		data["requestParameters"] = all
		data["requestParameterJson"] = string(encode(all))
	}
	return g.audited(what, eventType, ids, data)
}

func auditData(eventType, name string, ids []string) map[string]any {
	return map[string]any{
		"eventName": name, "eventType": eventType, "serviceName": "Elasticsearch", "eventVersion": "1",
		"referencedResources": map[string]any{instanceType: ids},
		"resourceName":        strings.Join(ids, ","), "resourceType": instanceType,
	}
}

func (g *generator) audited(what, eventType string, ids []string, data map[string]any) entry {
	return entry{
		what: fmt.Sprintf("%s: %s", what, strings.Join(ids, ", ")),
		text: g.wrapped("elasticsearch:ActionTrail:"+eventType, data),
	}
}

// wrapped makes a CloudEvent, or leaves the data bare as eventSchema RawData does.
func (g *generator) wrapped(kind string, data map[string]any) []byte {
	if g.oneIn(4) {
		return encode(data)
	}
	return encode(g.cloudEvent(service, kind, data))
}

// ignored makes an event of the product, or of another, that names an instance which is there and asks for nothing.
func (g *generator) ignored() entry {
	id, other := g.population.pair(false)
	ids := []string{id}
	switch g.rng.IntN(8) {
	case 0:
		parameters := map[string]any{"deleteType": "protective"}
		return g.audit("release that can be cancelled", apiCall, "DeleteInstance", ids, parameters)
	case 1:
		return g.audit("cancelled release", apiCall, "CancelDeletion", ids, nil)
	case 2:
		parameters := map[string]any{"connectedInstanceId": other}
		return g.audit("removal of a connection, the function's own", apiCall, "DeleteConnectedCluster", ids, parameters)
	case 3:
		return g.change("MODIFY", id, ask{})
	case 4:
		data := auditData(apiCall, "DeleteInstance", ids)
		data["errorCode"] = "Forbidden.RAM"
		return g.audited("release that was denied", apiCall, ids, data)
	case 5:
		data := auditData(apiCall, "DeleteInstance", []string{"ls-cn-" + id[6:]})
		data["requestParameters"] = map[string]any{"InstanceId": "ls-cn-" + id[6:], "deleteType": "immediate"}
		return g.audited("release of a Logstash instance named alike", apiCall, ids, data)
	case 6:
		data := auditData(apiCall, "DeleteInstance", ids)
		event := g.cloudEvent("acs.ecs", "ecs:ActionTrail:ApiCall", data)
		return entry{what: "release by another product: " + id, text: encode(event)}
	default:
		event := g.cloudEvent(service, "elasticsearch:Instance:StatusChanged", map[string]any{"instanceId": id, "all": true})
		return entry{what: "event of the product that is no release: " + id, text: encode(event)}
	}
}

// spoilt makes a direct event that cannot be understood. Whatever it seems to ask for, it asks for nothing.
func (g *generator) spoilt(o order) entry {
	o = g.pairOrder(o)
	m := o.members(false)
	how := pick(g.rng, slices.Sorted(maps.Keys(spoilings())))
	spoilings()[how](m)
	return entry{what: how + " " + o.String(), text: encode(m), ask: ask{malformed: true}}
}
