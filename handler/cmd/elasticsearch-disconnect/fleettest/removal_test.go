package fleettest_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/fleettest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const (
	four        = "cn-hangzhou,cn-beijing,cn-shanghai,eu-central-1"
	question    = "Type yes: "
	interrupted = 130
	ctrlC       = "\x03"
)

// connections are those of the four regions.
func (d *desk) connections() (all [][2]string) {
	for id := range strings.SplitSeq(four, ",") {
		all = append(all, d.Region(id).Connections()...)
	}
	return all
}

// leftovers are the six of the four regions, in order of their ids.
func leftovers() (all [][2]string) {
	for id := range strings.SplitSeq(four, ",") {
		for _, pair := range fleettest.Leftovers(fleettest.Account, id) {
			all = append(all, [2]string{min(pair[0], pair[1]), max(pair[0], pair[1])})
		}
	}
	return all
}

// removed are the connections that there were before and are no more.
func (d *desk) removed(before [][2]string) [][2]string {
	left := d.connections()
	return slices.DeleteFunc(before, func(pair [2]string) bool { return slices.Contains(left, pair) })
}

// TestReconcile: what is left over in four regions is shown, and removed after a yes, and nothing else.
func TestReconcile(t *testing.T) {
	t.Parallel()
	for answer, test := range map[string]struct {
		removed [][2]string
		exit    int
	}{
		"yes": {leftovers(), handler.ExitDone},
		"no":  {nil, handler.ExitLeft},
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			before := d.connections()
			screen := d.onTerminal(t, "reconcile", "--region", four)
			screen.waitFor(question)
			shanghai := d.Region("cn-shanghai")
			late := shanghai.Connections()[0]
			late[1] = "es-cn-late"
			shanghai.Connect(late[0], late[1]) // nobody saw it
			screen.enter(answer + "\n")
			if exit := screen.end(); exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			checkGolden(t, "reconcile "+answer, screen.String())
			checkRemoved(t, d.removed(append(before, late)), test.removed)
		})
	}
}

// TestTypedBefore: what is typed while the command reads does not answer the question.
func TestTypedBefore(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	typed := make(chan struct{})
	s := d.Region("cn-hangzhou")
	s.OnRequest = elasticsearchtest.Each(s.OnRequest, elasticsearchtest.At("ListInstance", func(int) (f elasticsearchtest.Fault) {
		<-typed
		return f
	}))
	before := d.connections()
	screen := d.onTerminal(t, "reconcile", "--region", "cn-hangzhou")
	screen.enter("yes\n")
	screen.waitFor("yes\r\n") // the terminal has it
	close(typed)
	screen.waitFor(question)
	screen.enter("no\n")
	if exit := screen.end(); exit != handler.ExitLeft {
		t.Errorf("exit code %d\n%s", exit, screen)
	}
	checkRemoved(t, d.removed(before), nil)
}

// TestReconcilePiped: the ways that ask nobody. Nothing has a golden file of its own that the others show.
func TestReconcilePiped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args    []string
		exit    int
		removed [][2]string
	}{
		"yes in json": {[]string{"--yes", "-o", "json"}, handler.ExitDone, leftovers()},
		"dry run":     {[]string{"--dry-run"}, handler.ExitLeft, nil},
		"denied":      {[]string{"--yes", "--profile", "audit"}, handler.ExitFailed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			before := d.connections()
			stdout, stderr, exit := d.piped(t, append([]string{"reconcile", "--region", four}, test.args...)...)
			if exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			checkGolden(t, "reconcile "+name, stdout+"--- standard error\n"+stderr)
			checkRemoved(t, d.removed(before), test.removed)
		})
	}
}

func checkRemoved(t *testing.T, got, want [][2]string) {
	t.Helper()
	compare := func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(got, compare)
	if slices.SortFunc(want, compare); !slices.Equal(got, want) {
		t.Errorf("removed:\n got %q\nwant %q", got, want)
	}
}

// TestNobodyToAsk: a question needs a terminal to be seen and one to be answered.
func TestNobodyToAsk(t *testing.T) {
	t.Parallel()
	for name, pipe := range map[string]func(*testing.T, *desk) (stderr string, exit int){
		"no terminal": func(t *testing.T, d *desk) (string, int) {
			_, stderr, exit := d.piped(t, "reconcile", "--region", four)
			return stderr, exit
		},
		"standard input": func(t *testing.T, d *desk) (string, int) {
			c := d.command(t, []string{"reconcile", "--region", four})
			c.Stdin = strings.NewReader("yes\n")
			screen := start(t, c)
			exit := screen.end()
			return screen.String(), exit
		},
		"standard error": func(t *testing.T, d *desk) (string, int) {
			var stderr bytes.Buffer
			c := d.command(t, []string{"reconcile", "--region", four})
			c.Stderr = &stderr
			exit := start(t, c).end()
			return stderr.String(), exit
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			if stderr, exit := pipe(t, d); exit != handler.ExitInvalid || !strings.Contains(stderr, "--yes") {
				t.Errorf("exit code %d\n%s", exit, stderr)
			}
			if hosts := d.Hosts(); len(hosts) > 0 {
				t.Errorf("asked %q first", hosts)
			}
		})
	}
}

// TestInterrupt: Ctrl-C and SIGTERM say what was removed and what was not, at each stage.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	const second = "DeleteConnectedCluster"
	for name, test := range map[string]struct {
		held   string // the requests of which one hangs
		number int    // of that one
		before func(*terminal)
		gone   int
	}{
		"while it reads":          {"ListConnectedClusters", 5, func(*terminal) {}, 0},
		"at the question":         {"", 0, func(s *terminal) { s.waitFor(question) }, 0},
		"after the first removal": {second, 2, func(s *terminal) { s.waitFor(question); s.enter("yes\n"); s.waitFor("removing: 1 of 3") }, 1},
	} {
		for how, interrupt := range map[string]func(*terminal){
			"Ctrl-C":  func(s *terminal) { s.enter(ctrlC) },
			"SIGTERM": func(s *terminal) { s.signal(syscall.SIGTERM) },
		} {
			t.Run(how+" "+name, func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				d.env = append(d.env, "SWEEP_CONCURRENCY=1")
				arrived := d.hold("cn-hangzhou", test.held, test.number)
				before := d.connections()
				screen := d.onTerminal(t, "reconcile", "--region", "cn-hangzhou")
				test.before(screen)
				<-arrived
				interrupt(screen)
				if exit := screen.end(); exit != interrupted {
					t.Errorf("exit code %d", exit)
				}
				checkGolden(t, how+" "+name, screen.String())
				if got := d.removed(before); len(got) != test.gone {
					t.Errorf("removed %q", got)
				}
			})
		}
	}
}

// hold makes one of the calls of a region hang. The channel is closed when it arrives; at once if no call is
// named.
func (d *desk) hold(region, call string, number int) <-chan struct{} {
	arrived := make(chan struct{})
	if call == "" {
		close(arrived)
		return arrived
	}
	s := d.Region(region)
	s.OnRequest = elasticsearchtest.Each(s.OnRequest, elasticsearchtest.At(call, func(n int) (f elasticsearchtest.Fault) {
		if n == number {
			f.Answer = func(w http.ResponseWriter, r *http.Request) {
				close(arrived)
				elasticsearchtest.Hang()(w, r)
			}
		}
		return f
	}))
	return arrived
}

// TestWithheld: more than the limit are removed only if the limit of this run is raised, as the message says.
func TestWithheld(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	args := []string{"reconcile", "--region", "ap-southeast-1", "--yes"}
	left := func() int { return len(d.Region("ap-southeast-1").Connections()) }
	before := left()
	stdout, stderr, exit := d.piped(t, args...)
	if exit != handler.ExitLeft || !strings.Contains(stdout+stderr, "--limit 45") || left() != before {
		t.Errorf("exit code %d, %d left\n%s%s", exit, left(), stdout, stderr)
	}
	stdout, stderr, exit = d.piped(t, append(args, "--limit", "45")...)
	if exit != handler.ExitDone || !strings.Contains(stdout+stderr, "45 removed") || left() != before-45 {
		t.Errorf("with --limit: exit code %d, %d left\n%s%s", exit, left(), stdout, stderr)
	}
}

// TestRemove: both ends are looked at, shown with names and states, and a person is warned if both are in use.
func TestRemove(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	pair := d.Region("cn-shanghai").Connections()[0]
	before := d.connections()
	screen := d.onTerminal(t, "remove", pair[0], pair[1], "--region", "cn-shanghai")
	screen.waitFor(question)
	screen.enter("yes\n")
	if exit := screen.end(); exit != handler.ExitDone {
		t.Errorf("exit code %d", exit)
	}
	checkGolden(t, "remove", screen.String())
	checkRemoved(t, d.removed(before), [][2]string{pair})
}
