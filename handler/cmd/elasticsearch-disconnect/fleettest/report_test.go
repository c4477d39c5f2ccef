package fleettest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/fleettest"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const both = fleettest.Account + "," + fleettest.Member

// TestForms: each form on a terminal of 80 columns, and piped.
func TestForms(t *testing.T) {
	t.Parallel()
	const many, few = "cn-hangzhou,cn-beijing,ap-southeast-1,eu-west-1", "eu-central-1,cn-shenzhen"
	for _, test := range []struct {
		form, regions string
		isForPeople   bool // and so is another on a terminal
	}{
		{"table", many, true}, {"wide", few, true}, {"json", few, false}, {"csv", few, false}, {"html", few, false},
	} {
		t.Run(test.form, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			args := []string{"report", "--region", test.regions, "--account", both, "-o", test.form}
			stdout, stderr, exit := d.piped(t, args...)
			if exit != handler.ExitFailed || (stderr == "") != test.isForPeople { // a region or an instance refuses
				t.Errorf("exit code %d, standard error %q", exit, stderr)
			}
			checkGolden(t, test.form+" piped", stdout)
			screen := d.onTerminal(t, args...)
			if exit := screen.end(); exit != handler.ExitFailed {
				t.Errorf("on a terminal: exit code %d", exit)
			}
			if test.isForPeople {
				checkGolden(t, test.form+" on a terminal", screen.String())
			} else if got := shown(1<<20, screen.written); stable(got) != stable(stdout+stderr) {
				t.Errorf("on a terminal:\n got %s\nwant %s", got, stdout+stderr)
			}
		})
	}
}

// TestWholeFleet: no line of a table wraps on a terminal; all regions are asked but those of finance and
// government, and one that refuses does not stop the others.
func TestWholeFleet(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	screen := d.onTerminal(t, "report", "--region", "all", "--account", both, "--all")
	screen.end()
	text := screen.String()
	if strings.Contains(text, "↩") || strings.Count(text, "\n") < 250 {
		t.Errorf("the screen:\n%s", text)
	}
	for _, id := range elasticsearch.Regions() {
		restricted := strings.Contains(id, "finance") || strings.Contains(id, "gov")
		if asked := slices.Contains(d.Hosts(), "elasticsearch."+id+".aliyuncs.com"); asked == restricted {
			t.Errorf("%s is asked: %v", id, asked)
		}
	}
	if n := strings.Count(text, fleettest.Refusing+", account "+fleettest.Account+" was not read: "); n != 1 {
		t.Errorf("%s is named %d times:\n%s", fleettest.Refusing, n, text)
	}
}

// TestColour: gone and frozen have a colour on a terminal, unless NO_COLOR is set; in a pipe there is not
// one control character, though the name of an instance has some.
func TestColour(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	args := []string{"report", "--region", "cn-hangzhou,eu-central-1", "--all", "-o"}
	coloured := d.onTerminal(t, append(args, "table")...)
	coloured.end()
	for _, word := range []string{"gone", "frozen"} {
		if !strings.Contains(coloured.String(), "›"+word+"‹/›") {
			t.Errorf("%s has no colour:\n%s", word, coloured)
		}
	}
	for _, form := range []string{"table", "wide"} {
		stdout, stderr, _ := d.piped(t, append(args, form)...)
		if i := strings.IndexFunc(stdout+stderr, isControl); i >= 0 {
			t.Errorf("%s in a pipe has %q at %d", form, (stdout + stderr)[i], i)
		}
		d := &desk{d.Fleet, append(d.env, "NO_COLOR=1")}
		plain := d.onTerminal(t, append(args, form)...)
		plain.end()
		if strings.Contains(plain.String(), "‹") {
			t.Errorf("%s has colours in spite of NO_COLOR:\n%s", form, plain)
		}
	}
}

func isControl(c rune) bool { return c < ' ' && c != '\n' || c == 0x7f || c == '\u202e' }

// TestProgress: one line for all regions, which is gone at the end.
func TestProgress(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	screen := d.onTerminal(t, "report", "--region", "cn-hangzhou,cn-beijing")
	screen.end()
	if text := screen.String(); !strings.Contains(string(screen.written), "reading: 250 of 250 instances") || strings.Contains(text, "reading:") {
		t.Errorf("written:\n%q\nthe screen:\n%s", screen.written, text)
	}
}

// TestExitOfReport: 0 with nothing to do, 3 with something to remove, 1 if not all could be read.
func TestExitOfReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for regions, want := range map[string]int{
		"us-west-1": handler.ExitDone, "cn-shanghai": handler.ExitLeft, "ap-southeast-1": handler.ExitLeft,
		fleettest.Refusing: handler.ExitFailed, fmt.Sprintf("us-west-1,%s", fleettest.Refusing): handler.ExitFailed,
		"cn-hangzou": handler.ExitInvalid,
	} {
		if _, stderr, exit := d.piped(t, "report", "--region", regions); exit != want {
			t.Errorf("%s: exit code %d, want %d\n%s", regions, exit, want, stderr)
		}
	}
}

// TestProfiles: a profile that does not work is an error with its cause, and never passed over for another.
func TestProfiles(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]int{
		"prod": handler.ExitDone, "audit": handler.ExitDone, "member": handler.ExitDone,
		"session": handler.ExitFailed, "broken": handler.ExitInvalid, "prd": handler.ExitInvalid,
	} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			stdout, stderr, exit := d.piped(t, "report", "--region", "us-west-1", "--profile", profile)
			if exit != want {
				t.Errorf("exit code %d, want %d", exit, want)
			}
			checkGolden(t, "profile "+profile, stdout+"--- standard error\n"+stderr)
			asked := len(d.Region("us-west-1").Requests())
			if works := want == handler.ExitDone; (asked > 0) != works || works && len(d.identities()) != 1 {
				t.Errorf("%d requests, and asked for the identity %d times", asked, len(d.identities()))
			}
		})
	}
}

// identities are the requests for an identity, of which one is enough.
func (d *desk) identities() []elasticsearchtest.STSRequest {
	return slices.DeleteFunc(d.STS.Requests(), func(r elasticsearchtest.STSRequest) bool { return r.Action != "GetCallerIdentity" })
}
