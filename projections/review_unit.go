package projections

import (
	"slices"

	"ducha/ledger"
)

// ReviewUnit is a unit in a review: what it owes as a unit, each of its tasks, and
// their sums. It has no light of its own: a late task does not stain the other.
type ReviewUnit struct {
	Unit       ledger.UnitID `json:"id"`
	Name       string        `json:"name"`
	NameEN     string        `json:"name_en,omitempty"`
	Member     bool          `json:"member"`
	NoLeadTask bool          `json:"no_lead_task,omitzero"` // 无牵头任务: neither good nor bad
	Registered uint64        `json:"registered"`
	Acting     ledger.UnitID `json:"acting,omitempty"` // the successor that acts for it at the end
	Plans      []ReviewPlan  `json:"plans,omitempty"`
	Attended   Tally         `json:"attended"` // meetings of tier 2 and 3
	Absent     Tally         `json:"absent"`
	Settled    Tally         `json:"settled"` // 议定事项 of the period's meetings that are the unit's
	Done       Tally         `json:"done"`    // of them, found done since
	Praised    Tally         `json:"praised"` // 表扬 of the unit itself
	Sums       ReviewSums    `json:"sums"`
	Tasks      []ReviewTask  `json:"tasks,omitempty"`
}

// ReviewPlan is the annual plan that a unit owes for a year of the period.
type ReviewPlan struct {
	Year  int         `json:"year"`
	State PlanState   `json:"state"`
	Filed ledger.Date `json:"filed,omitempty"`
	From  []uint64    `json:"from,omitempty"`
}

// PlanState is where an annual plan stands.
type PlanState string

const (
	PlanMissing  PlanState = "missing"  // 未报
	PlanFiled    PlanState = "filed"    // 待审
	PlanApproved PlanState = "approved" // 已审定
	PlanReturned PlanState = "returned" // 退回
)

// ReviewSums are the sums over tasks: a unit's, or everybody's.
type ReviewSums struct {
	Lights     []ReviewTotal    `json:"lights"` // at the end of the period
	Before     []ReviewTotal    `json:"before"` // when it began
	Evidence   []ReviewTotal    `json:"evidence"`
	Claimed    []ReviewTotal    `json:"claimed"`  // targets, as the readings have them
	Verified   []ReviewTotal    `json:"verified"` // targets, as others found them
	Reports    ReviewTimes      `json:"reports"`
	Milestones ReviewTimes      `json:"milestones"`
	WaitedDays int              `json:"waited_days"`
	Outside    int              `json:"outside_days"`
	Undecided  int              `json:"undecided_days"` // the headquarters' own
	WaitedFrom []uint64         `json:"waited_from,omitempty"`
	Directives ReviewDirectives `json:"directives"`
	Measures   ReviewMeasures   `json:"measures"`
}

// ReviewTotal is how many tasks are one way.
type ReviewTotal struct {
	Is string `json:"is"`
	Tally
}

// ReviewTimes sums up what was due.
type ReviewTimes struct {
	Due    Tally `json:"due"`
	OnTime Tally `json:"on_time"`
	Late   Tally `json:"late"`
	Missed Tally `json:"missed"`
}

// ReviewTotals is everybody's sums, and what the headquarters did.
type ReviewTotals struct {
	Units       int        `json:"units"`
	Tasks       int        `json:"tasks"`
	Meetings    Tally      `json:"meetings"`    // tier 2, 月度工作例会
	Convened    Tally      `json:"convened"`    // tier 3, 调度会
	Inspections Tally      `json:"inspections"` // 督查立项
	Concluded   Tally      `json:"concluded"`   // 督查结论
	Contested   Tally      `json:"contested"`   // 结论异议
	Reviewed    Tally      `json:"reviewed"`    // 结论复核
	Sums        ReviewSums `json:"sums"`
}

func (v *reviewer) unit(id ledger.UnitID) ReviewUnit {
	p, _ := v.Units.Unit(id)
	u := ReviewUnit{Unit: id, Name: p.NameAt(v.end), NameEN: p.NameEN, Member: p.Member, Registered: p.Since.Sequence, Sums: newSums()}
	if by := v.Units.Acting(id, v.end); by != id {
		u.Acting = by
	}
	for _, t := range v.TasksOf(id) {
		if ledger.DateOf(t.Assigned.At) <= v.end {
			u.Tasks = append(u.Tasks, v.task(t))
		}
	}
	u.NoLeadTask = len(u.Tasks) == 0
	for _, t := range u.Tasks {
		u.Sums.task(t)
	}
	var own ReviewMeasures
	v.outside(id, "", &own)
	u.Praised = own.Praised
	u.Sums.Measures.merge(own)
	if !u.NoLeadTask {
		u.Plans = v.plans(id)
	}
	for _, m := range v.Charter.Meetings {
		if m.On < v.from || m.On > v.to {
			continue
		}
		if slices.Contains(m.Attended, id) {
			u.Attended.add(m.Sequence)
		}
		if slices.Contains(m.Absent, id) {
			u.Absent.add(m.Sequence)
		}
		v.items(m, &u)
	}
	return u
}

// items are what a meeting settled for the unit, or for a task that it leads.
func (v *reviewer) items(m Meeting, u *ReviewUnit) {
	for _, x := range m.Items {
		t := v.Tasks[x.Task]
		if x.Unit != u.Unit && (x.Unit != "" || t == nil || t.Lead != u.Unit) {
			continue
		}
		u.Settled.add(m.Sequence)
		if v.led == nil {
			v.led = v.asked(v.asOf.End())
		}
		if done := v.item(&m, &x, v.led[m.ID], v.asOf.End()).Done; done != nil {
			u.Done.add(m.Sequence, done.Sequence)
		}
	}
}

// plans are owed for every year that the period has days of.
func (v *reviewer) plans(id ledger.UnitID) []ReviewPlan {
	var list []ReviewPlan
	for y := v.from.Start().Year(); y <= v.end.Start().Year(); y++ {
		r := ReviewPlan{Year: y, State: PlanMissing}
		for _, p := range v.Units.Plans[id] {
			if p.Year != y {
				continue
			}
			r.State, r.Filed = PlanFiled, ledger.DateOf(p.At)
			r.From = union(r.From, p.Sequence)
			if p.Approved != nil {
				r.State, r.From = PlanApproved, union(r.From, p.Approved.Sequence)
			}
			if p.Returned != nil {
				r.State, r.From = PlanReturned, union(r.From, p.Returned.Sequence)
			}
		}
		list = append(list, r)
	}
	return list
}

var (
	reviewLights   = []ledger.Light{ledger.Red, ledger.Yellow, ledger.Green, ledger.Blue, ledger.Grey}
	reviewEvidence = []Evidenced{EvidenceVerified, EvidenceDisputed, EvidenceAttached, EvidenceMissing, EvidenceNone}
)

// newSums has every light, those too that no task has.
func newSums() ReviewSums {
	var s ReviewSums
	for _, l := range reviewLights {
		s.Lights = append(s.Lights, ReviewTotal{Is: string(l)})
		s.Before = append(s.Before, ReviewTotal{Is: string(l)})
	}
	for _, e := range reviewEvidence {
		s.Evidence = append(s.Evidence, ReviewTotal{Is: string(e)})
	}
	for _, w := range reviewTargets {
		s.Claimed = append(s.Claimed, ReviewTotal{Is: string(w)})
		s.Verified = append(s.Verified, ReviewTotal{Is: string(w)})
	}
	return s
}

func count(list []ReviewTotal, is string, from ...uint64) {
	for i := range list {
		if list[i].Is == is {
			list[i].add(from...)
		}
	}
}

func (s *ReviewSums) task(t ReviewTask) {
	count(s.Lights, string(t.Status.Light), union(t.Status.From, t.Status.Policy)...)
	if t.Before != nil {
		count(s.Before, string(t.Before.Light), union(t.Before.From, t.Before.Policy)...)
	}
	rests := []uint64{t.Assigned}
	if p := t.Progress; p.Claimed != nil {
		rests = p.Claimed.From
		if p.Verified != nil && p.Verified.Period == p.Claimed.Period {
			rests = union(slices.Clone(rests), p.Verified.From...)
		}
	}
	count(s.Evidence, string(t.Progress.Evidence), rests...)
	for i := range t.Targets {
		count(s.Claimed, string(t.Targets[i].Claimed), t.Targets[i].rests()...)
		count(s.Verified, string(t.Targets[i].Verified), t.Targets[i].rests()...)
	}
	s.Reports.merge(ReviewTimes{t.Reports.Owed, t.Reports.OnTime, t.Reports.Late, t.Reports.Missed})
	s.Milestones.merge(ReviewTimes{t.Milestones.Due, t.Milestones.OnTime, t.Milestones.Late, t.Milestones.Missed})
	s.WaitedDays += t.Milestones.Waited.Days
	s.Outside += t.Milestones.Waited.Outside
	s.Undecided += t.Milestones.Waited.Undecided
	s.WaitedFrom = union(s.WaitedFrom, t.Milestones.Waited.From...)
	s.Directives.merge(t.Directives)
	s.Measures.merge(t.Measures)
}

func (t *ReviewTimes) merge(o ReviewTimes) {
	t.Due.merge(o.Due)
	t.OnTime.merge(o.OnTime)
	t.Late.merge(o.Late)
	t.Missed.merge(o.Missed)
}

func (v *reviewer) totals(units []ReviewUnit) ReviewTotals {
	r := ReviewTotals{Units: len(units), Sums: newSums()}
	for _, u := range units {
		r.Tasks += len(u.Tasks)
		for _, t := range u.Tasks {
			r.Sums.task(t)
		}
		var own ReviewMeasures
		v.outside(u.Unit, "", &own)
		r.Sums.Measures.merge(own)
	}
	for _, m := range v.Charter.Meetings {
		if m.On >= v.from && m.On <= v.to {
			if m.Tier == ledger.TierMonthly {
				r.Meetings.add(m.Sequence)
			} else {
				r.Convened.add(m.Sequence)
			}
		}
	}
	for _, i := range v.Inspections {
		v.tally(&r.Inspections, &i.Stamp)
		v.tally(&r.Concluded, i.Concluded)
		v.tally(&r.Reviewed, i.Reviewed)
		for j := range i.Contested {
			v.tally(&r.Contested, &i.Contested[j].Stamp)
		}
	}
	return r
}
