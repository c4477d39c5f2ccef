package main

import (
	"context"
	"log/slog"
	"strings"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/identity"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A session is where a command acts, and as whom.
type session struct {
	handler *handler.Handler
	scopes  []connection.Scope
	who     view.Identity
	profile string // see identity.Source
	verbose bool
}

// open reads the settings, finds the credentials, and asks STS whose they are.
func (c Command) open(ctx context.Context, t target) (session, error) {
	at, err := c.place(t)
	if err != nil {
		return session{}, err
	}
	as, err := c.logIn(ctx, at)
	if err != nil {
		return session{}, err
	}
	who := view.Identity{Account: as.Account.String(), ARN: as.ARN, Source: at.source.Name, Endpoint: c.Getenv("ELASTICSEARCH_ENDPOINT")}
	for _, account := range at.accounts {
		switch {
		case account == as.Account:
		case at.config.MemberRole == "":
			return session{}, wrongUsage("--account %s is not your own (%s, by %s): give --profile with credentials of that account, or set MEMBER_ROLE to the name of a role there that trusts you", account, as.Account, at.source.Name)
		default:
			who.Roles = append(who.Roles, "acs:ram::"+account.String()+":role/"+at.config.MemberRole)
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
		who:     who,
		profile: at.source.Profile,
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

func (c Command) place(t target) (at place, err error) {
	if at.config, err = handler.ReadConfig(c.Getenv); err != nil {
		return at, wrongUsage("configuration: %v", err)
	}
	if at.source, err = c.source(t); err != nil {
		return at, err
	}
	from := c.preset(t, at.source)
	if at.regions, err = regionsOf(from, at.config); err != nil {
		return at, err
	}
	if t.isOne && len(at.regions) > 1 {
		return at, wrongUsage("%s names %d regions, and this acts in one: give --region REGION", strings.TrimSuffix(from.by, ","), len(at.regions))
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

// invocation returns the invocation of a person, whose client tokens no other has. Its
// credentials are those that STS was asked about: a service that hands them out may have been
// switched to another account while the person looked at a question.
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

// read reads all scopes, side by side. It returns an error only if it is interrupted.
func (c Command) read(ctx context.Context, s session, action trigger.Action) (*handler.Plan, error) {
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	progress := c.progress(s.scopes, s.verbose)
	plan := s.handler.Plan(limited, s.requests(action), progress.read)
	progress.line.show("")
	return plan, ctx.Err()
}

// requests asks for the same in each scope.
func (s session) requests(action trigger.Action) (all []trigger.Request) {
	for _, scope := range s.scopes {
		all = append(all, trigger.Request{Action: action, Scope: scope})
	}
	return all
}
