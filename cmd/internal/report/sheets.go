package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"ducha/ledger"
)

func (b *book) sheets() []sheet {
	return []sheet{b.about(), b.register(), b.history(), b.loops(), b.escalations()}
}

// about (说明) says what this is and how it is verified.
func (b *book) about() sheet {
	row := func(zh, en string, value any) []any { return []any{cell{label, b.T(zh, en)}, value} }
	c := b.Campaign.Charter
	rows := [][]any{
		row("单位", "Unit", fmt.Sprintf(b.T("%s(%s)", "%s (%s)"), b.Name, b.Unit)),
		row("攻坚战", "Campaign", fmt.Sprintf(b.T("%s(%s)", "%s (%s)"), b.Title, c.Campaign)),
		row("攻坚期", "Term", string(c.From)+b.T(" 至 ", " to ")+string(c.To)),
		row("评判时刻(北京时间)", "As of (Asia/Shanghai)", cell{instant, b.At}),
		row("计时", "Clock", b.ClockWords()),
		row("台账立于", "The ledger stood at", b.number(b.Sequence)),
		row("本单位记录数", "Records of this unit", cell{wrapped, len(b.Events)}),
		row("链首", "Head of the unit's chain", cell{mono, b.Head.String()}),
		row("牵头任务", "Leads", b.leads()),
		row("根公钥编号", "Root key id", cell{mono, string(b.Root)}),
		row("怎样核验", "How to verify", cell{mono, b.Command()}),
	}
	for i, text := range b.Advice() {
		rows = append(rows, row(fmt.Sprintf("核验说明 %d", i+1), fmt.Sprintf("Advice %d", i+1), text))
	}
	return sheet{name: b.T("说明", "About"), portrait: true, rows: rows, heads: []head{{b.T("事项", "Item"), 24}, {b.T("内容", "Content"), 84}}}
}

// leads counts the tasks by their lights, in words.
func (b *book) leads() string {
	if b.Status.NoLeadTask {
		return b.T("无牵头任务", "leads no task")
	}
	text := fmt.Sprintf(b.T("%d 项", "%d tasks"), len(b.Tasks))
	for _, l := range b.Lights() {
		text += fmt.Sprintf(b.T(",%s %d 项", ", %s %d"), l.Word, l.Count)
	}
	return text
}

// register (台账) has one row a task.
func (b *book) register() sheet {
	s := sheet{name: b.T("台账", "Register"), filter: true, heads: []head{
		{b.T("编号", "No."), 8}, {b.T("任务", "Task"), 28}, {b.T("方案条目", "Article"), 14}, {b.T("所处阶段", "Stage"), 9},
		{b.T("完成时限", "Deadline"), 12}, {b.T("下一节点", "Next milestone"), 20}, {b.T("节点时限", "Due"), 12},
		{b.T("应达", "Planned"), 9}, {b.T("实际", "Actual"), 9}, {b.T("灯", "Light"), 11}, {b.T("超期天数", "Days late"), 9},
		{b.T("为何", "Why"), 44}, {b.T("数据出自", "From records"), 24}, {b.T("存疑", "In doubt"), 22},
	}}
	for _, t := range b.Tasks {
		next, due := "", on("")
		if t.Next != nil {
			next, due = fmt.Sprintf(b.T("%s(应达 %g%%)", "%s (%g%%)"), t.Next.Name, t.Next.Percent), on(t.Next.Due)
		}
		doubts := ""
		for i, d := range t.Doubts {
			if i > 0 {
				doubts += "\n"
			}
			doubts += clean(d)
		}
		s.rows = append(s.rows, []any{string(t.Task), t.Name, t.Cite, t.Stage, on(t.Deadline), next, due,
			cell{percent, t.Figures.Planned}, cell{percent, t.Figures.Actual},
			cell{lightLook(t.Light), t.Colour + b.T("·", " · ") + t.Means}, t.Figures.LateDays, t.because(b.paper), t.from(b.paper), doubts})
	}
	if len(b.Tasks) == 0 {
		s.rows = append(s.rows, []any{"", b.T("无牵头任务:不评价好坏", "leads no task: neither good nor bad"), "", "", on(""), "", on(""), nil, nil, "", nil, "", "", ""})
	}
	return s
}

// history (履历) has every statement.
func (b *book) history() sheet {
	s := sheet{name: b.T("履历", "History"), filter: true, heads: []head{
		{b.T("记录号", "Record"), 9}, {b.T("记录时间", "Recorded"), 20}, {b.T("所称时间", "Claimed"), 20}, {b.T("事项", "Kind"), 15},
		{b.T("类别", "Family"), 10}, {b.T("任务", "Task"), 8}, {b.T("发言主体", "Who spoke"), 22}, {b.T("内容", "What it says"), 70},
		{b.T("陈述编号", "Statement id"), 38}, {b.T("签名公钥", "Signed with key"), 18},
	}}
	s.rows = make([][]any, len(b.Statements))
	for i, x := range b.Statements {
		s.rows[i] = []any{x.Sequence, x.Recorded, x.Claimed, x.Kind, b.family(x.Family), string(x.Task), x.Who, b.summary(x),
			cell{mono, x.ID.String()}, cell{mono, short(string(x.Key))}}
	}
	return s
}

// loops (交办) has the directives with their loop.
func (b *book) loops() sheet {
	s := sheet{name: b.T("交办", "Directives"), filter: true, heads: []head{
		{b.T("记录号", "Record"), 9}, {b.T("任务", "Task"), 8}, {b.T("交办内容", "What is asked"), 56}, {b.T("交办日期", "Issued"), 12},
		{b.T("反馈时限", "Answer by"), 12}, {b.T("现状", "State"), 14}, {b.T("经过", "The loop"), 36},
	}}
	for _, d := range b.Directives {
		state := any(d.State)
		if d.Overdue {
			state = cell{late, d.State + b.T("(超期)", " (overdue)")}
		}
		s.rows = append(s.rows, []any{d.Sequence, string(d.Task), d.Text, on(ledger.DateOf(d.Issued)), on(d.AnswerBy), state, b.path(d.Steps)})
	}
	return s
}

// escalations (问责) has what was done about slow tasks, step by step.
func (b *book) escalations() sheet {
	s := sheet{name: b.T("问责", "Escalation"), filter: true, heads: []head{
		{b.T("记录号", "Record"), 9}, {b.T("措施", "Measure"), 10}, {b.T("任务", "Task"), 8}, {b.T("起始日期", "Since"), 12},
		{b.T("事由", "What"), 64}, {b.T("现状", "State"), 20}, {b.T("经过", "Steps"), 38},
	}}
	for _, m := range b.Matters {
		s.rows = append(s.rows, []any{m.Sequence, m.Kind, string(m.Task), on(ledger.DateOf(m.Since)), m.What, m.State, b.path(m.Steps)})
	}
	return s
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
