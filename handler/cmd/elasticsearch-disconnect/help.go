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

Show the connections of a region, and which of them are leftover: the region no
longer lists the connected instance. Nothing is removed:

  elasticsearch-disconnect --report --region REGION [--json]

    elasticsearch-disconnect --report --region cn-hangzhou
    elasticsearch-disconnect --report --region cn-hangzhou --json | grep '"leftover":true'

Remove leftover connections, if the connected instance is proven not to exist.
You see them and are asked first; --yes skips the question. If there are more
than the limit, none is removed:

  elasticsearch-disconnect --remove --region REGION [--limit N] [--yes]

    elasticsearch-disconnect --remove --region cn-hangzhou
    elasticsearch-disconnect --remove --region cn-hangzhou --limit 50 --yes

Remove one connection, or all connections of an instance; --all needs --force if
the instance still exists. With --dry-run, nothing is removed, and the requests
that would do it are shown:

  elasticsearch-disconnect --instance ID --connected ID --region REGION [--dry-run]
  elasticsearch-disconnect --instance ID --all [--force] --region REGION [--dry-run]

    elasticsearch-disconnect --instance es-cn-a --connected es-cn-b --region cn-hangzhou
    elasticsearch-disconnect --instance es-cn-a --all --region cn-hangzhou --dry-run

Send the same request to the deployed function; URL is its HTTP trigger. The
request is signed with your credentials and sent once; the reply is printed:

  elasticsearch-disconnect --call URL --instance ID --connected ID [--dry-run]
  elasticsearch-disconnect --call URL --instance ID --all [--force] [--dry-run]

    elasticsearch-disconnect --call https://example.cn-hangzhou.fcapp.run --instance es-cn-a --all

Handle one event as the function does; - as FILE is standard input:

  elasticsearch-disconnect --event FILE --region REGION

    elasticsearch-disconnect --event events/direct.json --region cn-hangzhou

Check the settings before a deployment, in the folder of s.yaml:

  elasticsearch-disconnect preflight

Other:

  elasticsearch-disconnect --version
  elasticsearch-disconnect --help

Exit codes:
  0  done; with --report: no leftover connections
  1  failed, or not everything could be read
  2  a wrong flag, configuration or event
  3  leftover connections remain; with --remove: they need your approval

Results go to standard output; the log, questions and progress to standard
error.

Variables:
  %s has the region if --region is not given.
  Credentials come from the default chain of Alibaba Cloud's tools, such as
  ALIBABA_CLOUD_ACCESS_KEY_ID with ALIBABA_CLOUD_ACCESS_KEY_SECRET.
  The function's own variables:

    %s
`
