package trigger

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// A PartialFailure tells of an event that asks for several things, of which
// some failed.
type PartialFailure struct {
	Failed []FailedPart
	Done   []DonePart
}

// A FailedPart is one thing that failed: a connection, or where none is known
// an instance at the connected end, or an entry of a batch that was refused.
type FailedPart struct {
	Pair
	Kind   connection.Kind `json:"kind"`
	Code   string          `json:"code,omitempty"`
	Detail string          `json:"detail"`

	status     int
	retryAfter time.Duration
}

// A DonePart is one thing that went well, or was ignored.
type DonePart struct {
	Pair
	Outcome string `json:"outcome"`
}

// A Pair names what a part is about, as far as it is known.
type Pair struct {
	InstanceID          connection.InstanceID `json:"instanceId,omitzero"`
	ConnectedInstanceID connection.InstanceID `json:"connectedInstanceId,omitzero"`
	EventID             string                `json:"eventId,omitempty"`
}

// Add adds a part: one that failed if there is an error, which is told as in a
// Problem, else one that was done.
func (f *PartialFailure) Add(err error, outcome, eventID string, pair connection.Pair) {
	about := Pair{pair.Instance, pair.Connected, eventID}
	if err == nil {
		f.Done = append(f.Done, DonePart{about, outcome})
		return
	}
	p := NewProblem(err, "")
	if refused := (*Error)(nil); errors.As(err, &refused) {
		p.Detail = refused.Error() // all faults: there is no list of them here
	}
	f.Failed = append(f.Failed, FailedPart{Pair: about, Kind: p.Kind, Code: p.Code, Detail: shortened(p.Detail), status: p.Status, retryAfter: p.retryAfter})
}

// shortened bounds a text, which may be of many faults, or the API's.
func shortened(text string) string {
	const most = 500 // bytes
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " …"
}

// maxParts bounds how many parts of each kind an error lists, and maxPartsSize
// how many bytes they take: a dead-letter queue takes messages of at most
// 64 KiB, in which this text is quoted once more.
const (
	maxParts     = 50
	maxPartsSize = 16 << 10
)

// listed returns as many of the first parts as there is room for.
func listed[Part any](parts []Part) []Part {
	size := 0
	for i, part := range parts {
		if size += len(encode(part)); size > maxPartsSize || i == maxParts {
			return parts[:i]
		}
	}
	return parts
}

// status is 207, or when nothing was done that of the gravest failure, and how
// long to wait before trying again.
func (f *PartialFailure) status() (status int, retryAfter time.Duration) {
	if len(f.Done) > 0 {
		return http.StatusMultiStatus, 0
	}
	for _, part := range f.Failed {
		status, retryAfter = max(status, part.status), max(retryAfter, part.retryAfter)
	}
	return status, retryAfter
}

// problem lists the parts, as many as there is room for.
func (f *PartialFailure) problem(requestID string) *Problem {
	detail := fmt.Sprintf("%d of %d failed", len(f.Failed), len(f.Failed)+len(f.Done))
	p := newProblem(connection.PartialFailure, detail, requestID)
	p.Status, _ = f.status()
	if len(f.Done) == 0 {
		p.Title = "Nothing of what was asked was done; it is safe to repeat"
	}
	p.Failed, p.Done = listed(f.Failed), listed(f.Done)
	return p
}
