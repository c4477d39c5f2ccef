package handler_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

const (
	readme       = "README.md"
	frontReadme  = "../README.md"
	eventsReadme = "../events/README.md"
	replayReadme = "../events/replay/README.md"
	logs         = "logs/README.md"
)

func readmes() []string {
	return []string{frontReadme, readme, "cmd/" + handler.Name + "/README.md", eventsReadme, replayReadme, logs}
}

var (
	codeBlock = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	heading   = regexp.MustCompile(`(?m)^(#+) (.+)$`)
	link      = regexp.MustCompile(`\]\(([^)#]*)#?([^)]*)\)`)
)

// prose is a file without its blocks of code.
func prose(t *testing.T, file string) string {
	t.Helper()
	return codeBlock.ReplaceAllString(string(read(t, file)), "")
}

// anchor is what GitHub makes of a heading: lower case, a hyphen for each space, and no punctuation.
func anchor(heading string) string {
	return strings.ReplaceAll(regexp.MustCompile(`[^\p{L}\p{N}\-_ ]`).ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// TestReadmeLinks: every relative link leads to a file, and every #anchor to a heading.
func TestReadmeLinks(t *testing.T) {
	t.Parallel()
	for _, name := range readmes() {
		for _, link := range link.FindAllStringSubmatch(prose(t, name), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			target := name
			if link[1] != "" {
				target = filepath.Join(filepath.Dir(name), link[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s leads to no file", name, link[0])
			} else if isHeading := func(h []string) bool { return anchor(h[2]) == link[2] }; link[2] != "" &&
				!slices.ContainsFunc(heading.FindAllStringSubmatch(prose(t, target), -1), isHeading) {
				t.Errorf("%s: %s leads to no heading", name, link[0])
			}
		}
	}
}

// TestReadmeForm: each section is in the table of contents, which comes before the first; and no line but those of
// tables and code is too long for a terminal. The front README is read once, tired: it stays short.
func TestReadmeForm(t *testing.T) {
	t.Parallel()
	if n := bytes.Count(read(t, frontReadme), []byte("\n")); n > 240 {
		t.Errorf("README.md has %d lines", n)
	}
	for _, name := range readmes() {
		text := prose(t, name)
		contents, _, _ := strings.Cut(text, "\n## ")
		for _, h := range heading.FindAllStringSubmatch(text, -1) {
			if name != logs && h[1] == "##" && !strings.Contains(contents, "](#"+anchor(h[2])+")") {
				t.Errorf("%s: %q is not in the table of contents", name, h[2])
			}
		}
		for line := range strings.SplitSeq(text, "\n") {
			if n := utf8.RuneCountInString(line); n > 120 && !strings.HasPrefix(line, "|") && name != logs {
				t.Errorf("%s: a line of %d characters: %s", name, n, line)
			}
		}
	}
}

// TestReadmeNames: the recorded events and the targets of make that a README names exist.
func TestReadmeNames(t *testing.T) {
	t.Parallel()
	targets := found(t, "../Makefile", `(?m)^([a-z]+):.* ## (.+)$`)
	for _, name := range readmes() {
		for file := range found(t, name, `(events/[-\w]+\.json)()`) {
			if !json.Valid(read(t, "../"+file)) {
				t.Errorf("%s: %s is not JSON", name, file)
			}
		}
		for target := range found(t, name, `\bmake ([a-z]+)()`) {
			if targets[target] == "" {
				t.Errorf("%s: make %s is not in the Makefile", name, target)
			}
		}
	}
}

// TestReadmeShell: every block of commands is understood by sh.
func TestReadmeShell(t *testing.T) {
	t.Parallel()
	for _, name := range readmes() {
		for block := range found(t, name, "(?ms)^ *```sh\n(.*?)^ *```()$") {
			cmd := exec.Command("sh", "-n")
			cmd.Stdin = strings.NewReader(block)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s\n%s", name, err, out, block)
			}
		}
	}
}

// TestReadmeSettings: the commands that write .env do, with what they say in it.
func TestReadmeSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env.example"), read(t, "../.env.example"), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^(?:test -e \.env \|\| )?sed .+$`).FindAllString(string(read(t, frontReadme)), -1)
	wants := [][]string{
		{"FUNCTION_REGION=cn-beijing", "DRY_RUN=true", "RECONCILE=report"},
		{"FUNCTION_REGION=cn-beijing", "DRY_RUN=false", "RECONCILE=remove"},
	}
	if len(commands) != len(wants) {
		t.Fatalf("README.md writes .env %d times", len(commands))
	}
	for i, command := range commands {
		command = strings.TrimSuffix(command, " && make deploy")
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

// TestReadmeCommandLines: each line of the command is understood, and comes as far as the API, which here is a stand-in.
func TestReadmeCommandLines(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), handler.Name)
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/"+handler.Name).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cloud := elasticsearchtest.NewCloud()
	t.Cleanup(cloud.Close)
	key := elasticsearchtest.Account{AccessKeyID: "k", AccessKeySecret: "s", ID: ownAccount}
	cloud.STS.AddAccount(key)
	cloud.Region("cn-hangzhou").AddAccount(key)
	authority := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, cloud.CertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := found(t, frontReadme, "(?m)(?:^|`)elasticsearch-disconnect ((?:report|reconcile|remove|event|call)[^`\n]+)()")
	if len(lines) < 3 {
		t.Errorf("README.md has %d command lines", len(lines))
	}
	for line := range lines {
		if !strings.HasPrefix(line, "report") && !strings.Contains(line, "--dry-run") { // what asks needs a terminal
			line += " --dry-run"
		}
		cmd := exec.Command("sh", "-c", program+" "+line)
		cmd.Env = []string{"WHERE=cn-hangzhou", "HTTPS_PROXY=" + cloud.Proxy().String(), "SSL_CERT_FILE=" + authority, "ALIBABA_CLOUD_ACCESS_KEY_ID=k", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=s"}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() == handler.ExitInvalid {
			t.Errorf("%s: %v: %s", line, err, out)
		}
	}
}

// TestReadmeRequests: the requests shown are understood, over HTTP and as direct events.
func TestReadmeRequests(t *testing.T) {
	t.Parallel()
	const direct = `(\{"(?:reconcile":true|instanceId":"[^"]+","(?:connectedInstanceId":"[^"]+"|all":true))[^}]*\})()`
	var events []string
	for _, name := range readmes() {
		for _, pattern := range []string{direct, `s invoke -e '([^']+)'()`} {
			for event := range found(t, name, pattern) {
				event = strings.Replace(event, "…", "x", 1)
				events = append(events, strings.Replace(event, "…", "y", 1))
			}
		}
		for path, query := range found(t, name, `DELETE (/\S+)\?(\S+) HTTP`) {
			parameters := strings.NewReplacer("=", `":"`, "&", `","`).Replace(query)
			events = append(events, `{"rawPath":"`+path+`","queryParameters":{"`+parameters+`"},"requestContext":{"http":{"method":"DELETE"}}}`)
		}
	}
	if len(events) < 7 {
		t.Errorf("the READMEs show %d requests: %q", len(events), events)
	}
	for _, event := range events {
		if _, err := trigger.Parse([]byte(event)); err != nil {
			t.Errorf("%s: %v", event, err)
		}
	}
}

// ramCalls runs the README's commands that make roles and policies, in their order, with an aliyun that
// prints its arguments.
func ramCalls(t *testing.T) (calls [][]string) {
	t.Helper()
	script := `aliyun() { printf '%s\037' "$@"; printf '\036'; }; make() { :; }; s() { :; };` + "\n"
	for _, block := range regexp.MustCompile("(?s)```sh\n(.+?)```|`(aliyun ram [^`]+)`").FindAllStringSubmatch(string(read(t, frontReadme)), -1) {
		if text := block[1] + strings.ReplaceAll(block[2], "\n", " "); strings.Contains(text, "aliyun ") && strings.Contains(text, " ram ") {
			script += text + "\n"
		}
	}
	cmd := exec.Command("sh", "-euc", script)
	cmd.Env = []string{"ACCOUNT=" + ownAccount}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	for call := range strings.SplitSeq(strings.TrimSuffix(string(out), "\036"), "\036") {
		calls = append(calls, strings.Split(strings.TrimSuffix(call, "\037"), "\037"))
	}
	return calls
}

// TestReadmePolicy: what the commands make is JSON, and of an account. The policy is for every region, and allows what
// the function asks of the API after the release that leaves most to find out, and no more.
func TestReadmePolicy(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.api.RemoveInstance(connected)
	want := s.actions(t, release("acs.elasticsearch", "elasticsearch:ActionTrail:ApiCall", ""))
	policies := 0
	for _, call := range ramCalls(t) {
		at := slices.IndexFunc(call, func(arg string) bool { return strings.HasSuffix(arg, "PolicyDocument") })
		if at < 0 {
			continue
		}
		document := call[at+1]
		if strings.Count(document, "acs:") != len(regexp.MustCompile(`acs:(ram::[12]\d{15}|elasticsearch:\*:\*):`).FindAllString(document, -1)) || !json.Valid([]byte(document)) {
			t.Errorf("README.md, %q: %s", call[:at], document)
		}
		if !strings.Contains(document, "acs:elasticsearch:") {
			continue
		}
		policies++
		var policy struct {
			Statement []struct {
				Action   []string
				Resource string
			}
		}
		decode(t, document, &policy)
		got := policy.Statement[0]
		if slices.Sort(got.Action); len(policy.Statement) != 1 || !slices.Equal(got.Action, want) || !strings.HasSuffix(got.Resource, ":instances/*") {
			t.Errorf("README.md, the policy: %+v; want these actions, on instances/*, as ListInstance wants it:\n%q", policy, want)
		}
	}
	if policies != 3 { // one in each account, and the one that takes the place of another
		t.Errorf("README.md makes %d policies", policies)
	}
}

// actions are what the function asks of the API for an event, in the words of RAM, sorted.
func (s *fixture) actions(t *testing.T, event string) (asked []string) {
	t.Helper()
	s.handle(t, event)
	if s.api.Connected(instance, connected) {
		t.Errorf("the event removes nothing: %s", &s.log)
	}
	for _, request := range s.api.Requests() {
		asked = append(asked, "elasticsearch:"+request.Action)
	}
	slices.Sort(asked)
	return slices.Compact(asked)
}

// TestReadmeCustomEvent: the custom event shown passes the pattern shown for it, not the one of s.yaml, and is carried out.
func TestReadmeCustomEvent(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	for text := range found(t, eventsReadme, "(?s)```json\n(\\{\"specversion\".+?)```()") {
		var event struct{ Source, Type string }
		decode(t, text, &event)
		if want := fmt.Sprintf("`{\"source\":[%q],\"type\":[%q]}`", event.Source, event.Type); !strings.Contains(string(read(t, eventsReadme)), want) {
			t.Errorf("events/README.md does not have the pattern %s", want)
		}
		if slices.Contains(filter(t)["source"], event.Source) {
			t.Errorf("the rule of s.yaml is for %s", event.Source)
		}
		s.handle(t, text)
	}
	if s.api.Connected(instance, connected) {
		t.Errorf("the event removes nothing: %s", &s.log)
	}
}

// TestReadmeReleases: the table of events says of each recorded one the outcome that the replay wants.
func TestReadmeReleases(t *testing.T) {
	t.Parallel()
	for _, cells := range rowsOf(t, eventsReadme, "type of event") {
		for _, name := range quoted(cells[3]) {
			var want struct{ Outcome, ErrorType string }
			decode(t, read(t, "../events/eventbridge-release-"+name+".want.json"), &want)
			if got := quoted(cells[2])[0]; got != want.Outcome+want.ErrorType {
				t.Errorf("events/README.md says that %s is %s, and it is %s%s", name, got, want.Outcome, want.ErrorType)
			}
		}
	}
}

// rowsOf returns the cells of the table whose first column has this title.
func rowsOf(t *testing.T, file, title string) (rows [][]string) {
	t.Helper()
	_, text, found := strings.Cut(string(read(t, file)), "\n| "+title+" |")
	if !found {
		t.Fatalf("%s has no table of each %s", file, title)
	}
	text, _, _ = strings.Cut(text, "\n\n")
	for _, row := range strings.Split(text, "\n")[2:] {
		rows = append(rows, cells(row))
	}
	return rows
}
