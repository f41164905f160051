package projections

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ducha/ledger"
)

// InspectionStatus (督查) is an inspection as it stands at an instant.
type InspectionStatus struct {
	ID         ledger.Ref      `json:"id"`
	Code       ledger.LocalID  `json:"code"` // 一事一码
	Scope      string          `json:"scope"`
	Tasks      []ledger.TaskID `json:"tasks"`
	From       ledger.Date     `json:"from"`
	To         ledger.Date     `json:"to"`
	Inspectors []InspectorName `json:"inspectors"`
	Authority  string          `json:"authority"`
	Authorised Stamp           `json:"authorised"`
	State      InspectionState `json:"state"`
	Findings   []Finding       `json:"findings,omitempty"`
	Open       int             `json:"open"` // findings that nobody found put right
	Concluded  *Stamp          `json:"concluded,omitempty"`
	ContestBy  ledger.Date     `json:"contest_by,omitempty"` // a unit may contest the conclusion until then
	Contested  []Contest       `json:"contested,omitempty"`
	ReviewBy   ledger.Date     `json:"review_by,omitempty"` // the review is due by then
	ReviewLate bool            `json:"review_late,omitzero"`
	Reviewed   *Stamp          `json:"reviewed,omitempty"`
	Outcome    ledger.Outcome  `json:"outcome,omitempty"`
}

// InspectorName is an inspector with the name of the day.
type InspectorName struct {
	Party ledger.PartyID `json:"party"`
	Name  string         `json:"name"`
}

// InspectionState is how far an inspection has come.
type InspectionState string

const (
	InspectionPlanned   InspectionState = "planned"   // 未开始
	InspectionRunning   InspectionState = "running"   // 进行中
	InspectionOver      InspectionState = "over"      // 期满未结
	InspectionConcluded InspectionState = "concluded" // 已结论
)

// InspectionList lists the inspections that were authorised by an instant, the
// latest first.
func (c *Campaign) InspectionList(at time.Time) []InspectionStatus {
	list := []InspectionStatus{}
	for _, i := range c.Inspections {
		if i.by(at) {
			list = append(list, c.inspectionAt(i, at))
		}
	}
	slices.SortFunc(list, func(a, b InspectionStatus) int { return cmp.Compare(b.Authorised.Sequence, a.Authorised.Sequence) })
	return list
}

func (c *Campaign) inspectionAt(i *Inspection, at time.Time) InspectionStatus {
	today := ledger.DateOf(at)
	s := InspectionStatus{ID: i.ID, Code: i.InspectionAuthorised.Code, Scope: string(i.Scope), Tasks: i.Tasks, From: i.From, To: i.To,
		Authority: string(i.Authority), Authorised: i.Stamp, Concluded: past(i.Concluded, at), Reviewed: past(i.Reviewed, at)}
	for _, p := range i.Inspectors {
		s.Inspectors = append(s.Inspectors, InspectorName{p, c.Units.Parties[p].NameAt(today)})
	}
	for _, f := range i.Findings {
		if !f.by(at) {
			continue
		}
		if f.Rechecked = past(f.Rechecked, at); f.Rechecked == nil {
			f.Resolved = false
		}
		s.Findings = append(s.Findings, f)
		if f.Kind != "progress.verified.v1" && !f.Resolved {
			s.Open++
		}
	}
	switch {
	case s.Concluded != nil:
		s.State = InspectionConcluded
		c.contested(&s, i, at)
	case today < i.From:
		s.State = InspectionPlanned
	case today <= i.To:
		s.State = InspectionRunning
	default:
		s.State = InspectionOver
	}
	return s
}

// contested adds the clocks of decree 733 art. 17.
func (c *Campaign) contested(s *InspectionStatus, i *Inspection, at time.Time) {
	if s.Reviewed != nil {
		s.Outcome = i.Outcome
	}
	p, ok := c.Charter.PolicyAt(i.Concluded.At)
	if ok {
		s.ContestBy = ledger.DateOf(i.Concluded.At).Add(p.Clocks.ReviewAsk)
	}
	for _, x := range i.Contested {
		if x.by(at) {
			s.Contested = append(s.Contested, x)
		}
	}
	if len(s.Contested) == 0 || !ok {
		return
	}
	s.ReviewBy = ledger.DateOf(s.Contested[0].At).Add(p.Clocks.ReviewGive)
	end := ledger.DateOf(at)
	if s.Reviewed != nil {
		end = ledger.DateOf(s.Reviewed.At)
	}
	s.ReviewLate = end > s.ReviewBy
}

// CodeCheck (验码) is what a unit is told before it opens the door: whether this
// inspection may be carried out here today, and if not, why not.
type CodeCheck struct {
	Code       ledger.LocalID    `json:"code"`
	On         ledger.Date       `json:"on"`
	Good       bool              `json:"good"`
	WhyZH      string            `json:"why_zh,omitempty"`
	WhyEN      string            `json:"why_en,omitempty"`
	Inspection *InspectionStatus `json:"inspection,omitempty"`
}

// CheckCode says whether an inspection with the code is in force at an instant, for a
// task where one is named. No code, or one that does not fit: the unit may decline.
func (c *Campaign) CheckCode(code ledger.LocalID, task ledger.TaskID, at time.Time) CodeCheck {
	check := CodeCheck{Code: code, On: ledger.DateOf(at)}
	i := c.Inspections.Code(code)
	if i == nil || !i.by(at) {
		check.WhyZH, check.WhyEN = "没有这一督查码", "there is no inspection with this code"
		return check
	}
	s := c.inspectionAt(i, at)
	check.Inspection = &s
	switch {
	case s.State == InspectionPlanned:
		check.WhyZH, check.WhyEN = fmt.Sprintf("自 %s 起方可实施", s.From), fmt.Sprintf("it begins on %s", s.From)
	case s.State == InspectionOver:
		check.WhyZH, check.WhyEN = fmt.Sprintf("已于 %s 期满", s.To), fmt.Sprintf("it ended on %s", s.To)
	case s.State == InspectionConcluded:
		check.WhyZH, check.WhyEN = fmt.Sprintf("已作结论(第 %d 条)", s.Concluded.Sequence), fmt.Sprintf("it was concluded as record %d", s.Concluded.Sequence)
	case task != "" && !slices.Contains(s.Tasks, task):
		check.WhyZH, check.WhyEN = fmt.Sprintf("不含任务 %s", task), fmt.Sprintf("task %s is not in its scope", task)
	default:
		check.Good = true
	}
	return check
}
