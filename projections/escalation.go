package projections

import (
	"cmp"
	"slices"

	"ducha/ledger"
)

// Escalations (督办问责): what the headquarters did about the slow, and what
// became of it. Keys are the ids of the statements that began each.
type Escalations struct {
	Reminders []Reminder             `json:"reminders,omitempty"`
	Talks     []Talk                 `json:"talks,omitempty"`
	Notices   map[ledger.Ref]*Notice `json:"notices"`
	Cards     map[ledger.Ref]*Card   `json:"cards"` // by the proposal
	Reviews   map[ledger.Ref]*Review `json:"reviews"`
	Claims    map[ledger.Ref]*Claim  `json:"claims"` // 容错
	Repairs   map[ledger.Ref]*Repair `json:"repairs"`

	Consequences []Consequence `json:"consequences,omitempty"` // 后果, recorded only
	Praises      []Praise      `json:"praises,omitempty"`      // 表扬
}

// Before reports whether anything about a task was ever brought before an outside
// authority: a card proposed, a review asked for, tolerance claimed.
func (e *Escalations) Before(task ledger.TaskID) bool {
	for _, card := range e.Cards {
		if card.Task == task {
			return true
		}
	}
	for _, r := range e.Reviews {
		if r.Task == task {
			return true
		}
	}
	for _, x := range e.Claims {
		if x.Task == task {
			return true
		}
	}
	return false
}

// On names whom and what an escalation is about; it always names the task.
type On struct {
	Stamp
	Unit ledger.UnitID `json:"unit"`
	Task ledger.TaskID `json:"task"`
}

// Reminder (催办).
type Reminder struct {
	On
	ledger.ReminderSent
}

// Talk (约谈).
type Talk struct {
	On
	ledger.TalkHeld
}

// Notice (通报) from its draft to its issue.
type Notice struct {
	On
	Facts     []ledger.Text `json:"facts"`
	Evidence  []ledger.Ref  `json:"evidence"`
	CommentBy ledger.Date   `json:"comment_by"`
	Comments  []Comment     `json:"comments,omitempty"`
	Number    string        `json:"number,omitempty" said:"Issued"`
	Issued    *Stamp        `json:"issued,omitempty"`
	Revoked   *Stamp        `json:"revoked,omitempty"` // on review

	Skipped      string `json:"skipped,omitempty"`
	Acknowledged *Stamp `json:"acknowledged,omitempty"` // 签收
}

// Comment (陈述意见) by the unit on a draft.
type Comment struct {
	Stamp
	Accepts bool   `json:"accepts"`
	Text    string `json:"text"`
}

// Card (赋牌) from its proposal to its end.
type Card struct {
	On
	Colour      ledger.Colour       `json:"colour"`
	Reason      string              `json:"reason"`
	Notices     []ledger.Ref        `json:"notices,omitempty"`
	Skipped     string              `json:"skipped,omitempty"`
	State       CardState           `json:"state"`
	Decided     *Stamp              `json:"decided,omitempty"`
	Grant       *ledger.CardGranted `json:"grant,omitempty" said:"Decided"`
	Application *Stamp              `json:"application,omitempty"` // 申请摘牌
	Removed     *Stamp              `json:"removed,omitempty"`

	Evidence  []ledger.Ref  `json:"evidence,omitempty"`
	Dossier   ledger.Digest `json:"dossier,omitempty"`
	DossierOn ledger.Date   `json:"dossier_on,omitempty"`
	Again     *ledger.Ref   `json:"again,omitempty"`     // the proposal that was returned
	Until     ledger.Date   `json:"until,omitempty"`     // as granted, or as a review changed it
	Rechecked []Stamp       `json:"rechecked,omitempty"` // 赋牌复查
	Checked   *Check        `json:"checked,omitempty"`   // the last one of the application that waits
}

// Check (摘牌核查) is what was found of the criteria for removal.
type Check struct {
	Stamp
	Application ledger.Ref `json:"application"`
	Met         []bool     `json:"met"`
}

// All says whether every criterion was found met.
func (c *Check) All() bool { return c != nil && !slices.Contains(c.Met, false) }

// Consequence (后果) is what somebody outside decided; nothing follows from it here.
type Consequence struct {
	On
	ledger.ConsequenceRecorded
}

// Praise (表扬).
type Praise struct {
	On
	ledger.PraiseRecorded
}

// CardState is where a card stands; only an outside authority's decision makes
// it more than a proposal.
type CardState string

const (
	CardProposed CardState = "proposed" // 提请中
	CardInForce  CardState = "in-force" // 已赋牌
	CardRefused  CardState = "refused"  // 不予赋牌
	CardReturned CardState = "returned" // 退回补正
	CardRemoved  CardState = "removed"  // 已摘牌
	CardRevoked  CardState = "revoked"  // 复核撤销
)

// Review (复核) of a notice or a card.
type Review struct {
	On
	Of      ledger.Ref     `json:"of"`
	Decided *Stamp         `json:"decided,omitempty"`
	Outcome ledger.Outcome `json:"outcome,omitempty"`
}

// Claim (容错) of tolerance.
type Claim struct {
	On
	Of       ledger.Ref `json:"of"`
	Judged   *Stamp     `json:"judged,omitempty"`
	Accepted bool       `json:"accepted,omitempty"`
}

// Repair (整改) is a rectification as filed, and what became of it.
type Repair struct {
	On
	Of       ledger.Ref `json:"of"`
	Accepted *Stamp     `json:"accepted,omitempty"`
	Returned *Stamp     `json:"returned,omitempty"`
}

func newEscalations() Escalations {
	return Escalations{Notices: map[ledger.Ref]*Notice{}, Cards: map[ledger.Ref]*Card{}, Reviews: map[ledger.Ref]*Review{},
		Claims: map[ledger.Ref]*Claim{}, Repairs: map[ledger.Ref]*Repair{}}
}

func (e *Escalations) evolve(f Fact) {
	stamp := f.stamp()
	on := On{Stamp: stamp, Unit: f.Statement.Unit, Task: f.Statement.Task}
	switch b := f.Body.(type) {
	case *ledger.ReminderSent:
		e.Reminders = append(e.Reminders, Reminder{on, *b})
	case *ledger.TalkHeld:
		e.Talks = append(e.Talks, Talk{on, *b})
	case *ledger.NoticeDrafted:
		e.Notices[f.ID] = &Notice{On: on, Facts: b.Facts, Evidence: b.Evidence, CommentBy: b.CommentBy, Skipped: string(b.Skipped)}
	case *ledger.NoticeCommented:
		if n := e.Notices[b.Notice]; n != nil {
			n.Comments = append(n.Comments, Comment{stamp, b.Accepts, string(b.Comment)})
		}
	case *ledger.NoticeIssued:
		if n := e.Notices[b.Notice]; n != nil {
			n.Issued, n.Number = &stamp, string(b.Number)
		}
	case *ledger.NoticeAcknowledged:
		if n := e.Issued(b.Notice); n != nil && n.Acknowledged == nil {
			n.Acknowledged = &stamp
		}
	case *ledger.CardProposed:
		e.Cards[f.ID] = &Card{On: on, Colour: b.Colour, Reason: string(b.Reason), Notices: b.Notices, Skipped: string(b.Skipped), State: CardProposed,
			Evidence: b.Evidence, Dossier: b.Dossier, DossierOn: b.AsOf, Again: b.Again}
	case *ledger.CardGranted:
		e.decide(b.Proposal, stamp, CardInForce, b)
	case *ledger.CardRefused:
		e.decide(b.Proposal, stamp, CardRefused, nil)
	case *ledger.CardReturned:
		e.decide(b.Proposal, stamp, CardReturned, nil)
	case *ledger.ReviewRequested:
		e.Reviews[f.ID] = &Review{On: on, Of: b.Of}
	case *ledger.ReviewDecided:
		e.review(stamp, b)
	case *ledger.ToleranceClaimed:
		e.Claims[f.ID] = &Claim{On: on, Of: b.Of}
	case *ledger.ToleranceJudged:
		if c := e.Claims[b.Claim]; c != nil {
			c.Judged, c.Accepted = &stamp, b.Accepted
		}
	case *ledger.RectificationFiled:
		e.Repairs[f.ID] = &Repair{On: on, Of: b.Of}
	case *ledger.RectificationAccepted:
		if r := e.Repairs[b.Rectification]; r != nil {
			r.Accepted = &stamp
		}
	case *ledger.RectificationReturned:
		if r := e.Repairs[b.Rectification]; r != nil {
			r.Returned = &stamp
		}
	case *ledger.RemovalApplied:
		if c := e.Card(b.Card); c != nil {
			c.Application, c.Checked = &stamp, nil
		}
	case *ledger.RemovalChecked:
		if c := e.applied(b.Application); c != nil {
			c.Checked = &Check{stamp, b.Application, b.Met}
		}
	case *ledger.CardRechecked:
		if c := e.Card(b.Card); c != nil {
			c.Rechecked = append(c.Rechecked, stamp)
		}
	case *ledger.ConsequenceRecorded:
		e.Consequences = append(e.Consequences, Consequence{on, *b})
	case *ledger.PraiseRecorded:
		e.Praises = append(e.Praises, Praise{on, *b})
	case *ledger.CardRemoved:
		if c := e.applied(b.Application); c != nil {
			c.State, c.Removed = CardRemoved, &stamp
		}
	}
}

func (e *Escalations) decide(proposal ledger.Ref, s Stamp, state CardState, grant *ledger.CardGranted) {
	if c := e.Cards[proposal]; c != nil {
		c.State, c.Decided, c.Grant = state, &s, grant
		if grant != nil {
			c.Colour, c.Until = grant.Colour, grant.Until
		}
	}
}

func (e *Escalations) review(s Stamp, b *ledger.ReviewDecided) {
	r := e.Reviews[b.Request]
	if r == nil {
		return
	}
	r.Decided, r.Outcome = &s, b.Outcome
	if c := e.Card(r.Of); c != nil && b.Outcome == ledger.Changed {
		c.Colour, c.Until = cmp.Or(b.Colour, c.Colour), cmp.Or(b.Until, c.Until)
	}
	if b.Outcome != ledger.Revoked {
		return
	}
	if n := e.Issued(r.Of); n != nil {
		n.Revoked = &s
	}
	if c := e.Card(r.Of); c != nil {
		c.State = CardRevoked
	}
}

// applied is the card whose removal an application asks for, nil when it is not the
// last one.
func (e *Escalations) applied(application ledger.Ref) *Card {
	for _, c := range e.Cards {
		if c.Application != nil && c.Application.ID == application {
			return c
		}
	}
	return nil
}

// Applied is the card in force whose removal the application asks for, nil when the
// application is not the one that waits.
func (e *Escalations) Applied(application ledger.Ref) *Card {
	if c := e.applied(application); c != nil && c.State == CardInForce {
		return c
	}
	return nil
}

// Card is a card by the id of its grant or of its proposal, nil when there is none.
func (e *Escalations) Card(id ledger.Ref) *Card {
	if c := e.Cards[id]; c != nil {
		return c
	}
	for _, c := range e.Cards {
		if c.Grant != nil && c.Decided.ID == id {
			return c
		}
	}
	return nil
}

// Issued is a notice that was issued, by the id of its issue or of its draft,
// nil when there is none.
func (e *Escalations) Issued(id ledger.Ref) *Notice {
	if n := e.Notices[id]; n != nil && n.Issued != nil {
		return n
	}
	for _, n := range e.Notices {
		if n.Issued != nil && n.Issued.ID == id {
			return n
		}
	}
	return nil
}
