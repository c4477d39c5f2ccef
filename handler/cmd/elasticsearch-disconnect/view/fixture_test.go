package view_test

import (
	"fmt"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
)

// Accounts of the fixture.
const (
	own    = "1234567890984321"
	member = "1987654321098765"
)

// fleet is a report of three places of two accounts, with all that a report may have.
func fleet() view.Report {
	hangzhou, beijing, sydney := view.Place{Region: "cn-hangzhou", Account: own}, view.Place{Region: "cn-beijing", Account: member}, view.Place{Region: "ap-southeast-2", Account: own}
	const protected = " is protected: PROTECTED_INSTANCES names it"
	return view.Report{
		Identity: view.Identity{
			Account:  own,
			ARN:      "acs:ram::" + own + ":assumed-role/elasticsearch-operator/night-shift",
			Roles:    []string{"acs:ram::" + member + ":role/elasticsearch-operator"},
			Source:   `profile "prod" of ~/.aliyun/config.json`,
			Endpoint: "http://127.0.0.1:8080",
		},
		Scopes: []view.Scope{
			{Place: hangzhou, Instances: 1312, Connections: 7, Leftover: 4, Removable: 1, Kept: 2, Unclear: 1, Frozen: 2, Limit: 20,
				Unread: []view.Note{
					{Instance: id(5), Reason: "the API answered HTTP 403: Forbidden.RAM: You are not authorized.; allow elasticsearch:ListConnectedClusters on the instance to your credentials"},
					{Instance: id(6), Reason: "the API answered HTTP 403: Forbidden.RAM: You are not authorized.; allow elasticsearch:ListConnectedClusters on the instance to your credentials"},
					{Instance: id(19), Reason: "no answer within 30s"},
				},
				Malformed: []view.Note{
					{Instance: "", Reason: `has a character other than letters, digits, - and _: "es-\x1b[31m"`},
					{Instance: id(1), Reason: `does not start with a letter or digit: "\u202e.."`},
				}},
			{Place: sydney, Problem: `the request was not answered: Get "https://elasticsearch.ap-southeast-2.aliyuncs.com/openapi/instances": dial tcp: lookup elasticsearch.ap-southeast-2.aliyuncs.com: no such host`},
			{Place: beijing, Instances: 24, Connections: 22, Leftover: 22, Kept: 1, Withheld: true, Limit: 20, Whole: true},
		},
		Connections: []view.Connection{
			{Place: hangzhou, Instance: end(4, "activating", "\x1b]0;x\a\u202e<b>"), Connected: end(3, "frozen", ""), Network: "vpc", Look: view.Frozen},
			{Place: hangzhou, Instance: end(1, "active", "logs-prod"), Connected: end(9, "gone", ""), Network: "vpc", Look: view.Remove},
			{Place: hangzhou, Instance: end(2, "active", "订单搜索-生产环境"), Connected: end(9, "gone", ""), Network: "vpc", Look: view.Kept, Reason: id(2) + protected},
			{Place: hangzhou, Instance: end(3, "frozen", ""), Connected: end(8, "unknown", ""), Network: "vpc", Look: view.Kept, Reason: id(8) + " is unknown"},
			{Place: hangzhou, Instance: end(1, "active", "logs-prod"), Connected: end(19, "?", ""), Network: "vpc", Look: view.Unclear, Reason: "it could not be asked whether " + id(19) + " exists"},
			{Place: hangzhou, Instance: end(1, "active", "logs-prod"), Connected: end(3, "frozen", `=HYPERLINK("http://evil.example","订单")`), Network: "vpc", Look: view.Frozen},
			{Place: hangzhou, Instance: end(1, "active", "logs-prod"), Connected: end(2, "active", "订单搜索-生产环境"), Network: "vpc"},
			{Place: beijing, Instance: end(11, "active", "＝1+1"), Connected: end(12, "gone", ""), Network: "vpc", Look: view.Withheld},
			{Place: beijing, Instance: end(13, "active", ""), Connected: end(14, "invalid", ""), Network: "vpc", Look: view.Kept, Reason: id(14) + " is invalid"},
		},
	}
}

// id is an id of 23 characters.
func id(n int) string { return fmt.Sprintf("es-cn-n6w1o1x0w001c%04d", n) }

// end is an instance. One that does not answer has no VPC.
func end(n int, status, name string) view.End {
	e := view.End{ID: id(n), Status: status, Name: name}
	if status != "gone" && status != "?" {
		e.VPC = fmt.Sprintf("vpc-bp1jy348ibzulk6h%d", n/14)
	}
	return e
}

// one is the fleet's first place alone.
func one() view.Report {
	r := fleet()
	r.Scopes, r.Connections = r.Scopes[:1], r.Connections[:7]
	return r
}

// cut is a place that was not read to its end, with a status that is in no document.
func cut() view.Report {
	r := one()
	r.Scopes[0] = view.Scope{Place: r.Scopes[0].Place, Instances: 1312, Connections: 7, Problem: "the time was too short: 700 of 1312 instances were asked for their connections"}
	for i := range r.Connections {
		r.Connections[i].Look, r.Connections[i].Reason = view.Nothing, ""
	}
	r.Connections = r.Connections[:1]
	r.Connections[0].Instance = view.End{ID: "es-a", Status: "waiting for the person who pays to answer the letter"}
	return r
}

// empty is a report of two accounts with places without instances.
func empty() view.Report {
	r := calm()
	for _, account := range []string{own, member} {
		for _, region := range []string{"cn-beijing", "cn-shanghai"} {
			r.Scopes = append(r.Scopes, view.Scope{Place: view.Place{Region: region, Account: account}, Whole: true})
		}
	}
	return r
}

// calm is a place in which nothing needs a look.
func calm() view.Report {
	r := one()
	r.Scopes[0] = view.Scope{Place: r.Scopes[0].Place, Instances: 1, Connections: 1, Whole: true}
	r.Connections = r.Connections[6:]
	r.Identity.Endpoint = ""
	return r
}

// several is the first of five places: one is calm, two are empty, one was not read to its end, and one not at all.
func several(n int) view.Report {
	r := calm()
	at := func(region string) view.Place { return view.Place{Region: region, Account: own} }
	r.Scopes = append(r.Scopes,
		view.Scope{Place: at("cn-beijing"), Whole: true},
		view.Scope{Place: at("cn-qingdao"), Whole: true},
		view.Scope{Place: at("cn-shenzhen"), Instances: 1, Connections: 1, Leftover: 1, Unclear: 1, Problem: "the time was too short"},
		view.Scope{Place: at("cn-shanghai"), Problem: "the API answered HTTP 403: Forbidden.RAM"},
	)[:n]
	r.Connections = append(r.Connections, view.Connection{Place: at("cn-shenzhen"), Instance: end(1, "active", ""), Connected: end(9, "?", ""), Look: view.Unclear, Reason: "it could not be asked"})[:1+n/4]
	return r
}
