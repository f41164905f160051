package projections

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"ducha/ledger"
)

// TaskStatus (任务状态) is a task as judged for one instant: the light, and all
// that it follows from.
type TaskStatus struct {
	Task       ledger.TaskID `json:"id"`
	Name       string        `json:"name"`
	NameEN     string        `json:"name_en,omitempty"`
	Lead       ledger.UnitID `json:"lead"`
	Life       Life          `json:"life"`
	Light      ledger.Light  `json:"light"`
	Slow       bool          `json:"slow"`                 // 较慢, by the policy; never when closed or suspended
	Severe     bool          `json:"severe"`               // 严重滞后: the red light's rule holds; likewise
	Expression string        `json:"expression,omitempty"` // that gave the light
	Policy     uint64        `json:"policy,omitempty"`     // sequence of the policy in force
	Figures    Figures       `json:"figures"`
	Sources    Sources       `json:"sources,omitempty"`
	Doubts     []string      `json:"doubts,omitempty"`   // what could not be judged, and why
	Disputed   []Part        `json:"disputed,omitempty"` // by responsible units, of the report that stands for the latest month
	Relapsed   *Stamp        `json:"relapsed,omitempty"` // 回头看: found to have slid back after it was closed, and not reopened since
	Cards      []CardBrief   `json:"cards,omitempty"`
	Aliases    []ledger.Line `json:"aliases,omitempty"` // 别名
}

// CardBrief is a card in force or proposed.
type CardBrief struct {
	Proposal ledger.Ref    `json:"proposal"`
	Colour   ledger.Colour `json:"colour"`
	State    CardState     `json:"state"`
}

// UnitStatus (单位状态) is a unit as judged for one instant. Each task has its
// own light; the unit has none: a late task does not stain the other.
type UnitStatus struct {
	Unit       ledger.UnitID     `json:"id"`
	Name       string            `json:"name"`
	NameEN     string            `json:"name_en,omitempty"`
	Member     bool              `json:"member"`
	NoLeadTask bool              `json:"no_lead_task,omitempty"` // 无牵头任务: neither good nor bad
	Tasks      []TaskStatus      `json:"tasks,omitempty"`
	Directives DirectiveCount    `json:"directives"`
	Reminders  int               `json:"reminders"`
	Notices    int               `json:"notices"` // issued, and not revoked
	Cards      map[CardState]int `json:"cards,omitempty"`
	PlanFiled  map[int]bool      `json:"plan_filed,omitempty"` // 年度工作计划, by year of the term
	Trail      uint64            `json:"trail"`                // records on the trail

	Former    []FormerName `json:"former_names,omitempty"` // 曾用名
	Aliases   []string     `json:"aliases,omitempty"`      // 别名
	Holders   []Holder     `json:"holders,omitempty"`      // 任职, on the day
	ActsFor   []ActsFor    `json:"acts_for,omitempty"`     // 代行: units that it succeeded
	Succeeded *SucceededBy `json:"succeeded,omitempty"`    // 承继: the unit that acts for it
}

// DirectiveCount counts a unit's directives.
type DirectiveCount struct {
	Open    int `json:"open"`
	Overdue int `json:"overdue"`
	Done    int `json:"done"`
}

// Judge gives a task's light for an instant, by the policy in force then.
func (c *Campaign) Judge(t *Task, at time.Time) TaskStatus { return c.judge(t, at, &memory{}) }

// JudgeAbout gives a task's light for an instant with hindsight: all that this
// campaign knows about that day, though it was said later. Who reported late stays
// late, and an extension granted since moves nothing: see [reckoning].
func (c *Campaign) JudgeAbout(t *Task, at time.Time) TaskStatus {
	return c.judge(t, at, &memory{hindsight: true})
}

// memory is what judging worked out and will ask for again: whoever judges one state
// of a campaign for many instants keeps it.
type memory struct {
	hindsight bool // what was said later about the instant counts

	slow map[slowKey]int64
	over map[slowKey]ended // how months ended
	dues map[dueKey]reportDay
	last map[ledger.Month]time.Time // moments of months

	counts map[ledger.UnitID]*DirectiveCount // of one instant, where all units are judged for it

	terms map[term]ledger.Date // of directives
	spans map[span]int
}

type slowKey struct {
	task  ledger.TaskID
	month ledger.Month
}

type dueKey struct {
	policy uint64
	month  ledger.Month
	over   bool
}

// ended is how a month ended for a task: whether it ran, by a policy, and was slow.
type ended struct{ ran, slow bool }

func (c *Campaign) judge(t *Task, at time.Time, known *memory) TaskStatus {
	s := TaskStatus{Task: t.ID, Name: t.NameAt(at), NameEN: string(t.Given.NameEN), Lead: t.Lead, Life: t.LifeAt(at), Light: ledger.Grey, Aliases: t.Given.Aliases}
	s.Cards, s.Relapsed = c.cards(t.ID, at), t.RelapsedAt(at)
	if last := t.LatestAt(at); last != nil {
		s.Disputed = last.DisputedAt(at)
	}
	policy, ok := c.Charter.PolicyAt(at)
	if !ok {
		s.Doubts = []string{"no policy is in force: adopt one with policy.adopted.v1"}
		return s
	}
	r := c.reckon(t, &policy, at, known)
	r.figures.SlowMonths = c.slowMonths(t, at, known)
	s.Policy, s.Figures, s.Sources = policy.Sequence, r.figures, r.sources
	var err error
	if s.Slow, err = holds(policy.Slow, r.figures); err != nil {
		r.doubt(err)
	}
	runs := t.runsAt(at) // a task that is closed or suspended is not behind
	if m := ledger.MonthOf(at); at.Equal(known.monthEnd(m)) {
		known.ends(slowKey{t.ID, m}, ended{runs, s.Slow})
	}
	s.Slow = s.Slow && runs
	decided := false
	for _, rule := range policy.Lights {
		ok, err := holds(rule.When, r.figures)
		if err != nil {
			r.doubt(err)
			continue
		}
		s.Severe = s.Severe || ok && runs && rule.Light == ledger.Red
		if ok && !decided {
			s.Light, s.Expression, decided = rule.Light, string(rule.When), true
		}
	}
	s.Doubts = r.doubts
	return s
}

// slowMonths counts the months in a row, back from the last one that ended
// before at, that ended slow by the policy of their last day. A month that the
// task ended closed or suspended did not end slow.
func (c *Campaign) slowMonths(t *Task, at time.Time, known *memory) int64 {
	key := slowKey{t.ID, ledger.MonthOf(at)}
	n, ok := known.slow[key]
	if !ok {
		n = c.countSlow(t, at, known)
		if known.slow == nil {
			known.slow = map[slowKey]int64{}
		}
		known.slow[key] = n
	}
	return n
}

func (c *Campaign) countSlow(t *Task, at time.Time, known *memory) int64 {
	var n int64
	for m := ledger.MonthOf(at).Add(-1); t.Assigned.Sequence > 0 && m >= ledger.MonthOf(t.Assigned.At); m = m.Add(-1) {
		key := slowKey{t.ID, m}
		e, ok := known.over[key]
		if !ok {
			e = c.monthEnded(t, known.monthEnd(m), known)
			known.ends(key, e)
		}
		if !e.ran || !e.slow {
			break
		}
		n++
	}
	return n
}

func (k *memory) ends(key slowKey, e ended) {
	if k.over == nil {
		k.over = map[slowKey]ended{}
	}
	k.over[key] = e
}

// monthEnded is how a task stood at a month's last moment, by the policy of then.
func (c *Campaign) monthEnded(t *Task, end time.Time, known *memory) ended {
	policy, ok := c.Charter.PolicyAt(end)
	if !ok || !t.runsAt(end) {
		return ended{}
	}
	slow, err := holds(policy.Slow, c.reckon(t, &policy, end, known).figures)
	return ended{true, err == nil && slow}
}

func (c *Campaign) cards(task ledger.TaskID, at time.Time) []CardBrief {
	var list []CardBrief
	for id, card := range c.Escalations.Cards {
		if card.Task != task || !card.by(at) {
			continue
		}
		if state := c.Escalations.CardStateAt(card, at); state == CardInForce || state == CardProposed {
			list = append(list, CardBrief{id, card.Colour, state})
		}
	}
	slices.SortFunc(list, func(a, b CardBrief) int { return cmp.Compare(a.Proposal.String(), b.Proposal.String()) })
	return list
}

// UnitAt judges a unit for an instant.
func (c *Campaign) UnitAt(id ledger.UnitID, at time.Time) UnitStatus {
	return c.unitAt(id, at, &memory{})
}

// UnitAbout judges a unit for an instant with hindsight, as [Campaign.JudgeAbout]
// does each of its tasks.
func (c *Campaign) UnitAbout(id ledger.UnitID, at time.Time) UnitStatus {
	return c.unitAt(id, at, &memory{hindsight: true})
}

// UnitsAt judges every unit for an instant, by id. It takes little longer than one.
func (c *Campaign) UnitsAt(at time.Time) []UnitStatus {
	known := &memory{counts: c.directiveCounts(at)}
	list := []UnitStatus{}
	for _, id := range c.UnitList() {
		list = append(list, c.unitAt(id, at, known))
	}
	return list
}

// directiveCounts counts the directives of every unit at an instant.
func (c *Campaign) directiveCounts(at time.Time) map[ledger.UnitID]*DirectiveCount {
	counts := map[ledger.UnitID]*DirectiveCount{}
	for _, d := range c.Directives {
		if !d.by(at) {
			continue
		}
		n := counts[d.Unit]
		if n == nil {
			n = &DirectiveCount{}
			counts[d.Unit] = n
		}
		if d.StateAt(at) == Accepted {
			n.Done++
			continue
		}
		n.Open++
		if c.overdue(d, at) {
			n.Overdue++
		}
	}
	return counts
}

func (c *Campaign) unitAt(id ledger.UnitID, at time.Time, known *memory) UnitStatus {
	p, _ := c.Units.Unit(id)
	s := UnitStatus{Unit: id, Name: p.NameAt(ledger.DateOf(at)), NameEN: p.NameEN, Member: p.Member, Trail: uint64(len(c.Units.Trails[id])),
		Cards: map[CardState]int{}, PlanFiled: map[int]bool{}}
	c.identify(&s, p, ledger.DateOf(at))
	for _, t := range c.TasksOf(id) {
		s.Tasks = append(s.Tasks, c.judge(t, at, known))
	}
	s.NoLeadTask = len(s.Tasks) == 0
	counts := known.counts
	if counts == nil {
		counts = c.directiveCounts(at)
	}
	if n := counts[id]; n != nil {
		s.Directives = *n
	}
	for _, r := range c.Escalations.Reminders {
		if r.Unit == id && r.by(at) {
			s.Reminders++
		}
	}
	for _, n := range c.Escalations.Notices {
		if n.Unit == id && n.Issued != nil && n.Issued.by(at) && (n.Revoked == nil || !n.Revoked.by(at)) {
			s.Notices++
		}
	}
	for _, card := range c.Escalations.Cards {
		if card.Unit == id && card.by(at) {
			s.Cards[c.Escalations.CardStateAt(card, at)]++
		}
	}
	if !s.NoLeadTask && c.Charter.From != "" {
		for y := c.Charter.From.Start().Year(); y <= at.In(ledger.Shanghai).Year() && y <= c.Charter.To.Start().Year(); y++ {
			_, s.PlanFiled[y] = c.Units.PlanFor(id, y, at)
		}
	}
	return s
}

// TasksOf lists the tasks that a unit leads, by id.
func (c *Campaign) TasksOf(id ledger.UnitID) []*Task {
	var list []*Task
	for _, t := range c.TaskList() {
		if t.Lead == id {
			list = append(list, t)
		}
	}
	return list
}

// TaskList lists the tasks by id.
func (c *Campaign) TaskList() []*Task {
	list := slices.Collect(maps.Values(c.Tasks))
	slices.SortFunc(list, func(a, b *Task) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// UnitList lists the registered units by id, the headquarters' own not among them.
func (c *Campaign) UnitList() []ledger.UnitID {
	var list []ledger.UnitID
	for id := range c.Units.Parties {
		if u, ok := id.Unit(); ok && u != ledger.HQ {
			list = append(list, u)
		}
	}
	slices.Sort(list)
	return list
}
