package main

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/identity"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// regionVariable has the region if --region is not given.
const regionVariable = "ALIBABA_CLOUD_REGION_ID"

// A session is where a command acts, and as whom.
type session struct {
	handler *handler.Handler
	scopes  []connection.Scope
	who     view.Identity
	verbose bool
}

// open reads the settings, finds the credentials, and asks STS whose they are.
func (c Command) open(ctx context.Context, t target, getenv func(string) string) (session, error) {
	at, err := c.place(t, getenv)
	if err != nil {
		return session{}, err
	}
	as, err := c.logIn(ctx, at)
	if err != nil {
		return session{}, err
	}
	for _, account := range at.accounts {
		if account != as.Account && at.config.MemberRole == "" {
			return session{}, wrongUsage("--account %s is not your own (%s, by %s): set the variable MEMBER_ROLE to the name of a role there that you may assume", account, as.Account, at.source.Name)
		}
	}
	return session{
		handler: &handler.Handler{
			Config:     at.config,
			Build:      c.Build,
			Log:        c.log(t.verbose, at.config.LogLevel),
			Transport:  c.Transport,
			Invocation: as.invocation(connection.Scope{Region: at.regions[0], Account: as.Account}),
		},
		scopes:  scopesOf(at.regions, at.accounts, as.Account),
		who:     view.Identity{Account: as.Account.String(), ARN: as.ARN, Source: at.source.Name, Endpoint: c.Getenv("ELASTICSEARCH_ENDPOINT")},
		verbose: t.verbose,
	}, nil
}

// A place is where a command acts and with which credentials, as flags, variables and files
// say it. Nobody was asked.
type place struct {
	config   handler.Config
	source   identity.Source
	regions  []connection.Region
	accounts []connection.AccountID // none: the own one
}

func (c Command) place(t target, getenv func(string) string) (at place, err error) {
	if at.config, err = handler.ReadConfig(getenv); err != nil {
		return at, wrongUsage("configuration: %v", err)
	}
	if at.source, err = c.source(t); err != nil {
		return at, err
	}
	if at.regions, err = regionsOf(c.preset(t, at.source), at.config); err != nil {
		return at, err
	}
	at.accounts, err = accountsOf(t.accounts)
	return at, err
}

// source returns where the credentials come from.
func (c Command) source(t target) (identity.Source, error) {
	source, err := identity.Find(identity.Settings{Profile: t.profile, Getenv: c.Getenv, Home: c.Home, Transport: c.Transport, Stderr: c.Stderr})
	if err != nil {
		return source, wrongUsage("%s", explain(err))
	}
	return source, nil
}

// A login is the credentials of a person, and whose they are.
type login struct {
	identity.Caller
	credentials acs3.Credentials
}

// logIn gets the credentials, and asks STS whose they are.
func (c Command) logIn(ctx context.Context, at place) (l login, err error) {
	if l.credentials, err = wait(ctx, at.source.Credentials); err != nil {
		return l, failure(err)
	}
	if l.Caller, err = identity.Ask(ctx, c.Transport, at.config.Network.STS(at.regions[0]), l.credentials, at.source); err != nil {
		return l, failure(err)
	}
	return l, nil
}

// invocation returns that of a person. Its client tokens are new in each. Its credentials
// are those that STS was asked about: a service that hands them out may have been switched
// to another account while the person looked at a question.
func (l login) invocation(own connection.Scope) func(context.Context) handler.Invocation {
	id := uuid.NewString()
	return func(context.Context) handler.Invocation {
		return handler.Invocation{
			RequestID:   id,
			Scope:       own,
			Secrets:     l.credentials,
			Credentials: func() (acs3.Credentials, error) { return l.credentials, nil },
		}
	}
}

// log returns the log of a run: none unless it is asked for, since it is for machines.
func (c Command) log(verbose bool, level slog.Level) *slog.Logger {
	if !verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewJSONHandler(c.Stderr, &slog.HandlerOptions{Level: level}))
}

// withLimit puts --limit in the place of RECONCILE_LIMIT; -1 is no --limit.
func (c Command) withLimit(limit int) func(string) string {
	return func(name string) string {
		if name == "RECONCILE_LIMIT" && limit >= 0 {
			return strconv.Itoa(limit)
		}
		return c.Getenv(name)
	}
}

// A named is the names of regions, and where they come from.
type named struct {
	by      string // a flag, a variable or a profile
	regions []string
}

// preset returns the regions of the flag, else of the variable, else of the profile.
func (c Command) preset(t target, source identity.Source) named {
	split := func(text string) []string { return strings.FieldsFunc(text, func(c rune) bool { return c == ',' }) }
	switch variable := c.Getenv(regionVariable); {
	case len(t.regions) > 0:
		return named{"--region", t.regions}
	case variable != "":
		return named{regionVariable, split(variable)}
	}
	return named{"the region of " + source.Name + ",", split(source.Region)}
}

// regionsOf reads regions, each once, in order.
func regionsOf(n named, config handler.Config) ([]connection.Region, error) {
	var regions []connection.Region
	for _, name := range n.regions {
		for _, id := range expanded(strings.ToLower(strings.TrimSpace(name)), config) {
			if err := config.CheckRegion(id); err != nil {
				return nil, wrongUsage("%s %s %v", n.by, printable.Text(id), err)
			}
			region, err := connection.ParseRegion(id)
			if err != nil {
				return nil, wrongUsage("%s %v", n.by, err)
			}
			if !slices.Contains(regions, region) {
				regions = append(regions, region)
			}
		}
	}
	if len(regions) == 0 {
		return nil, wrongUsage("In which region? Give --region REGION, or --region all")
	}
	return regions, checkEndpoint(regions, config)
}

// expanded returns what a name of --region stands for: REGIONS, if it is set, are all that
// there are.
func expanded(name string, config handler.Config) (ids []string) {
	if name != allRegions {
		return []string{name}
	}
	for _, region := range config.Regions {
		ids = append(ids, region.String())
	}
	if len(ids) > 0 {
		return ids
	}
	return slices.DeleteFunc(elasticsearch.Regions(), elasticsearch.IsRestricted)
}

// checkEndpoint returns why the regions cannot be reached as the settings say; nil if they
// can.
func checkEndpoint(regions []connection.Region, config handler.Config) error {
	named := config.Endpoint.Region()
	switch only := config.OwnRegionAlone(); {
	case len(regions) > 1 && only != "":
		return wrongUsage("%s serves one region alone: give one --region, or unset it", only)
	case named != "" && named != regions[0].String():
		return wrongUsage("ELASTICSEARCH_ENDPOINT is in %s, and you asked for %s: unset it, or give --region %[1]s", named, regions[0])
	}
	return nil
}

// accountsOf reads the accounts that were named, each once, in order.
func accountsOf(named []string) ([]connection.AccountID, error) {
	var accounts []connection.AccountID
	for _, text := range named {
		account, err := connection.ParseAccountID(strings.TrimSpace(text))
		if err != nil {
			return nil, wrongUsage("--account %s", printable.Text(err.Error()))
		}
		if !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
	}
	return accounts, nil
}

// scopesOf returns every region of every account, the own one if none is named.
func scopesOf(regions []connection.Region, accounts []connection.AccountID, own connection.AccountID) (scopes []connection.Scope) {
	if len(accounts) == 0 {
		accounts = []connection.AccountID{own}
	}
	for _, account := range accounts {
		for _, region := range regions {
			scopes = append(scopes, connection.Scope{Region: region, Account: account})
		}
	}
	return scopes
}
