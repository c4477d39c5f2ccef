package view

import (
	"cmp"
	"fmt"
	"slices"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// Lengths in a cluster, in pixels of a narrow screen.
const (
	clusterWidth = 396
	pitch        = 34 // between the nodes of the longer column
	leftX        = 173
	rightX       = 223
	margin       = 5  // above and below
	labelGap     = 12 // from the centre of a node to its label
	maxCells     = 23 // of a label
	maxNodes     = 20 // of a column
)

// A cluster is a picture of connections that hang together. What is left over or frozen is
// in the right column, and what is connected to it in the left one; labels are outside.
type cluster struct {
	Width, Height int
	Nodes         []node
	Edges         []edge
}

// A node is an instance, around a point.
type node struct {
	End
	X, Y  int
	Right bool
}

// An edge is a connection, as the path of a curve.
type edge struct {
	Look Look
	Path string
}

// layout places connections that hang together. Nodes beyond maxNodes of a column are left
// out with their edges.
func layout(connections []Connection) cluster {
	left, right := columns(connections)
	c := cluster{Width: clusterWidth, Height: pitch*max(len(left), len(right)) + 2*margin}
	c.Nodes = append(column(left, leftX, c.Height), column(right, rightX, c.Height)...)
	at := map[string]node{}
	for _, n := range c.Nodes {
		at[n.ID] = n
	}
	for _, e := range connections {
		a, isDrawn := at[e.Instance.ID]
		b, too := at[e.Connected.ID]
		if isDrawn && too {
			c.Edges = append(c.Edges, edge{e.Look, curve(a, b)})
		}
	}
	return c
}

// columns returns the instances of the left and the right column. Those of the left are
// sorted by the place of what they are connected to, so that few edges cross.
func columns(connections []Connection) (left, right []End) {
	row := map[string]int{} // of instances in the right column
	for _, c := range connections {
		for _, e := range []End{c.Instance, c.Connected} {
			if _, known := row[e.ID]; !known && isFocus(c, e) {
				row[e.ID] = len(right)
				right = append(right, e)
			}
		}
	}
	sum, count := map[string]float64{}, map[string]float64{}
	for _, c := range connections {
		for _, ends := range [][2]End{{c.Instance, c.Connected}, {c.Connected, c.Instance}} {
			id := ends[0].ID
			if _, isRight := row[id]; isRight {
				continue
			}
			if count[id] == 0 {
				left = append(left, ends[0])
			}
			sum[id] += float64(row[ends[1].ID])
			count[id]++
		}
	}
	slices.SortStableFunc(left, func(a, b End) int { return cmp.Compare(sum[a.ID]/count[a.ID], sum[b.ID]/count[b.ID]) })
	return left[:min(len(left), maxNodes)], right[:min(len(right), maxNodes)]
}

// isFocus reports whether an end of a connection is the one that is left over or frozen.
func isFocus(c Connection, e End) bool {
	return e.Status == StatusFrozen || c.Look != Frozen && e == c.Connected
}

// column places instances in a column, evenly over its height.
func column(ends []End, x, height int) (nodes []node) {
	for i, e := range ends {
		nodes = append(nodes, node{e, x, margin + (2*i+1)*(height-2*margin)/(2*len(ends)), x == rightX})
	}
	return nodes
}

// curve returns the path of an edge. Between two nodes of a column it is an arc.
func curve(a, b node) string {
	const middle = (leftX + rightX) / 2
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", a.X, a.Y, middle, a.Y, middle, b.Y, b.X, b.Y)
}

// Title says what the picture shows, for those who do not see it.
func (c cluster) Title() string {
	return Count(len(c.Edges), "connection") + " of " + Count(len(c.Nodes), "instance")
}

// Label returns the id as it is shown.
func (n node) Label() string { return cut(n.ID) }

// Detail returns the line below the id: the status of what is left over or frozen, and the
// name if there is one.
func (n node) Detail() string {
	switch {
	case !n.Right:
		return cut(n.Name)
	case n.Name == "":
		return cut(n.Status)
	}
	return cut(n.Status + " · " + n.Name)
}

// LabelX returns where the label begins, or at the left ends.
func (n node) LabelX() int {
	if n.Right {
		return labelGap
	}
	return -labelGap
}

// Mark returns the symbol of the node: gone, frozen, unlisted or connected.
func (n node) Mark() string {
	switch {
	case !n.Right:
		return "connected"
	case n.Status == StatusGone, n.Status == StatusFrozen:
		return n.Status
	}
	return "unlisted"
}

// cut returns a printable text that is shortened in its middle to maxCells.
func cut(text string) string {
	text = printable.Text(text)
	runes, n := []rune(text), cells(text)
	if n <= maxCells {
		return text
	}
	left, right := runes[:len(runes)/2], runes[len(runes)/2:]
	for n > maxCells-1 {
		drop := right[0]
		if len(left) > len(right) {
			drop, left = left[len(left)-1], left[:len(left)-1]
		} else {
			right = right[1:]
		}
		n -= cells(string(drop))
	}
	return string(left) + "…" + string(right)
}
