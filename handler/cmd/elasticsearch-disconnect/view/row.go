package view

import (
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// A row is a connection in cells: its look, then one end, then the other.
type row struct {
	look   Look
	cells  []cell
	reason string // goes on below if it is too long for the line
}

// A cell is one text of a row.
type cell struct {
	text  string
	color string // an ANSI code; "" for none
}

// ANSI codes of the colors of a terminal.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

func header(wide bool) row {
	if wide {
		return row{cells: plain("", "instance", "name", "status", "connected instance", "name", "status", "network", "vpc"), reason: "reason"}
	}
	return row{cells: plain("", "instance", "status", "connected instance", "status")}
}

func rowOf(c Connection, wide bool) row {
	r := row{c.Look, plain(string(c.Look)), c.Reason}
	for _, end := range []End{c.Instance, c.Connected} {
		r.cells = append(r.cells, plain(end.ID)...)
		if wide {
			r.cells = append(r.cells, plain(end.Name)...)
		}
		r.cells = append(r.cells, status(end.Status))
	}
	if wide {
		r.cells = append(r.cells, plain(c.Network, c.vpc())...)
	}
	return r
}

// vpc returns the VPC of both ends. One that is gone has none, and two may be in two.
func (c Connection) vpc() string {
	vpcs := slices.Compact([]string{c.Instance.VPC, c.Connected.VPC})
	return strings.Join(slices.DeleteFunc(vpcs, isEmpty), ", ")
}

func plain(texts ...string) (cells []cell) {
	for _, text := range texts {
		cells = append(cells, cell{text: printable.Text(text)})
	}
	return cells
}

func status(text string) cell {
	c := cell{text: printable.Text(text)}
	switch c.text {
	case StatusGone:
		c.color = red
	case StatusFrozen:
		c.color = yellow
	}
	return c
}
