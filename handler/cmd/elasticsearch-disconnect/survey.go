package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// A survey is the content of a report, as a table or as JSON. All its texts are printable
// ASCII.
type survey struct {
	region      string
	instances   int
	connections []row // leftovers first
	leftover    int
	removable   []connection.Pair // the leftovers that a removal would remove
	unproven    int               // leftovers whose other end could not be asked about
	withheld    bool              // there are more leftovers than the limit, so none is removable
	unread      []note            // instances that could not be asked
	malformed   []note            // skipped entries of lists
	problem     string            // why the reading was cut; "" if it was not
}

// A row is a connection.
type row struct {
	Region          string `json:"regionId"`
	Instance        string `json:"instanceId"`
	Status          string `json:"status"`
	Connected       string `json:"connectedInstanceId"`
	ConnectedStatus string `json:"connectedStatus"`
	Network         string `json:"networkType"`
	Leftover        bool   `json:"leftover"`
	Kept            string `json:"kept"` // why a leftover would not be removed; "" if it would
}

// A note is about one instance.
type note struct {
	Instance string `json:"instanceId"` // "" for the list of instances
	Reason   string `json:"reason"`
}

// Statuses besides the API's own.
const (
	frozen  = "frozen" // released, and can be recovered
	gone    = string(discover.StatusGone)
	unknown = "?"
)

// surveyOf returns the survey of a finding.
func surveyOf(found discover.Finding, region string, withheld bool, limit int) survey {
	s := survey{region: region, instances: len(found.Survey.Instances), leftover: len(found.Survey.Leftover), withheld: withheld}
	if !withheld {
		s.removable = found.Pairs
	}
	x := indexOf(found, withheld, limit)
	var others []row
	for _, c := range found.Survey.Connections {
		if r := x.row(region, c); r.Leftover {
			s.connections = append(s.connections, r)
		} else {
			others = append(others, r)
		}
	}
	s.connections = append(s.connections, others...)
	if found.Err != nil {
		s.problem = explain(found.Err)
	}
	for _, u := range found.Unread {
		n := note{u.Instance.String(), explain(u.Err)}
		if u.Connected != (connection.InstanceID{}) { // the other end of a leftover
			s.unproven++
			n.Instance = u.Connected.String()
		}
		if !slices.Contains(s.unread, n) {
			s.unread = append(s.unread, n)
		}
	}
	for _, m := range found.Malformed {
		s.malformed = append(s.malformed, note{m.Of.String(), ascii(m.Reason)})
	}
	return s
}

// An index has what the rows need to know of instances and leftovers.
type index struct {
	statuses map[string]string          // of an instance, by its key
	leftover map[connection.Pair]string // why it is kept; "" if it would be removed
}

func indexOf(found discover.Finding, withheld bool, limit int) index {
	x := index{map[string]string{}, map[connection.Pair]string{}}
	for _, pair := range found.Pairs {
		x.statuses[pair.Connected.Key()] = gone
		x.leftover[pair] = ""
		if withheld {
			x.leftover[pair] = "there are more leftovers than the limit of " + thousands(limit)
		}
	}
	for _, k := range found.Kept {
		x.statuses[k.Connected.Key()] = statusText(k.Other.Status)
		x.leftover[k.Pair] = ascii(k.Reason)
	}
	for _, u := range found.Unread {
		if u.Connected != (connection.InstanceID{}) {
			x.leftover[u.Pair] = "it could not be asked whether " + u.Connected.String() + " exists"
		}
	}
	for id, instance := range found.Survey.Instances {
		x.statuses[id.Key()] = statusText(instance.Status)
	}
	return x
}

func (x index) row(region string, c discover.Connection) row {
	kept, leftover := x.leftover[c.Pair]
	return row{
		Region:          region,
		Instance:        c.Instance.String(),
		Status:          x.status(c.Instance),
		Connected:       c.Connected.String(),
		ConnectedStatus: x.status(c.Connected),
		Network:         ascii(c.NetworkType),
		Leftover:        leftover,
		Kept:            kept,
	}
}

func (x index) status(id connection.InstanceID) string {
	return cmp.Or(x.statuses[id.Key()], unknown)
}

// statusText returns a status as a report shows it.
func statusText(s elasticsearch.Status) string {
	switch s {
	case "":
		return unknown
	case elasticsearch.Inactive:
		return frozen
	}
	return ascii(string(s))
}

func (s survey) kept() int { return s.leftover - len(s.removable) - s.unproven }

// isWhole reports whether the whole region could be read.
func (s survey) isWhole() bool { return s.problem == "" && len(s.unread) == 0 }

// incomplete returns why a survey is not whole.
func (s survey) incomplete() string {
	if s.problem != "" {
		return "The region could not be read completely, so nothing would be removed: " + s.problem
	}
	return fmt.Sprintf("%s could not be read, so there may be more connections.", count(len(s.unread), "instance"))
}

// ascii quotes a text unless it is printable ASCII: anything else could steer a terminal.
func ascii(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		return strconv.QuoteToASCII(text)
	}
	return text
}

// thousands formats a number with commas: 1,040.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// count formats a number of things: 1 instance, 2 instances.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(n) + " " + thing + "s"
}
