package view

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// The template of a page, its style sheet and its script.
var (
	//go:embed report.html.tmpl
	page string
	//go:embed report.css
	style string
	//go:embed report.js
	script string
)

// HTML returns the report as a page that needs no other file: a summary, a table that can
// be filtered and sorted, and a picture. Without its script it shows all. The report was
// read at a time.
func (r Report) HTML(at time.Time) string {
	var text strings.Builder
	d := document{r, at.UTC(), template.CSS(style), template.JS(script)}
	functions := template.FuncMap{"count": Count, "thousands": Thousands, "causes": byReason,
		"vpc": Connection.vpc, "withheld": Scope.withheld, "knowsLeftovers": Scope.knowsLeftovers, "word": Look.word, "meaning": Look.meaning}
	t := template.Must(template.New("report").Funcs(functions).Parse(page))
	if err := t.Execute(&text, d); err != nil {
		panic("the template shows every report: " + err.Error())
	}
	return printable.Escaped(text.String()) // an escape is no markup
}

// A document is what the template shows.
type document struct {
	Report
	At     time.Time
	Style  template.CSS
	Script template.JS
}

// Policy returns the Content-Security-Policy: the page's own style sheet and script, and
// nothing else.
func (d document) Policy() string {
	return "default-src 'none'; style-src " + source(string(d.Style)) + "; script-src " + source(string(d.Script)) +
		"; base-uri 'none'; form-action 'none'"
}

// source names an inline text in a Content-Security-Policy.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Title names the report among others.
func (d document) Title() string {
	return "Elasticsearch connections, account " + d.Identity.Account + ", " + d.At.Format("2006-01-02 15:04 UTC")
}

// Headline says how many connections need a look.
func (d document) Headline() string {
	of := " of " + Count(d.Total().Connections, "connection")
	if len(d.Incomplete()) > 0 {
		of += " that could be read"
	}
	switch looks := d.Looks(); {
	case d.Total().Connections == 0 && len(d.Incomplete()) > 0:
		return "No connection could be read"
	case d.Total().Connections == 0:
		return "No connection was found"
	case looks == 0:
		return "None" + of + " needs a look"
	case looks == 1:
		return "1" + of + " needs a look"
	default:
		return Thousands(looks) + of + " need a look"
	}
}

// Looks returns how many connections need a look.
func (d document) Looks() int { return d.Total().Leftover + d.Total().Frozen }

// Total returns all scopes as one.
func (d document) Total() Scope { return d.total() }

// A tally is how many connections need a look for the same reason.
type tally struct {
	Look
	Count int
}

// Tallies returns how many connections need a look, for each reason.
func (d document) Tallies() []tally {
	s := d.total()
	return []tally{{Remove, s.Removable}, {Withheld, s.withheld()}, {Kept, s.Kept}, {Unclear, s.Unclear}, {Frozen, s.Frozen}}
}

// Incomplete returns the scopes of which something was not read.
func (d document) Incomplete() (scopes []Scope) {
	for _, s := range d.Scopes {
		if !s.Whole {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// IsOfSeveral reports whether there is another account than the one that asks.
func (d document) IsOfSeveral() bool { return d.isOfSeveral() }

// Rows returns the connections with those first that need a look most.
func (d document) Rows() []Connection { return inOrder(d.Connections) }

// Picture returns what needs a look, by place.
func (d document) Picture() []drawing { return picture(d.Connections) }

// Marks returns the symbols of the picture.
func (d document) Marks() []string {
	return []string{StatusGone, StatusFrozen, "unlisted", "connected"}
}

// word names a look for a person.
func (l Look) word() string {
	switch l {
	case Remove:
		return "to remove"
	case Nothing:
		return "both are there"
	}
	return string(l)
}

// meaning explains the word for a look.
func (l Look) meaning() string {
	switch l {
	case Remove:
		return "one instance is proven to be gone"
	case Withheld:
		return "proven, but more than the limit"
	case Kept:
		return "left over, with a reason to keep it"
	case Unclear:
		return "left over, and could not be asked"
	case Frozen:
		return "one instance was released, and can be recovered for 24 hours"
	}
	return ""
}
