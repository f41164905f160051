package console

import (
	"net/url"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// replay (回放) leads through a task's life, from one day on which something was recorded,
// or a month ended, to the next: what was known on each, under the policy of that day.
// It has the days and nothing else of what came later.
type replay struct {
	Days      string // separated by spaces
	At, Last  int    // the step that is shown, and the last one
	Day       ledger.Date
	First     string // the pages of other steps, empty where there is none
	Prev      string
	Next      string
	End       string
	Hindsight bool
	Then, Now string // the same day, known then and known now
}

// hindsight reports whether an earlier day is asked for with what is known now.
func (q *request) hindsight() bool { return q.Past && q.FormValue("known") == "now" }

// replayOf makes the steps of a task's life as the ledger stands now.
func replayOf(q *request, c *projections.Campaign, t *projections.Task) replay {
	today := ledger.DateOf(q.At)
	days := replayDays(c, t)
	at, known := slices.BinarySearch(days, today)
	if !known && q.Past {
		days = slices.Insert(days, at, today)
	}
	at = min(at, len(days)-1)
	r := replay{At: at, Last: len(days) - 1, Day: days[at], Hindsight: q.hindsight()}
	if q.Past {
		r.Day, r.Then, r.Now = today, replayPath(t, today, false), replayPath(t, today, true)
	}
	words := make([]string, len(days))
	for i, d := range days {
		words[i] = string(d)
	}
	r.Days = strings.Join(words, " ")
	step := func(i int) string {
		if i < 0 || i > r.Last || i == at && q.Past {
			return ""
		}
		return replayPath(t, days[i], r.Hindsight)
	}
	r.First, r.Prev, r.Next, r.End = step(0), step(at-1), step(at+1), step(r.Last)
	return r
}

// replayDays are the days on which something was said on a task or a policy came into
// force, and the ends of months, from its assignment to now.
func replayDays(c *projections.Campaign, t *projections.Task) []ledger.Date {
	var days []ledger.Date
	for _, d := range t.Days {
		days = append(days, d.On)
	}
	first, last := ledger.DateOf(t.Assigned.At), ledger.DateOf(c.Index.Latest)
	if len(days) > 0 {
		first, last = min(first, days[0]), max(last, days[len(days)-1])
	}
	if end := c.Charter.To; end != "" {
		last = min(last, end)
	}
	for m := first.Month(); m.Last() <= last; m = m.Add(1) {
		days = append(days, m.Last())
	}
	for _, p := range c.Charter.Policies {
		if d := max(p.InForce, ledger.DateOf(p.At)); d > first && d <= last {
			days = append(days, d)
		}
	}
	days = slices.DeleteFunc(days, func(d ledger.Date) bool { return d > last })
	if len(days) == 0 {
		days = append(days, first)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

func replayPath(t *projections.Task, day ledger.Date, hindsight bool) string {
	v := url.Values{"as_of": {string(day)}}
	if hindsight {
		v.Set("known", "now")
	}
	return "/tasks/" + string(t.ID) + "?" + v.Encode()
}
