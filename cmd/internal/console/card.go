package console

import (
	"slices"

	"ducha/ledger"
	"ducha/projections"
)

// cardRow (赋牌) is a card from its proposal on, with each step and its clock.
type cardRow struct {
	projections.CardStatus
	UnitName, ByName, AcceptsName, DecidedName string
	Basis                                      string        // of the grant
	Digest                                     ledger.Digest // of the dossier that the proposal fixes
	DossierOn                                  ledger.Date   // that it is as of
	Recused                                    bool          // the reader took part: another reviews
	Hidden                                     bool
	Moves                                      []offer
}

func cardOf(q *request, c *projections.Campaign, s projections.CardStatus) cardRow {
	row := cardRow{CardStatus: s, UnitName: unitName(q, c, s.Unit), ByName: partyName(q, c, s.Proposed.By), Hidden: c.Sealings.Statement(s.Proposal)}
	if s.Accepts != "" {
		row.AcceptsName = partyName(q, c, s.Accepts)
	}
	if s.Decided != nil {
		row.DecidedName = partyName(q, c, s.Decided.By)
	}
	if x := c.Escalations.Cards[s.Proposal]; x != nil {
		row.Digest, row.DossierOn = x.Dossier, x.DossierOn
		if x.Grant != nil && s.Decided != nil && !c.Sealings.Statement(s.Decided.ID) {
			row.Basis = string(x.Grant.Basis)
		}
	}
	if t := c.Tasks[s.Task]; t != nil {
		row.Name = q.nameOf(t)
	}
	if row.Hidden {
		row.Reason = ""
	}
	row.Moves = cardMoves(q, c, s)
	for _, r := range s.Reviews {
		row.Recused = row.Recused || r.Decided == nil && s.Grant != nil && q.Reader.Party != "" && slices.Contains(c.TookPart(*s.Grant), q.Reader.Party)
	}
	return row
}

// cardMoves are what may be said of a card, where it stands.
func cardMoves(q *request, c *projections.Campaign, s projections.CardStatus) []offer {
	move := func(kind ledger.Kind, zh, en string, fields ...string) offer {
		return offer{q.Move(c, kind, s.Unit, s.Task, fields...), q.T(zh, en)}
	}
	var list []offer
	proposal := s.Proposal.String()
	switch s.State {
	case projections.CardProposed:
		list = append(list, move("card.granted.v1", "决定赋牌", "Grant", "proposal", proposal, "colour", string(s.Colour)), move("card.refused.v1", "不予赋牌", "Refuse", "proposal", proposal), move("card.returned.v1", "退回补正", "Return", "proposal", proposal))
	case projections.CardReturned:
		if x := lastCard(c, s.Task, q); x != nil && x.ID == s.Proposal {
			t := c.Tasks[s.Task]
			fields := append(proposalFields(q, c, found(q, c, t, c.Judge(t, q.At))), "again", proposal)
			list = append(list, move("card.proposed.v1", "补正后再提请", "Propose again", fields...))
		}
	case projections.CardInForce:
		list = inForce(q, c, s, move)
	}
	of := s.Proposal
	if s.Grant != nil {
		of = *s.Grant
	}
	return offers(append(list, decisions(q, c, move, s.Reviews, s.Tolerance, s.Repairs, of, s.Accepts)...)...)
}

// inForce is what may be said of a card that stands: whoever the grant names looks at it,
// or an inspector; it goes once every criterion was found met.
func inForce(q *request, c *projections.Campaign, s projections.CardStatus, move moving) []offer {
	grant := s.Grant.String()
	list := answering(move, grant, s.Tolerance, s.Repairs)
	if s.ReviewBy != "" {
		list = append(list, move("review.requested.v1", "申请复核", "Ask for review", "of", grant))
	}
	accepted := false
	for _, r := range s.Repairs {
		accepted = accepted || r.Accepted != nil
	}
	looks := q.Reader.Party == s.Accepts || q.Reader.Has(ledger.RoleInspector)
	today := string(ledger.DateOf(q.At))
	if s.Applied != nil && looks && !s.Checked.All() {
		fields := []string{"application", s.Applied.ID.String(), "on", today}
		for range s.Criteria {
			fields = append(fields, "met", "")
		}
		list = append(list, move("removal.checked.v1", "摘牌核查", "Check the criteria", fields...))
	}
	if s.Applied != nil && s.Checked.All() {
		list = append(list, move("card.removed.v1", "摘牌", "Remove the card", "application", s.Applied.ID.String()))
	}
	if accepted && (s.Applied == nil || s.Checked != nil && !s.Checked.All()) {
		fields := []string{"card", grant}
		for _, x := range s.Criteria {
			fields = append(fields, "answers", string(x)+":")
		}
		list = append(list, move("removal.applied.v1", "申请摘牌", "Apply for removal", fields...))
	}
	if looks {
		list = append(list, move("card.rechecked.v1", "赋牌复查", "Look at it again", "card", grant, "on", today))
	}
	return append(list, move("consequence.recorded.v1", "登记后果", "Record a consequence", "of", grant))
}
