// Package sts asks Alibaba Cloud's Security Token Service, version 2015-04-01, with requests
// that acs3 signs. Their form, with all parameters in the query, is that of the official SDK
// (alibabacloud-go/sts-20150401 v2.0.4).
package sts

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch"
)

const (
	version   = "2015-04-01"
	timeout   = 10 * time.Second // of one request and the reading of its answer
	maxAnswer = 1 << 20          // bytes
)

// A Client asks with one identity.
type Client struct {
	Host        string // such as sts.cn-hangzhou.aliyuncs.com
	Credentials acs3.Credentials
	UserAgent   string
	Transport   http.RoundTripper // follows no redirects
}

// A Role is what AssumeRole is asked for.
type Role struct {
	ARN         string
	SessionName string
	Duration    time.Duration // from 15 minutes
	Policy      string        // that limits the session; "" for none
	ExternalID  string        // "" for none
}

// Assume returns the credentials of a session of a role. No part of them is empty.
func (c Client) Assume(ctx context.Context, r Role) (acs3.Credentials, error) {
	parameters := url.Values{
		"RoleArn":         {r.ARN},
		"RoleSessionName": {r.SessionName},
		"DurationSeconds": {strconv.Itoa(int(r.Duration.Seconds()))},
	}
	for name, value := range map[string]string{"Policy": r.Policy, "ExternalId": r.ExternalID} {
		if value != "" {
			parameters.Set(name, value)
		}
	}
	body, err := c.Ask(ctx, "AssumeRole", parameters)
	if err != nil {
		return acs3.Credentials{}, err
	}
	var answer struct {
		Credentials struct{ AccessKeyID, AccessKeySecret, SecurityToken string }
	}
	_ = json.Unmarshal(body, &answer) // what cannot be read has no credentials
	session := acs3.Credentials{
		AccessKeyID:     acs3.NewSecret(answer.Credentials.AccessKeyID),
		AccessKeySecret: acs3.NewSecret(answer.Credentials.AccessKeySecret),
		SecurityToken:   acs3.NewSecret(answer.Credentials.SecurityToken),
	}
	if len(session.Parts(func(value string) bool { return value == "" })) > 0 {
		return acs3.Credentials{}, elasticsearch.ReadRefusal(0, body)
	}
	return session, nil
}

// Ask returns the body of the answer to one request. Its error is an [elasticsearch.Refusal],
// or says why there is no answer, and has no credentials in it.
//
// It uses the transport and not an http.Client, which would follow a redirect and send the
// security token there.
func (c Client) Ask(ctx context.Context, action string, parameters url.Values) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	response, err := c.Transport.RoundTrip(c.request(ctx, action, parameters))
	if err != nil {
		return nil, c.Credentials.RedactError(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	switch {
	case err != nil:
		return nil, c.Credentials.RedactError(err)
	case response.StatusCode != http.StatusOK:
		return nil, elasticsearch.ReadRefusal(response.StatusCode, body)
	}
	return body, nil
}

func (c Client) request(ctx context.Context, action string, parameters url.Values) *http.Request {
	r := (&http.Request{
		Method: http.MethodPost,
		URL:    &url.URL{Scheme: "https", Host: c.Host, Path: "/", RawQuery: parameters.Encode()},
		Host:   c.Host,
		Header: http.Header{
			"Accept":        {"application/json"},
			"User-Agent":    {c.UserAgent},
			"X-Acs-Action":  {action},
			"X-Acs-Version": {version},
		},
	}).WithContext(ctx)
	acs3.Sign(r, acs3.Input{Credentials: c.Credentials, Time: time.Now(), Nonce: uuid.NewString()})
	return r
}
