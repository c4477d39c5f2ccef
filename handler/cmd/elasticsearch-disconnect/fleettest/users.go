package fleettest

import "elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"

// Canary is in every secret and token, so that a text which has it gives one away.
const Canary = "fleet-canary"

// Operator may do everything in the first account.
func Operator() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: "LTAI5tOperator", AccessKeySecret: Canary + "-operator", ID: Account, User: "li.na"}
}

// auditor may only read, in the first account.
func auditor() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: "LTAI5tAuditor", AccessKeySecret: Canary + "-auditor", ID: Account, User: "audit"}
}

// session is a session of the first account that expired: the API knows its key with a later token.
func session() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: "STS.Session", AccessKeySecret: Canary + "-session", SecurityToken: Canary + "-yesterday", ID: Account}
}

// memberSession is what the role of the second account hands out.
func memberSession() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: "STS.Member", AccessKeySecret: Canary + "-member", SecurityToken: Canary + "-member-token", ID: Member}
}

// users are known in every region.
func users() []elasticsearchtest.Account {
	renewed := session()
	renewed.SecurityToken = Canary + "-today"
	return []elasticsearchtest.Account{Operator(), auditor(), renewed, memberSession()}
}

func denyAuditor(r elasticsearchtest.Request) elasticsearchtest.Fault {
	if r.AccessKeyID == auditor().AccessKeyID && r.Action == "DeleteConnectedCluster" {
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Forbid("elasticsearch:DeleteConnectedCluster")}
	}
	return elasticsearchtest.Fault{}
}
