package console

import (
	"cmp"
	"slices"

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
)

type overviewBody struct {
	Wall       bool
	Prev, Next string // the month before and after, empty where there is none
	Units      []planUnit
	Count      map[ledger.Light]int
	Lights     []ledger.Light
	Needs      []todo // what waits for the reader
	NeedsMore  []todo
	Waits      []waitSum
	Overdue    []todo
	OverdueAll int
	Cards      []cardRow
	CardsAll   int
	Blockers   []blockerCard
	BlockedAll int
	Undecided  int // of the blockers, on the headquarters
	Targets    []targetSum
	TargetList []targetRow
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
	b.plan(q, c, pending, targets)
	b.waits(q, c, pending)
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
	return q.Reader.SeesAll() || p.Unit != "" && q.Reader.SeesUnit(c, p.Unit, q.At)
}

// plan makes the wall plan: units in the order of their first tasks, those without one
// last. Whoever sees a task that another unit leads sees that row, and nothing else of
// the unit.
func (b *overviewBody) plan(q *request, c *projections.Campaign, pending []projections.Pending, targets map[ledger.TaskID][]projections.TargetStatus) {
	for _, u := range c.UnitsAt(q.At) {
		own := q.Reader.SeesUnit(c, u.Unit, q.At)
		row := planUnit{UnitStatus: u, Own: own, Words: q.Lang.DutyWords(u)}
		for _, s := range u.Tasks {
			t := c.Tasks[s.Task]
			if !own && !q.Reader.SeesTask(c, t, q.At) || t.Assigned.Sequence == 0 || t.Assigned.At.After(q.At) {
				continue
			}
			b.Count[s.Light]++
			row.Tasks = append(row.Tasks, b.row(q, c, t, s, pending, targets[s.Task]))
		}
		if len(row.Tasks) > 0 || own {
			b.Units = append(b.Units, row)
		}
	}
	slices.SortStableFunc(b.Units, func(x, y planUnit) int {
		if len(x.Tasks) == 0 || len(y.Tasks) == 0 {
			return cmp.Compare(len(y.Tasks), len(x.Tasks))
		}
		return cmp.Compare(x.Tasks[0].Task, y.Tasks[0].Task)
	})
}

func (b *overviewBody) row(q *request, c *projections.Campaign, t *projections.Task, s projections.TaskStatus, pending []projections.Pending, targets []projections.TargetStatus) planTask {
	row := planTask{TaskStatus: s, Bar: barOf(q, s.Figures), Reasons: q.Lang.ReasonWords(s.Figures), Strip: stripOf(q, c.MonthLights(t, q.At), c.Charter.From.Month(), c.Charter.To.Month()), Milestone: nextMilestone(q, t)}
	for _, x := range targets {
		row.Claimed[1]++
		row.Claimed[0] += count(x.Claimed == projections.TargetMet)
		row.Verified += count(x.Verified == projections.TargetMet)
	}
	row.Waits = sums(q, slices.DeleteFunc(slices.Clone(pending), func(p projections.Pending) bool { return p.Task != t.ID }))
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

// waits lists what waits for the reader, and what is overdue by whomever.
func (b *overviewBody) waits(q *request, c *projections.Campaign, pending []projections.Pending) {
	b.Waits = sums(q, pending)
	for _, p := range pending {
		if turn(q, c, p) && !b.Wall {
			if x := todoOf(q, c, p); len(b.Needs) < needsShown {
				b.Needs = append(b.Needs, x)
			} else {
				b.NeedsMore = append(b.NeedsMore, x)
			}
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
	}
	for _, s := range []projections.TargetState{projections.TargetMet, projections.TargetNotMet, projections.TargetRunning, projections.TargetNoEvidence, projections.TargetUnset} {
		if claimed[s]+verified[s] > 0 {
			b.Targets = append(b.Targets, targetSum{s, claimed[s], verified[s]})
		}
	}
	return by
}
