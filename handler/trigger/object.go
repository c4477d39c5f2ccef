package trigger

import (
	"encoding/json"
	"strings"
)

// An object is a JSON object of an event, read for the members that matter.
type object struct {
	*parser
	path   string
	names  []string // the members that matter
	values [][]byte // theirs, nil where absent
	others []string // the names of the first members that do not matter
	more   int      // how many of those are not in others
}

// maxOthers bounds how many unknown members are told by name.
const maxOthers = 16

// object reads a JSON object for the members named. A value that is not an
// object, and a member given twice, are faults.
func (p *parser) object(path string, raw []byte, names ...string) *object {
	o := &object{parser: p, path: path, names: names, values: make([][]byte, len(names))}
	if raw[0] != '{' {
		p.fault(path, "is %s, not an object", typeOf(raw))
		return nil
	}
	repeated := make([]bool, len(names))
	for name, value := range members(raw) {
		i := o.index(name)
		switch {
		case i < 0:
			o.other(name)
		case o.values[i] == nil:
			o.values[i] = value
		case !repeated[i]:
			repeated[i] = true
			p.fault(o.at(names[i]), "is given more than once")
		}
	}
	return o
}

func (o *object) index(name []byte) int {
	for i, known := range o.names {
		if string(name) == known {
			return i
		}
	}
	return -1
}

func (o *object) other(name []byte) {
	if len(o.others) == maxOthers {
		o.more++
		return
	}
	o.others = append(o.others, string(name[:min(len(name), maxQuoted+1)]))
}

// at is the JSON path of a member.
func (o *object) at(name string) string { return o.path + "." + name }

// refuseOthers makes every member that is not known a fault, so that a typo is
// told instead of being ignored.
func (o *object) refuseOthers() {
	known := "nothing is read here"
	if len(o.names) > 0 {
		known = "known are " + strings.Join(o.names, ", ")
	}
	for _, name := range o.others {
		o.fault(o.path+"["+quote(name)+"]", "is not known; %s", known)
	}
	if o.more > 0 {
		o.fault(o.path, "has %d more unknown members", o.more)
	}
}

// raw returns the member, nil when it is absent.
func (o *object) raw(name string) []byte {
	i := o.index([]byte(name))
	return o.values[i]
}

// required notes a fault where a member is absent, and says whether it is there.
func (o *object) required(name string) bool {
	if o.raw(name) == nil {
		o.fault(o.at(name), "is missing")
		return false
	}
	return true
}

// text returns a string member; "" and false when it is absent or no string.
func (o *object) text(name string) (string, bool) {
	raw := o.raw(name)
	if raw == nil {
		return "", false
	}
	if raw[0] != '"' {
		o.fault(o.at(name), "is %s, not a string", typeOf(raw))
		return "", false
	}
	return string(unquote(raw)), true
}

// flag returns a boolean member; false when it is absent.
func (o *object) flag(name string) bool {
	raw := o.raw(name)
	if raw != nil && raw[0] != 't' && raw[0] != 'f' {
		o.fault(o.at(name), "is %s, not true or false", typeOf(raw))
	}
	return string(raw) == "true"
}

// textFlag returns a boolean that is written as a string, as in a query.
func (o *object) textFlag(name string) bool {
	text, ok := o.text(name)
	if ok && text != "true" && text != "false" {
		o.fault(o.at(name), "is %s, not true or false", quote(text))
	}
	return text == "true"
}

// parsed reads a string member with one of connection's parsers; zero when it
// is absent or invalid.
func parsed[T any](o *object, name string, parse func(string) (T, error)) T {
	var zero T
	text, ok := o.text(name)
	if !ok {
		return zero
	}
	value, err := parse(text)
	if err != nil {
		o.fault(o.at(name), "%v", err)
	}
	return value
}

// typeOf names the type of a JSON value by its first byte.
func typeOf(raw json.RawMessage) string {
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}
