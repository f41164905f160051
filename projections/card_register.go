package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// CardLookMonths is how long a card may stand without being looked at again where
// the policy in force does not say.
const CardLookMonths = 6

// CardStatus (赋牌登记) is a card as it stands at an instant, with the clocks that run.
type CardStatus struct {
	Proposal  ledger.Ref     `json:"proposal"`
	Grant     *ledger.Ref    `json:"grant,omitempty"`
	Unit      ledger.UnitID  `json:"unit"`
	Task      ledger.TaskID  `json:"task"`
	Name      string         `json:"name"`
	Colour    ledger.Colour  `json:"colour"`
	State     CardState      `json:"state"`
	Reason    string         `json:"reason"`
	Proposed  Stamp          `json:"proposed"`
	Decided   *Stamp         `json:"decided,omitempty"`
	Duty      string         `json:"duty,omitempty"`
	Criteria  []ledger.Line  `json:"criteria,omitempty"` // fixed at the grant
	Accepts   ledger.PartyID `json:"accepts,omitempty"`
	Until     ledger.Date    `json:"until,omitempty"`
	Expired   bool           `json:"expired,omitzero"`    // its term is over; it stands until it is removed
	ReviewBy  ledger.Date    `json:"review_by,omitempty"` // the unit may ask for a review until then
	LookBy    ledger.Date    `json:"look_by,omitempty"`   // it is to be looked at again by then
	LookLate  bool           `json:"look_late,omitzero"`  // and was not
	Looked    []Stamp        `json:"looked,omitempty"`    // 赋牌复查
	Reviews   []ReviewAsked  `json:"reviews,omitempty"`   // 复核
	Tolerance []ClaimStatus  `json:"tolerance,omitempty"` // 容错
	Repairs   []RepairStatus `json:"repairs,omitempty"`   // 整改
	Applied   *Stamp         `json:"applied,omitempty"`   // 申请摘牌
	Checked   *Check         `json:"checked,omitempty"`   // 摘牌核查
	Removed   *Stamp         `json:"removed,omitempty"`
	Effects   []Consequence  `json:"effects,omitempty"` // 后果, decided elsewhere
}

// ReviewAsked (复核) with its clock: what is decided late is decided late.
type ReviewAsked struct {
	Request Stamp          `json:"request"`
	DueBy   ledger.Date    `json:"due_by,omitempty"`
	Decided *Stamp         `json:"decided,omitempty"`
	Outcome ledger.Outcome `json:"outcome,omitempty"`
	Late    bool           `json:"late,omitzero"`
}

// ClaimStatus (容错) is a claim and what was found of it.
type ClaimStatus struct {
	Claim    Stamp  `json:"claim"`
	Judged   *Stamp `json:"judged,omitempty"`
	Accepted bool   `json:"accepted,omitzero"`
}

// RepairStatus (整改) is a rectification and what became of it.
type RepairStatus struct {
	Filed    Stamp  `json:"filed"`
	Accepted *Stamp `json:"accepted,omitempty"`
	Returned *Stamp `json:"returned,omitempty"`
}

// CardStateAt is where a card stood at an instant.
func (e *Escalations) CardStateAt(c *Card, at time.Time) CardState {
	switch {
	case c.Decided == nil || !c.Decided.by(at):
		return CardProposed
	case c.Removed != nil && c.Removed.by(at):
		return CardRemoved
	case c.Grant == nil:
		return c.State
	}
	for _, r := range e.Reviews {
		if r.Outcome == ledger.Revoked && r.Decided.by(at) && e.Card(r.Of) == c {
			return CardRevoked
		}
	}
	return CardInForce
}

// CardList is the register of cards at an instant, the latest proposal first.
func (c *Campaign) CardList(at time.Time) []CardStatus {
	list := []CardStatus{}
	for _, card := range c.Escalations.Cards {
		if card.by(at) {
			list = append(list, c.cardAt(card, at))
		}
	}
	slices.SortFunc(list, func(a, b CardStatus) int { return cmp.Compare(b.Proposed.Sequence, a.Proposed.Sequence) })
	return list
}

func (c *Campaign) cardAt(card *Card, at time.Time) CardStatus {
	e := &c.Escalations
	s := CardStatus{Proposal: card.ID, Unit: card.Unit, Task: card.Task, Colour: card.Colour, State: e.CardStateAt(card, at), Reason: card.Reason,
		Proposed: card.Stamp, Decided: past(card.Decided, at), Applied: past(card.Application, at), Removed: past(card.Removed, at)}
	if t := c.Tasks[card.Task]; t != nil {
		s.Name = t.NameAt(at)
	}
	s.Reviews, s.Tolerance, s.Repairs = c.answers(func(of ledger.Ref) bool { return e.Card(of) == card }, at)
	if card.Checked != nil && card.Checked.by(at) {
		s.Checked = card.Checked
	}
	if card.Grant != nil && s.Decided != nil {
		c.granted(&s, card, at)
	}
	return s
}

// granted adds what was fixed at the grant, and the clocks that run since.
func (c *Campaign) granted(s *CardStatus, card *Card, at time.Time) {
	s.Grant, s.Duty, s.Criteria, s.Accepts, s.Until = &card.Decided.ID, string(card.Grant.Duty), card.Grant.Criteria, card.Grant.Accepts, card.Until
	for _, x := range c.Escalations.Consequences {
		if x.by(at) && x.Of == card.Decided.ID {
			s.Effects = append(s.Effects, x)
		}
	}
	last := card.Decided.At
	for _, look := range card.Rechecked {
		if look.by(at) {
			s.Looked, last = append(s.Looked, look), look.At
		}
	}
	if s.State != CardInForce {
		return
	}
	today := ledger.DateOf(at)
	months := CardLookMonths
	if p, ok := c.Charter.PolicyAt(at); ok {
		if s.ReviewBy = ledger.DateOf(card.Decided.At).Add(p.Clocks.ReviewAsk); today > s.ReviewBy || len(s.Reviews) > 0 {
			s.ReviewBy = ""
		}
		months = cmp.Or(p.Clocks.CardLook, months)
	}
	s.Expired = today > s.Until
	s.LookBy = ledger.DateOf(last).AddMonths(months)
	s.LookLate = today > s.LookBy
}

func (c *Campaign) reviewAt(r *Review, at time.Time) ReviewAsked {
	s := ReviewAsked{Request: r.Stamp, Decided: past(r.Decided, at)}
	if s.Decided != nil {
		s.Outcome = r.Outcome
	}
	if p, ok := c.Charter.PolicyAt(r.At); ok {
		s.DueBy = ledger.DateOf(r.At).Add(p.Clocks.ReviewGive)
		end := ledger.DateOf(at)
		if s.Decided != nil {
			end = ledger.DateOf(s.Decided.At)
		}
		s.Late = end > s.DueBy
	}
	return s
}

// past is a stamp that had come about by an instant, nil otherwise.
func past(s *Stamp, at time.Time) *Stamp {
	if s == nil || !s.by(at) {
		return nil
	}
	return s
}
