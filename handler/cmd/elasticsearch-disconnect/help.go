package main

import (
	"fmt"
	"strings"

	"elasticsearch-disconnect/handler"
)

// help returns the help text, task by task.
func help() string {
	return fmt.Sprintf(helpText, regionVariable, strings.Join(handler.Variables(), "\n    "))
}

const helpText = `elasticsearch-disconnect removes network connections between Alibaba Cloud
Elasticsearch instances. It calls the real API.

See what is connected in a region, and what is left over. Nothing is removed:

  elasticsearch-disconnect --report --region REGION [--json]

    elasticsearch-disconnect --report --region cn-hangzhou
    elasticsearch-disconnect --report --region cn-hangzhou --json | grep '"leftover":true'

Remove what is left over: connections whose other end does not exist any more.
It shows them and asks before; --yes answers for you. With more than the limit
nothing is removed, until you raise it:

  elasticsearch-disconnect --remove --region REGION [--limit N] [--yes]

    elasticsearch-disconnect --remove --region cn-hangzhou
    elasticsearch-disconnect --remove --region cn-hangzhou --limit 50 --yes

Remove one connection, or all of an instance; to cut off one that exists, add
--force. --dry-run shows what would be sent:

  elasticsearch-disconnect --instance ID --connected ID --region REGION [--dry-run]
  elasticsearch-disconnect --instance ID --all [--force] --region REGION [--dry-run]

    elasticsearch-disconnect --instance es-cn-a --connected es-cn-b --region cn-hangzhou
    elasticsearch-disconnect --instance es-cn-a --all --region cn-hangzhou --dry-run

Have the deployed function do the same. URL is that of its HTTP trigger. The
request is signed with your credentials, sent once, and the reply printed:

  elasticsearch-disconnect --call URL --instance ID --connected ID [--dry-run]
  elasticsearch-disconnect --call URL --instance ID --all [--force] [--dry-run]

    elasticsearch-disconnect --call https://example.cn-hangzhou.fcapp.run --instance es-cn-a --all

Serve one event as the function does; FILE may be - for standard input:

  elasticsearch-disconnect --event FILE --region REGION

    elasticsearch-disconnect --event events/direct.json --region cn-hangzhou

Check the settings before a deployment, in the folder of s.yaml:

  elasticsearch-disconnect preflight

Other:

  elasticsearch-disconnect --version
  elasticsearch-disconnect --help

Exit codes:
  0  done; of a report: nothing is left over
  1  failed, or not all could be read
  2  a wrong flag, configuration or event
  3  connections are left over; of --remove: they wait for your approval

What was asked for goes to standard output; the log, questions and progress to
standard error.

Variables:
  %s has the region where --region is not given.
  Credentials come from the default chain of Alibaba Cloud's tools, such as
  ALIBABA_CLOUD_ACCESS_KEY_ID with ALIBABA_CLOUD_ACCESS_KEY_SECRET.
  The function's own are

    %s
`
