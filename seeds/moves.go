package seeds

import (
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/projections"
)

// moves are what may happen in a [History]; one whose time has not come does
// nothing. Those named more often happen more often.
var moves = []func(*player){
	(*player).reports, (*player).reports, (*player).reports, (*player).reports,
	(*player).corrects, (*player).returns, (*player).verifies, (*player).disputes,
	(*player).sets, (*player).sets, (*player).reaches, (*player).reaches, (*player).asksMore, (*player).grantsMore,
	(*player).raises, (*player).decides, (*player).clears,
	(*player).turns, (*player).warns, (*player).cards, (*player).logs, (*player).adopts,
}

func (p *player) some() *projections.Task { return p.task(pick(p.rng, p.ids)) }

func (p *player) percent() ledger.Percent { return ledger.Percent(p.rng.IntN(201)) / 2 }

// claim is as often near what is asked for as it is anything.
func (p *player) claim(t *projections.Task) ledger.Percent {
	if p.rng.IntN(3) == 0 {
		return p.percent()
	}
	planned := p.campaign().Judge(t, p.now).Figures.Planned
	return ledger.Percent(max(0, min(100, planned-15+float64(p.rng.IntN(41))/2)))
}

// working is a task that work may be said of, nil when chance finds none.
func (p *player) working() *projections.Task {
	if t := p.some(); p.alive(t.ID) {
		return t
	}
	return nil
}

func (p *player) reports() {
	t := p.working()
	if t == nil {
		return
	}
	now := min(ledger.MonthOf(p.now), p.month(p.Months-1))
	for m := p.From; m <= now; m = m.Add(1) {
		if t.ReportFor(m, p.now) == nil && (m == now || p.rng.IntN(2) == 0) {
			say(p.world, ledger.PartyID("units/"+t.Lead), t.Lead, t.ID, ledger.ProgressReported{Period: m, Percent: p.claim(t), Summary: "按计划推进。"}, "")
			return
		}
	}
}

// standing is a report of a working task that was not returned.
func (p *player) standing() (*projections.Task, *projections.Report) {
	t := p.working()
	if t == nil || len(t.Reports) == 0 {
		return nil, nil
	}
	r := &t.Reports[p.rng.IntN(len(t.Reports))]
	if r.Returned != nil {
		return nil, nil
	}
	return t, r
}

func (p *player) corrects() {
	if t, r := p.standing(); r != nil {
		say(p.world, ledger.PartyID("units/"+t.Lead), t.Lead, t.ID, ledger.ProgressCorrected{Report: r.ID, Percent: p.percent(), Summary: "更正。", Reason: "口径有误。"}, "")
	}
}

func (p *player) returns() {
	if t, r := p.standing(); r != nil {
		say(p.world, office, t.Lead, t.ID, ledger.ProgressReturned{Report: r.ID, Reason: "佐证不足。"}, "")
	}
}

func (p *player) verifies() {
	if t, r := p.standing(); r != nil {
		say(p.world, teamTwo, t.Lead, t.ID, ledger.ProgressVerified{Report: r.ID, Inspection: p.inspection, Percent: p.percent(), On: p.today(), Method: "现场"}, "")
	}
}

func (p *player) disputes() {
	if t, r := p.standing(); r != nil {
		say(p.world, teamTwo, t.Lead, t.ID, ledger.ProgressDisputed{Report: r.ID, Inspection: p.inspection, Percent: p.percent(), False: p.rng.IntN(3) == 0, Reason: "与现场不符。"}, "")
	}
}

func (p *player) sets() {
	t := p.working()
	if t == nil || len(t.Milestones) == 5 {
		return
	}
	p.made++
	term := p.campaign().Charter
	due := min(max(p.today().Add(p.rng.IntN(120)-40), term.From), term.To)
	say(p.world, office, t.Lead, t.ID, ledger.MilestoneSet{Milestone: ledger.LocalID(fmt.Sprintf("M%d", p.made)), Name: "节点", Due: due, Percent: p.percent()}, "")
}

// unreached is a milestone of a working task that is open.
func (p *player) unreached() (*projections.Task, *projections.Milestone) {
	t := p.working()
	if t == nil || len(t.Milestones) == 0 {
		return nil, nil
	}
	m := &t.Milestones[p.rng.IntN(len(t.Milestones))]
	if m.Reached != nil {
		return nil, nil
	}
	return t, m
}

func (p *player) reaches() {
	if t, m := p.unreached(); m != nil {
		say(p.world, ledger.PartyID("units/"+t.Lead), t.Lead, t.ID, ledger.MilestoneReached{Milestone: m.ID, On: p.today().Add(-p.rng.IntN(3))}, "")
	}
}

func (p *player) asksMore() {
	t, m := p.unreached()
	if m == nil {
		return
	}
	waits := slices.ContainsFunc(t.Extensions, func(e projections.Extension) bool { return e.Milestone == m.ID && e.Decided == nil })
	due := m.DueAt(p.now).Date
	if to := min(due.Add(1+p.rng.IntN(60)), p.campaign().Charter.To); to > due && !waits {
		say(p.world, ledger.PartyID("units/"+t.Lead), t.Lead, t.ID, ledger.ExtensionRequested{Milestone: m.ID, To: to, Reason: "前置手续未完。"}, "")
	}
}

func (p *player) grantsMore() {
	t := p.working()
	if t == nil {
		return
	}
	for _, e := range t.Extensions {
		if e.Decided == nil {
			later := e.To > t.Milestone(e.Milestone).DueAt(p.now).Date && e.To <= p.campaign().Charter.To
			granted := later && p.rng.IntN(2) == 0
			say(p.world, commander, t.Lead, t.ID, ledger.ExtensionDecided{Request: e.ID, Granted: granted, To: e.To, Reason: "研究决定。", Justified: &granted}, "")
			return
		}
	}
}

func (p *player) raises() {
	if t := p.working(); t != nil {
		b := ledger.BlockerRaised{What: "需上级协调。", Asks: office}
		if len(t.Blockers)%3 == 1 {
			b.Outside = "市人大常委会"
		}
		say(p.world, ledger.PartyID("units/"+t.Lead), t.Lead, t.ID, b, "")
	}
}

func (p *player) decides() {
	t := p.working()
	if t == nil {
		return
	}
	for _, b := range t.Blockers {
		if b.Decided == nil && b.Cleared == nil {
			say(p.world, commander, t.Lead, t.ID, ledger.BlockerDecided{Blocker: b.ID, Accepted: p.rng.IntN(4) > 0, Decision: "研究答复。"}, "")
			return
		}
	}
}

func (p *player) clears() {
	t := p.working()
	if t == nil {
		return
	}
	for _, b := range t.Blockers {
		if b.Cleared == nil {
			say(p.world, office, t.Lead, t.ID, ledger.BlockerCleared{Blocker: b.ID, How: "已解决。"}, "")
			return
		}
	}
}

// turns moves a task on in its life, not too often.
func (p *player) turns() {
	t := p.some()
	party := ledger.PartyID("units/" + t.Lead)
	switch t.LifeAt(p.now) {
	case projections.Open:
		switch p.rng.IntN(6) {
		case 0:
			say(p.world, party, t.Lead, t.ID, ledger.CompletionClaimed{Summary: "已完成。"}, "")
		case 1:
			say(p.world, commander, t.Lead, t.ID, ledger.TaskSuspended{Reason: "中止。"}, "")
		}
	case projections.Claimed:
		say(p.world, commander, t.Lead, t.ID, ledger.TaskClosed{Completion: t.Completion[len(t.Completion)-1].ID, AcceptedBy: "验收组", Summary: "同意销号。", Unverified: "依据验收材料。"}, "")
	case projections.Closed, projections.Suspended:
		say(p.world, commander, t.Lead, t.ID, ledger.TaskReopened{Reason: "继续推进。"}, "")
	}
}

func (p *player) warns() {
	t := p.some()
	say(p.world, office, t.Lead, t.ID, ledger.ReminderSent{About: "请加快。"}, "")
}

// cards proposes a card, with its reason for skipping the notice, or has one decided.
func (p *player) cards() {
	t := p.some()
	for id, c := range p.campaign().Escalations.Cards {
		if c.Task != t.ID || c.State != projections.CardProposed && c.State != projections.CardInForce {
			continue // there is one open card a task at most
		}
		switch {
		case c.State == projections.CardInForce:
		case p.rng.IntN(2) == 0:
			say(p.world, decider, t.Lead, t.ID, ledger.CardRefused{Proposal: id, Reason: "不予赋牌。"}, "")
		default:
			say(p.world, decider, t.Lead, t.ID, ledger.CardGranted{Proposal: id, Colour: c.Colour, Duty: "整改。", Until: p.today().Add(90),
				Criteria: []ledger.Line{"节点完成"}, Accepts: decider, Basis: "有关规定"}, "")
		}
		return
	}
	if p.rng.IntN(3) == 0 {
		say(p.world, commander, t.Lead, t.ID, ledger.CardProposed{Colour: "yellow", Reason: "情形严重。", Skipped: "情形严重,不再通报。",
			Evidence: []ledger.Ref{t.Assigned.ID}}, "")
	}
}

func (p *player) logs() {
	if t := p.working(); t != nil {
		say(p.world, ledger.PartyID("units/"+t.Lead), t.Lead, t.ID, ledger.DispatchLogged{On: p.today(), Summary: "日常调度。"}, "")
	}
}

// adopts changes the thresholds, seldom.
func (p *player) adopts() {
	if p.rng.IntN(4) > 0 {
		return
	}
	policy := DefaultPolicy()
	policy.Name, policy.InForce = "调整口径", p.today().Add(p.rng.IntN(30))
	policy.Slow = ledger.Line(fmt.Sprintf("gap > %d.0 || late_days > %d", 5+p.rng.IntN(20), p.rng.IntN(20)))
	policy.Lights[3].When = policy.Slow
	policy.Clocks.ReportLast = 1 + p.rng.IntN(9)
	say(p.world, commander, ledger.HQ, "", policy, "")
}
