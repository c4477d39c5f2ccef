package identity

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// A site is where a person signs in with OAuth, and the aliyun CLI's name there.
type site struct{ host, client string }

// sites are those of the aliyun CLI, by oauth_site_type.
func sites() map[string]site {
	return map[string]site{
		"CN":   {"oauth.aliyun.com", "4038181954557748008"},
		"INTL": {"oauth.alibabacloud.com", "4103531455503354461"},
	}
}

// oauth is the origin of a person's session with OAuth: the one that the CLI has written
// down, while it lasts, else a new one. That is written down too, since what renewed it may
// be good only once.
func (s Settings) oauth(p profile) (origin, error) {
	at, is := sites()[strings.ToUpper(p.Site)]
	if !is {
		return nil, denied(p.who+" has an oauth_site_type other than CN and INTL", p.fix, nil)
	}
	var unsaved error
	get := library(func() (*providers.OAuthCredentialsProvider, error) {
		return providers.NewOAuthCredentialsProviderBuilder().
			WithSignInUrl("https://" + at.host).
			WithClientId(at.client).
			WithRefreshToken(p.Refresh).
			WithAccessToken(p.Access).
			WithAccessTokenExpire(p.AccessExpire).
			WithTokenUpdateCallback(func(refresh, access, id, secret, token string, accessExpires, expires int64) error {
				unsaved = s.save(p, map[string]any{
					"oauth_refresh_token": refresh, "oauth_access_token": access, "oauth_access_token_expire": accessExpires,
					"access_key_id": id, "access_key_secret": secret, "sts_token": token, "sts_expiration": expires,
				})
				return nil // credentials-go would print it
			}).
			Build()
	}, p.failure(at.host, p.renew(), p))
	return func() (grant, error) {
		if p.hasSession() {
			return grant{credentials(p.AccessKeyID, p.AccessKeySecret, p.SecurityToken), time.Unix(p.STSExpires, 0)}, nil
		}
		got, err := get()
		if err == nil && unsaved != nil {
			return grant{}, denied("the session of "+p.who+" was renewed, but cannot be written to the file", "make it writable", unsaved)
		}
		return got, err
	}, nil
}

// hasSession reports whether the CLI has written down a session that lasts.
func (p profile) hasSession() bool {
	return p.AccessKeyID != "" && p.AccessKeySecret != "" && p.SecurityToken != "" && time.Until(time.Unix(p.STSExpires, 0)) > margin
}

// save changes members of a profile in the file of profiles. credentials-go would drop what
// it does not know of the others.
func (s Settings) save(p profile, members map[string]any) error {
	file, err := filepath.EvalSymlinks(s.configFile())
	if err != nil {
		return reasonOf(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return reasonOf(err)
	}
	changed, err := withMembers(content, p.Name, members)
	if err != nil {
		return err
	}
	return replace(file, changed)
}

// withMembers returns a file of profiles with members of one changed.
func withMembers(content []byte, name string, members map[string]any) ([]byte, error) {
	var whole map[string]json.RawMessage
	var profiles []map[string]json.RawMessage
	if json.Unmarshal(content, &whole) != nil || json.Unmarshal(whole["profiles"], &profiles) != nil {
		return nil, errors.New("it has changed meanwhile")
	}
	for _, p := range profiles {
		var is string
		if _ = json.Unmarshal(p["name"], &is); is != name {
			continue
		}
		for member, value := range members {
			p[member], _ = json.Marshal(value) // texts and numbers
		}
	}
	whole["profiles"], _ = json.Marshal(profiles)
	return json.MarshalIndent(whole, "", "\t")
}

// replace writes a file that is never seen half written. It keeps who may read it.
func replace(file string, content []byte) error {
	info, err := os.Stat(file)
	if err != nil {
		return reasonOf(err)
	}
	next, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return reasonOf(err)
	}
	defer os.Remove(next.Name()) // in vain, after the renaming
	_, err = next.Write(content)
	err = errors.Join(err, next.Chmod(info.Mode().Perm()), next.Close())
	if err != nil {
		return reasonOf(err)
	}
	return os.Rename(next.Name(), file)
}
