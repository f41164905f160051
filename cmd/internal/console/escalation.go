package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// escalationPage (督办问责) is whom the policy finds slow or severely behind, with the
// evidence, and each step that was taken since: the ledger finds, people decide.
var escalationPage = page{path: "/escalation", scope: access.Anyone, name: "escalation", zh: "督办问责", en: "Escalation", fill: escalation, load: escalated}

// dossierPage (提请案卷) is what speaks for and against a card on a task.
var dossierPage = page{path: "/tasks/{task}/dossier", scope: access.OfSubject, name: "dossier", zh: "提请案卷", en: "Dossier", fill: dossier}

type escalationBody struct {
	Found     []foundTask  // slow or severely behind now
	Drafts    []noticeCard // not issued yet
	Notices   []noticeCard // issued
	Proposals []cardRow    // to be decided
	Cards     []cardRow    // in force
	Past      []cardRow

	words map[uint64]string // what records say, by their numbers
}

// Says is what a record that the page names says, empty where two persons sealed it.
func (b *escalationBody) Says(sequence uint64) string { return b.words[sequence] }

// escalated adds the reasons and the answers in their signers' words.
func escalated(ctx context.Context, s *site, q *request, body any) error {
	b := body.(*escalationBody)
	var events []ledger.Event
	for _, sequence := range b.named() {
		r, err := s.node.Stream.Get(ctx, sequence)
		if err != nil {
			return err
		}
		e, err := r.Read()
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	return s.read(q, func(c *projections.Campaign) {
		b.words = map[uint64]string{}
		for _, e := range events {
			if !c.Sealings.Statement(e.ID) {
				b.words[e.Sequence] = projections.Visible(reasonOf(e.Body))
			}
		}
	})
}

// named are the records whose words the page shows.
func (b *escalationBody) named() []uint64 {
	var list []uint64
	add := func(stamps ...*projections.Stamp) {
		for _, x := range stamps {
			if x != nil {
				list = append(list, x.Sequence)
			}
		}
	}
	answers := func(reviews []projections.ReviewAsked, claims []projections.ClaimStatus, repairs []projections.RepairStatus) {
		for _, r := range reviews {
			add(&r.Request, r.Decided)
		}
		for _, x := range claims {
			add(&x.Claim, x.Judged)
		}
		for _, r := range repairs {
			add(&r.Filed, r.Accepted, r.Returned)
		}
	}
	for _, n := range b.Notices {
		add(n.Issued)
		answers(n.Reviews, n.Tolerance, n.Repairs)
	}
	for _, cards := range [][]cardRow{b.Proposals, b.Cards, b.Past} {
		for _, x := range cards {
			if x.Grant == nil {
				add(x.Decided)
			}
			add(x.Removed)
			answers(x.Reviews, x.Tolerance, x.Repairs)
		}
	}
	return list
}

// reasonOf is what a decision or an answer comes down to: its reason, in its signer's words.
func reasonOf(body any) string {
	switch b := body.(type) {
	case *ledger.NoticeIssued:
		return string(b.Answer)
	case *ledger.CardRefused:
		return string(b.Reason)
	case *ledger.CardReturned:
		return string(b.Reason)
	case *ledger.CardRemoved:
		return string(b.Reason)
	case *ledger.ReviewRequested:
		return string(b.Grounds)
	case *ledger.ReviewDecided:
		return string(b.Reason)
	case *ledger.ToleranceClaimed:
		return string(b.Grounds)
	case *ledger.ToleranceJudged:
		return string(b.Reason)
	case *ledger.RectificationFiled:
		return string(b.Measures)
	case *ledger.RectificationReturned:
		return string(b.Reason)
	}
	return ""
}

type foundTask struct {
	projections.TaskStatus
	UnitName  string
	Words     string
	Reminders []uint64
	Talks     []uint64
	Notices   []uint64 // issued, and not revoked
	Evidence  []uint64
	Moves     []offer

	notices []string // their ids
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
// what may be done next: a step that is skipped needs its reason, and the button says so.
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
		if was(x.On) {
			f.Reminders = append(f.Reminders, x.Sequence)
		}
	}
	for _, x := range e.Talks {
		if was(x.On) {
			f.Talks = append(f.Talks, x.Sequence)
		}
	}
	drafted := false
	for _, n := range e.Notices {
		switch {
		case !was(n.On) || n.Revoked != nil:
		case n.Issued != nil && !n.Issued.At.After(q.At):
			f.Notices = append(f.Notices, n.Issued.Sequence)
			f.notices = append(f.notices, n.Issued.ID.String())
		default:
			drafted = true
		}
	}
	slices.Sort(f.Notices)
	slices.Sort(f.notices)
	f.Moves = offers(offer{q.Move(c, "reminder.sent.v1", t.Lead, t.ID, "about", f.Words), q.T("催办", "Remind")},
		offer{q.Move(c, "talk.held.v1", t.Lead, t.ID, "on", string(ledger.DateOf(q.At))), q.T("约谈记录", "Record a talk")})
	if !drafted {
		words := q.T("拟通报", "Draft a notice")
		if len(f.Reminders)+len(f.Talks) == 0 {
			words = q.T("越级拟通报(须说明理由)", "Draft a notice without a reminder (say why)")
		}
		f.Moves = append(f.Moves, offers(offer{q.Move(c, "notice.drafted.v1", t.Lead, t.ID, draftFields(q, c, f)...), words})...)
	}
	if s.Severe && !openCard(c, t.ID, q) {
		words := q.T("提请赋牌", "Propose a card")
		if len(f.Notices) == 0 || len(f.Talks) == 0 {
			words = q.T("越级提请赋牌(须说明理由)", "Propose a card, a step skipped (say why)")
		}
		f.Moves = append(f.Moves, offers(offer{q.Move(c, "card.proposed.v1", t.Lead, t.ID, proposalFields(q, c, f)...), words})...)
	}
	return f
}

// openCard reports whether a card on a task waits, stands, or was returned last: then
// it is decided on, or proposed again by name.
func openCard(c *projections.Campaign, t ledger.TaskID, q *request) bool {
	x := lastCard(c, t, q)
	if x == nil {
		return false
	}
	s := c.Escalations.CardStateAt(x, q.At)
	return s == projections.CardProposed || s == projections.CardInForce || s == projections.CardReturned
}

// lastCard is the last proposal on a task by the instant that is looked at.
func lastCard(c *projections.Campaign, t ledger.TaskID, q *request) (last *projections.Card) {
	for _, x := range c.Escalations.Cards {
		if x.Task == t && !x.At.After(q.At) && (last == nil || x.Sequence > last.Sequence) {
			last = x
		}
	}
	return last
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
	var fields []string
	for _, x := range facts(q, f) {
		fields = append(fields, "facts", x)
	}
	for _, id := range refs(q, c, f.Task, f.Evidence) {
		fields = append(fields, "evidence", id)
	}
	if p, ok := c.Charter.PolicyAt(q.At); ok {
		if by, err := projections.CalendarOf(p.PolicyAdopted).After(ledger.DateOf(q.At), p.Clocks.Comment); err == nil {
			fields = append(fields, "comment_by", string(by))
		}
	}
	return fields
}

// facts (拟通报事实) are what the figures say, each by itself, as a notice puts them.
func facts(q *request, f foundTask) []string {
	day := ledger.DateOf(q.At)
	list := []string{fmt.Sprintf("“%s”截至%s应达%s%%,实际%s%%,相差%s个百分点。", f.Name, day, number(f.Figures.Planned), number(f.Figures.Actual), number(f.Figures.Gap))}
	add := func(when bool, format string, n int64) {
		if when {
			list = append(list, fmt.Sprintf(format, n))
		}
	}
	add(f.Figures.LateDays > 0, "有节点超期%d天,未获批准延期。", f.Figures.LateDays)
	add(f.Figures.ReportsMissed > 0, "已连续%d期未按时报送月报。", f.Figures.ReportsMissed)
	add(f.Figures.SlowMonths > 0, "已连续%d个月月末进度偏慢。", f.Figures.SlowMonths)
	if f.Figures.FalseReport {
		list = append(list, "经督查核实,所报进度不实。")
	}
	return list
}

// proposalFields fill in a proposal: the notices before it, and the evidence. The
// form adds the dossier: see formData.defaults.
func proposalFields(q *request, c *projections.Campaign, f foundTask) []string {
	fields := []string{"colour", "yellow", "reason", "“" + f.Name + "”" + projections.Chinese.FigureWords(f.Figures) + "。"}
	for _, id := range f.notices {
		fields = append(fields, "notices", id)
	}
	for _, id := range refs(q, c, f.Task, f.Evidence) {
		fields = append(fields, "evidence", id)
	}
	return fields
}

// refs are the ids of the statements about a task, by their sequences: a notice or a
// card names one task, and the policy that it is judged by is no evidence. The index is
// gone through once for a request, however many of its tasks name their evidence.
func refs(q *request, c *projections.Campaign, task ledger.TaskID, sequences []uint64) []string {
	if q.ids == nil {
		q.ids = make(map[uint64]ledger.Ref, len(c.Index.Statements))
		for id, e := range c.Index.Statements {
			q.ids[e.Sequence] = id
		}
	}
	var ids []string
	for _, n := range sequences {
		if id, ok := q.ids[n]; ok && c.Index.Statements[id].Task == task {
			ids = append(ids, id.String())
		}
	}
	slices.Sort(ids)
	return ids
}

type dossierBody struct {
	projections.Dossier
	Asked ledger.Digest // that a proposal fixes, empty when none was named
	Same  bool
	Names map[ledger.PartyID]string
}

// Party is a party's name on the day.
func (b *dossierBody) Party(id ledger.PartyID) string { return cmp.Or(b.Names[id], string(id)) }

// dossier makes the dossier of a day anew from the records, and holds it against the
// digest that a proposal fixes.
func dossier(q *request, c *projections.Campaign) (any, error) {
	d, err := c.Dossier(ledger.TaskID(q.PathValue("task")), q.At)
	if err != nil {
		return nil, err
	}
	b := &dossierBody{Dossier: d, Asked: ledger.Digest(q.FormValue("digest"))}
	b.Same, b.Names = b.Asked == d.Digest(), map[ledger.PartyID]string{}
	for _, steps := range [][]projections.DossierStep{d.Steps, d.Answers, d.Findings} {
		for _, x := range steps {
			b.Names[x.By] = partyName(q, c, x.By)
		}
	}
	return b, nil
}
