package trigger

import (
	"bytes"
	"slices"
	"strings"
)

// Names of events, in any letter case; with * only the beginning.
var (
	// The event cannot be a release, so it is ignored: reads, creations, the
	// recovery of a frozen instance, and the effects of this function.
	noReleases = []string{
		"Describe*", "List*", "Get*", "Query*", "Check*", "Search*", "Validate*", "Estimated*",
		"Create*", "AddConnectableCluster", "CancelDeletion", "DeleteConnectedCluster",
	}

	// The event is a release, which has to name an instance. The name of an
	// automatic release, on expiry, is not documented. Every other event may
	// be one: it is ignored if it names no instance.
	releases = []string{"DeleteInstance*", "Release", "ReleaseInstance*", "Refund", "RefundInstance*"}
)

func isNamed(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		prefix, isPrefix := strings.CutSuffix(pattern, "*")
		return strings.EqualFold(name, prefix) ||
			isPrefix && len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
	})
}

// namesRequest reports whether the object has a member that only a request has, or one
// that resembles it. The short ones resemble many words, so for these it has to name an
// Elasticsearch instance as a request does.
func namesRequest(object []byte) bool {
	isOfInstance := bytes.HasPrefix(lookup(object, "instanceId"), []byte(`"es-`))
	for name := range members(object) {
		isShort := isWithin(1, string(name), "all") || isWithin(1, string(name), "force")
		if resemblesRequest(name) || isOfInstance && isShort {
			return true
		}
	}
	return false
}

// resemblesRequest reports whether a name is one that only requests have: in any letter
// case, and the longer ones with up to two letters more, fewer or other.
func resemblesRequest(name []byte) bool {
	for _, long := range []string{"connectedInstanceId", "reconcile", "clientToken", "dryRun"} {
		if isWithin(2, string(name), long) {
			return true
		}
	}
	return isWithin(0, string(name), "all") || isWithin(0, string(name), "force")
}

// resemblesPlaces reports whether a name is meant as one that lists places, such as regions:
// without them, a reconcile is of one place alone.
func resemblesPlaces(name []byte) bool {
	return isWithin(2, string(name), "regionIds") || isWithin(2, string(name), "accountIds")
}

// isWithin reports whether a becomes b, in any letter case, by so many edits.
func isWithin(edits int, a, b string) bool {
	for a != "" && b != "" && a[0]|0x20 == b[0]|0x20 {
		a, b = a[1:], b[1:]
	}
	switch {
	case a == "" || b == "":
		return len(a)+len(b) <= edits
	case edits == 0 || max(len(a), len(b))-min(len(a), len(b)) > edits:
		return false
	}
	return isWithin(edits-1, a[1:], b) || isWithin(edits-1, a, b[1:]) || isWithin(edits-1, a[1:], b[1:])
}
