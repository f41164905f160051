package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// NoticeAnswers (对通报的应对) is what a unit said to a notice that was issued, and what
// became of it, with the clock that runs.
type NoticeAnswers struct {
	ReviewBy  ledger.Date    `json:"review_by,omitempty"` // a review may be asked for until then
	Reviews   []ReviewAsked  `json:"reviews,omitempty"`   // 复核
	Tolerance []ClaimStatus  `json:"tolerance,omitempty"` // 容错
	Repairs   []RepairStatus `json:"repairs,omitempty"`   // 整改
}

// NoticeAnswers are those to a notice, as they stand at an instant.
func (c *Campaign) NoticeAnswers(n *Notice, at time.Time) (s NoticeAnswers) {
	if !n.Issued.was(at) {
		return s
	}
	s.Reviews, s.Tolerance, s.Repairs = c.answers(func(of ledger.Ref) bool { return c.Escalations.Issued(of) == n }, at)
	if p, ok := c.Charter.PolicyAt(at); ok && len(s.Reviews) == 0 && !n.Revoked.was(at) {
		if by := ledger.DateOf(n.Issued.At).Add(p.Clocks.ReviewAsk); ledger.DateOf(at) <= by {
			s.ReviewBy = by
		}
	}
	return s
}

// answers are the reviews, claims and rectifications of what is meant, each in its order.
func (c *Campaign) answers(meant func(of ledger.Ref) bool, at time.Time) (reviews []ReviewAsked, claims []ClaimStatus, repairs []RepairStatus) {
	e := &c.Escalations
	for _, r := range e.Reviews {
		if r.by(at) && meant(r.Of) {
			reviews = append(reviews, c.reviewAt(r, at))
		}
	}
	for _, x := range e.Claims {
		if x.by(at) && meant(x.Of) {
			claims = append(claims, ClaimStatus{x.Stamp, past(x.Judged, at), x.Accepted && x.Judged.by(at)})
		}
	}
	for _, x := range e.Repairs {
		if x.by(at) && meant(x.Of) {
			repairs = append(repairs, RepairStatus{x.Stamp, past(x.Accepted, at), past(x.Returned, at)})
		}
	}
	slices.SortFunc(reviews, func(a, b ReviewAsked) int { return cmp.Compare(a.Request.Sequence, b.Request.Sequence) })
	slices.SortFunc(claims, func(a, b ClaimStatus) int { return cmp.Compare(a.Claim.Sequence, b.Claim.Sequence) })
	slices.SortFunc(repairs, func(a, b RepairStatus) int { return cmp.Compare(a.Filed.Sequence, b.Filed.Sequence) })
	return reviews, claims, repairs
}

// TookPart are those who had a hand in a notice that was issued or a card that was
// decided on: they recuse themselves from its review (decree 733 art. 17).
func (c *Campaign) TookPart(of ledger.Ref) []ledger.PartyID {
	if n := c.Escalations.Issued(of); n != nil {
		return []ledger.PartyID{n.By, n.Issued.By}
	}
	card := c.Escalations.Card(of)
	if card == nil || card.Decided == nil {
		return nil
	}
	took := []ledger.PartyID{card.By, card.Decided.By}
	if card.Grant != nil {
		took = append(took, card.Grant.Accepts)
	}
	for _, i := range c.Inspections {
		if slices.Contains(i.Tasks, card.Task) {
			took = append(took, i.Inspectors...)
		}
	}
	slices.Sort(took)
	return slices.Compact(took)
}
