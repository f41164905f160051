package console

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// overviewPage (挂图作战) is the campaign on one screen: what waits for the reader first,
// then the wall plan. With ?wall it is the wall plan alone, in larger type.
var overviewPage = page{path: "/{$}", scope: access.Anyone, name: "overview", zh: "挂图作战", en: "Overview", fill: overview}

// How many of each list the overview shows before it says that there are more.
const (
	needsShown   = 5
	overdueShown = 9
	blockedShown = 5
	cardsShown   = 5
	moreShown    = 30 // of what waits for the reader, behind the first
	planShown    = 36 // tasks on one page of the wall plan: where there are more, those behind come first
)

type overviewBody struct {
	Wall       bool
	Prev, Next string // the month before and after, empty where there is none
	Units      []planUnit
	Tasks      int    // on the whole plan
	Page       int    // of the plan, from 1
	Pages      int    // 1 where all tasks fit
	Earlier    string // the page of the plan before this one, empty on the first
	Later      string
	Count      map[ledger.Light]int
	Lights     []ledger.Light
	Needs      []todo // what waits for the reader
	NeedsMore  []todo
	NeedsAll   int
	NeedsLater string // where the rest of them is
	Waits      []waitSum
	Overdue    []todo
	OverdueAll int
	Cards      []cardRow
	CardsAll   int
	Blockers   []blockerCard
	BlockedAll int
	Undecided  int // of the blockers, on the headquarters
	Targets    []targetSum
	TargetList []targetRow // of the tasks on the page
	TargetAll  int
	TargetOpen int // questions about them that nobody settled
}

// planUnit is a unit's rows of the wall plan.
type planUnit struct {
	projections.UnitStatus
	Own   bool   // the reader may read the unit, and not some task of it alone
	Words string // for whom it acts, or who for it
	Tasks []planTask
}

type planTask struct {
	projections.TaskStatus
	Bar       bar
	Reasons   []string
	Strip     strip
	Milestone *planMilestone
	Claimed   [2]int // targets met as claimed, of how many
	Verified  int    // of these, met as verified
	Waits     []waitSum
}

// planMilestone is the next milestone that is not reached.
type planMilestone struct {
	Name string
	Due  ledger.Date
	Late bool
}

// waitSum is how much waits for one side.
type waitSum struct {
	Whom        projections.Whom
	Words       string
	Total, Late int
	Oldest      ledger.Date
}

// targetSum is how many targets are in a state, as claimed and as verified.
type targetSum struct {
	State             projections.TargetState
	Claimed, Verified int
}

type targetRow struct {
	projections.TargetStatus
	Unsettled int
}

func overview(q *request, c *projections.Campaign) (any, error) {
	b := &overviewBody{Wall: q.URL.Query().Has("wall"), Count: map[ledger.Light]int{},
		Lights: []ledger.Light{ledger.Red, ledger.Yellow, ledger.Green, ledger.Grey, ledger.Blue}}
	b.step(q, c)
	pending := slices.DeleteFunc(c.PendingList(q.At), func(p projections.Pending) bool { return !seesPending(q, c, p) })
	targets := b.targets(q, c)
	if err := b.plan(q, c, pending, targets); err != nil {
		return nil, err
	}
	if err := b.waits(q, c, pending); err != nil {
		return nil, err
	}
	for _, s := range c.CardList(q.At) {
		t, ok := c.Tasks[s.Task]
		if !ok || !q.Reader.SeesTask(c, t, q.At) || s.State != projections.CardInForce && s.State != projections.CardProposed {
			continue
		}
		if b.CardsAll++; len(b.Cards) < cardsShown {
			b.Cards = append(b.Cards, cardOf(q, c, s))
		}
	}
	for _, x := range c.BlockerList("", true, q.At) {
		if !q.Reader.SeesTask(c, c.Tasks[x.Task], q.At) {
			continue
		}
		if x.WaitsOn == projections.OnDecision {
			b.Undecided++
		}
		b.Blockers = append(b.Blockers, blockerOf(q, c, x))
	}
	slices.SortStableFunc(b.Blockers, func(x, y blockerCard) int { // those that wait on the headquarters first
		return cmp.Or(cmp.Compare(count(y.WaitsOn == projections.OnDecision), count(x.WaitsOn == projections.OnDecision)), cmp.Compare(x.Sequence, y.Sequence))
	})
	b.BlockedAll = len(b.Blockers)
	b.Blockers = b.Blockers[:min(blockedShown, b.BlockedAll)]
	return b, nil
}

// step sets the links to the month's end before and to the one after.
func (b *overviewBody) step(q *request, c *projections.Campaign) {
	wall := ""
	if b.Wall {
		wall = "wall&"
	}
	m := ledger.MonthOf(q.At)
	if before := m.Add(-1); before >= c.Charter.From.Month() {
		b.Prev = "/?" + wall + "as_of=" + string(before.Last())
	}
	if after := m.Last(); q.Past && after > ledger.DateOf(q.At) {
		b.Next = "/?" + wall + "as_of=" + string(after)
	} else if after := m.Add(1); q.Past && after <= c.Charter.To.Month() {
		b.Next = "/?" + wall + "as_of=" + string(after.Last())
	}
}

// seesPending reports whether the reader may read what waits.
func seesPending(q *request, c *projections.Campaign, p projections.Pending) bool {
	if t, ok := c.Tasks[p.Task]; ok {
		return q.Reader.SeesTask(c, t, q.At)
	}
	for _, i := range c.Inspections {
		if p.Kind == "conclusion.reviewed.v1" && i.Concluded != nil && i.Concluded.ID.String() == p.Value && q.Reader.SeesInspection(c, i, q.At) {
			return true
		}
	}
	return q.Reader.SeesAll() || p.Unit != "" && q.Reader.SeesUnit(c, p.Unit, q.At)
}

// plan makes the wall plan: units in the order of their first tasks, those without one
// last. Whoever sees a task that another unit leads sees that row, and nothing else of
// the unit.
func (b *overviewBody) plan(q *request, c *projections.Campaign, pending []projections.Pending, targets map[ledger.TaskID][]projections.TargetStatus) error {
	units, judged := c.UnitsAt(q.At), []projections.TaskStatus{}
	for i, u := range units {
		own := q.Reader.SeesUnit(c, u.Unit, q.At)
		units[i].Tasks = slices.DeleteFunc(u.Tasks, func(s projections.TaskStatus) bool {
			t := c.Tasks[s.Task]
			return !own && !q.Reader.SeesTask(c, t, q.At) || t.Assigned.Sequence == 0 || t.Assigned.At.After(q.At)
		})
		judged = append(judged, units[i].Tasks...)
	}
	for _, s := range judged {
		b.Count[s.Light]++
	}
	shown, err := b.turnTo(q, judged)
	if err != nil {
		return err
	}
	var tasks []*projections.Task
	for id := range shown {
		tasks = append(tasks, c.Tasks[id])
	}
	strips, waits := c.MonthLightsOf(tasks, q.At), map[ledger.TaskID][]projections.Pending{}
	for _, p := range pending {
		waits[p.Task] = append(waits[p.Task], p)
	}
	for _, u := range units {
		own := q.Reader.SeesUnit(c, u.Unit, q.At)
		row := planUnit{UnitStatus: u, Own: own, Words: q.Lang.DutyWords(u)}
		for _, s := range u.Tasks {
			if shown[s.Task] {
				strip := stripOf(q, strips[s.Task], c.Charter.From.Month(), c.Charter.To.Month())
				row.Tasks = append(row.Tasks, b.row(q, c.Tasks[s.Task], s, strip, waits[s.Task], targets[s.Task]))
			}
		}
		if len(row.Tasks) > 0 || own && len(u.Tasks) == 0 && b.Page == b.Pages {
			b.Units = append(b.Units, row)
		}
	}
	b.TargetList = slices.DeleteFunc(b.TargetList, func(x targetRow) bool { return !shown[x.Task] })
	slices.SortStableFunc(b.Units, func(x, y planUnit) int {
		if len(x.Tasks) == 0 || len(y.Tasks) == 0 {
			return cmp.Compare(len(y.Tasks), len(x.Tasks))
		}
		return cmp.Compare(x.Tasks[0].Task, y.Tasks[0].Task)
	})
	return nil
}

// turnTo picks the tasks on the page that was asked for: all where they fit, otherwise
// by how far behind they are.
func (b *overviewBody) turnTo(q *request, judged []projections.TaskStatus) (map[ledger.TaskID]bool, error) {
	b.Tasks, b.Page, b.Pages = len(judged), 1, max(1, (len(judged)+planShown-1)/planShown)
	if asked := q.FormValue("page"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 1 || n > b.Pages {
			return nil, ledger.Malform("http.request", "page="+asked, fmt.Sprintf("a page of the plan, 1 to %d", b.Pages))
		}
		b.Page = n
	}
	order := slices.Clone(judged)
	if b.Pages > 1 {
		slices.SortStableFunc(order, func(x, y projections.TaskStatus) int {
			return cmp.Or(cmp.Compare(slices.Index(b.Lights, x.Light), slices.Index(b.Lights, y.Light)), cmp.Compare(y.Figures.Gap, x.Figures.Gap), cmp.Compare(x.Task, y.Task))
		})
	}
	shown := map[ledger.TaskID]bool{}
	for _, s := range order[min(len(order), (b.Page-1)*planShown):min(len(order), b.Page*planShown)] {
		shown[s.Task] = true
	}
	page := func(n int) string {
		path := fmt.Sprintf("/?page=%d", n)
		if b.Wall {
			path += "&wall"
		}
		return q.Link(path)
	}
	if b.Page > 1 {
		b.Earlier = page(b.Page - 1)
	}
	if b.Page < b.Pages {
		b.Later = page(b.Page + 1)
	}
	return shown, nil
}

func (b *overviewBody) row(q *request, t *projections.Task, s projections.TaskStatus, strip strip, waits []projections.Pending, targets []projections.TargetStatus) planTask {
	row := planTask{TaskStatus: s, Bar: barOf(q, s.Figures), Reasons: q.Lang.ReasonWords(s.Figures), Strip: strip, Milestone: nextMilestone(q, t)}
	for _, x := range targets {
		row.Claimed[1]++
		row.Claimed[0] += count(x.Claimed == projections.TargetMet)
		row.Verified += count(x.Verified == projections.TargetMet)
	}
	row.Waits = sums(q, waits)
	return row
}

// nextMilestone is the first one by its day that is not reached.
func nextMilestone(q *request, t *projections.Task) *planMilestone {
	var next *planMilestone
	for i := range t.Milestones {
		m := &t.Milestones[i]
		if m.At.After(q.At) || m.Reached != nil && !m.Reached.At.After(q.At) {
			continue
		}
		if due := m.DueAt(q.At).Date; next == nil || due < next.Due {
			life := t.LifeAt(q.At)
			next = &planMilestone{m.Name, due, ledger.DateOf(q.At) > due && life != projections.Closed && life != projections.Suspended}
		}
	}
	return next
}

// sums are how much waits for each side, those for whom nothing waits left out.
func sums(q *request, pending []projections.Pending) []waitSum {
	var list []waitSum
	for _, w := range projections.Whoms {
		s := waitSum{Whom: w, Words: q.Lang.WhomWords(w)}
		for _, p := range pending {
			if p.Whom != w {
				continue
			}
			s.Total++
			s.Late += count(p.Late)
			if since := ledger.DateOf(p.Since.At); s.Oldest == "" || since < s.Oldest {
				s.Oldest = since
			}
		}
		if s.Total > 0 {
			list = append(list, s)
		}
	}
	return list
}

// waits lists what waits for the reader, and what is overdue by whomever. Of what waits
// for the reader the list begins where ?needs says.
func (b *overviewBody) waits(q *request, c *projections.Campaign, pending []projections.Pending) error {
	b.Waits = sums(q, pending)
	from := 0
	if asked := q.FormValue("needs"); asked != "" {
		var err error
		if from, err = strconv.Atoi(asked); err != nil || from < 0 {
			return ledger.Malform("http.request", "needs="+asked, "how many things to pass over, 0 or more")
		}
	}
	for _, p := range pending {
		if turn(q, c, p) && !b.Wall {
			switch n := b.NeedsAll - from; {
			case n < 0 || n >= needsShown+moreShown:
			case n < needsShown:
				b.Needs = append(b.Needs, todoOf(q, c, p))
			default:
				b.NeedsMore = append(b.NeedsMore, todoOf(q, c, p))
			}
			b.NeedsAll++
		}
		if !p.Late {
			continue
		}
		if b.OverdueAll++; len(b.Overdue) < overdueShown {
			x := todoOf(q, c, p)
			x.Moves = nil
			b.Overdue = append(b.Overdue, x)
		}
	}
	if next := from + needsShown + moreShown; next < b.NeedsAll {
		b.NeedsLater = q.Link(fmt.Sprintf("/?needs=%d", next))
	}
	return nil
}

// targets counts the targets of the tasks that the reader sees, by their states.
func (b *overviewBody) targets(q *request, c *projections.Campaign) map[ledger.TaskID][]projections.TargetStatus {
	by := map[ledger.TaskID][]projections.TargetStatus{}
	claimed, verified := map[projections.TargetState]int{}, map[projections.TargetState]int{}
	for _, x := range c.Targets(q.At) {
		if !q.Reader.SeesTask(c, c.Tasks[x.Task], q.At) {
			continue
		}
		by[x.Task] = append(by[x.Task], x)
		claimed[x.Claimed]++
		verified[x.Verified]++
		row := targetRow{TargetStatus: x}
		for _, o := range x.Open {
			row.Unsettled += count(o.Settled == 0)
		}
		b.TargetOpen += row.Unsettled
		b.TargetList = append(b.TargetList, row)
		b.TargetAll++
	}
	for _, s := range []projections.TargetState{projections.TargetMet, projections.TargetNotMet, projections.TargetRunning, projections.TargetNoEvidence, projections.TargetUnset} {
		if claimed[s]+verified[s] > 0 {
			b.Targets = append(b.Targets, targetSum{s, claimed[s], verified[s]})
		}
	}
	return by
}
