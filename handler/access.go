package handler

import (
	"sync"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// An access is an invocation's way to the API. The client is made when it is
// first needed: a request for information needs none, and no credentials.
type access struct {
	connect  func(elasticsearch.Patience) (*elasticsearch.Client, error)
	patience elasticsearch.Patience // of all calls; set before the first
	known    acs3.Credentials       // that the invocation came with; zero where they have to be looked for

	mu   sync.Mutex
	made *elasticsearch.Client
	err  error
}

// client returns the client, or why there is none, the same each time.
func (a *access) client() (*elasticsearch.Client, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.made == nil && a.err == nil {
		a.made, a.err = a.connect(a.patience)
	}
	return a.made, a.err
}

// reader returns the part of the client that cannot delete.
func (a *access) reader() (*elasticsearch.Reader, error) {
	client, err := a.client()
	if err != nil {
		return nil, err
	}
	return &client.Reader, nil
}

// redact takes the invocation's credentials out of a text, as far as they are
// known.
func (a *access) redact(text string) string {
	text = a.known.Redact(text)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.made == nil {
		return text
	}
	return a.made.Credentials.Redact(text)
}
