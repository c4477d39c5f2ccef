package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"regexp"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// maxReply bounds a reply, in bytes: one that never ends must not fill the memory.
const maxReply = 8 << 20

// call sends the event of --instance and its flags to the HTTP trigger of the deployed
// function. The request is sent once, and its credentials go to no other host.
func (c Command) call(ctx context.Context, o options) int {
	trigger, err := elasticsearch.ParseEndpoint(o.url)
	if err != nil {
		return c.refuse("--call %v", err)
	}
	credentials, err := handler.ChainCredentials()
	if err != nil {
		c.say("%s", explain(err))
		return handler.ExitFailed
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	status, reply, err := c.send(c.signed(ctx, trigger.String()+"/", o.event(), credentials))
	host := ascii(trigger.String())
	if err != nil {
		c.say("no reply from %s: %s; the function may still have done what was asked", host, ascii(withoutUser(credentials.Redact(err.Error()))))
		return handler.ExitFailed
	}
	if _, err := io.WriteString(c.Stdout, printable(reply, credentials.Redact)); err != nil {
		c.say("%v", err)
		return handler.ExitFailed
	}
	if status/100 != 2 {
		c.say("%s answered %d %s", host, status, http.StatusText(status))
	}
	return exitOf(status)
}

// signed returns a request with the signature that the HTTP trigger wants.
func (c Command) signed(ctx context.Context, url string, body []byte, credentials acs3.Credentials) *http.Request {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		panic("an endpoint is a URL: " + err.Error())
	}
	r.Header.Set("Content-Type", "application/json")
	acs3.Sign(r, acs3.Input{Credentials: credentials, Body: body, Time: time.Now(), Nonce: rand.Text()})
	return r
}

// send uses the transport itself, because an http.Client would follow a redirect.
func (c Command) send(r *http.Request) (status int, reply []byte, err error) {
	response, err := c.Transport.RoundTrip(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	reply, err = io.ReadAll(io.LimitReader(response.Body, maxReply))
	return response.StatusCode, reply, err
}

// withoutUser hides user and password in the URL of a proxy, which an error may quote.
func withoutUser(text string) string {
	return regexp.MustCompile(`\S*@`).ReplaceAllString(text, "***@")
}

// exitOf returns the exit code for the status of a reply. A 207 is a partial failure.
func exitOf(status int) int {
	switch {
	case status/100 == 2 && status != http.StatusMultiStatus:
		return handler.ExitDone
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge: // the statuses of InvalidEvent that a POST may get
		return handler.ExitInvalid
	}
	return handler.ExitFailed
}
