package projections

import "ducha/ledger"

// directives adds each that is open with the step that waits.
func (p *pending) directives() {
	for _, d := range p.DirectiveList(DirectiveQuery{Open: true}, p.at) {
		if d.Stands != "" || len(d.Steps) == 0 {
			continue
		}
		x := Pending{Unit: d.Unit, Task: d.Task, Field: "directive", Value: d.ID.String(), Due: d.Due, Late: d.Late,
			Since: Stamp{ID: d.ID, Sequence: d.Sequence, By: d.By, At: d.Steps[len(d.Steps)-1].Began.At}}
		p.says(&x, d.ID, d.Text)
		switch d.Step {
		case StepAcknowledge:
			x.Kind, x.Whom = "directive.acknowledged.v1", ForUnit
		case StepAnswer:
			x.Kind, x.Whom = "directive.answered.v1", ForUnit
		default:
			x.Kind, x.Whom = "directive.accepted.v1", ForCommander
			if p.Keyring.Has(d.By, ledger.RoleOffice) {
				x.Whom = ForOffice
			}
		}
		p.add(x)
	}
}

// plans adds the annual plans that were not filed, or wait for the office.
func (p *pending) plans() {
	year := p.today.Start().Year()
	for _, id := range p.UnitList() {
		for _, plan := range p.Units.Plans[id] {
			if plan.by(p.at) && !plan.Approved.was(p.at) && !plan.Returned.was(p.at) {
				p.add(Pending{Kind: "annualplan.approved.v1", Whom: ForOffice, Unit: id, Field: "plan", Value: plan.ID.String(), Since: plan.Stamp})
			}
		}
		if _, filed := p.Units.PlanFor(id, year, p.at); p.OwesPlan(id, p.at) && !filed && p.Charter.From != "" && p.today >= p.Charter.From && p.today <= p.Charter.To {
			from := max(p.Charter.From, ledger.DateOf(p.today.Start().AddDate(0, 0, 1-p.today.Start().YearDay())))
			p.add(Pending{Kind: "annualplan.filed.v1", Whom: ForUnit, Unit: id, Field: "year", Value: string(p.today[:4]), Since: Stamp{At: from.Start()}, Text: string(p.today[:4])})
		}
	}
}

// notices adds drafts that wait for the unit's word or for approval, notices that wait
// to be signed for, and what was filed to make them good.
func (p *pending) notices() {
	for _, n := range p.Escalations.Notices {
		if !n.by(p.at) || n.Revoked.was(p.at) {
			continue
		}
		x := Pending{Unit: n.Unit, Task: n.Task, Field: "notice", Value: n.ID.String(), Since: n.Stamp}
		if len(n.Facts) > 0 {
			p.says(&x, n.ID, string(n.Facts[0]))
		}
		switch {
		case n.Issued.was(p.at):
			x.Kind, x.Whom, x.Value, x.Since = "notice.acknowledged.v1", ForUnit, n.Issued.ID.String(), *n.Issued
			if p.repairs(n.On, n.ID, n.Issued.ID, ""); n.Acknowledged.was(p.at) {
				continue
			}
		case len(n.Comments) > 0 && n.Comments[0].by(p.at):
			x.Kind, x.Whom, x.Since = "notice.issued.v1", ForCommander, n.Comments[0].Stamp
		case p.today > n.CommentBy:
			x.Kind, x.Whom = "notice.issued.v1", ForCommander
		default:
			x.Kind, x.Whom, x.Due = "notice.commented.v1", ForUnit, n.CommentBy
		}
		p.add(x)
	}
}

// repairs adds the rectifications of a notice or a card that wait to be decided on, and
// reports whether one was filed that was not returned.
func (p *pending) repairs(on On, begun, decided ledger.Ref, accepts ledger.PartyID) (filed, accepted bool) {
	for _, r := range p.Escalations.Repairs {
		if !r.by(p.at) || r.Of != begun && r.Of != decided {
			continue
		}
		filed = filed || !r.Returned.was(p.at)
		accepted = accepted || r.Accepted.was(p.at)
		if r.Accepted.was(p.at) || r.Returned.was(p.at) {
			continue
		}
		x := Pending{Kind: "rectification.accepted.v1", Whom: ForOffice, By: accepts, Unit: on.Unit, Task: on.Task, Field: "rectification", Value: r.ID.String(), Since: r.Stamp}
		if p.Keyring.Has(accepts, ledger.RoleAuthority) {
			x.Whom = ForAuthority
		}
		p.add(x)
	}
	return filed, accepted
}

// cards adds proposals that wait for the authority, or for a better dossier, and what a
// card in force asks of the unit and of those who look at it.
func (p *pending) cards() {
	for _, s := range p.CardList(p.at) {
		card := p.Escalations.Cards[s.Proposal]
		x := Pending{Unit: s.Unit, Task: s.Task, Since: s.Proposed}
		p.says(&x, s.Proposal, s.Reason)
		switch s.State {
		case CardProposed:
			x.Kind, x.Whom, x.Field, x.Value = "card.granted.v1", ForAuthority, "proposal", s.Proposal.String()
			p.add(x)
		case CardReturned:
			if again := p.again(s.Proposal); !again && s.Decided != nil {
				x.Kind, x.Whom, x.Field, x.Value, x.Since = "card.proposed.v1", ForCommander, "again", s.Proposal.String(), *s.Decided
				p.add(x)
			}
		case CardInForce:
			p.inForce(s, card)
		}
	}
}

// again says whether a proposal that was returned was made again.
func (p *pending) again(proposal ledger.Ref) bool {
	for _, c := range p.Escalations.Cards {
		if c.by(p.at) && c.Again != nil && *c.Again == proposal {
			return true
		}
	}
	return false
}

func (p *pending) inForce(s CardStatus, card *Card) {
	looks := ForOffice
	if p.Keyring.Has(s.Accepts, ledger.RoleAuthority) {
		looks = ForAuthority
	}
	unit := Pending{Whom: ForUnit, Unit: s.Unit, Task: s.Task, Since: *s.Decided, Due: s.Until}
	p.says(&unit, *s.Grant, s.Duty)
	filed, accepted := p.repairs(card.On, s.Proposal, *s.Grant, s.Accepts)
	switch application := s.Applied; {
	case application != nil && s.Checked != nil && s.Checked.All():
		p.add(Pending{Kind: "card.removed.v1", Whom: ForAuthority, Unit: s.Unit, Task: s.Task, Field: "application", Value: application.ID.String(), Since: s.Checked.Stamp})
	case application != nil && s.Checked == nil:
		p.add(Pending{Kind: "removal.checked.v1", Whom: looks, By: s.Accepts, Unit: s.Unit, Task: s.Task, Field: "application", Value: application.ID.String(), Since: *application})
	case accepted:
		unit.Kind, unit.Field, unit.Value = "removal.applied.v1", "card", s.Grant.String()
		p.add(unit)
	case !filed:
		unit.Kind, unit.Field, unit.Value = "rectification.filed.v1", "of", s.Grant.String()
		p.add(unit)
	}
	if p.today >= s.LookBy.Add(-lookAhead) {
		x := unit
		x.Kind, x.Whom, x.By, x.Field, x.Value, x.Due = "card.rechecked.v1", looks, s.Accepts, "card", s.Grant.String(), s.LookBy
		p.add(x)
	}
}

// reviews adds the reviews and the claims of tolerance that wait for an authority which
// took no part.
func (p *pending) reviews() {
	for _, r := range p.Escalations.Reviews {
		if r.by(p.at) && !r.Decided.was(p.at) {
			s := p.reviewAt(r, p.at)
			p.add(Pending{Kind: "review.decided.v1", Whom: ForAuthority, Recused: p.TookPart(r.Of), Unit: r.Unit, Task: r.Task, Field: "request", Value: r.ID.String(), Since: r.Stamp, Due: s.DueBy})
		}
	}
	for _, x := range p.Escalations.Claims {
		if x.by(p.at) && !x.Judged.was(p.at) {
			p.add(Pending{Kind: "tolerance.judged.v1", Whom: ForAuthority, Unit: x.Unit, Task: x.Task, Field: "claim", Value: x.ID.String(), Since: x.Stamp})
		}
	}
}

// inspections adds those whose time is over without a conclusion, and conclusions that
// were contested.
func (p *pending) inspections() {
	for _, s := range p.InspectionList(p.at) {
		x := Pending{Whom: ForInspector, Since: s.Authorised}
		p.says(&x, s.ID, s.Scope)
		switch {
		case s.State == InspectionOver:
			x.Kind, x.Field, x.Value, x.Due = "inspection.concluded.v1", "inspection", s.ID.String(), s.To
		case len(s.Contested) > 0 && s.Reviewed == nil:
			x.Kind, x.Whom, x.Field, x.Value, x.Due = "conclusion.reviewed.v1", ForAuthority, "conclusion", s.Concluded.ID.String(), s.ReviewBy
			x.Since, x.Recused = s.Contested[0].Stamp, append(x.Recused, s.Authorised.By)
			for _, i := range s.Inspectors {
				x.Recused = append(x.Recused, i.Party)
			}
		default:
			continue
		}
		p.add(x)
	}
}
