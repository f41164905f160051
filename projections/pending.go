package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// What is coming up within these many days waits already: before, it is nobody's turn.
const (
	reportAhead    = 10
	milestoneAhead = 30
	lookAhead      = 30
)

// Whom (轮到谁) is who is to speak next.
type Whom string

const (
	ForUnit      Whom = "unit"      // 牵头单位
	ForOffice    Whom = "office"    // 指挥部办公室
	ForCommander Whom = "commander" // 指挥长, or whom he delegated
	ForAuthority Whom = "authority" // 有权机关
	ForInspector Whom = "inspector" // 督查组
	ForOutside   Whom = "outside"   // 外部机关, which signs nothing here
)

// Whoms are all of them, in the order in which they are shown.
var Whoms = []Whom{ForUnit, ForOffice, ForCommander, ForAuthority, ForInspector, ForOutside}

// Pending (待办事项) is one thing that waits for a statement: of which kind, whose, and
// by when. Field and Value are what that statement names it by.
type Pending struct {
	Kind    ledger.Kind      `json:"kind"` // of the statement that is waited for
	Whom    Whom             `json:"whom"`
	By      ledger.PartyID   `json:"by,omitempty"`      // the party whose turn it is, where it is one alone
	Recused []ledger.PartyID `json:"recused,omitempty"` // 回避: they took part
	Unit    ledger.UnitID    `json:"unit,omitempty"`
	Task    ledger.TaskID    `json:"task,omitempty"`
	Field   string           `json:"field,omitempty"`
	Value   string           `json:"value,omitempty"`
	Since   Stamp            `json:"since"` // what made it somebody's turn; no record where a day did
	Due     ledger.Date      `json:"due,omitempty"`
	Late    bool             `json:"late,omitzero"`
	Text    string           `json:"text,omitempty"`  // what it is about, as somebody signed it
	Hidden  bool             `json:"hidden,omitzero"` // two persons sealed that text
}

// PendingList lists what waits at an instant, and for whom: what is late first, then by
// the day, then by how long it has waited. Only one who decides by people's judgement
// can say whether a slow task is to be named in a notice: that it is slow makes it the
// office's turn to look, no more.
func (c *Campaign) PendingList(at time.Time) []Pending { return c.pendingOf(c.TaskList(), at) }

// PendingOf is what of it waits on one task.
func (c *Campaign) PendingOf(t *Task, at time.Time) []Pending {
	return slices.DeleteFunc(c.pendingOf([]*Task{t}, at), func(p Pending) bool { return p.Task != t.ID })
}

func (c *Campaign) pendingOf(tasks []*Task, at time.Time) []Pending {
	p := pending{Campaign: c, at: at, today: ledger.DateOf(at), list: []Pending{}}
	for _, t := range tasks {
		if t.Assigned.Sequence > 0 && t.Assigned.by(at) {
			p.task(t)
		}
	}
	p.directives()
	p.plans()
	p.notices()
	p.cards()
	p.reviews()
	p.inspections()
	slices.SortStableFunc(p.list, func(a, b Pending) int {
		return cmp.Or(first(b.Late, a.Late), first(b.Due != "", a.Due != ""), cmp.Compare(a.Due, b.Due), a.Since.At.Compare(b.Since.At),
			cmp.Compare(a.Since.Sequence, b.Since.Sequence), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Task, b.Task), cmp.Compare(a.Value, b.Value))
	})
	return p.list
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// pending gathers what waits at an instant.
type pending struct {
	*Campaign
	at    time.Time
	today ledger.Date
	known memory
	list  []Pending
}

// add adds one that is late once its day has passed.
func (p *pending) add(x Pending) {
	x.Late = x.Late || x.Due != "" && p.today > x.Due
	p.list = append(p.list, x)
}

// says gives it the text of a statement, unless two persons sealed that.
func (p *pending) says(x *Pending, id ledger.Ref, text string) {
	if x.Text, x.Hidden = text, p.Sealings.Statement(id); x.Hidden {
		x.Text = ""
	}
}

// task adds what waits on a task's own account.
func (p *pending) task(t *Task) {
	x := Pending{Unit: t.Lead, Task: t.ID}
	switch t.LifeAt(p.at) {
	case Closed, Suspended:
		if s := t.RelapsedAt(p.at); s != nil {
			x.Kind, x.Whom, x.Since = "task.reopened.v1", ForCommander, *s
			p.add(x)
		}
		return
	case Claimed:
		for _, s := range slices.Backward(t.Completion) {
			if s.by(p.at) {
				x := x
				x.Kind, x.Whom, x.Since, x.Field, x.Value = "task.closed.v1", ForCommander, s, "completion", s.ID.String()
				p.add(x)
				break
			}
		}
	}
	p.reports(t)
	p.milestones(t)
	for i := range t.Extensions {
		if e := &t.Extensions[i]; e.by(p.at) && !e.Decided.was(p.at) {
			x := Pending{Kind: "extension.decided.v1", Whom: ForCommander, Unit: t.Lead, Task: t.ID, Field: "request", Value: e.ID.String(), Since: e.Stamp}
			p.says(&x, e.ID, string(e.Reason))
			p.add(x)
		}
	}
	p.blockers(t)
	p.slow(t)
}

// reports adds the month's report from some days before its last day on, and those that
// were missed as one.
func (p *pending) reports(t *Task) {
	policy, ok := p.Charter.PolicyAt(p.at)
	if !ok {
		return
	}
	r := &reckoning{task: t, at: p.at, term: &p.Charter, policy: &policy, sources: Sources{}, known: &p.known}
	x := Pending{Kind: "progress.reported.v1", Whom: ForUnit, Unit: t.Lead, Task: t.ID, Field: "period"}
	owed := r.owed()
	missed := x
	for _, o := range owed {
		if t.ReportFor(o.period, p.at) != nil {
			missed = x // a later report stands: those before it are past
			continue
		}
		if missed.Value == "" {
			missed.Value, missed.Due, missed.Since, missed.Text = string(o.period), o.due, Stamp{At: o.due.End()}, string(o.period)
			continue
		}
		missed.Text += " " + string(o.period)
	}
	if missed.Value != "" {
		p.add(missed)
	}
	m := p.today.Month()
	if due := r.reportDue(m); due >= p.today && p.today >= due.Add(-reportAhead) && m <= p.Charter.To.Month() && t.ReportFor(m, p.at) == nil {
		x.Value, x.Due, x.Since, x.Text = string(m), due, Stamp{At: due.Add(-reportAhead).Start()}, string(m)
		p.add(x)
	}
}

// milestones adds those that are due soon, and those that are overdue by the task's own
// clock, which stands still while the task waits.
func (p *pending) milestones(t *Task) {
	r := &reckoning{task: t, at: p.at, known: &p.known}
	for i := range t.Milestones {
		m := &t.Milestones[i]
		if !m.by(p.at) || m.Reached.was(p.at) {
			continue
		}
		due := m.DueAt(p.at)
		if due.Date > p.today.Add(milestoneAhead) {
			continue
		}
		x := Pending{Kind: "milestone.reached.v1", Whom: ForUnit, Unit: t.Lead, Task: t.ID, Field: "milestone", Value: string(m.ID), Since: due.Stamp, Text: m.Name, Due: due.Date}
		if waited := int(r.waited(due.At)); waited > 0 {
			x.Due = due.Date.Add(waited)
		}
		p.add(x)
	}
}

func (p *pending) blockers(t *Task) {
	for i := range t.Blockers {
		b := &t.Blockers[i]
		if !b.by(p.at) {
			continue
		}
		s := b.status(t, p.at)
		x := Pending{Whom: ForCommander, Kind: "blocker.decided.v1", Unit: t.Lead, Task: t.ID, Field: "blocker", Value: s.ID.String(), Since: b.Stamp, Due: s.WantedBy}
		p.says(&x, b.ID, s.What)
		switch s.WaitsOn {
		case OnNobody:
			continue
		case OnOutside:
			x.Kind, x.Whom, x.By, x.Since = "blocker.cleared.v1", ForOutside, b.Asks, *s.Decided
		case OnHelp:
			x.Kind, x.Whom, x.By, x.Since = "blocker.cleared.v1", p.whomOf(b.Asks), b.Asks, *s.Decided
		}
		p.add(x)
	}
}

// whomOf is the side of a party that somebody asked.
func (p *pending) whomOf(party ledger.PartyID) Whom {
	_, unit := party.Unit()
	switch {
	case p.Keyring.Has(party, ledger.RoleOffice):
		return ForOffice
	case p.Keyring.Has(party, ledger.RoleAuthority):
		return ForAuthority
	case unit:
		return ForUnit
	}
	return ForCommander
}

// slow adds a task that the policy finds slow to what the office looks at: to remind,
// then to draft a notice; and one severely behind after a notice to what the commander
// looks at. What was done about it since it became slow is not done twice.
func (p *pending) slow(t *Task) {
	s := p.judge(t, p.at, &p.known)
	if !s.Slow && !s.Severe {
		return
	}
	since := p.today.Month().Add(-int(s.Figures.SlowMonths)).First().Start()
	within := func(x *Stamp) bool { return x.was(p.at) && !x.At.Before(since) }
	e := &p.Escalations
	reminded := slices.ContainsFunc(e.Reminders, func(r Reminder) bool { return r.Task == t.ID && within(&r.Stamp) }) ||
		slices.ContainsFunc(e.Talks, func(x Talk) bool { return x.Task == t.ID && within(&x.Stamp) })
	var named *Notice
	for _, n := range e.Notices {
		if n.Task == t.ID && within(&n.Stamp) && !n.Revoked.was(p.at) && (named == nil || named.Sequence < n.Sequence) {
			named = n
		}
	}
	x := Pending{Whom: ForOffice, Unit: t.Lead, Task: t.ID, Since: Stamp{At: since}}
	switch {
	case p.carded(t.ID, within):
		return
	case named == nil && !reminded:
		x.Kind = "reminder.sent.v1"
	case named == nil:
		x.Kind = "notice.drafted.v1"
	case s.Severe && named.Issued.was(p.at) && !p.talked(t.ID):
		x.Kind, x.Whom, x.Since = "talk.held.v1", ForCommander, *named.Issued
	case s.Severe && named.Issued.was(p.at):
		x.Kind, x.Whom, x.Since, x.Field, x.Value = "card.proposed.v1", ForCommander, *named.Issued, "notices", named.Issued.ID.String()
	default:
		return
	}
	p.add(x)
}

// talked says whether somebody was talked to about a task since its last card was
// removed: no card is proposed before.
func (p *pending) talked(t ledger.TaskID) bool {
	var removed uint64
	for _, card := range p.Escalations.Cards {
		if card.Task == t && card.Removed.was(p.at) {
			removed = max(removed, card.Removed.Sequence)
		}
	}
	return slices.ContainsFunc(p.Escalations.Talks, func(x Talk) bool { return x.Task == t && x.by(p.at) && x.Sequence > removed })
}

// carded says whether a card is in force on a task, or was proposed within a span.
func (p *pending) carded(t ledger.TaskID, within func(*Stamp) bool) bool {
	for _, card := range p.Escalations.Cards {
		if card.Task == t && card.by(p.at) && (within(&card.Stamp) || p.Escalations.CardStateAt(card, p.at) == CardInForce) {
			return true
		}
	}
	return false
}
