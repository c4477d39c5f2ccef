package handler

import (
	"context"
	"log/slog"
	"sync"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// An access is an invocation's way to the API: the credentials of each account
// and a client for each scope. They are made when they are first needed, since a
// request for information needs none, and go with the invocation.
type access struct {
	handler  *Handler
	own      Invocation
	patience elasticsearch.Patience // of all calls; set before the first
	slots    chan struct{}          // shared by all clients

	clients    memo[connection.Scope, *elasticsearch.Client]
	identities memo[connection.AccountID, acs3.Credentials]

	mu       sync.Mutex
	obtained []acs3.Credentials // that the invocation did not come with
}

func newAccess(h *Handler, own Invocation) *access {
	return &access{handler: h, own: own, slots: make(chan struct{}, max(1, h.Config.Concurrency))}
}

// client returns the client for a scope, or why there is none, the same each time.
func (a *access) client(ctx context.Context, scope connection.Scope) (*elasticsearch.Client, error) {
	return a.clients.get(scope, func() (*elasticsearch.Client, error) { return a.connect(ctx, scope) })
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
	h := a.handler
	endpoint, err := h.Config.endpoint(scope.Region, a.own.Scope.Region)
	if err != nil {
		return nil, err
	}
	credentials, err := a.credentials(ctx, scope.Account)
	if err != nil {
		return nil, err
	}
	client := &elasticsearch.Client{Reader: elasticsearch.Reader{
		Endpoint:    endpoint,
		Credentials: credentials,
		UserAgent:   Name + "/" + h.Build.Version,
		Transport:   h.Transport,
		Now:         h.Now,
		Sleep:       h.Sleep,
		Pace:        h.paceOf(scope),
		Slots:       a.slots,
		Patience:    a.patience,
	}}
	if h.Log.Enabled(context.Background(), slog.LevelDebug) {
		place := a.own.place(scope)
		client.Log = h.Log.With("requestId", a.own.RequestID, "regionId", place.RegionID.String(), "accountId", place.AccountID.String())
	}
	return client, nil
}

// credentials are the invocation's own, or those of a role in another account.
func (a *access) credentials(ctx context.Context, account connection.AccountID) (acs3.Credentials, error) {
	return a.identities.get(account, func() (acs3.Credentials, error) {
		if account == a.own.Scope.Account {
			return a.remember(a.own.Credentials())
		}
		member := a.handler.member(a.own.Scope, account)
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

// remember keeps credentials in mind, for them to be redacted.
func (a *access) remember(c acs3.Credentials, err error) (acs3.Credentials, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil && !c.Same(a.own.Secrets) {
		a.obtained = append(a.obtained, c)
	}
	return c, err
}

// redact takes the invocation's credentials out of a text, as far as they are
// known.
func (a *access) redact(text string) string {
	text = a.own.Secrets.Redact(text)
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.obtained {
		text = c.Redact(text)
	}
	return text
}

// A memo holds values that are made once for each key.
type memo[K comparable, V any] struct {
	mu   sync.Mutex
	made map[K]func() (V, error)
}

// get returns the value for a key, or why there is none. Others wait only for the
// value of the same key.
func (k *memo[K, V]) get(key K, make func() (V, error)) (V, error) {
	k.mu.Lock()
	get, ok := k.made[key]
	if !ok {
		get = sync.OnceValues(make)
		if k.made == nil {
			k.made = map[K]func() (V, error){}
		}
		k.made[key] = get
	}
	k.mu.Unlock()
	return get()
}
