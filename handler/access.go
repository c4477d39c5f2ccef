package handler

import (
	"context"
	"sync"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// An access is an invocation's way to the API: the credentials of each account and a
// client for each scope. Both are made on first use, since a request for information
// needs none, and are dropped with the invocation.
type access struct {
	config Config
	own    Invocation
	common elasticsearch.Reader                       // what all clients have; complete before the first use
	pace   func(connection.Scope) *elasticsearch.Pace // of the calls for a scope

	clients    parallel.Memo[connection.Scope, *elasticsearch.Client]
	identities parallel.Memo[connection.AccountID, acs3.Credentials]

	mu       sync.Mutex
	obtained []acs3.Credentials // in addition to own.Secrets
}

// client returns the client for a scope, or why there is none, the same each time.
func (a *access) client(ctx context.Context, scope connection.Scope) (*elasticsearch.Client, error) {
	return a.clients.Get(scope, func() (*elasticsearch.Client, error) { return a.connect(ctx, scope) })
}

// reader returns the part of the client that cannot delete.
func (a *access) reader(ctx context.Context, scope connection.Scope) (*elasticsearch.Reader, error) {
	client, err := a.client(ctx, scope)
	if err != nil {
		return nil, err
	}
	return &client.Reader, nil
}

func (a *access) connect(ctx context.Context, scope connection.Scope) (*elasticsearch.Client, error) {
	endpoint, err := a.config.endpoint(scope.Region, a.own.Scope.Region)
	if err != nil {
		return nil, err
	}
	credentials, err := a.credentials(ctx, scope.Account)
	if err != nil {
		return nil, err
	}
	client := &elasticsearch.Client{Reader: a.common}
	client.Endpoint, client.Credentials, client.Pace = endpoint, credentials, a.pace(scope)
	if scope.Account != a.own.Scope.Account {
		client.Role = a.member(scope.Account).String()
	}
	client.Slots = make(chan struct{}, max(1, a.config.Concurrency))
	if client.Log != nil {
		shown := a.own.shown(scope)
		client.Log = client.Log.With("requestId", a.own.RequestID, "regionId", shown.Region.String(), "accountId", shown.Account.String())
	}
	return client, nil
}

// credentials returns the invocation's own, or those of a role in another account.
func (a *access) credentials(ctx context.Context, account connection.AccountID) (acs3.Credentials, error) {
	return a.identities.Get(account, func() (acs3.Credentials, error) {
		if account == a.own.Scope.Account {
			return a.remember(a.own.Credentials())
		}
		member := a.member(account)
		if err := member.check(); err != nil {
			return acs3.Credentials{}, err
		}
		first, err := a.credentials(ctx, a.own.Scope.Account)
		if err != nil {
			return first, err
		}
		return a.remember(member.assume(ctx, first))
	})
}

func (a *access) member(account connection.AccountID) member {
	return member{a.own.Scope.Account, account, a.config.MemberRole, a.own.Scope.Region, a.config.Network, a.common.Transport, a.common.UserAgent}
}

// remember keeps credentials, so that redact knows them.
func (a *access) remember(c acs3.Credentials, err error) (acs3.Credentials, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil && !c.Same(a.own.Secrets) {
		a.obtained = append(a.obtained, c)
	}
	return c, err
}

// redact removes the invocation's credentials from a text, as far as they are obtained.
func (a *access) redact(text string) string {
	text = a.own.Secrets.Redact(text)
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.obtained {
		text = c.Redact(text)
	}
	return text
}
