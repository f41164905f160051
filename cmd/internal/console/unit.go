package console

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// unitPage (单位) is all that is on record of a unit: what waits for it, why each of its
// tasks has its light, what was asked of it and how it answered, its trail.
var unitPage = page{path: "/units/{unit}", scope: access.OfSubject, name: "unit", zh: "单位", en: "Unit", fill: unit, load: unitTrail}

// changesSince is how many days back a unit's changes are shown for when nobody asks.
const changesSince = 30

type unitBody struct {
	projections.UnitStatus
	Words      string // for whom it acts, or who for it
	Plans      []planYear
	Todos      []todo
	Tasks      []unitTask
	Directives []directiveCard // open ones
	Response   *projections.UnitResponse
	Measures   []measure
	Notices    []noticeCard
	Cards      []cardRow
	Blockers   []blockerCard
	Burden     projections.UnitBurden
	Chart      burdenChart
	Askings    []projections.Asking
	Since      ledger.Date
	Changes    []change
	Exports    []unitExport
	Rows       []row
	Total      int
	Older      string // the page with the rows before, empty on the last

	sequences []uint64 // of the rows
}

// planYear is the annual plan of a year of the term.
type planYear struct {
	Year   int
	Filed  bool
	Record uint64
	State  string
}

type unitTask struct {
	projections.TaskStatus
	Bar     bar
	Reasons []string
	Strip   strip
	Why     lightWhy
}

// measure is a reminder (催办) or a talk (约谈).
type measure struct {
	Sequence uint64
	On       ledger.Date
	Task     ledger.TaskID
	Name     string
	Text     string
	Hidden   bool
	Due      ledger.Date
}

type unitExport struct {
	projections.Export
	ForName string
}

// unit fills the page: what it shows is that of one unit, though names of others stand
// in its cards.
func unit(q *request, c *projections.Campaign) (any, error) {
	id, err := c.FindUnit(q.PathValue("unit"))
	if err != nil {
		return nil, err
	}
	b := &unitBody{UnitStatus: c.UnitAt(id, q.At)}
	b.Words = q.Lang.DutyWords(b.UnitStatus)
	b.plans(q, c)
	for _, p := range c.PendingList(q.At) {
		if p.Whom == projections.ForUnit && p.By == "" && c.Units.Speaks(id, p.Unit, ledger.DateOf(q.At)) {
			b.Todos = append(b.Todos, todoOf(q, c, p))
		}
	}
	for _, s := range b.UnitStatus.Tasks {
		b.Tasks = append(b.Tasks, unitTaskOf(q, c, s))
	}
	all := c.DirectiveList(projections.DirectiveQuery{Unit: id}, q.At)
	for _, d := range all {
		if d.State != projections.Accepted {
			b.Directives = append(b.Directives, directiveOf(q, c, d))
		}
	}
	for _, r := range c.Responses(all, q.At) {
		if r.Unit == id {
			b.Response = &r
		}
	}
	b.escalated(q, c, id)
	for _, x := range c.BlockerList(id, true, q.At) {
		b.Blockers = append(b.Blockers, blockerOf(q, c, x))
	}
	b.Burden, b.Askings = c.Burden(id, q.At)[0], projections.Askings
	b.Chart = burdenOf(b.Burden, c.Charter.From.Month(), ledger.MonthOf(q.At))
	if b.Since, err = since(q); err != nil {
		return nil, err
	}
	b.Changes = changesOf(q, c, id, b.Since)
	for _, x := range slices.Backward(c.Units.Exports[id]) {
		if !q.Past || !x.At.After(q.At) { // now, those too that were made after the term
			b.Exports = append(b.Exports, unitExport{x, partyName(q, c, x.For)})
		}
	}
	return b, b.page(q, c, id)
}

func (b *unitBody) plans(q *request, c *projections.Campaign) {
	for year := range b.PlanFiled {
		p := planYear{Year: year, State: q.T("未报", "not filed")}
		if plan, filed := c.Units.PlanFor(b.Unit, year, q.At); plan.Sequence > 0 {
			p.Filed, p.Record, p.State = filed, plan.Sequence, q.T("已报,待审核", "filed, to be decided on")
			switch {
			case !filed:
				p.State = q.T("已退回", "returned")
			case plan.Approved != nil && !plan.Approved.At.After(q.At):
				p.State = q.T("已审核", "approved")
			}
		}
		b.Plans = append(b.Plans, p)
	}
	slices.SortFunc(b.Plans, func(x, y planYear) int { return cmp.Compare(x.Year, y.Year) })
}

func unitTaskOf(q *request, c *projections.Campaign, s projections.TaskStatus) unitTask {
	t := c.Tasks[s.Task]
	x := unitTask{TaskStatus: s, Bar: barOf(q, s.Figures), Reasons: q.Lang.ReasonWords(s.Figures), Why: whyOf(q, c.Explain(t, q.At)),
		Strip: stripOf(q, c.MonthLights(t, q.At), c.Charter.From.Month(), c.Charter.To.Month())}
	return x
}

// escalated lists what the headquarters did about the unit, the latest first.
func (b *unitBody) escalated(q *request, c *projections.Campaign, id ledger.UnitID) {
	e := &c.Escalations
	is := func(on projections.On) bool { return on.Unit == id && !on.At.After(q.At) }
	for _, r := range e.Reminders {
		if is(r.On) {
			b.Measures = append(b.Measures, measure{Sequence: r.Sequence, On: ledger.DateOf(r.At), Task: r.Task, Name: q.T("催办", "reminder"), Text: string(r.About), Due: r.AnswerBy, Hidden: c.Sealings.Statement(r.ID)})
		}
	}
	for _, x := range e.Talks {
		if is(x.On) {
			b.Measures = append(b.Measures, measure{Sequence: x.Sequence, On: x.TalkHeld.On, Task: x.Task, Name: q.T("约谈", "talk"), Text: string(x.With) + ":" + string(x.Summary), Hidden: c.Sealings.Statement(x.ID)})
		}
	}
	for i := range b.Measures {
		if b.Measures[i].Hidden {
			b.Measures[i].Text = ""
		}
	}
	slices.SortFunc(b.Measures, func(x, y measure) int { return cmp.Compare(y.Sequence, x.Sequence) })
	for _, n := range e.Notices {
		if t := c.Tasks[n.Task]; t != nil && is(n.On) {
			b.Notices = append(b.Notices, noticeOf(q, c, n, t))
		}
	}
	slices.SortFunc(b.Notices, func(x, y noticeCard) int { return cmp.Compare(y.Sequence, x.Sequence) })
	for _, s := range c.CardList(q.At) {
		if s.Unit == id {
			b.Cards = append(b.Cards, cardOf(q, c, s))
		}
	}
}

// since is the day from which changes are asked for.
func since(q *request) (ledger.Date, error) {
	if asked := q.FormValue("since"); asked != "" {
		return ledger.ParseDate(asked)
	}
	return ledger.DateOf(q.At).Add(-changesSince), nil
}

// trailShown is how many rows of the trail a page has.
const trailShown = 50

// page picks the rows: the latest, or those before a sequence.
func (b *unitBody) page(q *request, c *projections.Campaign, id ledger.UnitID) error {
	all := c.Units.Trails[id]
	b.Total = len(all)
	end := len(all)
	if before := q.FormValue("before"); before != "" {
		n, err := strconv.ParseUint(before, 10, 64)
		if err != nil {
			return ledger.Malform("http.request", "before="+before, "the number of a record")
		}
		end, _ = slices.BinarySearch(all, n)
	}
	begin := max(0, end-trailShown)
	b.sequences = slices.Clone(all[begin:end])
	slices.Reverse(b.sequences)
	if begin > 0 {
		b.Older = q.Link("/units/" + string(id) + "?before=" + strconv.FormatUint(all[begin], 10))
	}
	return nil
}

// unitTrail reads the rows of the trail.
func unitTrail(ctx context.Context, s *site, q *request, body any) (err error) {
	b := body.(*unitBody)
	b.Rows, err = s.rows(ctx, q, b.sequences)
	return err
}
