package trigger

import (
	"cmp"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

const (
	product = "elasticsearch"

	// instanceType is the resource type of an Elasticsearch instance. Older
	// events have the bare Instance.
	instanceType = "ACS::Elasticsearch::Instance"

	// logstashPrefix begins the ids of the product's other instances.
	logstashPrefix = "ls-"

	// maxNamed is the most instances and types of resources that are read of
	// one event.
	maxNamed = 100
)

// product returns the product that an ActionTrail event names; "" if it names none.
func (n notice) product() string {
	if name := n.text("serviceName"); name != "" {
		return name
	}
	of := n.text("eventSource") // a host, such as elasticsearch.cn-hangzhou.aliyuncs.com
	if first, _, _ := strings.Cut(of, "."); strings.EqualFold(first, product) {
		return product
	}
	for _, t := range n.resourceTypes() {
		parts := strings.Split(t, "::")
		if len(parts) == 3 && strings.EqualFold(parts[1], product) {
			return product
		}
		of = cmp.Or(of, t)
	}
	return of
}

// isOtherResource reports whether the event names resources of the product, and
// none is an instance: Logstash has the same operations.
func (n notice) isOtherResource() bool {
	types := n.resourceTypes()
	isProduct := func(t string) bool { return strings.HasPrefix(strings.ToLower(t), "acs::elasticsearch::") }
	return slices.ContainsFunc(types, isProduct) && !slices.ContainsFunc(types, isInstanceType)
}

func isInstanceType(t string) bool {
	return strings.EqualFold(t, instanceType) || strings.EqualFold(t, "Instance")
}

// resourceTypes returns the types of the resources that the event names.
func (n notice) resourceTypes() []string {
	var types []string
	add := func(t string) {
		if t != "" && len(types) < maxNamed && !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	for name := range members(n.value("referencedResources")) {
		add(string(name))
	}
	for t := range strings.SplitSeq(n.text("resourceType"), ";") {
		add(t)
	}
	return types
}

// namedResources returns the names in resourceName whose type is an instance:
// of the form "a,b;c", one part between semicolons for each of resourceType.
func (n notice) namedResources() []string {
	var names []string
	groups := strings.Split(n.text("resourceName"), ";")
	for i, t := range strings.Split(n.text("resourceType"), ";") {
		if i < len(groups) && isInstanceType(t) {
			names = append(names, split(groups[i])...)
		}
	}
	return names
}

// instances returns a cleanup of each instance that the event names. None of the places
// is guaranteed. If the call's parameters name instances, others are only mentioned:
// they may be gone or not.
func (n notice) instances(expects Expects) instances {
	var found instances
	for _, p := range n.parameters() {
		found.add(n, "requestParameters.InstanceId", texts(p.value("instanceId")), expects)
	}
	if len(found.cleanups) > 0 {
		expects = PerhapsGone
	}
	for name, value := range members(n.value("referencedResources")) {
		if isInstanceType(string(name)) {
			found.add(n, "referencedResources", texts(value), expects)
		}
	}
	found.add(n, "resourceName", n.namedResources(), expects)
	return found
}

// instances are cleanups, of each instance one, and the faults of texts that are not
// ids.
type instances struct {
	cleanups []Cleanup
	refused  reader
}

func (i *instances) add(n notice, where string, texts []string, expects Expects) {
	for _, text := range texts {
		id, err := connection.ParseInstanceID(text)
		switch {
		case err != nil:
			i.refused.fault(n.path+"."+where, "%v", err)
		case slices.ContainsFunc(i.cleanups, func(c Cleanup) bool { return c.Instance.Same(id) }):
		case len(i.cleanups) == maxNamed:
			n.fault(n.path+"."+where, "names more than %d instances", maxNamed)
			return
		default:
			i.cleanups = append(i.cleanups, Cleanup{Instance: id, Expects: expects})
		}
	}
}
