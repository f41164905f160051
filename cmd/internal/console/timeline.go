package console

import (
	"net/url"
	"slices"
	"strconv"

	"ducha/ledger"
	"ducha/projections"
)

// timelineShown is how many statements a page of the time-line has.
const timelineShown = 50

// timeline (经过) is a task's statements, the latest first, a page of them at a time.
type timeline struct {
	Family   ledger.Family // the one that is shown alone; empty for all
	Families []familyLink
	Total    int // of what is shown
	All      int
	Rows     []row
	Older    string // the page with those before, empty on the last
	Newest   string // the first page, empty on it

	sequences []uint64
}

// familyLink leads to the statements of a family alone.
type familyLink struct {
	Name  string
	Path  string
	Count int
	Here  bool
}

func timelineOf(q *request, c *projections.Campaign, t *projections.Task) (timeline, error) {
	l := timeline{Family: ledger.Family(q.FormValue("family")), All: len(t.Sequences)}
	all, counts := t.Sequences, map[ledger.Family]int{}
	var only []uint64
	for _, e := range c.Index.Statements {
		if e.Task != t.ID {
			continue
		}
		f := e.Kind.Family()
		if counts[f]++; f == l.Family {
			only = append(only, e.Sequence)
		}
	}
	if l.Family != "" {
		slices.Sort(only)
		all = only
	}
	end := len(all)
	if before := q.FormValue("before"); before != "" {
		n, err := strconv.ParseUint(before, 10, 64)
		if err != nil {
			return l, ledger.Malform("http.request", "before="+before, "the number of a record")
		}
		if end, _ = slices.BinarySearch(all, n); end < len(all) {
			l.Newest = q.timelinePath(t, l.Family, 0)
		}
	}
	begin := max(0, end-timelineShown)
	l.Total, l.sequences = len(all), slices.Clone(all[begin:end])
	slices.Reverse(l.sequences)
	if begin > 0 {
		l.Older = q.timelinePath(t, l.Family, all[begin])
	}
	l.Families = []familyLink{{q.T("全部", "all"), q.timelinePath(t, "", 0), l.All, l.Family == ""}}
	for _, w := range familyWords {
		if n := counts[w.Family]; n > 0 {
			l.Families = append(l.Families, familyLink{q.T(w.zh, w.en), q.timelinePath(t, w.Family, 0), n, l.Family == w.Family})
		}
	}
	if n := counts[ledger.Other]; n > 0 {
		l.Families = append(l.Families, familyLink{q.T("其他", "Other"), q.timelinePath(t, ledger.Other, 0), n, l.Family == ledger.Other})
	}
	return l, nil
}

// timelinePath is a page of a task's time-line.
func (q *request) timelinePath(t *projections.Task, f ledger.Family, before uint64) string {
	v := url.Values{}
	if f != "" {
		v.Set("family", string(f))
	}
	if before > 0 {
		v.Set("before", itoa(before))
	}
	path := "/tasks/" + string(t.ID)
	if len(v) > 0 {
		path += "?" + v.Encode()
	}
	return q.Link(path) + "#timeline"
}
