package console

import (
	"cmp"
	"slices"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// escalationPage (督办问责) is whom the policy finds slow or severely behind, with the
// evidence, and each step that was taken since: the ledger finds, people decide.
var escalationPage = page{path: "/escalation", scope: access.Anyone, name: "escalation", zh: "督办问责", en: "Escalation", fill: escalation}

// dossierPage (提请案卷) is what speaks for and against a card on a task.
var dossierPage = page{path: "/tasks/{task}/dossier", scope: access.OfSubject, name: "dossier", zh: "提请案卷", en: "Dossier", fill: dossier}

type escalationBody struct {
	Found     []foundTask  // slow or severely behind now
	Drafts    []noticeCard // not issued yet
	Notices   []noticeCard // issued
	Proposals []cardRow    // to be decided
	Cards     []cardRow    // in force
	Past      []cardRow
}

type foundTask struct {
	projections.TaskStatus
	UnitName  string
	Words     string
	Reminders int
	Talks     int
	Notices   int
	Evidence  []uint64
	Moves     []offer
}

type noticeCard struct {
	ID                 ledger.Ref
	Sequence           uint64
	Task               ledger.TaskID
	Unit               ledger.UnitID
	UnitName, TaskName string
	Facts              []ledger.Text
	Number             string
	CommentBy          ledger.Date
	Comments           []projections.Comment
	Issued             *projections.Stamp
	Acknowledged       *projections.Stamp
	Revoked            *projections.Stamp
	Reviews            []projections.ReviewAsked
	Over               bool // the time to comment is over
	Hidden             bool
	Moves              []offer
}

type cardRow struct {
	projections.CardStatus
	UnitName, ByName, AcceptsName, DecidedName string
	Hidden                                     bool
	Moves                                      []offer
}

func escalation(q *request, c *projections.Campaign) (any, error) {
	b := &escalationBody{}
	for _, u := range c.UnitsAt(q.At) {
		for _, s := range u.Tasks {
			if t := c.Tasks[s.Task]; (s.Slow || s.Severe) && q.Reader.SeesTask(c, t, q.At) {
				b.Found = append(b.Found, found(q, c, t, s))
			}
		}
	}
	slices.SortFunc(b.Found, func(x, y foundTask) int { return cmp.Compare(x.Task, y.Task) })
	slices.SortStableFunc(b.Found, func(x, y foundTask) int { return cmp.Compare(severity(y), severity(x)) })
	for _, n := range c.Escalations.Notices {
		t := c.Tasks[n.Task]
		if t == nil || !q.Reader.SeesTask(c, t, q.At) || n.At.After(q.At) {
			continue
		}
		if card := noticeOf(q, c, n, t); card.Issued == nil {
			b.Drafts = append(b.Drafts, card)
		} else {
			b.Notices = append(b.Notices, card)
		}
	}
	for _, list := range [][]noticeCard{b.Drafts, b.Notices} {
		slices.SortFunc(list, func(x, y noticeCard) int { return cmp.Compare(y.Sequence, x.Sequence) })
	}
	for _, s := range c.CardList(q.At) {
		if t := c.Tasks[s.Task]; t == nil || !q.Reader.SeesTask(c, t, q.At) {
			continue
		}
		row := cardOf(q, c, s)
		switch s.State {
		case projections.CardProposed, projections.CardReturned:
			b.Proposals = append(b.Proposals, row)
		case projections.CardInForce:
			b.Cards = append(b.Cards, row)
		default:
			b.Past = append(b.Past, row)
		}
	}
	return b, nil
}

func severity(t foundTask) int {
	if t.Severe {
		return 1
	}
	return 0
}

// found is a task that the policy finds slow, with what was done about it so far and
// what may be done next.
func found(q *request, c *projections.Campaign, t *projections.Task, s projections.TaskStatus) foundTask {
	f := foundTask{TaskStatus: s, UnitName: unitName(q, c, t.Lead), Words: q.Lang.FigureWords(s.Figures)}
	for _, x := range c.Explain(t, q.At).Figures {
		if x.Says() && strings.Contains(s.Expression, x.Name) {
			f.Evidence = append(f.Evidence, x.Records...)
		}
	}
	slices.Sort(f.Evidence)
	f.Evidence = slices.Compact(f.Evidence)
	e := &c.Escalations
	was := func(on projections.On) bool { return on.Task == t.ID && !on.At.After(q.At) }
	for _, x := range e.Reminders {
		f.Reminders += count(was(x.On))
	}
	for _, x := range e.Talks {
		f.Talks += count(was(x.On))
	}
	var issued []string
	for _, n := range e.Notices {
		if was(n.On) && n.Issued != nil && !n.Issued.At.After(q.At) && n.Revoked == nil {
			f.Notices++
			issued = append(issued, n.Issued.ID.String())
		}
	}
	slices.Sort(issued)
	f.Moves = offers(offer{q.Move(c, "reminder.sent.v1", t.Lead, t.ID, "about", f.Words), q.T("催办", "Remind")},
		offer{q.Move(c, "talk.held.v1", t.Lead, t.ID, "on", string(ledger.DateOf(q.At))), q.T("约谈记录", "Record a talk")},
		offer{q.Move(c, "notice.drafted.v1", t.Lead, t.ID, draftFields(q, c, f)...), q.T("拟通报", "Draft a notice")})
	if s.Severe {
		f.Moves = append(f.Moves, offers(offer{q.Move(c, "card.proposed.v1", t.Lead, t.ID, proposalFields(q, c, f, issued)...), q.T("提请赋牌", "Propose a card")})...)
	}
	return f
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// draftFields fill in a notice: the facts as the figures say them, the statements that
// they come from, and the days to comment that the policy gives.
func draftFields(q *request, c *projections.Campaign, f foundTask) []string {
	fields := []string{"facts", string(f.Task) + " " + f.Name + ":" + projections.Chinese.FigureWords(f.Figures) + "。"}
	for _, id := range refs(q, c, f.Evidence) {
		fields = append(fields, "evidence", id)
	}
	if p, ok := c.Charter.PolicyAt(q.At); ok {
		if by, err := projections.CalendarOf(p.PolicyAdopted).After(ledger.DateOf(q.At), p.Clocks.Comment); err == nil {
			fields = append(fields, "comment_by", string(by))
		}
	}
	return fields
}

// proposalFields fill in a proposal: the notices before it, and the evidence. The
// form adds the dossier: see formData.defaults.
func proposalFields(q *request, c *projections.Campaign, f foundTask, notices []string) []string {
	fields := []string{"colour", "yellow", "reason", string(f.Task) + " " + f.Name + ":" + projections.Chinese.FigureWords(f.Figures) + "。"}
	for _, id := range notices {
		fields = append(fields, "notices", id)
	}
	for _, id := range refs(q, c, f.Evidence) {
		fields = append(fields, "evidence", id)
	}
	return fields
}

// refs are the ids of statements by their sequences. The index is gone through once for
// a request, however many of its tasks name their evidence.
func refs(q *request, c *projections.Campaign, sequences []uint64) []string {
	if q.ids == nil {
		q.ids = make(map[uint64]ledger.Ref, len(c.Index.Statements))
		for id, e := range c.Index.Statements {
			q.ids[e.Sequence] = id
		}
	}
	var ids []string
	for _, n := range sequences {
		if id, ok := q.ids[n]; ok {
			ids = append(ids, id.String())
		}
	}
	slices.Sort(ids)
	return ids
}

func noticeOf(q *request, c *projections.Campaign, n *projections.Notice, t *projections.Task) noticeCard {
	card := noticeCard{ID: n.ID, Sequence: n.Sequence, Task: n.Task, Unit: n.Unit, UnitName: unitName(q, c, n.Unit), TaskName: t.NameAt(q.At), Facts: n.Facts,
		CommentBy: n.CommentBy, Hidden: c.Sealings.Statement(n.ID), Over: ledger.DateOf(q.At) > n.CommentBy}
	by := func(s *projections.Stamp) *projections.Stamp {
		if s == nil || s.At.After(q.At) {
			return nil
		}
		return s
	}
	if card.Issued = by(n.Issued); card.Issued != nil {
		card.Number, card.Acknowledged, card.Revoked = n.Number, by(n.Acknowledged), by(n.Revoked)
	}
	for _, x := range n.Comments {
		if !x.At.After(q.At) && !c.Sealings.Statement(x.ID) {
			card.Comments = append(card.Comments, x)
		}
	}
	move := func(kind ledger.Kind, zh, en string, fields ...string) offer {
		return offer{q.Move(c, kind, n.Unit, n.Task, fields...), q.T(zh, en)}
	}
	id := n.ID.String()
	switch {
	case card.Hidden:
		card.Facts = nil
	case card.Issued == nil:
		if len(card.Comments) == 0 {
			card.Moves = offers(move("notice.commented.v1", "陈述意见", "Comment", "notice", id))
		}
		card.Moves = append(card.Moves, offers(move("notice.issued.v1", "审签印发", "Approve and issue", "notice", id, "text", text(n.Facts)))...)
	default:
		issued := n.Issued.ID.String()
		if card.Acknowledged == nil {
			card.Moves = offers(move("notice.acknowledged.v1", "签收通报", "Sign for it", "notice", issued))
		}
		if card.Revoked == nil {
			card.Moves = append(card.Moves, offers(move("rectification.filed.v1", "报送整改", "File rectification", "of", issued), move("tolerance.claimed.v1", "申请容错", "Claim tolerance", "of", issued), move("review.requested.v1", "申请复核", "Ask for review", "of", issued))...)
		}
	}
	return card
}

func text(lines []ledger.Text) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(string(l))
	}
	return b.String()
}

func cardOf(q *request, c *projections.Campaign, s projections.CardStatus) cardRow {
	row := cardRow{CardStatus: s, UnitName: unitName(q, c, s.Unit), ByName: partyName(q, c, s.Proposed.By), Hidden: c.Sealings.Statement(s.Proposal)}
	if s.Accepts != "" {
		row.AcceptsName = partyName(q, c, s.Accepts)
	}
	if s.Decided != nil {
		row.DecidedName = partyName(q, c, s.Decided.By)
	}
	if row.Hidden {
		row.Reason = ""
	}
	move := func(kind ledger.Kind, zh, en string, fields ...string) offer {
		return offer{q.Move(c, kind, s.Unit, s.Task, fields...), q.T(zh, en)}
	}
	proposal := s.Proposal.String()
	switch s.State {
	case projections.CardProposed:
		row.Moves = offers(move("card.granted.v1", "决定赋牌", "Grant", "proposal", proposal, "colour", string(s.Colour)), move("card.refused.v1", "不予赋牌", "Refuse", "proposal", proposal), move("card.returned.v1", "退回补正", "Return", "proposal", proposal))
	case projections.CardReturned:
		row.Moves = offers(move("card.proposed.v1", "补正后再提请", "Propose again", "again", proposal, "colour", string(s.Colour), "reason", s.Reason))
	case projections.CardInForce:
		row.Moves = inForce(s, move)
	}
	for _, r := range s.Reviews {
		if r.Decided == nil {
			row.Moves = append(row.Moves, offers(move("review.decided.v1", "复核决定", "Decide the review", "request", r.Request.ID.String()))...)
		}
	}
	for _, x := range s.Tolerance {
		if x.Judged == nil {
			row.Moves = append(row.Moves, offers(move("tolerance.judged.v1", "容错认定", "Judge the claim", "claim", x.Claim.ID.String()))...)
		}
	}
	for _, x := range s.Repairs {
		if x.Accepted == nil && x.Returned == nil {
			id := x.Filed.ID.String()
			row.Moves = append(row.Moves, offers(move("rectification.accepted.v1", "整改通过", "Accept the rectification", "rectification", id), move("rectification.returned.v1", "整改退回", "Return it", "rectification", id))...)
		}
	}
	return row
}

// inForce is what may be said of a card that stands.
func inForce(s projections.CardStatus, move func(ledger.Kind, string, string, ...string) offer) []offer {
	grant := s.Grant.String()
	list := []offer{move("rectification.filed.v1", "报送整改", "File rectification", "of", grant), move("tolerance.claimed.v1", "申请容错", "Claim tolerance", "of", grant)}
	if s.ReviewBy != "" {
		list = append(list, move("review.requested.v1", "申请复核", "Ask for review", "of", grant))
	}
	if s.Applied == nil {
		list = append(list, move("removal.applied.v1", "申请摘牌", "Apply for removal", "card", grant))
	} else {
		list = append(list, move("removal.checked.v1", "摘牌核查", "Check the criteria", "application", s.Applied.ID.String()), move("card.removed.v1", "摘牌", "Remove the card", "application", s.Applied.ID.String()))
	}
	return offers(append(list, move("card.rechecked.v1", "赋牌复查", "Look at it again", "card", grant), move("consequence.recorded.v1", "登记后果", "Record a consequence", "of", grant))...)
}

func dossier(q *request, c *projections.Campaign) (any, error) {
	return c.Dossier(ledger.TaskID(q.PathValue("task")), q.At)
}
