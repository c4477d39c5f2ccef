package trigger

import (
	"fmt"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// A reader reads JSON and collects its faults: all faults of an event are reported
// at once.
type reader struct{ faults []Fault }

// maxFaults bounds how many faults of one event are reported.
const maxFaults = 50

func (r *reader) fault(path, format string, args ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, Fault{path, fmt.Sprintf(format, args...)})
	}
}

// wrongType is the fault of a value that has another type.
func (r *reader) wrongType(path string, raw []byte, want string) {
	r.fault(path, "is %s, not %s", typeOf(raw), want)
}

func isObject(raw []byte) bool { return raw[0] == '{' }

// An object is a JSON object, read for certain members.
type object struct {
	*reader
	path   string
	raw    []byte
	names  []string // of the members that are read
	values [][]byte // of the same members, nil if absent
}

// readObject reads the named members of a JSON object. A member given twice is a
// fault. It returns nil, with a fault, if raw is not an object.
func (r *reader) readObject(path string, raw []byte, names ...string) *object {
	if !isObject(raw) {
		r.wrongType(path, raw, "an object")
		return nil
	}
	o := &object{reader: r, path: path, raw: raw, names: names, values: make([][]byte, len(names))}
	repeated := make([]bool, len(names))
	for name, value := range members(raw) {
		i := o.index(name)
		switch {
		case i < 0:
		case o.values[i] == nil:
			o.values[i] = value
		case !repeated[i]:
			repeated[i] = true
			o.fault(o.at(names[i]), "is given more than once")
		}
	}
	return o
}

func (o *object) index(name []byte) int {
	return slices.IndexFunc(o.names, func(n string) bool { return n == string(name) })
}

// at returns the JSON path of a member.
func (o *object) at(name string) string { return o.path + "." + name }

// maxOthers bounds how many unknown members are reported by name.
const maxOthers = 16

// refuseOthers makes every unknown member a fault, so that no typo goes unnoticed.
// isOther reports which of the unknown ones it concerns.
func (o *object) refuseOthers(isOther func(name []byte) bool) {
	allowed := "none is allowed here"
	if len(o.names) > 0 {
		allowed = "allowed are " + strings.Join(o.names, ", ")
	}
	others := 0
	for name := range members(o.raw) {
		if o.index(name) >= 0 || !isOther(name) {
			continue
		}
		if others++; others <= maxOthers {
			o.fault(o.path+"["+quote(string(name))+"]", "is unknown; %s", allowed)
		}
	}
	if others > maxOthers {
		o.fault(o.path, "has %d more unknown members", others-maxOthers)
	}
}

// refuseEach makes each of the named members that is present a fault.
func (o *object) refuseEach(why string, names ...string) {
	for _, name := range names {
		if o.value(name) != nil {
			o.fault(o.at(name), "%s", why)
		}
	}
}

// value returns the bytes of a member, nil if it is absent.
func (o *object) value(name string) []byte { return o.values[o.index([]byte(name))] }

// required reports whether a member is present; its absence is a fault.
func (o *object) required(name string) bool {
	if o.value(name) == nil {
		o.fault(o.at(name), "is missing")
		return false
	}
	return true
}

// text returns a string member; "" and false if it is absent or not a string.
func (o *object) text(name string) (string, bool) {
	raw := o.value(name)
	if raw == nil {
		return "", false
	}
	if raw[0] != '"' {
		o.wrongType(o.at(name), raw, "a string")
		return "", false
	}
	return string(unquote(raw)), true
}

// flag returns a boolean member; false if it is absent.
func (o *object) flag(name string) bool {
	raw := o.value(name)
	if raw != nil && raw[0] != 't' && raw[0] != 'f' {
		o.wrongType(o.at(name), raw, "true or false")
	}
	return string(raw) == "true"
}

// textFlag is flag for a boolean that is written as a string, as in a query.
func (o *object) textFlag(name string) bool {
	text, ok := o.text(name)
	if ok && text != "true" && text != "false" {
		o.fault(o.at(name), "is %s, not true or false", quote(text))
	}
	return text == "true"
}

// parsed reads a string member with one of connection's parsers; zero if it is
// absent or invalid.
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

// regionIn returns the region that a value names, in any letter case; zero for every
// other value: EventBridge also sends display names, such as Shanghai.
func regionIn(raw []byte) connection.Region {
	if len(raw) == 0 || raw[0] != '"' {
		return connection.Region{}
	}
	region, _ := connection.ParseRegion(strings.ToLower(strings.TrimSpace(string(unquote(raw)))))
	return region
}

// account reads the account that a member of the object at path names; zero if it is
// absent, null or "". Cloud Config sends numbers. Anything else is a fault: to act
// for another account would be worse than to refuse the event.
func (r *reader) account(path, name string, raw []byte) connection.AccountID {
	if len(raw) == 0 || raw[0] == 'n' || string(raw) == `""` {
		return connection.AccountID{}
	}
	text := raw
	if raw[0] == '"' {
		text = unquote(raw)
	}
	id, err := connection.ParseAccountID(string(text))
	if err != nil {
		r.fault(path+"."+name, "%v", err)
	}
	return id
}
