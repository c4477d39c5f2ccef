package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// allRegions is every region of the list except finance and government, which have to be
// named.
const allRegions = "all"

// A target says where a command acts, and with whose credentials, as the flags say it.
type target struct {
	profile  string
	regions  []string
	isOne    bool // region, however it is named
	accounts []string
	verbose  bool
}

// addPlaces adds the flags of a command that acts in several regions and accounts.
func (t *target) addPlaces(cmd *cobra.Command) {
	t.addCommon(cmd)
	cmd.Flags().Var(&list{&t.regions, "REGION,..."}, "region", "where: REGION,..., or all but finance and government")
	cmd.Flags().Var(&list{&t.accounts, "ID,..."}, "account", "in which accounts: ID,...; others need MEMBER_ROLE")
	completeRegions(cmd, append(elasticsearch.Regions(), allRegions))
}

// addPlace adds the flags of a command that acts in one region of one account.
func (t *target) addPlace(cmd *cobra.Command) {
	t.addRegion(cmd)
	addOnce(cmd.Flags(), oneOf(&t.accounts), "account", "", "in which account; another needs MEMBER_ROLE", "ACCOUNT")
}

// addRegion adds the flags of a command that acts in one region.
func (t *target) addRegion(cmd *cobra.Command) {
	t.isOne = true
	t.addCommon(cmd)
	addOnce(cmd.Flags(), oneOf(&t.regions), "region", "", "where (else ALIBABA_CLOUD_REGION_ID)", "REGION")
	completeRegions(cmd, elasticsearch.Regions())
}

func completeRegions(cmd *cobra.Command, regions []string) {
	_ = cmd.RegisterFlagCompletionFunc("region", cobra.FixedCompletions(regions, cobra.ShellCompDirectiveNoFileComp))
}

func (t *target) addCommon(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&t.verbose, "verbose", false, "also print the log, to standard error")
	addOnce(cmd.Flags(), into(&t.profile), "profile", "", "as whom: a profile of the aliyun CLI", "NAME")
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.NoFileCompletions)
}

// errNoValue refuses what is no value of a flag, as behind --region $UNSET.
var errNoValue = errors.New("it has no value")

// isMissing reports whether a text is no value of a flag: it is empty, or the next flag. A negative
// number is one.
func isMissing(text string) bool {
	_, notNumber := strconv.Atoi(text)
	return text == "" || text[0] == '-' && notNumber != nil
}

// A list is the value of a flag that takes several, with commas or repeated.
type list struct {
	to   *[]string
	kind string
}

func (l *list) Set(text string) error {
	if isMissing(text) {
		return errNoValue
	}
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name == "" {
			return errors.New("a name is empty")
		}
		*l.to = append(*l.to, name)
	}
	return nil
}

func (l *list) String() string { return "" }
func (l *list) Type() string   { return l.kind }

// A once is the value of a flag that may be given once: a second value would drop the first.
type once struct {
	set   func(string) error
	kind  string
	given bool
}

func (o *once) Set(text string) error {
	switch {
	case o.given:
		return errors.New("it is given twice")
	case isMissing(text):
		return errNoValue
	}
	o.given = true
	return o.set(text)
}

func (o *once) String() string { return "" }
func (o *once) Type() string   { return o.kind }

func addOnce(flags *pflag.FlagSet, set func(string) error, name, shorthand, usage, kind string) {
	flags.VarP(&once{set: set, kind: kind}, name, shorthand, usage)
}

func into(text *string) func(string) error {
	return func(given string) error { *text = given; return nil }
}

func oneOf(list *[]string) func(string) error {
	return func(given string) error {
		if strings.Contains(given, ",") || given == allRegions {
			return errors.New("only one is possible here")
		}
		*list = []string{given}
		return nil
	}
}

// choice sets one of several words.
func choice(to *string, words ...string) func(string) error {
	return func(given string) error {
		if !slices.Contains(words, given) {
			return errors.New("it must be " + strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1])
		}
		*to = given
		return nil
	}
}

// number sets a number from 0 to most.
func number(to *int, most int) func(string) error {
	return func(given string) (err error) {
		if *to, err = strconv.Atoi(given); err != nil || *to < 0 || *to > most {
			return fmt.Errorf("it must be a number from 0 to %d", most)
		}
		return nil
	}
}

// again returns the flags that say the same where and as whom.
func (t target) again() string {
	var text strings.Builder
	for _, flag := range []struct{ name, value string }{
		{"profile", t.profile}, {"region", strings.Join(t.regions, ",")}, {"account", strings.Join(t.accounts, ",")},
	} {
		if flag.value != "" {
			text.WriteString(" --" + flag.name + " " + quoted(flag.value))
		}
	}
	return text.String()
}

// quoted returns a text as a shell takes it for one word.
func quoted(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// The forms of a result.
const (
	table    = "table"
	wide     = "wide"
	jsonForm = "json"
	csv      = "csv"
	html     = "html"
)

// addOutput adds -o. The first form is the default.
func addOutput(cmd *cobra.Command, to *string, forms ...string) {
	*to = forms[0]
	addOnce(cmd.Flags(), choice(to, forms...), "output", "o", "the form of the result: "+strings.Join(forms, ", "), "FORM")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp))
}

// noArguments refuses arguments, which are mostly regions with a space between them.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument, and %q is one: several regions have commas between them", cmd.Name(), args[0])
	}
	return nil
}
