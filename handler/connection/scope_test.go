package connection_test

import (
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
)

func TestParseRegion(t *testing.T) {
	t.Parallel()
	long := "cn-" + strings.Repeat("a", 61)
	for text, want := range map[string]string{
		"cn-hangzhou":           "",
		"cn-shanghai-finance-1": "",
		long[:63]:               "",
		"":                      "is empty",
		long:                    "has 64 characters, more than 63",
		"Shanghai":              `is no region id, such as cn-hangzhou: "Shanghai"`,
		"shanghai":              `is no region id, such as cn-hangzhou: "shanghai"`,
		"CN-hangzhou":           `is no region id, such as cn-hangzhou: "CN-hangzhou"`,
		"-hangzhou":             `is no region id, such as cn-hangzhou: "-hangzhou"`,
		"1-hangzhou":            `is no region id, such as cn-hangzhou: "1-hangzhou"`,
		"cn-hangzhou.evil":      `is no region id, such as cn-hangzhou: "cn-hangzhou.evil"`,
		"cn-hangzhou/":          `is no region id, such as cn-hangzhou: "cn-hangzhou/"`,
		"cn-hangzhou:":          `is no region id, such as cn-hangzhou: "cn-hangzhou:"`,
		"cn-`":                  "is no region id, such as cn-hangzhou: \"cn-`\"",
		"cn-{":                  `is no region id, such as cn-hangzhou: "cn-{"`,
		"cn-é":                  `is no region id, such as cn-hangzhou: "cn-\u00e9"`,
	} {
		checkParse(t, connection.ParseRegion, text, want)
	}
}

func TestParseAccountID(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 33)
	for text, want := range map[string]string{
		"1234567890984321": "",
		"09":               "",
		long[:32]:          "",
		"":                 "is empty",
		long:               "has 33 characters, more than 32",
		"123456789098****": `is no account id, which has digits alone: "123456789098****"`,
		"12:role/x":        `is no account id, which has digits alone: "12:role/x"`,
		"12/":              `is no account id, which has digits alone: "12/"`,
	} {
		checkParse(t, connection.ParseAccountID, text, want)
	}
}

func TestScopeOr(t *testing.T) {
	t.Parallel()
	scope := func(region, account string) (s connection.Scope) {
		s.Region, _ = connection.ParseRegion(region)
		s.Account, _ = connection.ParseAccountID(account)
		return s
	}
	own := scope("cn-hangzhou", "1")
	for _, test := range []struct{ said, want connection.Scope }{
		{scope("", ""), own},
		{scope("cn-beijing", ""), scope("cn-beijing", "1")},
		{scope("", "2"), scope("cn-hangzhou", "2")},
		{scope("cn-beijing", "2"), scope("cn-beijing", "2")},
	} {
		if got := test.said.Or(own); got != test.want {
			t.Errorf("%v: %v, want %v", test.said, got, test.want)
		}
	}
}
