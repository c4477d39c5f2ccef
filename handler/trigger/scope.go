package trigger

import (
	"cmp"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// The attributes of a CloudEvent that say where it happened. EventBridge routes
// events between regions and accounts, and whether it rewrites the attributes is
// not documented: they serve for what the data does not say.
const (
	regionAttribute          = "aliyunregionid"
	originalAccountAttribute = "aliyunoriginalaccountid" // of an event routed from another account
	accountAttribute         = "aliyunaccountid"
)

func attributeScope(o *object) connection.Scope {
	return connection.Scope{
		Region: regionIn(o.value(regionAttribute)),
		Account: cmp.Or(
			o.account(o.path, originalAccountAttribute, o.value(originalAccountAttribute)),
			o.account(o.path, accountAttribute, o.value(accountAttribute)),
		),
	}
}

// actionTrailScope leaves userIdentity alone, which says who called: that may be
// another account than the one whose instance it is.
func (n notice) actionTrailScope() connection.Scope {
	return n.scope("recipientAccountId", "acsRegion")
}

func (n notice) configScope() connection.Scope { return n.scope("accountId", "regionId", "region") }

// scope reads the member that names the account, and of those that may name the
// region the first that does.
func (n notice) scope(account string, regions ...string) connection.Scope {
	said := connection.Scope{Account: n.account(n.path, account, lookup(n.data, account))}
	for _, name := range regions {
		said.Region = cmp.Or(said.Region, regionIn(lookup(n.data, name)))
	}
	return said
}

// requestScope reads what somebody wrote for this function: nothing malformed is
// passed over.
func requestScope(o *object) connection.Scope {
	return connection.Scope{
		Region:  parsed(o, "regionId", connection.ParseRegion),
		Account: parsed(o, "accountId", connection.ParseAccountID),
	}
}

// regionIn returns the region that a value names, in any letter case; zero for every
// other value.
// EventBridge sends names such as Shanghai, too, which are no region ids.
func regionIn(raw []byte) connection.Region {
	if len(raw) == 0 || raw[0] != '"' {
		return connection.Region{}
	}
	region, _ := connection.ParseRegion(strings.ToLower(strings.TrimSpace(string(unquote(raw)))))
	return region
}

// account reads the account that a member of the object at path names; zero when
// there is none, it is null or "". Cloud Config sends numbers. What is no account
// id is a fault: taking another account for it would be worse than a refused event.
func (r *reader) account(path, name string, raw []byte) connection.AccountID {
	if len(raw) == 0 || raw[0] == 'n' || string(raw) == `""` {
		return connection.AccountID{}
	}
	text := raw
	if raw[0] == '"' {
		text = unquote(raw)
	}
	id, err := connection.ParseAccountID(string(text))
	if err != nil {
		r.fault(path+"."+name, "%v", err)
	}
	return id
}
