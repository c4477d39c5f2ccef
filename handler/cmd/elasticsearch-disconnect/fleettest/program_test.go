package fleettest_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/fleettest"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/goldentest"
)

// hang bounds a run that does not end.
const hang = 2 * time.Minute

// folder has the command, which is built when a test first runs it.
var folder string

func TestMain(m *testing.M) {
	if os.Getenv(measureVariable) != "" {
		os.Exit(measure(os.Args[1], os.Args[2:]))
	}
	flag.Parse()
	if *goldentest.Update && flag.Lookup("test.run").Value.String() == "" {
		removeGoldens() // and so those of tests that there are no more
	}
	var err error
	if folder, err = os.MkdirTemp("", "fleettest-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

var build = sync.OnceValue(func() error {
	if err := seeSources(); err != nil {
		return err
	}
	out, err := exec.Command("go", "build", "-o", folder+"/program", "..").CombinedOutput()
	if err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
})

// seeSources reads the folders of the sources: go test keeps a result until something changes that the test itself
// has read, and does not know what a go build in it reads.
func seeSources() error {
	_, err := os.Stat("../../../../go.mod")
	return errors.Join(err, filepath.WalkDir("../../..", func(_ string, _ fs.DirEntry, err error) error { return err }))
}

// A desk is where somebody runs the command: a fleet, and the variables of a shell.
type desk struct {
	fleettest.Fleet
	env []string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return deskOf(t, fleettest.New())
}

func deskOf(t testing.TB, f fleettest.Fleet) *desk {
	t.Helper()
	t.Cleanup(f.Close)
	switch {
	case testing.Short():
		t.Skip("builds the command")
	case runtime.GOOS != "linux":
		t.Skip("the command does not trust the stand-in: Go does not read SSL_CERT_FILE everywhere")
	}
	if err := build(); err != nil {
		t.Fatal(err)
	}
	env, err := f.Home(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &desk{f, env}
}

func (d *desk) command(t testing.TB, args []string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, filepath.Join(folder, "program"), args...)
	c.Env = append([]string{"TERM=xterm-256color"}, d.env...)
	return c
}

// piped runs the command without a terminal.
func (d *desk) piped(t *testing.T, args ...string) (stdout, stderr string, exit int) {
	t.Helper()
	c := d.command(t, args)
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); c.ProcessState == nil {
		t.Fatal(err)
	}
	keepsSecrets(t, out.String()+said.String())
	return out.String(), said.String(), c.ProcessState.ExitCode()
}

// keepsSecrets: nothing that is printed has a secret or a token.
func keepsSecrets(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, fleettest.Canary) {
		t.Errorf("a secret is given away:\n%s", text)
	}
}

// A terminal is a pseudo terminal of 80 columns at which the command runs.
type terminal struct {
	t       *testing.T
	program *exec.Cmd
	pty     *os.File
	written []byte // by the program, and typed
	seen    int    // bytes of written that waitFor has passed
}

// onTerminal starts the command on a terminal.
func (d *desk) onTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	return start(t, d.command(t, args))
}

// start starts a program on a terminal, which is those of its streams that are not set.
func start(t *testing.T, c *exec.Cmd) *terminal {
	t.Helper()
	c.SysProcAttr = &syscall.SysProcAttr{Ctty: 1} // standard output is never another
	f, err := pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &terminal{t: t, program: c, pty: f}
}

// waitFor reads until a text is written, after the one waited for before.
func (s *terminal) waitFor(text string) {
	s.t.Helper()
	for {
		if i := strings.Index(string(s.written[s.seen:]), text); i >= 0 {
			s.seen += i + len(text)
			return
		}
		if !s.read() {
			s.t.Fatalf("ended without %q:\n%s", text, s)
		}
	}
}

// read reports false at the end, which is EIO of Linux once no process has the terminal.
func (s *terminal) read() bool {
	buffer := make([]byte, 4096)
	n, err := s.pty.Read(buffer)
	s.written = append(s.written, buffer[:n]...)
	return err == nil
}

func (s *terminal) enter(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.pty, keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *terminal) signal(signal os.Signal) {
	s.t.Helper()
	if err := s.program.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the end of the program, and returns its exit code.
func (s *terminal) end() int {
	s.t.Helper()
	for s.read() {
	}
	if err := s.program.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		s.t.Fatal(err)
	}
	keepsSecrets(s.t, string(s.written))
	return s.program.ProcessState.ExitCode()
}

// String returns what is on the screen.
func (s *terminal) String() string { return shown(80, s.written) }

func shown(width int, written []byte) string {
	s := screen{width: width}
	s.show(string(written))
	return s.String()
}
