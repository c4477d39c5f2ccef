package view

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// connectionsOf draws connections of few instances, so that many hang together.
func connectionsOf(t *rapid.T) (connections []Connection) {
	end := func() End {
		e := End{ID: rapid.SampledFrom([]string{"es-cn-", "es-", "es-cn-n6w1o1x0w001c000", "es-an-id-that-is-longer-than-any-that-was-seen-"}).Draw(t, "prefix")}
		e.ID += strconv.Itoa(rapid.IntRange(0, 40).Draw(t, "number"))
		e.Status = rapid.SampledFrom([]string{"active", "gone", "frozen", "?", "a-status-that-nobody-has-heard-of"}).Draw(t, "status")
		e.Name = rapid.SampledFrom([]string{"", "search", "订单搜索-生产环境-订单搜索-生产环境", "\u202e\x1b[2J<b>", "metrics archive 2019, cold"}).Draw(t, "name")
		return e
	}
	for range rapid.IntRange(0, 120).Draw(t, "connections") {
		connections = append(connections, Connection{
			Place:     Place{Region: rapid.SampledFrom([]string{"cn-hangzhou", "cn-beijing"}).Draw(t, "region")},
			Instance:  end(),
			Connected: end(),
			Look:      rapid.SampledFrom([]Look{Nothing, Remove, Withheld, Kept, Unclear, Frozen}).Draw(t, "look"),
		})
	}
	return connections
}

// TestPicture: each cluster lies in its view box, and no label is over another, in the
// widest font of the style sheet.
func TestPicture(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for _, d := range picture(connectionsOf(t)) {
			for _, c := range d.Clusters {
				checkLabels(t, c)
				checkEdges(t, c)
			}
		}
	})
}

// A box is what a label covers.
type box struct{ left, top, right, bottom float64 }

func boxOf(n node) box {
	const cellWidth, ascent, descent = 6.65, 14, 14 // of 11 pixel type, in two lines
	long := cellWidth * float64(max(cells(n.Label()), cells(n.Detail())))
	x, y := float64(n.X+n.LabelX()), float64(n.Y)
	if n.Right {
		return box{x, y - ascent, x + long, y + descent}
	}
	return box{x - long, y - ascent, x, y + descent}
}

func checkLabels(t *rapid.T, c cluster) {
	for i, n := range c.Nodes {
		a := boxOf(n)
		if a.left < 0 || a.top < 0 || a.right > float64(c.Width) || a.bottom > float64(c.Height) {
			t.Errorf("%q is at %v, outside of %d x %d", n.Label(), a, c.Width, c.Height)
		}
		for _, other := range c.Nodes[:i] {
			if b := boxOf(other); a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom {
				t.Errorf("%q at %v is over %q at %v", n.Label(), a, other.Label(), b)
			}
		}
	}
}

// checkEdges: a curve lies between its points, so these decide. All are between the columns.
func checkEdges(t *rapid.T, c cluster) {
	for _, e := range c.Edges {
		for i, number := range regexp.MustCompile(`\d+`).FindAllString(e.Path, -1) {
			n, _ := strconv.Atoi(number)
			if isX := i%2 == 0; isX && (n < leftX || n > rightX) || !isX && (n < 0 || n > c.Height) {
				t.Errorf("edge %s leaves the middle of %d x %d", e.Path, c.Width, c.Height)
			}
		}
	}
}

// TestPictureIsBounded: however much there is, as much is drawn as a browser draws at once,
// of each place something, and what is not drawn is counted.
func TestPictureIsBounded(t *testing.T) {
	t.Parallel()
	pair := func(region, connected, id int) Connection {
		name := func(n int) string { return fmt.Sprintf("es-cn-n6w1o1x0w001c%04d", n) }
		return Connection{Place: Place{Region: strconv.Itoa(region)}, Instance: End{ID: name(id)}, Connected: End{ID: name(connected)}, Look: Remove}
	}
	for name, test := range map[string]struct {
		connection func(i int) Connection
		clusters   []int // of each place
		undrawn    int
	}{
		"each on its own":            {func(i int) Connection { return pair(0, 5000+i, i) }, []int{60}, 4940},
		"many in one place of three": {func(i int) Connection { return pair(max(0, i-4997), 5000+i, i) }, []int{58, 1, 1}, 4940},
		"all of one":                 {func(i int) Connection { return pair(0, 5000, i) }, []int{1}, 4980},
		"all hang together":          {func(i int) Connection { return pair(0, 5000+i/2, i-i/2) }, []int{1}, 4961},
		"more places than clusters":  {func(i int) Connection { return pair(i/50, 5000+i, i) }, slices.Repeat([]int{1}, 100), 4900},
		"none that needs a look":     {func(i int) Connection { c := pair(0, 5000+i, i); c.Look = Nothing; return c }, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var connections []Connection
			for i := range 5000 {
				connections = append(connections, test.connection(i))
			}
			var clusters []int
			undrawn := 0
			for _, d := range picture(connections) {
				clusters, undrawn = append(clusters, len(d.Clusters)), undrawn+d.Undrawn()
			}
			if fmt.Sprint(clusters, undrawn) != fmt.Sprint(test.clusters, test.undrawn) {
				t.Errorf("%d clusters, %d not drawn, want %d and %d", clusters, undrawn, test.clusters, test.undrawn)
			}
		})
	}
}
