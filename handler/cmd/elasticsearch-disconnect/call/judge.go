package call

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
)

// maxBody bounds an answer, in bytes: one that never ends must not fill the memory.
const maxBody = 8 << 20

// judge returns what an HTTP response says of the event.
func (r Request) judge(response *http.Response, body []byte) Answer {
	said, isOurs := decode(body)
	if !isOurs || response.StatusCode == http.StatusAccepted {
		return failed("%s answered HTTP %d%s", r.host(), response.StatusCode, r.foreign(response, body))
	}
	exit, message := r.verdict(response.StatusCode, said)
	return Answer{Text: printable.JSON(body, r.Credentials.Redact), Message: printable.Text(message), Exit: exit}
}

// verdict returns what a reply of the function says of the event.
func (r Request) verdict(status int, said reply) (exit int, message string) {
	e, count := r.Event, said.tally()
	switch {
	case said.Type == problemType+connection.InvalidEvent.String():
		return handler.ExitInvalid, "the function refused it: " + said.text()
	case said.isProblem():
		return handler.ExitFailed, "the function says: " + said.text()
	case !said.isAbout(e):
		return handler.ExitFailed, "the function's answer is about something else than what was asked" + mayBeDone
	case status != http.StatusOK || !said.isWhole():
		return handler.ExitFailed, strings.TrimSuffix(fmt.Sprintf("not all was done: %s: %s", count, said.why()), ": ")
	case said.Outcome == withheld:
		return handler.ExitLeft, said.approval()
	case said.Outcome == dryRun && count[dryRun] == 0:
		return handler.ExitDone, count.String()
	case said.Outcome == dryRun && e.DryRun:
		return handler.ExitLeft, "a dry run, so nothing was removed: " + count.String()
	case said.Outcome == dryRun:
		return handler.ExitLeft, "DRY_RUN of the function is on, so nothing was removed: " + count.String()
	case e.DryRun && count[removed]+count[absent] > 0:
		return handler.ExitFailed, "it was done, although a dry run was asked for: " + count.String()
	}
	return handler.ExitDone, count.String()
}

// foreign says what an answer is that does not come from this function, or does not say
// what became of the event; it follows the status. After a refusal or a redirect nothing
// was done.
func (r Request) foreign(response *http.Response, body []byte) string {
	status, end := response.StatusCode, ""
	if status/100 == 2 || status/100 == 5 {
		end = mayBeDone
	}
	switch {
	case status == http.StatusAccepted:
		return ": the function is to do it later. What becomes of it is in its log alone"
	case status/100 == 3:
		return ", a redirect to " + r.quoted([]byte(response.Header.Get("Location"))) + ", which is not followed"
	case len(body) > maxBody:
		return fmt.Sprintf(" and more than %d MiB, which begin with %s%s", maxBody>>20, r.quoted(body), end)
	case len(bytes.TrimSpace(body)) == 0:
		return " and an empty body" + end
	}
	return ", and not as this function does: " + r.quoted(body) + hint(string(body)) + end
}

// hint returns what to do about a refusal of Function Compute.
func hint(body string) string {
	switch {
	case strings.Contains(body, "the difference between the request time"):
		return "; check the clock of this machine"
	case strings.Contains(body, "The request signature we calculated does not match"),
		strings.Contains(body, "required HTTP header Date was not specified"):
		return "; if the access key is right, `s invoke` is another way: it signs in its own form"
	}
	return ""
}
