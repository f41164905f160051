package projections

import (
	"fmt"
	"slices"
	"time"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ReviewFormat names how a review is put into bytes. Whatever changes the bytes for
// the same records is another format.
const ReviewFormat = "ducha-review/1"

// ReviewQuery says what a review is about: the period, the units (all when there are
// none), and what is known: the records up to Sequence, and of these what counts from
// AsOf's last moment at the latest. The same query over the same records gives the
// same review, on any machine, at any later time.
type ReviewQuery struct {
	From, To ledger.Date
	AsOf     ledger.Date // To when empty
	Sequence uint64
	Units    []ledger.UnitID

	// Hindsight judges the days of the period with all that is known, and not with
	// what was known on each: see [Campaign.JudgeAbout].
	Hindsight bool
}

// ReviewOf is the query that an issued review answers.
func ReviewOf(b ledger.ReportIssued) ReviewQuery {
	return ReviewQuery{From: b.From, To: b.To, AsOf: b.AsOf, Sequence: b.Sequence, Units: b.Units, Hindsight: b.Hindsight}
}

// PeriodReview (督查报告) is what the records say of a period, unit by unit: data
// without words, every figure with the sequences of the statements that it comes
// from. Lights and progress are those of the last moment of the period, or of AsOf
// where the period is not over; what was owed in the period (reports, milestones,
// directives) is held against all that is known.
type PeriodReview struct {
	Version   string         `json:"version"`
	Campaign  ledger.LocalID `json:"campaign"`
	Title     string         `json:"title"`
	TitleEN   string         `json:"title_en,omitempty"`
	Charter   uint64         `json:"charter"`
	Clock     ledger.Clock   `json:"clock"`
	From      ledger.Date    `json:"from"`
	To        ledger.Date    `json:"to"`
	End       ledger.Date    `json:"end"` // the day at whose end lights are judged
	AsOf      ledger.Date    `json:"as_of"`
	Sequence  uint64         `json:"sequence"`
	Hindsight bool           `json:"hindsight,omitzero"` // days are judged with all that is known
	Policies  []ReviewPolicy `json:"policies"`           // in force in the period
	Totals    ReviewTotals   `json:"totals"`
	Units     []ReviewUnit   `json:"units"`
}

// ReviewPolicy is a policy that was in force on days of the period.
type ReviewPolicy struct {
	Sequence uint64      `json:"sequence"`
	Name     string      `json:"name"`
	InForce  ledger.Date `json:"in_force"`
}

// Tally (计数) is how many, and by which statements.
type Tally struct {
	Count int      `json:"count"`
	From  []uint64 `json:"from,omitempty"`
}

func (t *Tally) add(from ...uint64) {
	t.Count++
	t.cite(from...)
}

// cite adds statements; each stands in the list once, in order.
func (t *Tally) cite(from ...uint64) { t.From = union(t.From, from...) }

func (t *Tally) merge(o Tally) {
	t.Count += o.Count
	t.cite(o.From...)
}

// union is the sequences of both, each once and in order; 0 is none.
func union(list []uint64, more ...uint64) []uint64 {
	all := slices.DeleteFunc(slices.Concat(list, more), func(n uint64) bool { return n == 0 })
	slices.Sort(all)
	return slices.Compact(all)
}

// Encode is the review as RFC 8785 (JSON canonicalization) has it: the bytes whose
// digest is issued. They hold no line end.
func (r PeriodReview) Encode() []byte {
	data, err := json.Marshal(r)
	if err == nil {
		err = (*jsontext.Value)(&data).Canonicalize()
	}
	if err != nil {
		panic(fmt.Sprintf("projections: a review does not encode: %v", err)) // it is made to
	}
	return data
}

// Digest is the SHA-256 of the review's bytes.
func (r PeriodReview) Digest() ledger.Digest { return DigestOf(r.Encode()) }

// Cited lists every statement that some figure of the review names, in order.
func (r PeriodReview) Cited() []uint64 {
	var doc map[string]any
	if err := json.Unmarshal(r.Encode(), &doc); err != nil {
		panic(fmt.Sprintf("projections: a review does not decode: %v", err)) // it is ours
	}
	delete(doc, "sequence") // where it ends, and no source
	return union(nil, cited(doc, false)...)
}

// cited finds sequences by the names that the format has for them: everything under
// from and sources, and some numbers.
func cited(v any, here bool) []uint64 {
	var list []uint64
	switch x := v.(type) {
	case float64:
		if here {
			list = append(list, uint64(x))
		}
	case []any:
		for _, e := range x {
			list = append(list, cited(e, here)...)
		}
	case map[string]any:
		for name, e := range x {
			list = append(list, cited(e, here || slices.Contains(sourceNames, name))...)
		}
	}
	return list
}

var sourceNames = []string{"from", "sources", "waited_from", "policy", "charter", "assigned", "registered", "sequence", "began", "set"}

// Fold folds of the records what the query knows.
func (q ReviewQuery) Fold(records Records) (*Fold[Campaign], error) {
	upTo := func(yield func(ledger.Record, error) bool) {
		for r, err := range records {
			if err == nil && r.Sequence > q.Sequence || !yield(r, err) {
				return
			}
		}
	}
	f, err := AsOf(CampaignProjection(), upTo, q.asOf().End())
	if err != nil {
		return nil, err
	}
	if last := f.Chain.Sequence(); last != q.Sequence {
		return nil, &ledger.Error{Class: ledger.Refused, Rule: "report.sequence", Found: fmt.Sprintf("a review of the records up to %d, there are %d", q.Sequence, last), Want: "a ledger that has them all"}
	}
	return f, nil
}

func (q ReviewQuery) asOf() ledger.Date {
	if q.AsOf == "" {
		return q.To
	}
	return q.AsOf
}

// Rebuild makes a review from the records alone.
func (q ReviewQuery) Rebuild(records Records) (PeriodReview, error) {
	f, err := q.Fold(records)
	if err != nil {
		return PeriodReview{}, err
	}
	return f.State.Review(q)
}

// Review reviews a period. The campaign must hold what the query knows and no more
// (see [ReviewQuery.Fold]); the review says so and cannot check it.
func (c *Campaign) Review(q ReviewQuery) (PeriodReview, error) {
	if err := c.reviewable(q); err != nil {
		return PeriodReview{}, err
	}
	v := &reviewer{Campaign: c, from: q.From, to: q.To, asOf: q.asOf(), end: min(q.To, q.asOf()), known: memory{hindsight: q.Hindsight}}
	r := PeriodReview{
		Version: ReviewFormat, Campaign: c.Charter.Campaign, Title: string(c.Charter.Title), TitleEN: string(c.Charter.TitleEN),
		Charter: c.Charter.Adopted.Sequence, Clock: c.Charter.Clock, From: q.From, To: q.To, End: v.end, AsOf: v.asOf, Sequence: q.Sequence, Hindsight: q.Hindsight,
		Policies: v.policies(),
	}
	units := slices.Clone(q.Units)
	if len(units) == 0 {
		units = c.UnitList()
	}
	slices.Sort(units)
	for _, u := range slices.Compact(units) {
		r.Units = append(r.Units, v.unit(u))
	}
	r.Totals = v.totals(r.Units)
	return r, nil
}

// reviewable says what a period must be for a review to be made of it.
func (c *Campaign) reviewable(q ReviewQuery) error {
	for _, d := range []ledger.Date{q.From, q.To, q.asOf()} {
		if _, err := ledger.ParseDate(string(d)); err != nil {
			return err
		}
	}
	switch charter := c.Charter; {
	case charter.Adopted.Sequence == 0:
		return ledger.Refuse("charter.first", "a ledger without a charter", "charter.adopted.v1 as the first statement")
	case q.To < q.From:
		return ledger.Malform("report.term", string(q.From)+" to "+string(q.To), "an end that is not before its beginning")
	case q.From < charter.From || q.To > charter.To:
		return ledger.Refuse("report.within", fmt.Sprintf("a review of %s to %s", q.From, q.To), fmt.Sprintf("a period within the campaign's term, %s to %s", charter.From, charter.To))
	case q.asOf() < q.From:
		return ledger.Refuse("report.as-of", fmt.Sprintf("as of %s", q.asOf()), fmt.Sprintf("%s or later", q.From))
	}
	for _, u := range q.Units {
		if _, ok := c.Units.Unit(u); !ok {
			return &ledger.Error{Class: ledger.NotFound, Rule: "unit.known", Found: "unit " + string(u), Want: "a unit that is registered"}
		}
	}
	return nil
}

// reviewer is a review under way.
type reviewer struct {
	*Campaign
	from, to  ledger.Date
	asOf, end ledger.Date
	known     memory
	led       map[ledger.Ref][]*Directive // to what each meeting led, once that is asked for
}

// in says whether an instant lies in the period.
func (v *reviewer) in(t time.Time) bool {
	d := ledger.DateOf(t)
	return v.from <= d && d <= v.to
}

// tally counts statements that fall into the period.
func (v *reviewer) tally(t *Tally, s *Stamp) {
	if s != nil && v.in(s.At) {
		t.add(s.Sequence)
	}
}

func (v *reviewer) judge(t *Task, at time.Time) TaskStatus {
	return v.Campaign.judge(t, at, &v.known)
}

// policies are those that some day of the period was judged by.
func (v *reviewer) policies() []ReviewPolicy {
	list := []ReviewPolicy{}
	for d := v.from; d <= v.end; d = d.Add(1) {
		p, ok := v.Charter.PolicyAt(d.End())
		if ok && !slices.ContainsFunc(list, func(x ReviewPolicy) bool { return x.Sequence == p.Sequence }) {
			list = append(list, ReviewPolicy{p.Sequence, string(p.Name), p.InForce})
		}
	}
	return list
}
