package preflight

import (
	"slices"
	"strings"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/logs"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// reconcile checks what the timer does. In s.yaml, any other value would mean report.
func reconcile(mode string) finding {
	if !slices.Contains([]string{"off", "report", "remove"}, mode) {
		return fault("RECONCILE", "is %q; must be off, report or remove, such as RECONCILE=report", mode)
	}
	return ok("RECONCILE", "%s", mode)
}

// reconcileCron checks when the timer runs, even if it is off: its trigger is deployed
// anyway.
func reconcileCron(mode, expression string) finding {
	const example = "such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)"
	when, err := schedule(expression)
	if err != nil {
		return fault("RECONCILE_CRON", "is %q: %v; %s", expression, err, example)
	}
	next := when.Next(time.Now())
	if next.IsZero() {
		return fault("RECONCILE_CRON", "is %q, a day that does not occur in the next five years; %s", expression, example)
	}
	if why := NoSilence(mode, expression); why != "" && mode != "off" {
		return warn("RECONCILE_CRON", "is %q, by which %s, so the alert silence would fire: run make logs again, which deletes that alert, or let the timer run daily", expression, why)
	}
	return ok("RECONCILE_CRON", "%s, next at %s", expression, inUTC(next))
}

func inUTC(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// NoSilence returns why the timer's log may be silent for longer than the alert silence waits,
// so that there must be no such alert; "" if it may not.
func NoSilence(mode, expression string) string {
	if mode == "off" {
		return "RECONCILE is off"
	}
	when, err := schedule(expression)
	if err != nil {
		return "" // reconcileCron says so
	}
	if from, to, found := pause(when, time.Now(), logs.Silence); found {
		return "the timer does not run between " + inUTC(from) + " and " + inUTC(to)
	}
	return ""
}

// reconcileRegions checks that the function may act where the timer looks.
func reconcileRegions(s settings, config handler.Config) finding {
	const about = "RECONCILE_REGIONS"
	text := s.value(about)
	own, _ := connection.ParseRegion(s.value("FUNCTION_REGION")) // functionRegion says if it is none
	switch {
	case text == "" && s.value("RECONCILE") != "off" && !config.ActsIn(own):
		return fault(about, "is empty, so the timer looks in %s, which is not in REGIONS: name the regions here, such as %s=%s", own, about, config.Regions[0])
	case text == "":
		return ok(about, "empty: the function's own")
	}
	for id := range strings.SplitSeq(text, ",") {
		region, err := connection.ParseRegion(strings.TrimSpace(id))
		if err != nil {
			return fault(about, "is %q; must be region ids with commas between them, such as %s=cn-hangzhou,cn-beijing", text, about)
		}
		if wrong := outOfReach(region, own, config); wrong != "" {
			return fault(about, "has %s, %s", region, wrong)
		}
	}
	return ok(about, "%s", text)
}

// outOfReach returns why the function in its own region cannot act in another, to follow
// the name of that; "" if it can.
func outOfReach(region, own connection.Region, config handler.Config) string {
	alone, unlisted := config.OwnRegionAlone(), config.CheckRegion(region.String())
	switch {
	case !config.ActsIn(region):
		return "which is not in REGIONS, so the function may not act there: add it to REGIONS"
	case region == own:
		return ""
	case alone != "":
		return "and " + alone + " reaches the function's own region alone: take one of the two out"
	case unlisted != nil:
		return "which " + unlisted.Error()
	}
	return ""
}

// reconcileAccounts checks that the function may act where the timer looks, as far as that
// can be told without its own account.
func reconcileAccounts(s settings, config handler.Config) finding {
	const about = "RECONCILE_ACCOUNTS"
	text := s.value(about)
	if text == "" {
		return ok(about, "empty: the function's own")
	}
	for id := range strings.SplitSeq(text, ",") {
		if _, err := connection.ParseAccountID(strings.TrimSpace(id)); err != nil {
			return fault(about, "is %q; must be account ids with commas between them, such as %s=1234567890984321,2234567890984321", text, about)
		}
	}
	if n := count(text) * count(s.value("RECONCILE_REGIONS")); n > trigger.MaxPlaces {
		return fault(about, "and RECONCILE_REGIONS are %d places, and one run takes %d: deploy a second function for some of them", n, trigger.MaxPlaces)
	}
	const alone = "is %s, but without MEMBER_ROLE the function acts in no other account than its own"
	switch {
	case config.MemberRole == "" && areSeveral(text) && s.value("RECONCILE") != "off":
		return fault(about, alone+", so each run of the timer would fail: handler/README.md, Accounts", text)
	case config.MemberRole == "":
		return warn(about, alone+": handler/README.md, Accounts", text)
	}
	return ok(about, "%s", text)
}

// areSeveral reports whether different accounts are named: one of them at most is the own.
func areSeveral(accounts string) bool {
	var names []string
	for id := range strings.SplitSeq(accounts, ",") {
		names = append(names, strings.TrimSpace(id))
	}
	slices.Sort(names)
	return len(slices.Compact(names)) > 1
}

// count returns how many names with commas between them a text has; none is one, the own.
func count(text string) int { return 1 + strings.Count(text, ",") }
