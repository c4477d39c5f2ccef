package soak

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
)

// A recording is a recorded event, and what it asks for in terms of the instances in it.
type recording struct {
	name, text string
	ask        ask
	isRelease  bool // of the instances whose connections are all to be removed; if they exist, that is refused
}

// neverWas is in recordings about an instance that does not exist.
const neverWas = "es-cn-0pp1fkj9c000a0009"

// recordings returns what the recorded events ask for, without their texts. It is written here and not taken from the
// wants, which are the function's own replies.
func recordings() []recording {
	const (
		first, second, third = "es-cn-n6w1o1x0w001c0001", "es-cn-09k1rgid9000g0002", "es-cn-2r42d6w0e001h0003"
		frozen, invalid      = "es-cn-6rj1y2n4e000s0007", "es-cn-3vb1x5m8f000t0008"
		gone, alsoGone       = "es-cn-7tc1u6h9g000v0009", "es-cn-1xm1z4p5h000w0010"
	)
	pairs := []pair{newPair(first, second)}
	var all []recording
	for _, group := range []struct {
		ask       ask
		isRelease bool
		names     string
	}{
		{ask{pairs: pairs}, false, `direct direct-client-token eventbridge eventbridge-transform
			eventbridge-data-string http-post http-delete-openapi`},
		{ask{pairs: []pair{newPair(first, third)}}, false, `http-not-connected`},
		{ask{pairs: []pair{newPair(second, neverWas)}}, false, `http-absent eventbridge-absent`},
		{ask{cleanups: []string{frozen}}, false, `direct-all`},
		{ask{cleanups: []string{gone}}, true, `http-delete-all`},
		{ask{cleanups: []string{alsoGone}}, true, `http-post-all-partly`},
		{ask{cleanups: []string{third}}, false, `http-post-all-nothing`},
		{ask{cleanups: []string{gone}}, true, `eventbridge-release-api-immediate eventbridge-release-config-remove
			eventbridge-release-console eventbridge-release-service-expiry eventbridge-release-raw-actiontrail eventbridge-release-raw-config
			eventbridge-batch-strings eventbridge-release-actiontrail-source eventbridge-release-config-source
			eventbridge-release-console-call eventbridge-release-letter-case eventbridge-release-refund`},
		{ask{cleanups: []string{first}}, true, `eventbridge-release-config-active direct-all-exists`},
		{ask{cleanups: []string{gone, invalid}}, true, `eventbridge-release-several`},
		{ask{cleanups: []string{invalid}, pairs: pairs}, true, `eventbridge-batch-array`},
		{ask{cleanups: []string{alsoGone}, pairs: pairs}, true, `eventbridge-batch-partly`},
		{ask{reconciles: true}, false, `timer-reconcile timer-reconcile-incomplete timer-reconcile-kept
			timer-reconcile-nothing timer-reconcile-withheld direct-reconcile http-post-reconcile eventbridge-reconcile`},
		{ask{}, false, `direct-dry-run timer-reconcile-dry-run http-delete-dry-run http-get http-head eventbridge-release-cancel
			eventbridge-release-config-modify eventbridge-release-console-active eventbridge-release-console-undecided
			eventbridge-release-failed-call eventbridge-release-logstash eventbridge-release-other-product
			eventbridge-release-own-delete eventbridge-release-protective eventbridge-release-failed-by-message
			eventbridge-release-unknown-write timer-time-as-number`},
		{ask{malformed: true}, false, `timer-wrong-payload direct-invalid direct-same-instance eventbridge-invalid http-invalid
			eventbridge-release-no-instance eventbridge-release-given-twice eventbridge-misspelt http-method-not-allowed
			http-not-found http-unsupported-media-type http-content-type-parameters http-doubled-key`},
	} {
		for _, name := range strings.Fields(group.names) {
			all = append(all, recording{name: name, ask: group.ask, isRelease: group.isRelease})
		}
	}
	return all
}

// leftOut returns the events that are not played: in two the instances cannot be replaced, one names the same in capitals,
// one names an instance that exists beside one that does not, two may not be entries of an array, and the others need
// another region or account than the one stand-in. The caller of http-async-absent reads no response.
func leftOut() []string {
	return strings.Fields(`http-post-base64 eventbridge-data-base64 direct-letter-case eventbridge-release-mentioned
		direct-byte-order-mark direct-dead-letter direct-region http-delete-region eventbridge-batch-two-regions
		eventbridge-release-other-region eventbridge-release-other-account eventbridge-release-unknown-account
		http-async-absent direct-protected timer-reconcile-protected eventbridge-release-protected
		eventbridge-release-still-listed direct-all-unknown
		direct-text-true direct-token-refused timer-reconcile-regions timer-reconcile-regions-withheld
		timer-reconcile-accounts`)
}

// isElement reports whether the event may be one of several in an array.
func (r recording) isElement() bool {
	return !strings.HasPrefix(r.name, "http-") && !strings.HasPrefix(r.text, "[")
}

// read returns the recordings with their texts. A reconcile is always of the one region of the stand-in.
func read(events fs.FS) ([]recording, error) {
	all := recordings()
	for i := range all {
		text, err := fs.ReadFile(events, all[i].name+".json")
		if err != nil {
			return nil, err
		}
		all[i].text = regionPattern.ReplaceAllString(strings.TrimSpace(string(text)), "${1}cn-hangzhou")
	}
	return all, nil
}

// What is replaced in a recording. JSON quotes no character of these, so they are found in JSON in a string, too.
var (
	instancePattern  = regexp.MustCompile(`[el]s-cn-[0-9a-z]{17}`)
	idPattern        = regexp.MustCompile(`(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{10,12}|change-[0-9]+-[0-9]+`)
	regionPattern    = regexp.MustCompile(`(\\*"regionId\\*": ?\\*")cn-[a-z]+`)
	timePattern      = regexp.MustCompile(`("triggerTime": ")[^"]*`)
	requestIDPattern = regexp.MustCompile(`1-[0-9a-f]{8}-[0-9a-f]{12}-[0-9a-f]{12}`)
)

// replace replaces each match, and equal matches by the same text.
func replace(pattern *regexp.Regexp, text string, other func(string) string) string {
	others := map[string]string{}
	return pattern.ReplaceAllStringFunc(text, func(found string) string {
		if others[found] == "" {
			others[found] = other(found)
		}
		return others[found]
	})
}

// payload returns the event as it is delivered: one of HTTP has the id of its request in it.
func (e *event) payload(requestID string) []byte {
	return requestIDPattern.ReplaceAll([]byte(e.text), []byte(requestID))
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}
