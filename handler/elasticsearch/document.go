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

// A document holds the members of a JSON body that matter. It is decoded as a
// stream, so that a large page needs little memory. Of members that differ only in
// case, such as Code and code, the first that is not empty counts.
type document struct {
	result                   value
	hasResult                bool
	requestID, code, message string
	unsuccessful             bool   // Success is false, or the text "false"
	total                    string // X-Total-Count of Headers, as it came
}

// A value holds what matters of the member Result, for all operations.
type value struct {
	token   json.Token // true, a text, '[' and the like; nil for null or no Result
	details            // of an instance
	nested  *value     // the member Result of an object
	other   bool       // the object has other members
	entries []entry    // of a list
}

// isEmptyList reports whether the document is a list without entries. Without a
// Result, a RequestId has to show that it is an answer of the API.
func (doc document) isEmptyList() bool {
	return doc.result.isEmpty() && (doc.hasResult || doc.requestID != "") && doc.message == ""
}

// isEmpty reports whether a value is null, absent, {}, [] or "", or an object whose
// member Result is.
func (v value) isEmpty() bool {
	switch v.token {
	case nil, "":
		return true
	case json.Delim('['):
		return len(v.entries) == 0
	case json.Delim('{'):
		return v.nested == nil && !v.other || v.nested != nil && v.nested.isEmpty()
	}
	return false
}

var errNotDocumented = errors.New("not the documented JSON")

// read reads one JSON object to the end of r. After an error the document is
// undefined.
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

// readMembers reads the members of an object, after its {, to the }. f reads the
// value of each.
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
		case doc.result.isEmpty():
			doc.result, doc.hasResult = v, true
		case !v.isEmpty():
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
		if meansSuccess(doc.code) {
			doc.code = ""
		}
		return textInto(&doc.code, raw)
	case "message":
		return textInto(&doc.message, raw)
	case "success":
		doc.unsuccessful = doc.unsuccessful || strings.EqualFold(strings.Trim(string(raw), `"`), "false")
	case "headers":
		doc.total = totalOf(raw)
	}
	return nil
}

// meansSuccess reports whether a Code is one that other gateways send with a
// success.
func meansSuccess(code string) bool {
	return code == "0" || code == "200" || strings.EqualFold(code, "OK")
}

// textInto sets a text that is empty so far, from a text or a number.
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

// totalHeader has the number of all instances: in the member Headers, or as a
// header of HTTP.
const totalHeader = "X-Total-Count"

// totalOf finds the total in the member Headers.
func totalOf(headers json.RawMessage) string {
	var h struct {
		Total json.RawMessage `json:"X-Total-Count"`
	}
	_ = json.Unmarshal(headers, &h) // a value of another type has no total
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

// maxNested is how many objects with a member Result are documented inside the
// body, one in the other: {"Result":{"Result":[…]}}.
const maxNested = 1

// readValue reads a value. levels is how many objects in it may have a Result.
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
		if v.nested == nil || v.nested.isEmpty() {
			v.nested = &nested
		}
		return err
	}
	v.other = true
	var raw json.RawMessage
	err := d.Decode(&raw)
	switch strings.ToLower(name) {
	case "status":
		_ = json.Unmarshal(raw, &v.status) // only a text is a status
	case "description":
		_ = v.name.UnmarshalJSON(raw)
	case "networkconfig":
		_ = v.network.UnmarshalJSON(raw)
	}
	return err
}

// details are what is known of an instance besides its id.
type details struct {
	status  string
	name    text
	network network
}

// An entry is one element of a list of instances.
type entry struct {
	ids []string // of the members documented for the id; nil without such a member, or if it is not a text
	details
	networkType string
}

// readEntries reads a list, after its [, of the documented
// {"instanceId":"es-…","status":"active","description":"…","networkConfig":{"vpcId":"vpc-…"}}
// and {"instances":"es-…","networkType":"vpc"}. It skips null.
func readEntries(d *json.Decoder) (all []entry, err error) {
	for d.More() {
		var o *struct {
			Instances, InstanceID            texts
			Status, Description, NetworkType text
			NetworkConfig                    network
		}
		err := d.Decode(&o)
		switch {
		case errors.As(err, new(*json.UnmarshalTypeError)):
			all = append(all, entry{})
		case err != nil:
			return nil, err
		case o != nil:
			ids := slices.Compact(append(o.Instances, o.InstanceID...))
			is := details{string(o.Status), o.Description, o.NetworkConfig}
			all = append(all, entry{ids, is, string(o.NetworkType)})
		}
	}
	_, err = d.Token()
	return all, err
}

// A text decodes a short text, and every other value to "".
type text string

// maxText bounds a text in JSON, in bytes.
const maxText = 256

func (t *text) UnmarshalJSON(raw []byte) error {
	*t = ""
	if len(raw) <= maxText {
		_ = json.Unmarshal(raw, (*string)(t))
	}
	return nil
}

// A network decodes a networkConfig, and every other value to one without an id.
type network struct{ vpc text }

func (n *network) UnmarshalJSON(raw []byte) error {
	var config struct{ VPCID text }
	_ = json.Unmarshal(raw, &config)
	n.vpc = config.VPCID
	return nil
}

// texts decodes a comma-separated text: the documented member "instances" is a
// text, but its name is plural. An empty text is one empty element.
type texts []string

// maxTexts bounds their number: an instance has some 19 peers at most.
const maxTexts = 1000

func (t *texts) UnmarshalJSON(raw []byte) error {
	var list string
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	if strings.Count(list, ",") > maxTexts {
		return errNotDocumented
	}
	for text := range strings.SplitSeq(list, ",") {
		*t = append(*t, strings.TrimSpace(text))
	}
	return nil
}
