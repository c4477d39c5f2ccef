package handler

import (
	"errors"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

// A Protection is the instances whose connections are never removed. Each entry is an id,
// or a prefix of ids and a *, in lower case.
type Protection []string

// parseProtection reads entries with commas between them, in any letter case. A prefix is
// not empty: DRY_RUN says that nothing is removed.
func parseProtection(text string) (Protection, error) {
	var p Protection
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		id, err := connection.ParseInstanceID(strings.TrimSuffix(entry, "*"))
		if err != nil {
			return nil, errors.New("is not a list of instance ids, or of beginnings of ids with a * behind them: write for example es-cn-n6w1o1x0w001c0001,es-sg-*")
		}
		p = append(p, id.Key()+entry[len(id.String()):])
	}
	return p, nil
}

// keep moves the protected connections of a finding to those that are kept.
func (p Protection) keep(f discover.Finding) discover.Finding {
	stays := discover.Kept{}
	if _, isReconcile := f.Request.Action.(trigger.Reconcile); isReconcile {
		stays.Other.Status = discover.StatusGone
	}
	pairs := f.Pairs
	f.Pairs, f.Kept = nil, slices.Clip(f.Kept)
	for _, pair := range pairs {
		stays.Pair, stays.Reason = pair, p.reason(pair)
		if stays.Reason == "" {
			f.Pairs = append(f.Pairs, pair)
		} else {
			f.Kept = append(f.Kept, stays)
		}
	}
	return f
}

// reason returns why a connection must not be removed; "" if neither of its instances is
// protected.
func (p Protection) reason(pair connection.Pair) string {
	for _, id := range []connection.InstanceID{pair.Instance, pair.Connected} {
		if p.covers(id) {
			return id.String() + " is protected: PROTECTED_INSTANCES names it"
		}
	}
	return ""
}

func (p Protection) covers(id connection.InstanceID) bool {
	for _, entry := range p {
		prefix, isPrefix := strings.CutSuffix(entry, "*")
		if id.Key() == prefix || isPrefix && strings.HasPrefix(id.Key(), prefix) {
			return true
		}
	}
	return false
}
