package acs3

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var queryTests = map[string]struct{ query, want string }{
	"no query":                                {"", ""},
	"only separators":                         {"&&", ""},
	"a value":                                 {"a=b", "a=b"},
	"an empty value":                          {"a=", "a="},
	"an empty value without equals sign":      {"a", "a="},
	"an empty name":                           {"=a", "=a"},
	"equals sign in a value":                  {"a=b=c", "a=b%3Dc"},
	"space, in both notations":                {"a+b=c%20d", "a%20b=c%20d"},
	"plus":                                    {"a=%2B", "a=%2B"},
	"asterisk":                                {"a=*", "a=%2A"},
	"tilde, escaped and not":                  {"a=%7E&b=~", "a=~&b=~"},
	"slash":                                   {"a=b/c", "a=b%2Fc"},
	"unreserved characters are kept":          {"a=AZaz09-._~", "a=AZaz09-._~"},
	"unreserved characters are unescaped":     {"%61=%41%5A%61%7A%30%39%2D%2E%5F%7E", "a=AZaz09-._~"},
	"reserved characters are escaped":         {"a=:/?%23[]@!$%26'()*+,;=", "a=%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%20%2C%3B%3D"},
	"hexadecimal digits become upper-case":    {"a=%2f%3a", "a=%2F%3A"},
	"unicode":                                 {"名=é😀", "%E5%90%8D=%C3%A9%F0%9F%98%80"},
	"bytes that are not UTF-8":                {"a=%ff%00", "a=%FF%00"},
	"an escaped percent sign":                 {"a=%2541", "a=%2541"},
	"an invalid escape stands for itself":     {"a=%zz+b&%4=c", "%254=c&a=%25zz%2Bb"},
	"a separator of old":                      {"a=b;c=d", "a=b%3Bc%3Dd"},
	"names are sorted by their bytes":         {"b=1&a=2&B=3&a1=4&_=5", "B=3&_=5&a=2&a1=4&b=1"},
	"names are sorted before they're escaped": {"a%5B=1&aZ=2&a-=3&a%20=4", "a%20=4&a-=3&aZ=2&a%5B=1"},
	"repeated names are sorted by value":      {"a=2&b=0&a=1&a=&a=10", "a=&a=1&a=10&a=2&b=0"},
	"the same parameter twice":                {"a=1&a=1", "a=1&a=1"},
}

func TestCanonicalQuery(t *testing.T) {
	t.Parallel()
	for name, test := range queryTests {
		equal(t, name, canonicalQuery(test.query), test.want)
		equal(t, name+", canonical already", canonicalQuery(test.want), test.want)
	}
}

// FuzzCanonicalQuery checks that a canonical query means what the query means,
// consists of allowed characters and is its own canonical form.
func FuzzCanonicalQuery(f *testing.F) {
	for _, test := range queryTests {
		f.Add(test.query)
	}
	allowed := regexp.MustCompile(`^([A-Za-z0-9._~&=-]|%[0-9A-F]{2})*$`)
	f.Fuzz(func(t *testing.T, query string) {
		got := canonicalQuery(query)
		if !allowed.MatchString(got) {
			t.Errorf("canonicalQuery(%q) = %q has other characters than allowed", query, got)
		}
		if again := canonicalQuery(got); again != got {
			t.Errorf("canonicalQuery(%q):\n got %s\nwant %s", got, again, got)
		}
		parsed, err := url.ParseQuery(got)
		if err != nil && strings.Count(got, "&") < 10_000 { // ParseQuery's limit
			t.Errorf("canonicalQuery(%q) = %q: %v", query, got, err)
		}
		want, err := url.ParseQuery(query)
		if err != nil {
			return // A query that net/url does not understand has no meaning to compare.
		}
		for _, values := range want {
			slices.Sort(values)
		}
		equalJSON(t, "values of "+query, quoted(parsed), quoted(want))
	})
}

// quoted makes values fit for JSON, which does not keep bytes other than UTF-8.
func quoted(values url.Values) url.Values {
	q := url.Values{}
	for name, vs := range values {
		for _, v := range vs {
			q.Add(url.QueryEscape(name), url.QueryEscape(v))
		}
	}
	return q
}

// TestSetURL: the request line of a path, and the same when it is canonical already.
// TestCanonicalQuery has the queries.
func TestSetURL(t *testing.T) {
	t.Parallel()
	parsed := func(text string) url.URL {
		u, err := url.Parse("http://h" + text)
		if err != nil {
			t.Fatal(err)
		}
		return *u
	}
	for name, test := range map[string]struct {
		url  url.URL
		want string
	}{
		"no path":                              {parsed(""), "/"},
		"the root":                             {parsed("/"), "/"},
		"segments, and empty ones are kept":    {parsed("//a//b/"), "//a//b/"},
		"dot segments are kept":                {parsed("/a/../b/."), "/a/../b/."},
		"space, and plus is none in a path":    {parsed("/a b%20c+d"), "/a%20b%20c%2Bd"},
		"an encoded slash stays one":           {parsed("/a%2fb/c"), "/a%2Fb/c"},
		"asterisk and tilde":                   {parsed("/*/~/%7e"), "/%2A/~/~"},
		"what net/url leaves is escaped":       {parsed("/a:b@c$d&e=f;g,h!i'(j)"), "/a%3Ab%40c%24d%26e%3Df%3Bg%2Ch%21i%27%28j%29"},
		"an encoded percent sign":              {parsed("/%2541"), "/%2541"},
		"a needlessly escaped character":       {parsed("/%61"), "/a"},
		"unicode":                              {parsed("/名"), "/%E5%90%8D"},
		"a question mark within the path":      {parsed("/a%3Fb"), "/a%3Fb"},
		"a path without its first slash":       {url.URL{Path: "a/b"}, "/a/b"},
		"the asterisk of OPTIONS":              {url.URL{Path: "*"}, "/%2A"},
		"a raw path that is not the path's":    {url.URL{Path: "/a", RawPath: "/b"}, "/a"},
		"a raw path that is not valid":         {url.URL{Path: "/%", RawPath: "/%"}, "/%25"},
		"a query that is empty but has a mark": {url.URL{Path: "/a", ForceQuery: true}, "/a"},
		"an opaque URL":                        {url.URL{Path: "/a", Opaque: "//other/b"}, "/a"},
		"path and query":                       {url.URL{Path: "/a b", RawQuery: "d+=&c"}, "/a%20b?c=&d%20="},
	} {
		for range 2 {
			SetURL(&test.url)
			equal(t, name+": request line", test.url.RequestURI(), test.want)
		}
	}
}
