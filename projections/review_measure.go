package projections

import "ducha/ledger"

// ReviewMeasures are what was said of a task in the period besides progress: how it
// was driven, looked at, and called to account.
type ReviewMeasures struct {
	Dispatches Tally `json:"dispatches"` // 日常调度

	Verified Tally `json:"verified"` // 核实
	Disputed Tally `json:"disputed"` // 存疑
	False    Tally `json:"false"`    // 弄虚作假, of those disputed
	Findings Tally `json:"findings"` // 督查发现
	Resolved Tally `json:"resolved"` // 复查: of what was found, set right
	Unsolved Tally `json:"unsolved"` // 复查: not set right yet

	Reminders Tally `json:"reminders"` // 催办
	Talks     Tally `json:"talks"`     // 约谈
	Notices   Tally `json:"notices"`   // 通报, issued
	Received  Tally `json:"received"`  // 通报签收
	Revoked   Tally `json:"revoked"`   // notices and cards revoked on review

	Proposed Tally `json:"proposed"`  // 提请赋牌
	Granted  Tally `json:"granted"`   // 赋牌
	Refused  Tally `json:"refused"`   // 不予赋牌
	Returned Tally `json:"returned"`  // 退回补正
	Removed  Tally `json:"removed"`   // 摘牌
	InForce  Tally `json:"in_force"`  // 在册 at the end of the period
	LookedAt Tally `json:"looked_at"` // 赋牌复查
	Checked  Tally `json:"checked"`   // 摘牌核查
	Effects  Tally `json:"effects"`   // 后果, recorded only
	Praised  Tally `json:"praised"`   // 表扬

	ReviewsAsked   Tally `json:"reviews_asked"`   // 申请复核
	ReviewsDecided Tally `json:"reviews_decided"` // 复核决定
	ToleranceAsked Tally `json:"tolerance_asked"` // 容错申请
	Tolerated      Tally `json:"tolerated"`       // 予以容错
	Repairs        Tally `json:"repairs"`         // 整改报告
	RepairsPassed  Tally `json:"repairs_passed"`  // 整改认可

	Claimed   Tally `json:"claimed"`   // 申请销号
	Closed    Tally `json:"closed"`    // 销号
	Reopened  Tally `json:"reopened"`  // 重新立项
	Suspended Tally `json:"suspended"` // 中止
	Rechecked Tally `json:"rechecked"` // 回头看
}

// all lists the tallies, for those that treat them alike.
func (m *ReviewMeasures) all() []*Tally {
	return []*Tally{&m.Dispatches, &m.Verified, &m.Disputed, &m.False, &m.Findings, &m.Resolved, &m.Unsolved, &m.Reminders, &m.Talks, &m.Notices, &m.Received, &m.Revoked,
		&m.Proposed, &m.Granted, &m.Refused, &m.Returned, &m.Removed, &m.InForce, &m.LookedAt, &m.Checked, &m.Effects, &m.Praised, &m.ReviewsAsked, &m.ReviewsDecided,
		&m.ToleranceAsked, &m.Tolerated, &m.Repairs, &m.RepairsPassed, &m.Claimed, &m.Closed, &m.Reopened, &m.Suspended, &m.Rechecked}
}

func (m *ReviewMeasures) merge(o ReviewMeasures) {
	theirs := o.all()
	for i, t := range m.all() {
		t.merge(*theirs[i])
	}
}

func (v *reviewer) measures(t *Task) ReviewMeasures {
	var m ReviewMeasures
	for i := range t.Dispatches {
		v.tally(&m.Dispatches, &t.Dispatches[i])
	}
	v.looked(t, &m)
	v.escalated(t, &m)
	v.carded(t, &m)
	v.outside(t.Lead, t.ID, &m)
	v.answered(t, &m)
	for i := range t.Rechecks {
		v.tally(&m.Rechecked, &t.Rechecks[i].Stamp)
	}
	for i := range t.Life {
		turn := &t.Life[i]
		v.tally(map[Life]*Tally{Claimed: &m.Claimed, Closed: &m.Closed, Open: &m.Reopened, Suspended: &m.Suspended}[turn.Life], &turn.Stamp)
	}
	return m
}

// looked is what was found on the spot.
func (v *reviewer) looked(t *Task, m *ReviewMeasures) {
	for _, r := range t.Reports {
		for _, s := range r.Says {
			switch s.Kind {
			case "progress.verified.v1":
				v.tally(&m.Verified, &s.Stamp)
			case "progress.disputed.v1":
				v.tally(&m.Disputed, &s.Stamp)
				if s.False {
					v.tally(&m.False, &s.Stamp)
				}
			}
		}
	}
	for _, i := range v.Inspections {
		for _, s := range i.Findings {
			if s.Task != t.ID {
				continue
			}
			if s.Kind == "finding.recorded.v1" {
				v.tally(&m.Findings, &s.Stamp)
			}
			if s.Resolved {
				v.tally(&m.Resolved, s.Rechecked)
			} else {
				v.tally(&m.Unsolved, s.Rechecked)
			}
		}
	}
}

func (v *reviewer) escalated(t *Task, m *ReviewMeasures) {
	for _, r := range v.Escalations.Reminders {
		if r.Task == t.ID {
			v.tally(&m.Reminders, &r.Stamp)
		}
	}
	for _, r := range v.Escalations.Talks {
		if r.Task == t.ID {
			v.tally(&m.Talks, &r.Stamp)
		}
	}
	for _, n := range v.Escalations.Notices {
		if n.Task == t.ID {
			v.tally(&m.Notices, n.Issued)
			v.tally(&m.Received, n.Acknowledged)
			v.tally(&m.Revoked, n.Revoked)
		}
	}
}

// outside is what others decided or said, on record and without effect here.
func (v *reviewer) outside(unit ledger.UnitID, task ledger.TaskID, m *ReviewMeasures) {
	for _, x := range v.Escalations.Consequences {
		if x.Unit == unit && x.Task == task {
			v.tally(&m.Effects, &x.Stamp)
		}
	}
	for _, x := range v.Escalations.Praises {
		if x.Unit == unit && x.Task == task {
			v.tally(&m.Praised, &x.Stamp)
		}
	}
}

// carded counts what the authority made of each proposal. A card is in force from
// its grant until it is removed or revoked.
func (v *reviewer) carded(t *Task, m *ReviewMeasures) {
	end := v.end.End()
	for _, c := range v.Escalations.Cards {
		if c.Task != t.ID {
			continue
		}
		v.tally(&m.Proposed, &c.Stamp)
		for i := range c.Rechecked {
			v.tally(&m.LookedAt, &c.Rechecked[i])
		}
		if c.Checked != nil {
			v.tally(&m.Checked, &c.Checked.Stamp)
		}
		v.tally(&m.Removed, c.Removed)
		revoked := v.revoked(c)
		v.tally(&m.Revoked, revoked)
		switch {
		case c.Decided == nil:
		case c.Grant != nil:
			v.tally(&m.Granted, c.Decided)
			if c.Decided.by(end) && (c.Removed == nil || !c.Removed.by(end)) && (revoked == nil || !revoked.by(end)) {
				m.InForce.add(c.Decided.Sequence)
			}
		case c.State == CardReturned:
			v.tally(&m.Returned, c.Decided)
		default:
			v.tally(&m.Refused, c.Decided)
		}
	}
}

// revoked is the decision on review that took a card back, nil when there is none.
func (v *reviewer) revoked(c *Card) *Stamp {
	for _, r := range v.Escalations.Reviews {
		if r.Decided != nil && r.Outcome == ledger.Revoked && v.Escalations.Card(r.Of) == c {
			return r.Decided
		}
	}
	return nil
}

// answered is what the unit asked for and put right.
func (v *reviewer) answered(t *Task, m *ReviewMeasures) {
	for _, r := range v.Escalations.Reviews {
		if r.Task == t.ID {
			v.tally(&m.ReviewsAsked, &r.Stamp)
			v.tally(&m.ReviewsDecided, r.Decided)
		}
	}
	for _, c := range v.Escalations.Claims {
		if c.Task == t.ID {
			v.tally(&m.ToleranceAsked, &c.Stamp)
			if c.Accepted {
				v.tally(&m.Tolerated, c.Judged)
			}
		}
	}
	for _, r := range v.Escalations.Repairs {
		if r.Task == t.ID {
			v.tally(&m.Repairs, &r.Stamp)
			v.tally(&m.RepairsPassed, r.Accepted)
		}
	}
}
