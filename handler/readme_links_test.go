package handler_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestReadmeLinks: every relative link leads to a file, and every #anchor to a heading.
func TestReadmeLinks(t *testing.T) {
	t.Parallel()
	for _, name := range readmes() {
		links := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(prose(t, name), -1)
		if len(links) == 0 {
			t.Errorf("%s has no link", name)
		}
		for _, link := range links {
			file, anchor, _ := strings.Cut(link[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			target := name
			if file != "" {
				target = filepath.Join(filepath.Dir(name), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s leads to no file", name, link[1])
			} else if anchor != "" && !slices.Contains(anchors(t, target), anchor) {
				t.Errorf("%s: %s leads to no heading", name, link[1])
			}
		}
	}
}

// TestReadmeContents: each section is in the table of contents, which is before the first.
func TestReadmeContents(t *testing.T) {
	t.Parallel()
	for _, name := range readmes() {
		text := prose(t, name)
		contents, _, _ := strings.Cut(text, "\n## ")
		for _, title := range regexp.MustCompile(`(?m)^## .+`).FindAllString(text, -1) {
			if !strings.Contains(contents, "](#"+slug(title)+")") {
				t.Errorf("%s: %q is not in the table of contents", name, title)
			}
		}
	}
}

// TestReadmeLines: none but those of tables and code is too long for a terminal.
func TestReadmeLines(t *testing.T) {
	t.Parallel()
	for _, name := range readmes() {
		for line := range strings.SplitSeq(prose(t, name), "\n") {
			if n := utf8.RuneCountInString(line); n > 120 && !strings.HasPrefix(line, "|") {
				t.Errorf("%s: a line of %d characters: %s", name, n, line)
			}
		}
	}
}

// prose is a file without its blocks of code.
func prose(t *testing.T, file string) string {
	t.Helper()
	return regexp.MustCompile("(?ms)^ *```.*?^ *```$").ReplaceAllString(string(read(t, file)), "")
}

// anchors are those of the headings, as GitHub makes them.
func anchors(t *testing.T, file string) (found []string) {
	t.Helper()
	for _, title := range regexp.MustCompile(`(?m)^##* .+`).FindAllString(prose(t, file), -1) {
		found = append(found, slug(title))
	}
	return found
}

// slug is the anchor of a heading: lower case, a hyphen for each space, and no punctuation.
func slug(title string) string {
	title = strings.ToLower(strings.TrimLeft(title, "# "))
	return strings.ReplaceAll(regexp.MustCompile(`[^\p{L}\p{N}\-_ ]`).ReplaceAllString(title, ""), " ", "-")
}
