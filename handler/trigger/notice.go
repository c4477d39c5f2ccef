package trigger

import (
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// text returns a member that is a string; "" for every other.
func (n notice) text(name string) string {
	if raw := lookup(n.data, name); raw != nil && raw[0] == '"' {
		return string(unquote(raw))
	}
	return ""
}

// errorCode is why the call failed; "" if it did not. Any value but null and ""
// says that it did.
func (n notice) errorCode() string {
	return strings.Trim(string(lookup(n.data, "errorCode")), `"`)
}

// instances finds every instance that the event names, each once. None of the
// places is guaranteed.
func (n notice) instances() instances {
	var found instances
	for _, raw := range n.parameters() {
		found.add(n, "requestParameters.InstanceId", texts(lookup(raw, "instanceId")))
	}
	for name, value := range members(lookup(n.data, "referencedResources")) {
		if isInstanceType(string(name)) {
			found.add(n, "referencedResources", texts(value))
		}
	}
	found.add(n, "resourceName", n.namedResources())
	return found
}

// parameters returns the objects that hold the call's parameters: the member
// requestParameters and the text of requestParameterJson. Either may be missing.
func (n notice) parameters() [][]byte {
	var objects [][]byte
	for _, name := range []string{"requestParameters", "requestParameterJson"} {
		raw := lookup(n.data, name)
		if raw == nil {
			continue
		}
		if object, err := document(raw); err == nil {
			objects = append(objects, object)
		}
	}
	return objects
}

// resourceTypes returns the types of the resources that the event names.
func (n notice) resourceTypes() []string {
	var types []string
	add := func(t string) {
		if t != "" && len(types) < maxNamed && !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	for name := range members(lookup(n.data, "referencedResources")) {
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

// lookup returns the first member of an object that has the name, in any case,
// and is not null; nil when there is none.
func lookup(object []byte, name string) []byte {
	for key, value := range members(object) {
		if value[0] != 'n' && strings.EqualFold(string(key), name) {
			return value
		}
	}
	return nil
}

// texts returns the texts of a string, split at commas, or of an array of
// strings; nil for every other value.
func texts(raw []byte) []string {
	if len(raw) > 0 && raw[0] == '"' {
		return split(string(unquote(raw)))
	}
	var all []string
	for element := range elements(raw) {
		if len(all) > maxNamed {
			break
		}
		if element[0] == '"' {
			all = append(all, split(string(unquote(element)))...)
		}
	}
	return all
}

// split returns the parts between commas that are not empty, no more than
// anybody needs.
func split(list string) []string {
	var parts []string
	for part := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if parts = append(parts, part); len(parts) > maxNamed {
			break
		}
	}
	return parts
}

// instances are instance ids, each once. A text that is none is a fault only
// where no other place names an instance: which places there are, and what they
// hold, is not guaranteed.
type instances struct {
	ids     []connection.InstanceID
	refused Error
}

// maxNamed is the most instances and types of resources that are read of one
// event.
const maxNamed = 100

func (i *instances) add(n notice, where string, texts []string) {
	for _, text := range texts {
		id, err := connection.ParseInstanceID(text)
		switch {
		case err != nil:
			i.refused.add(n.path+"."+where, "%v", err)
		case len(i.ids) == maxNamed && !slices.Contains(i.ids, id):
			n.fault(n.path+"."+where, "names more than %d instances", maxNamed)
			return
		case !slices.Contains(i.ids, id):
			i.ids = append(i.ids, id)
		}
	}
}
