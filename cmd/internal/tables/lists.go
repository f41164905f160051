package tables

import (
	"strings"
	"time"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"
)

var shanghai = ledger.Shanghai

// Names are the tables that there are.
func Names() []string {
	var names []string
	for _, t := range made {
		names = append(names, t.name)
	}
	return names
}

// Of makes a table of a campaign at an instant; false where there is none of the name.
func Of(name string, c *projections.Campaign, at time.Time, l projections.Lang) (Table, bool) {
	for _, t := range made {
		if t.name == name {
			return t.make(c, at, l), true
		}
	}
	return Table{}, false
}

var made = []struct {
	name string
	make func(*projections.Campaign, time.Time, projections.Lang) Table
}{
	{"tasks", tasks}, {"units", units}, {"milestones", milestones}, {"targets", targets}, {"directives", directives}, {"cards", cards},
}

func tasks(c *projections.Campaign, at time.Time, l projections.Lang) Table {
	t := Table{Title: l.Pick("任务清单", "Tasks"), Heads: []string{l.Pick("编号", "id"), l.Pick("任务", "task"), l.Pick("行动", "action"), l.Pick("牵头单位", "lead unit"),
		l.Pick("责任单位", "responsible units"), l.Pick("灯", "light"), l.Pick("应达(%)", "due (%)"), l.Pick("实际(%)", "actual (%)"), l.Pick("所报(%)", "claimed (%)"),
		l.Pick("节点超期(天)", "days late"), l.Pick("连续缺报(期)", "reports missed"), l.Pick("依据", "expression"), l.Pick("方案条目", "article")}}
	for _, task := range c.TaskList() {
		if task.Assigned.At.After(at) {
			continue
		}
		s := c.Judge(task, at)
		colour, _ := l.StatusWords(s)
		t.Rows = append(t.Rows, []any{string(task.ID), s.Name, string(task.Given.Action), unitName(c, task.Lead, at), unitNames(c, task.ResponsibleAt(at), at), colour,
			s.Figures.Planned, s.Figures.Actual, s.Figures.Claimed, s.Figures.LateDays, s.Figures.ReportsMissed, s.Expression, string(task.Given.Cite)})
	}
	return t
}

func unitName(c *projections.Campaign, id ledger.UnitID, at time.Time) string {
	p, ok := c.Units.Unit(id)
	if !ok {
		return string(id)
	}
	return p.NameAt(ledger.DateOf(at))
}

// partyName is a party with its name of the day; what has no name has its id.
func partyName(c *projections.Campaign, id ledger.PartyID, at time.Time) string {
	p, ok := c.Units.Parties[id]
	if !ok {
		return string(id)
	}
	return p.NameAt(ledger.DateOf(at)) + "(" + string(id) + ")"
}

func unitNames(c *projections.Campaign, ids []ledger.UnitID, at time.Time) string {
	var names []string
	for _, id := range ids {
		names = append(names, unitName(c, id, at))
	}
	return strings.Join(names, "、")
}

func units(c *projections.Campaign, at time.Time, l projections.Lang) Table {
	t := Table{Title: l.Pick("单位", "Units"), Heads: []string{l.Pick("编号", "id"), l.Pick("单位", "unit"), l.Pick("成员", "member"), l.Pick("牵头任务", "leads"),
		l.Pick("未结交办", "directives open"), l.Pick("超期交办", "overdue"), l.Pick("催办", "reminders"), l.Pick("通报", "notices"), l.Pick("在册赋牌", "cards in force"), l.Pick("名下记录", "records")}}
	for _, id := range c.UnitList() {
		s := c.UnitAt(id, at)
		var leads []string
		for _, x := range s.Tasks {
			leads = append(leads, string(x.Task))
		}
		words := strings.Join(leads, "、")
		if s.NoLeadTask {
			words = l.Pick("无牵头任务", "no lead task")
		}
		t.Rows = append(t.Rows, []any{string(id), s.Name, l.Pick(map[bool]string{true: "是", false: "否"}[s.Member], map[bool]string{true: "yes", false: "no"}[s.Member]), words, s.Directives.Open, s.Directives.Overdue, s.Reminders, s.Notices, s.Cards[projections.CardInForce], s.Trail})
	}
	return t
}

func milestones(c *projections.Campaign, at time.Time, l projections.Lang) Table {
	t := Table{Title: l.Pick("节点", "Milestones"), Heads: []string{l.Pick("任务", "task"), l.Pick("牵头单位", "lead unit"), l.Pick("节点", "milestone"), l.Pick("应达(%)", "due (%)"),
		l.Pick("原时限", "first date"), l.Pick("现时限", "date"), l.Pick("完成", "reached"), l.Pick("记录", "record")}}
	for _, task := range c.TaskList() {
		for i := range task.Milestones {
			m := &task.Milestones[i]
			if m.At.After(at) {
				continue
			}
			var reached any
			if m.Reached != nil && !m.Reached.At.After(at) {
				reached = string(m.On)
			}
			t.Rows = append(t.Rows, []any{string(task.ID), unitName(c, task.Lead, at), m.Name, m.Percent, string(m.Dues[0].Date), string(m.DueAt(at).Date), reached, m.Sequence})
		}
	}
	return t
}

func targets(c *projections.Campaign, at time.Time, l projections.Lang) Table {
	t := Table{Title: l.Pick("目标", "Targets"), Heads: []string{l.Pick("目标", "target"), l.Pick("任务", "task"), l.Pick("对象", "subject"), l.Pick("类型", "shape"), l.Pick("要求", "goal"),
		l.Pick("所报", "claimed"), l.Pick("核定", "verified"), l.Pick("读数", "figure"), l.Pick("待明确", "open"), l.Pick("方案条目", "article")}}
	for _, x := range c.Targets(at) {
		var open []string
		for _, q := range x.Open {
			if q.Settled == 0 {
				open = append(open, q.Text)
			}
		}
		t.Rows = append(t.Rows, []any{string(x.Target), string(x.Task), x.Subject, report.Word(string(x.Shape), l), x.Goal, l.TargetWords(x.Claimed), l.TargetWords(x.Verified), x.Figure, strings.Join(open, ";"), x.Cite})
	}
	return t
}

func directives(c *projections.Campaign, at time.Time, l projections.Lang) Table {
	t := Table{Title: l.Pick("交办督办", "Directives"), Heads: []string{l.Pick("记录", "record"), l.Pick("单位", "unit"), l.Pick("任务", "task"), l.Pick("交办内容", "what is asked"),
		l.Pick("现状", "state"), l.Pick("轮到", "whose move"), l.Pick("时限", "due"), l.Pick("交办时间", "issued")}}
	for _, d := range c.DirectiveList(projections.DirectiveQuery{}, at) {
		text := d.Text
		if c.Sealings.Statement(d.ID) {
			text = l.Pick("(已密封)", "(sealed)")
		}
		t.Rows = append(t.Rows, []any{d.Sequence, unitName(c, d.Unit, at), string(d.Task), text, l.DirectiveWords(d.State), whose(c, d, at, l), string(d.Due), day(d.Issued)})
	}
	return t
}

// whose is whose move a directive is.
func whose(c *projections.Campaign, d projections.DirectiveStatus, at time.Time, l projections.Lang) string {
	switch d.Whose {
	case projections.UnitSide:
		return unitName(c, c.Units.Acting(d.Unit, ledger.DateOf(at)), at)
	case projections.HeadquartersSide:
		return l.Pick("指挥部", "headquarters")
	}
	return ""
}

func cards(c *projections.Campaign, at time.Time, l projections.Lang) Table {
	t := Table{Title: l.Pick("赋牌登记", "Cards"), Heads: []string{l.Pick("提请记录", "proposal"), l.Pick("单位", "unit"), l.Pick("任务", "task"), l.Pick("牌色", "colour"), l.Pick("现状", "state"),
		l.Pick("责任", "duty"), l.Pick("期限", "until"), l.Pick("摘牌标准", "criteria"), l.Pick("验收主体", "accepts"), l.Pick("复查时限", "look by"), l.Pick("摘牌", "removed")}}
	for _, x := range c.CardList(at) {
		var criteria []string
		for _, k := range x.Criteria {
			criteria = append(criteria, string(k))
		}
		var removed any
		if x.Removed != nil {
			removed = day(x.Removed.At)
		}
		t.Rows = append(t.Rows, []any{x.Proposed.Sequence, unitName(c, x.Unit, at), string(x.Task), report.Word(string(x.Colour), l), report.CardWord(x.State, l), x.Duty, string(x.Until), strings.Join(criteria, ";"),
			partyName(c, x.Accepts, at), string(x.LookBy), removed})
	}
	return t
}

// Ledger (台账) is a table of statements: a unit's, or a task's. Those that are sealed
// keep their place and show nothing.
func Ledger(title string, c *projections.Campaign, at time.Time, events []ledger.Event, l projections.Lang) Table {
	t := Table{Title: title, Heads: []string{l.Pick("序号", "seq"), l.Pick("记录时间", "recorded"), l.Pick("所称时间", "claimed"), l.Pick("种类", "kind"), l.Pick("提交", "by"),
		l.Pick("单位", "unit"), l.Pick("任务", "task"), l.Pick("补录", "declared history"), l.Pick("内容", "says"), l.Pick("编号", "id")}}
	gist := report.Gist(c, at, l)
	for _, e := range events {
		says, declared := gist(e), any(nil)
		if h, ok := e.Body.(*ledger.HistoryDeclared); ok {
			declared = l.Pick("补录 ", "of ") + string(h.Occurred)
		}
		if c.Sealings.Statement(e.ID) {
			says = l.Pick("(已密封)", "(sealed)")
		}
		t.Rows = append(t.Rows, []any{e.Sequence, day(e.Recorded), day(e.Time), l.Pick(e.Kind.Name(), string(e.Kind)), partyName(c, e.Source, at), unitName(c, e.Statement.Unit, at),
			string(e.Statement.Task), declared, says, e.ID.String()})
	}
	return t
}
