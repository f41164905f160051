package console

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// candidate is a statement that a field may name.
type candidate struct {
	Value string `json:"value"`
	Label string `json:"label"`
	seq   uint64
}

// place is where a candidate stands on record, and who said what kind of thing.
type place struct {
	Sequence uint64
	Kind, By string
	Sealed   bool
}

// gistShown is how much of a statement is shown of it in a choice, in characters.
const gistShown = 40

// say labels a candidate by its day, what it is, who said it, and how it begins.
func (x *candidate) say(ctx context.Context, s *site, q *request, p place, declared bool) error {
	r, err := s.node.Stream.Get(ctx, p.Sequence)
	if err != nil {
		return err
	}
	e, err := r.Read()
	if err != nil {
		return err
	}
	at := e.Recorded
	if declared {
		at = e.Time
	}
	words := q.T("(已密封)", "(sealed)")
	if !p.Sealed {
		words = gist(e.Body)
	}
	x.Label = fmt.Sprintf(q.T("%s %s · %s%s(第 %d 条)", "%s %s · %s%s (record %d)"), ledger.DateOf(at), p.Kind, p.By, q.T(":", ": ")+words, p.Sequence)
	return nil
}

// gist is how a statement begins: its figure, and the first of its texts.
func gist(body any) string {
	if b, ok := body.(*ledger.ProgressReported); ok {
		return fmt.Sprintf("%s %s%% %s", b.Period, number(float64(b.Percent)), clipped(string(b.Summary), gistShown))
	}
	v := reflect.Indirect(reflect.ValueOf(body))
	if v.Kind() != reflect.Struct {
		return ""
	}
	var line string
	for i := range v.NumField() {
		switch x := v.Field(i).Interface().(type) {
		case ledger.Text:
			if x != "" {
				return clipped(string(x), gistShown)
			}
		case ledger.Line:
			if line == "" {
				line = string(x)
			}
		}
	}
	return clipped(line, gistShown)
}

// clipped is the beginning of a text, on one line.
func clipped(text string, most int) string {
	return clip(projections.Visible(strings.Join(strings.Fields(text), " ")), most)
}

// candidatesShown is how many statements are offered for a field, the latest first.
const candidatesShown = 60

// named are the kinds that a field of a statement names, by the field, and by the kind
// where a field of several kinds has one name.
var namedKinds = map[string][]ledger.Kind{
	"plan": {"annualplan.filed.v1"}, "extension.decided.v1/request": {"extension.requested.v1"}, "report": {"progress.reported.v1"}, "reading": {"indicator.reported.v1"},
	"blocker": {"blocker.raised.v1"}, "pack": {"meeting.packed.v1"}, "meeting": {"meeting.held.v1"}, "done.meeting": {"meeting.held.v1"}, "directive": {"directive.issued.v1"},
	"inspection": {"inspection.authorised.v1"}, "finding.rechecked.v1/finding": {"finding.recorded.v1"}, "conclusion": {"inspection.concluded.v1"},
	"notice.commented.v1/notice": {"notice.drafted.v1"}, "notice.issued.v1/notice": {"notice.drafted.v1"}, "notice.acknowledged.v1/notice": {"notice.issued.v1"},
	"notices": {"notice.issued.v1"}, "proposal": {"card.proposed.v1"}, "again": {"card.proposed.v1"}, "card": {"card.granted.v1"}, "of": {"card.granted.v1", "notice.issued.v1"},
	"consequence.recorded.v1/of": {"card.granted.v1"}, "review.decided.v1/request": {"review.requested.v1"}, "claim": {"tolerance.claimed.v1"}, "rectification": {"rectification.filed.v1"},
	"application": {"removal.applied.v1"}, "completion": {"completion.claimed.v1"}, "verification": {"progress.verified.v1"}, "seconds": {"content.sealed.v1"},
	"list.frozen.v1/replaces": {"list.frozen.v1"}, "clarification.issued.v1/replaces": {"clarification.issued.v1"}, "report.issued.v1/replaces": {"report.issued.v1"},
}

// candidates are the statements that each field of a kind may name, about a unit and a
// task, or about the headquarters. A field of which nothing is said here, such as
// evidence, may name any.
func candidates(q *request, c *projections.Campaign, kind ledger.Kind, unit ledger.UnitID, task ledger.TaskID, fields []string) (map[string][]candidate, map[string]place) {
	out, places := map[string][]candidate{}, map[string]place{}
	for _, f := range fields {
		out[f] = []candidate{} // where there is none to name, the form says so
	}
	for id, e := range c.Index.Statements {
		if !(task != "" && e.Task == task || e.Task == "" && (e.Unit == unit || e.Unit == ledger.HQ) || task == "" && e.Unit == unit) {
			continue
		}
		if !q.Reader.SeesEntry(c, e, q.At) && e.Unit != ledger.HQ {
			continue
		}
		for _, f := range fields {
			if names(kind, f, e.Kind) {
				places[id.String()] = place{e.Sequence, q.T(e.Kind.Name(), strings.ReplaceAll(strings.TrimSuffix(string(e.Kind), ".v1"), ".", " ")), partyName(q, c, e.By), c.Sealings.Statement(id)}
				out[f] = append(out[f], candidate{Value: id.String(), seq: e.Sequence})
			}
		}
	}
	for f, list := range out {
		slices.SortFunc(list, func(x, y candidate) int { return cmp.Compare(y.seq, x.seq) })
		out[f] = list[:min(len(list), candidatesShown)]
	}
	return out, places
}

// names reports whether a field of a kind may name a statement of another.
func names(kind ledger.Kind, field string, of ledger.Kind) bool {
	allowed, ok := namedKinds[string(kind)+"/"+field]
	if !ok {
		allowed, ok = namedKinds[field]
	}
	return !ok || slices.Contains(allowed, of)
}
