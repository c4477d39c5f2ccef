package handler_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

// TestReadmeCommandsAreShell: every block of commands is understood by sh.
func TestReadmeCommandsAreShell(t *testing.T) {
	t.Parallel()
	blocks := 0
	for _, name := range append(readmes(), logs) {
		for _, block := range regexp.MustCompile("(?ms)^ *```sh\n(.*?)^ *```$").FindAllStringSubmatch(string(read(t, name)), -1) {
			blocks++
			cmd := exec.Command("sh", "-n")
			cmd.Stdin = strings.NewReader(block[1])
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s\n%s", name, err, out, block[1])
			}
		}
	}
	if blocks < 12 {
		t.Errorf("%d blocks", blocks)
	}
}

// TestReadmeSettings: the commands that write .env do, with what they say in it.
func TestReadmeSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env.example"), read(t, "../.env.example"), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^sed .+$`).FindAllString(string(read(t, frontReadme)), -1)
	wants := [][]string{
		{"FUNCTION_REGION=cn-beijing", "DRY_RUN=true", "RECONCILE=report"},
		{"FUNCTION_REGION=cn-beijing", "DRY_RUN=false", "RECONCILE=remove"},
	}
	if len(commands) != len(wants) {
		t.Fatalf("README.md writes .env %d times", len(commands))
	}
	for i, command := range commands {
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "REGION=cn-beijing")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
		for _, want := range wants[i] {
			if settings := string(read(t, filepath.Join(dir, ".env"))); !strings.Contains(settings, "\n"+want+"\n") {
				t.Errorf("%s: no %s in\n%s", command, want, settings)
			}
		}
	}
}

// TestReadmeInvocations: what s invoke is given is an event.
func TestReadmeInvocations(t *testing.T) {
	t.Parallel()
	for _, name := range append(readmes(), logs) {
		for event := range found(t, name, `s invoke -e '([^']+)'()`) {
			event = strings.ReplaceAll(strings.Replace(event, "…", "x", 1), "…", "y")
			if _, err := trigger.Parse([]byte(event)); err != nil {
				t.Errorf("%s: %s: %v", name, event, err)
			}
		}
	}
}

// TestReadmeCommandLines: what follows the name of the command is understood, and comes
// as far as the API, which here is a stand-in.
func TestReadmeCommandLines(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), handler.Name)
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/"+handler.Name).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	api := elasticsearchtest.NewServer()
	t.Cleanup(api.Close)
	lines := found(t, frontReadme, "(?m)(?:^|`)elasticsearch-disconnect (--[^`\n]+)()")
	if len(lines) < 4 {
		t.Errorf("README.md has %d command lines", len(lines))
	}
	for line := range lines {
		if strings.HasPrefix(line, "--call") {
			continue // is shown without its arguments
		}
		cmd := exec.Command("sh", "-c", program+" "+line)
		cmd.Env = []string{"REGION=cn-hangzhou", "ELASTICSEARCH_ENDPOINT=" + api.URL, "ALIBABA_CLOUD_ACCESS_KEY_ID=k", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=s"}
		out, err := cmd.CombinedOutput()
		if err != nil && cmd.ProcessState.ExitCode() != handler.ExitFailed {
			t.Errorf("%s: %v: %s", line, err, out)
		}
	}
}

// TestReadmeReport: the report shown is what the command prints.
func TestReadmeReport(t *testing.T) {
	t.Parallel()
	_, golden, _ := strings.Cut(string(read(t, "cmd/elasticsearch-disconnect/testdata/report-with-one-left-over.golden")), "--- standard output\n")
	golden, _, _ = strings.Cut(golden, "--- standard error")
	if !strings.Contains(string(read(t, frontReadme)), "```text\n"+golden+"```") {
		t.Errorf("README.md does not show\n%s", golden)
	}
}
