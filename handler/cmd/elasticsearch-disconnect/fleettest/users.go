package fleettest

import "elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"

// secrets has a part of every secret and token, which no output may have.
const secrets = "fleet-canary"

// Operator may do everything in the first account.
func Operator() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: "LTAI5tOperator", AccessKeySecret: secrets + "-operator", ID: Account, User: "li.na"}
}

// Auditor may only read, in the first account.
func Auditor() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: "LTAI5tAuditor", AccessKeySecret: secrets + "-auditor", ID: Account, User: "audit"}
}

// Session is a session of the first account that expired: the API knows its key with a later token.
func Session() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: "STS.Session", AccessKeySecret: secrets + "-session", SecurityToken: secrets + "-yesterday", ID: Account}
}

// memberSession is what the role of the second account hands out.
func memberSession() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: "STS.Member", AccessKeySecret: secrets + "-member", SecurityToken: secrets + "-member-token", ID: Member}
}

// users are known in every region.
func users() []elasticsearchtest.Account {
	renewed := Session()
	renewed.SecurityToken = secrets + "-today"
	return []elasticsearchtest.Account{Operator(), Auditor(), renewed, memberSession()}
}

func denyAuditor(r elasticsearchtest.Request) elasticsearchtest.Fault {
	if r.AccessKeyID == Auditor().AccessKeyID && r.Action == "DeleteConnectedCluster" {
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Forbid("elasticsearch:DeleteConnectedCluster")}
	}
	return elasticsearchtest.Fault{}
}
