package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// step is one statement on the way of a directive or an escalation.
type step struct {
	Name     string
	Sequence uint64
	At       time.Time
}

func (p *paper) step(zh, en string, s projections.Stamp) step {
	return step{p.T(zh, en), s.Sequence, s.At}
}

// steps leaves out what has not happened, in the order of what has.
func ordered(list []step) []step {
	slices.SortStableFunc(list, func(a, b step) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return list
}

// path is the steps on one line each.
func (p *paper) path(list []step) string {
	lines := make([]string, len(list))
	for i, s := range list {
		lines[i] = fmt.Sprintf(p.T("%s %s(第 %d 号)", "%s %s (record %d)"), day(s.At), s.Name, s.Sequence)
	}
	return strings.Join(lines, "\n")
}

// directive is a directive (交办) with its loop.
type directive struct {
	Sequence uint64
	Task     ledger.TaskID
	Text     string
	Issued   time.Time
	AnswerBy ledger.Date
	State    string
	Overdue  bool
	Done     bool
	Steps    []step
}

func (p *paper) directives() []directive {
	var list []directive
	for id, d := range p.Campaign.Directives {
		if d.Unit != p.Unit {
			continue
		}
		s := p.Campaign.DirectiveAt(d, p.At)
		row := directive{Sequence: d.Sequence, Task: d.Task, Text: p.shown(id, d.Text), Issued: d.At, AnswerBy: s.AnswerBy, Overdue: s.Overdue, Done: s.State == projections.Accepted}
		row.State = p.T(directiveStates[s.State], string(s.State))
		row.Steps = []step{p.step("交办", "issued", d.Stamp)}
		if d.Acknowledged != nil {
			row.Steps = append(row.Steps, p.step("签收", "acknowledged", *d.Acknowledged))
		}
		for _, a := range d.Answers {
			row.Steps = append(row.Steps, p.step("反馈", "answered", a))
		}
		for _, r := range d.Returns {
			row.Steps = append(row.Steps, p.step("退回重办", "returned", r))
		}
		if d.Accepted != nil {
			row.Steps = append(row.Steps, p.step("办结", "accepted", *d.Accepted))
		}
		ordered(row.Steps)
		list = append(list, row)
	}
	slices.SortFunc(list, func(a, b directive) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return list
}

// shown is a text, unless the statement that says it is sealed.
func (p *paper) shown(id ledger.Ref, text string) string {
	if p.sealed[id] {
		return p.hidden()
	}
	return clean(text)
}

// matter is an escalation (督办问责) with its steps and where it stands.
type matter struct {
	Kind     string
	Sequence uint64
	Task     ledger.TaskID
	Since    time.Time
	What     string
	State    string
	Ended    bool          // nothing more is to come of it
	Colour   ledger.Colour // of a card in force
	Steps    []step
}

func (p *paper) matters() []matter {
	list := slices.Concat(p.reminders(), p.notices(), p.cards(), p.reviews(), p.claims(), p.repairs())
	for i := range list {
		ordered(list[i].Steps)
	}
	slices.SortFunc(list, func(a, b matter) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return list
}

func (p *paper) matter(zh, en string, on projections.On, what, first string) matter {
	return matter{Kind: p.T(zh, en), Sequence: on.Sequence, Task: on.Task, Since: on.At, What: p.shown(on.ID, what),
		Steps: []step{{first, on.Sequence, on.At}}}
}

// then adds a step that may not have come yet.
func (m *matter) then(name string, s *projections.Stamp) {
	if s != nil {
		m.Steps = append(m.Steps, step{name, s.Sequence, s.At})
	}
}

func (p *paper) reminders() []matter {
	var list []matter
	for _, r := range p.Campaign.Escalations.Reminders {
		if r.Unit == p.Unit {
			m := p.matter("催办", "reminder", r.On, string(r.About), p.T("催办", "sent"))
			m.State, m.Ended = p.T("已发出", "sent"), true
			list = append(list, m)
		}
	}
	for _, t := range p.Campaign.Escalations.Talks {
		if t.Unit == p.Unit {
			m := p.matter("约谈", "talk", t.On, string(t.With)+p.T(":", ": ")+string(t.Summary), p.T("约谈", "held"))
			m.State, m.Ended = p.T("已约谈", "held"), true
			list = append(list, m)
		}
	}
	return list
}

func (p *paper) notices() []matter {
	var list []matter
	for _, n := range p.Campaign.Escalations.Notices {
		if n.Unit != p.Unit {
			continue
		}
		facts := make([]string, len(n.Facts))
		for i, f := range n.Facts {
			facts[i] = string(f)
		}
		m := p.matter("通报", "notice", n.On, strings.Join(facts, "\n"), p.T("拟稿", "drafted"))
		for _, c := range n.Comments {
			word := p.T("陈述意见:有异议", "comment: objects")
			if c.Accepts {
				word = p.T("陈述意见:认可", "comment: accepts")
			}
			m.then(word, &c.Stamp)
		}
		m.then(p.T("通报", "issued"), n.Issued)
		m.then(p.T("复核撤销", "revoked on review"), n.Revoked)
		switch {
		case n.Revoked != nil:
			m.State, m.Ended = p.T("已撤销", "revoked"), true
		case n.Issued != nil:
			m.State, m.Ended = p.T("已通报 ", "issued ")+clean(n.Number), true
		default:
			m.State = p.T("征求意见,至 ", "for comment until ") + string(n.CommentBy)
		}
		list = append(list, m)
	}
	return list
}

func (p *paper) cards() []matter {
	var list []matter
	for _, c := range p.Campaign.Escalations.Cards {
		if c.Unit != p.Unit {
			continue
		}
		m := p.matter("赋牌", "card", c.On, c.Reason, fmt.Sprintf(p.T("提请%s牌", "%s card proposed"), p.word(string(c.Colour))))
		m.State = p.T(cardStates[c.State], string(c.State))
		if c.State == projections.CardInForce {
			m.Colour, m.State = c.Colour, fmt.Sprintf(p.T("%s牌,至 %s", "%s card until %s"), p.word(string(c.Colour)), c.Grant.Until)
		}
		m.Ended = c.State != projections.CardProposed && c.State != projections.CardInForce && c.State != projections.CardReturned
		m.then(p.decision(c), c.Decided)
		m.then(p.T("申请摘牌", "removal applied for"), c.Application)
		m.then(p.T("摘牌", "removed"), c.Removed)
		list = append(list, m)
	}
	return list
}

// decision is what the authority decided on a proposal.
func (p *paper) decision(c *projections.Card) string {
	switch {
	case c.Grant != nil:
		return fmt.Sprintf(p.T("赋%s牌", "%s card granted"), p.word(string(c.Colour)))
	case c.State == projections.CardReturned:
		return p.T("退回补正", "returned")
	}
	return p.T("不予赋牌", "refused")
}

func (p *paper) reviews() []matter {
	var list []matter
	for _, r := range p.Campaign.Escalations.Reviews {
		if r.Unit != p.Unit {
			continue
		}
		m := p.matter("复核", "review", r.On, p.T("所涉:", "of ")+p.ref(r.Of), p.T("申请复核", "asked for"))
		m.State = p.T("待复核", "undecided")
		if r.Decided != nil {
			m.State, m.Ended = p.word(string(r.Outcome)), true
			m.then(p.T("复核决定:", "decided: ")+m.State, r.Decided)
		}
		list = append(list, m)
	}
	return list
}

func (p *paper) claims() []matter {
	var list []matter
	for _, c := range p.Campaign.Escalations.Claims {
		if c.Unit != p.Unit {
			continue
		}
		m := p.matter("容错", "tolerance", c.On, p.T("所涉:", "of ")+p.ref(c.Of), p.T("容错申请", "claimed"))
		m.State = p.T("待认定", "not judged")
		if c.Judged != nil {
			m.State, m.Ended = p.T("不予容错", "refused"), true
			if c.Accepted {
				m.State = p.T("予以容错", "accepted")
			}
			m.then(p.T("认定:", "judged: ")+m.State, c.Judged)
		}
		list = append(list, m)
	}
	return list
}

func (p *paper) repairs() []matter {
	var list []matter
	for _, r := range p.Campaign.Escalations.Repairs {
		if r.Unit != p.Unit {
			continue
		}
		m := p.matter("整改", "rectification", r.On, p.T("所涉:", "of ")+p.ref(r.Of), p.T("整改报告", "filed"))
		m.State = p.T("待认可", "not accepted yet")
		m.then(p.T("整改认可", "accepted"), r.Accepted)
		m.then(p.T("整改退回", "returned"), r.Returned)
		switch {
		case r.Accepted != nil:
			m.State, m.Ended = p.T("已认可", "accepted"), true
		case r.Returned != nil:
			m.State = p.T("已退回", "returned")
		}
		list = append(list, m)
	}
	return list
}
