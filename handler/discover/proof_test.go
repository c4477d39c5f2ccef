package discover

import (
	"fmt"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// An answer of DescribeInstance, under the name of a column.
type described struct {
	name   string
	status elasticsearch.Status
	err    error
}

func failed(kind connection.Kind) error { return &connection.Error{Kind: kind} }

func columns() []described {
	return []described{
		{"gone", "", failed(connection.NoInstance)}, {"inactive", elasticsearch.Inactive, nil},
		{"active", elasticsearch.Active, nil}, {"activating", elasticsearch.Activating, nil},
		{"invalid", "invalid", nil}, {"Inactive", "Inactive", nil},
		{"denied", "", failed(connection.Denied)}, {"busy", "", failed(connection.Conflict)}, {"503", "", failed(connection.Unavailable)},
		{"throttled", "", failed(connection.Throttled)}, {"late", "", failed(connection.Timeout)}, {"no pair", "", failed(connection.NoConnection)},
	}
}

// short is what follows, in a word: why nothing is removed, or how the proof goes on.
func short(ignored string, err error) string {
	switch {
	case err != nil:
		return connection.KindOf(err).String()
	case ignored != "":
		return "ignored"
	}
	return "go on"
}

// table writes a row for each name, and a column for each answer.
func table(rows []string, cell func(row int, d described) string) string {
	var text strings.Builder
	line := func(cells ...string) {
		padded := fmt.Sprintf("%-26s", cells[0])
		for _, cell := range cells[1:] {
			padded += fmt.Sprintf("%-12s", cell)
		}
		text.WriteString(strings.TrimRight(padded, " ") + "\n")
	}
	head := []string{"DescribeInstance answers"}
	for _, d := range columns() {
		head = append(head, d.name)
	}
	line(head...)
	for i, row := range rows {
		cells := []string{row}
		for _, d := range columns() {
			cells = append(cells, cell(i, d))
		}
		line(cells...)
	}
	return text.String()
}

func checkTable(t *testing.T, got, want string) {
	t.Helper()
	if got != strings.TrimPrefix(want, "\n") {
		t.Errorf("table:\n%s", got)
	}
}

// TestFirstQuestion: what follows from the first answer, by what an event expects and by
// RELEASE_POLICY. A failure has its kind.
func TestFirstQuestion(t *testing.T) {
	t.Parallel()
	x, _ := connection.ParseInstanceID("es-x")
	asks := []struct {
		eager bool
		trigger.Cleanup
	}{
		{false, trigger.Cleanup{Instance: x, Expects: trigger.Gone}}, {false, trigger.Cleanup{Instance: x, Expects: trigger.PerhapsGone}},
		{true, trigger.Cleanup{Instance: x, Expects: trigger.Gone}}, {true, trigger.Cleanup{Instance: x, Expects: trigger.PerhapsGone}},
		{false, trigger.Cleanup{Instance: x, Requested: true}}, {true, trigger.Cleanup{Instance: x, Requested: true}},
	}
	got := table([]string{"gone is expected", "perhaps gone", "gone, eager", "perhaps gone, eager", "all is requested", "all, eager"}, func(row int, d described) string {
		f := Finder{Eager: asks[row].eager}
		return short(f.proofOf(asks[row].Cleanup).judge(asks[row].Cleanup, d.status, d.err))
	})
	checkTable(t, got, `
DescribeInstance answers  gone        inactive    active      activating  invalid     Inactive    denied      busy        503         throttled   late        no pair
gone is expected          go on       ignored     Conflict    Conflict    Upstream    Upstream    Denied      Conflict    Unavailable Throttled   Timeout     Absent
perhaps gone              go on       ignored     ignored     ignored     Upstream    Upstream    Denied      Conflict    Unavailable Throttled   Timeout     Absent
gone, eager               go on       go on       Conflict    Conflict    Upstream    Upstream    Denied      Conflict    Unavailable Throttled   Timeout     Absent
perhaps gone, eager       go on       go on       ignored     ignored     Upstream    Upstream    Denied      Conflict    Unavailable Throttled   Timeout     Absent
all is requested          go on       Conflict    Conflict    Conflict    Upstream    Upstream    Denied      Conflict    Unavailable Throttled   Timeout     Absent
all, eager                go on       Conflict    Conflict    Conflict    Upstream    Upstream    Denied      Conflict    Unavailable Throttled   Timeout     Absent
`)
}

// TestSecondQuestion: what follows from the answer immediately before the first removal.
func TestSecondQuestion(t *testing.T) {
	t.Parallel()
	x, _ := connection.ParseInstanceID("es-x")
	got := table([]string{"gone at first", "gone or frozen, eager"}, func(row int, d described) string {
		return short("", []Proof{Gone, GoneOrFrozen}[row].judgeAgain(x, d.status, d.err))
	})
	checkTable(t, got, `
DescribeInstance answers  gone        inactive    active      activating  invalid     Inactive    denied      busy        503         throttled   late        no pair
gone at first             go on       Conflict    Conflict    Conflict    Conflict    Conflict    Denied      Conflict    Unavailable Throttled   Timeout     Absent
gone or frozen, eager     go on       go on       Conflict    Conflict    Conflict    Conflict    Denied      Conflict    Unavailable Throttled   Timeout     Absent
`)
}

// TestListOfRegion: what follows from the readings of the list for an instance that
// DescribeInstance calls gone.
func TestListOfRegion(t *testing.T) {
	t.Parallel()
	x, _ := connection.ParseInstanceID("es-x")
	for _, test := range []struct {
		isListed bool
		unread   error
		want     string
	}{
		{false, nil, "go on"},
		{true, nil, "Conflict"},
		{true, failed(connection.Upstream), "Conflict"}, // no reading is whole, and one has it
		{false, failed(connection.Upstream), "Upstream"},
		{false, failed(connection.Denied), "Denied"},
		{false, failed(connection.Timeout), "Timeout"},
	} {
		if got := short("", judgeList(x, test.isListed, test.unread)); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

// TestProofOf: a request that is forced, or a dry run, needs no proof.
func TestProofOf(t *testing.T) {
	t.Parallel()
	request, release := trigger.Cleanup{Requested: true}, trigger.Cleanup{Expects: trigger.PerhapsGone}
	force, dry := request, request
	force.Force, dry.DryRun = true, true
	for name, test := range map[string]struct {
		f    Finder
		a    trigger.Cleanup
		want Proof
	}{
		"a release":                       {Finder{}, release, Gone},
		"a release, eager":                {Finder{Eager: true}, release, GoneOrFrozen},
		"a release, the operator's dry":   {Finder{DryRun: true}, release, Gone},
		"a request":                       {Finder{}, request, Gone},
		"a request, eager":                {Finder{Eager: true}, request, Gone},
		"a request, forced":               {Finder{}, force, NoProof},
		"a request, dry":                  {Finder{}, dry, NoProof},
		"a request, the operator's dry":   {Finder{DryRun: true}, request, NoProof},
		"a request, forced, and is eager": {Finder{Eager: true}, force, NoProof},
	} {
		if got := test.f.proofOf(test.a); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
