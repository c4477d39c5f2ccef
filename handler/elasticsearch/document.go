package elasticsearch

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A document is what a JSON body says. It is read as it streams, and of a list only
// what an entry tells is kept, so that its size costs no memory. Of members
// that differ only in case, as Code and code, the first that is not empty counts.
type document struct {
	result                   value
	hasResult                bool
	requestID, code, message string
	unsuccessful             bool   // Success is false
	total                    string // X-Total-Count of Headers, in whatever form it is
}

// A value is what matters of the member Result, whatever operation it is of.
type value struct {
	token   json.Token // true, a text, '[' and the like; nil for null, and where there is none
	status  string     // the member status of an object
	nested  *value     // the member Result of an object; nil for none
	other   bool       // an object has other members
	entries []entry    // of a list
}

// isTrue says whether the API did what it was asked.
func (v value) isTrue() bool { return v.token == true || v.token == "true" }

// isNothing says that the Result of a document is certainly no list with something
// in it. Where there is none, at least the RequestId shows that the API answers.
func (doc document) isNothing() bool {
	return doc.result.isNothing() && (doc.hasResult || doc.requestID != "") && doc.message == ""
}

// isNothing says that a value is null, absent, {}, [] or "", or an object whose
// member Result is.
func (v value) isNothing() bool {
	switch v.token {
	case nil, "":
		return true
	case json.Delim('['):
		return len(v.entries) == 0
	case json.Delim('{'):
		return v.nested == nil && !v.other || v.nested != nil && v.nested.isNothing()
	}
	return false
}

var errNotDocumented = errors.New("not the documented JSON")

// read reads a JSON object with nothing after it. With an error, what was read
// means nothing.
func (doc *document) read(r io.Reader) error {
	d := json.NewDecoder(r)
	_, err := d.Token() // the {
	if err == nil {
		err = readMembers(d, doc.member)
	}
	if _, end := d.Token(); err != nil || end != io.EOF {
		return errNotDocumented
	}
	return nil
}

// readMembers calls f for each member of an object whose { was read, to read its
// value, and reads the }.
func readMembers(d *json.Decoder, f func(d *json.Decoder, name string) error) error {
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if err := f(d, name.(string)); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func (doc *document) member(d *json.Decoder, name string) error {
	if strings.EqualFold(name, "Result") {
		v, err := readValue(d, maxNested)
		switch {
		case err != nil:
			return err
		case doc.result.isNothing():
			doc.result, doc.hasResult = v, true
		case !v.isNothing():
			return errNotDocumented // two results: which is meant?
		}
		return nil
	}
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return err
	}
	switch strings.ToLower(name) {
	case "requestid":
		return textInto(&doc.requestID, raw)
	case "code":
		if saysNothing(doc.code) {
			doc.code = ""
		}
		return textInto(&doc.code, raw)
	case "message":
		return textInto(&doc.message, raw)
	case "success":
		doc.unsuccessful = string(raw) == "false"
	case "headers":
		doc.total = totalOf(raw)
	}
	return nil
}

// saysNothing says whether a Code is one with which other gateways say that
// nothing is wrong.
func saysNothing(code string) bool {
	return code == "0" || code == "200" || strings.EqualFold(code, "OK")
}

// textInto takes a text, or a number in its place, unless there is one already.
func textInto(to *string, raw json.RawMessage) error {
	text := string(raw)
	switch raw[0] {
	case 'n':
		return nil
	case '{', '[', 't', 'f':
		return errNotDocumented
	case '"':
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
	}
	if *to == "" {
		*to = text
	}
	return nil
}

// totalHeader has the number of all instances: in the member Headers, or among
// the headers of HTTP.
const totalHeader = "X-Total-Count"

// totalOf finds the total in the member Headers.
func totalOf(headers json.RawMessage) string {
	var h struct {
		Total json.RawMessage `json:"X-Total-Count"`
	}
	_ = json.Unmarshal(headers, &h) // what is no object has no total
	return string(h.Total)
}

// parseTotal reads a number of instances: as a number, as a text, or in a list of
// one. It is -1 for anything else.
func parseTotal(text string) int {
	total, err := strconv.ParseFloat(strings.Trim(text, `[" ]`), 64)
	if err != nil || total < 0 || total > math.MaxInt32 || total != math.Trunc(total) {
		return -1
	}
	return int(total)
}

// maxNested is how many objects with a member Result are documented, one in the
// other: only for ListConnectedClusters, besides the body itself.
const maxNested = 1

// readValue reads a value, of which so many levels may have a Result.
func readValue(d *json.Decoder, levels int) (v value, err error) {
	if v.token, err = d.Token(); err != nil {
		return v, err
	}
	switch v.token {
	case json.Delim('{'):
		err = readMembers(d, func(d *json.Decoder, name string) error { return v.member(d, name, levels) })
	case json.Delim('['):
		v.entries, err = readEntries(d)
	}
	return v, err
}

func (v *value) member(d *json.Decoder, name string, levels int) error {
	if levels > 0 && strings.EqualFold(name, "Result") {
		nested, err := readValue(d, levels-1)
		if v.nested == nil || v.nested.isNothing() {
			v.nested = &nested
		}
		return err
	}
	v.other = true
	var raw json.RawMessage
	err := d.Decode(&raw)
	if strings.EqualFold(name, "status") {
		_ = json.Unmarshal(raw, &v.status) // what is no text is no status
	}
	return err
}

// An entry is one of a list of instances.
type entry struct {
	ids         []string // the texts that stand where its id is documented; nil where there is no such place, or no text in it
	status      string
	networkType string
}

// readEntries reads a list whose [ was read: of the documented
// {"instanceId":"es-…","status":"active"} and {"instances":"es-…","networkType":"vpc"}.
// A null is no entry.
func readEntries(d *json.Decoder) (all []entry, err error) {
	for d.More() {
		var o *struct {
			Instances, InstanceID texts
			Status, NetworkType   json.RawMessage
		}
		err := d.Decode(&o)
		switch {
		case errors.As(err, new(*json.UnmarshalTypeError)):
			all = append(all, entry{})
		case err != nil:
			return nil, err
		case o != nil:
			ids := slices.Compact(append(o.Instances, o.InstanceID...))
			all = append(all, entry{ids, textOf(o.Status), textOf(o.NetworkType)})
		}
	}
	_, err = d.Token()
	return all, err
}

// textOf returns a short text; "" for every other value.
func textOf(raw json.RawMessage) (text string) {
	const most = 64 // bytes
	if len(raw) <= most {
		_ = json.Unmarshal(raw, &text)
	}
	return text
}

// texts are a text, or several: between commas or in an array, for the member
// instances is a text and its name that of several. Where there is none, that is
// an empty one.
type texts []string

// maxTexts bounds them: an instance has some 19 peers at most.
const maxTexts = 1000

func (t *texts) UnmarshalJSON(raw []byte) error {
	if raw[0] != '[' {
		raw = slices.Concat([]byte{'['}, raw, []byte{']'})
	}
	var several []string
	if err := json.Unmarshal(raw, &several); err != nil {
		return err
	}
	list := strings.Join(several, ",")
	if strings.Count(list, ",") > maxTexts {
		return errNotDocumented
	}
	for text := range strings.SplitSeq(list, ",") {
		*t = append(*t, strings.TrimSpace(text))
	}
	return nil
}
