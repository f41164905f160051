package report

import (
	"fmt"
	"strings"

	"ducha/ledger"
	"ducha/projections"

	"github.com/xuri/excelize/v2"
)

// ReviewWorkbook writes a review as an XLSX workbook: the totals, the units, what was
// due, the directives, what was called to account, and the statements that all of it
// rests on.
func ReviewWorkbook(in ReviewInput) ([]byte, error) {
	v, err := newReview(in)
	if err != nil {
		return nil, err
	}
	return v.workbook(excelize.DocProperties{
		Title: v.Name + " " + v.Span, Subject: v.Title, Description: fmt.Sprintf("%s; %d; %s", v.Review.Version, v.Review.Sequence, v.Digest),
	}, func(*book) []sheet {
		return []sheet{v.overviewSheet(), v.unitSheet(), v.targetSheet(), v.dueSheet(), v.directiveSheet(), v.measureSheet(), v.sourceSheet()}
	})
}

// sources is the last column of every sheet.
func (v *review) sources() head { return head{v.T("依据(记录号)", "From records"), 40} }

// overviewSheet (总览) says what this is, how it is verified, and the sums.
func (v *review) overviewSheet() sheet {
	r, sums := v.Review, v.Review.Totals.Sums
	s := sheet{name: v.T("总览", "Overview"), portrait: true, heads: []head{{v.T("事项", "Item"), 26}, {v.T("数值", "Value"), 44}, v.sources()}}
	row := func(zh, en string, value any, from ...uint64) {
		s.rows = append(s.rows, []any{cell{label, v.T(zh, en)}, value, v.list(from...)})
	}
	row("攻坚战", "Campaign", fmt.Sprintf(v.T("%s(%s)", "%s (%s)"), v.Title, r.Campaign), r.Charter)
	row("期间", "Period", v.Span)
	row("所知截至", "As of", on(r.AsOf))
	if r.Hindsight {
		row("评判", "Judged", v.T("各日以事后所知评判", "days judged with hindsight"))
	}
	row("截至记录", "Up to", v.number(r.Sequence))
	row("计时", "Clock", v.ClockWords())
	row("摘要(SHA-256)", "Digest (SHA-256)", cell{mono, string(v.Digest)})
	if i := v.Issued; i != nil {
		row("出具", "Issued", fmt.Sprintf(v.T("%s,%s(%s)", "%s, %s (%s)"), i.Who, i.On, i.Record))
	}
	row("怎样核验", "How to verify", cell{mono, v.Command()})
	for _, p := range r.Policies {
		row("口径", "Policy", fmt.Sprintf(v.T("%s,%s 起施行", "%s, in force from %s"), clean(p.Name), p.InForce), p.Sequence)
	}
	tally := func(zh, en string, t projections.Tally) { row(zh, en, t.Count, t.From...) }
	row("单位 / 任务", "Units / tasks", fmt.Sprintf("%d / %d", r.Totals.Units, r.Totals.Tasks))
	for i, l := range sums.Lights {
		colour, means := v.Lang.LightWords(ledger.Light(l.Is))
		row("期末灯:"+colour+"·"+means, "At the end: "+colour+" · "+means, fmt.Sprintf(v.T("%d(期初 %d)", "%d (%d at the beginning)"), l.Count, sums.Before[i].Count), l.From...)
	}
	for _, e := range sums.Evidence {
		row("进度依据:"+v.evidence(projections.Evidenced(e.Is)), "Progress: "+v.evidence(projections.Evidenced(e.Is)), e.Count, e.From...)
	}
	for i, x := range sums.Claimed {
		word, found := v.target(x.Is), sums.Verified[i]
		row("目标(所报):"+word, "Targets, claimed: "+word, x.Count, x.From...)
		row("目标(核定):"+word, "Targets, verified: "+word, found.Count, found.From...)
	}
	tally("月报应报", "Reports owed", sums.Reports.Due)
	tally("月报按期", "Reports on time", sums.Reports.OnTime)
	tally("月报迟报", "Reports late", sums.Reports.Late)
	tally("月报缺报", "Reports missed", sums.Reports.Missed)
	tally("节点到期", "Milestones due", sums.Milestones.Due)
	tally("节点按期", "Milestones on time", sums.Milestones.OnTime)
	tally("节点逾期完成", "Milestones late", sums.Milestones.Late)
	tally("节点逾期未完成", "Milestones missed", sums.Milestones.Missed)
	row("等待协调(天)", "Days waited", sums.WaitedDays, sums.WaitedFrom...)
	row("其中等待外部机关(天)", "Of them on outside bodies", sums.Outside, sums.WaitedFrom...)
	row("待指挥部研究(天)", "Days undecided", sums.Undecided, sums.WaitedFrom...)
	tally("月度工作例会", "Monthly meetings", r.Totals.Meetings)
	tally("调度会", "Meetings as needed", r.Totals.Convened)
	tally("交办", "Directives issued", sums.Directives.Issued)
	tally("交办超期", "Directives overdue", sums.Directives.Overdue)
	row("签收平均用时", "Mean time to sign for", v.mean(sums.Directives.Signing), sums.Directives.Signing.From...)
	row("首次反馈平均用时", "Mean time to answer", v.mean(sums.Directives.Answering), sums.Directives.Answering.From...)
	row("审核反馈平均用时", "Mean time to decide on an answer", v.mean(sums.Directives.Deciding), sums.Directives.Deciding.From...)
	tally("督查立项", "Inspections", r.Totals.Inspections)
	tally("督查结论", "Inspections concluded", r.Totals.Concluded)
	tally("结论异议", "Conclusions contested", r.Totals.Contested)
	tally("结论复核", "Conclusions reviewed", r.Totals.Reviewed)
	for _, m := range append(v.looked(sums.Measures), v.measured(sums.Measures)...) {
		row(m.Word, m.Word, m.Count, m.From...)
	}
	return s
}

// unitSheet (各单位) has one row a task, and one for a unit without.
func (v *review) unitSheet() sheet {
	s := sheet{name: v.T("各单位", "Units"), filter: true, heads: []head{
		{v.T("单位", "Unit"), 20}, {v.T("编号", "No."), 8}, {v.T("任务", "Task"), 26}, {v.T("期初", "Before"), 8}, {v.T("期末", "Light"), 12},
		{v.T("应达", "Planned"), 9}, {v.T("所报", "Claimed"), 9}, {v.T("核实", "Verified"), 9}, {v.T("差", "Gap"), 8}, {v.T("进度依据", "Rests on"), 16},
		{v.T("绿灯天数", "Days green"), 8}, {v.T("黄灯天数", "Days yellow"), 8}, {v.T("红灯天数", "Days red"), 8}, {v.T("灰灯天数", "Days grey"), 8}, {v.T("蓝灯天数", "Days blue"), 8},
		{v.T("为何", "Why"), 40}, {v.T("年度计划", "Annual plan"), 16}, {v.T("缺席会议", "Meetings missed"), 9}, v.sources(),
	}}
	for _, u := range v.About {
		plans, from := "", u.Absent.From
		for _, p := range u.Plans {
			plans += fmt.Sprintf("%d %s\n", p.Year, v.plan(p.State))
			from = append(from, p.From...)
		}
		plans = strings.TrimSpace(plans)
		if u.NoLeadTask {
			s.rows = append(s.rows, []any{u.Name, "", v.T("无牵头任务:不评价好坏", "leads no task: neither good nor bad"), "", "", nil, nil, nil, nil, "", nil, nil, nil, nil, nil, "", plans, u.Absent.Count, v.list(append(from, u.Registered)...)})
		}
		for _, t := range u.Tasks {
			s.rows = append(s.rows, v.unitRow(u, t, plans, from))
		}
	}
	return s
}

func (v *review) unitRow(u aboutUnit, t aboutTask, plans string, from []uint64) []any {
	claimed, verified, gap := cell{percent, nil}, cell{percent, nil}, cell{percent, nil}
	all := append(append([]uint64{t.Status.Policy}, t.Status.From...), from...)
	if p := t.Progress.Claimed; p != nil {
		claimed.value, all = p.Percent, append(all, p.From...)
	}
	if p := t.Progress.Verified; p != nil {
		verified.value, gap.value, all = p.Percent, p.Gap, append(all, p.From...)
	}
	days := map[ledger.Light]int{}
	for _, l := range t.Lights {
		days[l.Light] = l.Days
		all = append(all, l.From...)
	}
	why := v.why(t)
	if t.Status.Expression != "" {
		why += "\n" + v.T("依据口径:", "by the policy: ") + t.Status.Expression
	}
	return []any{u.Name, string(t.Task), t.Name, t.Before, cell{lightLook(t.Status.Light), t.Colour + v.T("·", " · ") + t.Means},
		cell{percent, t.Status.Figures.Planned}, claimed, verified, gap, v.evidence(t.Progress.Evidence),
		days[ledger.Green], days[ledger.Yellow], days[ledger.Red], days[ledger.Grey], days[ledger.Blue], why, plans, u.Absent.Count, v.list(compact(all)...)}
}

// targetSheet (目标) has every target in its own shape; there is no percentage.
func (v *review) targetSheet() sheet {
	s := sheet{name: v.T("目标", "Targets"), filter: true, heads: []head{
		{v.T("单位", "Unit"), 20}, {v.T("任务", "Task"), 8}, {v.T("编号", "No."), 8}, {v.T("目标", "Target"), 30}, {v.T("要求", "Asked for"), 20},
		{v.T("最近读数与核定", "Last readings"), 44}, {v.T("所报", "Claimed"), 12}, {v.T("核定", "Verified"), 12}, {v.T("期内报送", "Reported"), 8}, {v.T("期内核定", "Judged"), 8}, v.sources(),
	}}
	for _, t := range v.Rows {
		for _, x := range t.Targets {
			from := append(append([]uint64{x.Set}, x.Reported.From...), x.Judged.From...)
			for _, r := range x.Readings {
				from = append(from, r.From...)
			}
			s.rows = append(s.rows, []any{t.Unit, string(t.Task), string(x.Target), v.subject(t.Task, x), v.goal(t.Task, x), strings.Join(v.readings(t.Task, x), "\n"), v.target(string(x.Claimed)), v.target(string(x.Verified)), x.Reported.Count, x.Judged.Count, v.list(compact(from)...)})
		}
	}
	return s
}

// dueSheet (时限) has every report and milestone that was due.
func (v *review) dueSheet() sheet {
	s := sheet{name: v.T("时限", "Deadlines"), filter: true, heads: []head{
		{v.T("单位", "Unit"), 20}, {v.T("编号", "No."), 8}, {v.T("任务", "Task"), 24}, {v.T("类别", "Kind"), 8}, {v.T("期次或节点", "Month or milestone"), 26},
		{v.T("时限", "Due"), 12}, {v.T("原定", "First"), 12}, {v.T("完成", "Came"), 12}, {v.T("情况", "How"), 11}, {v.T("逾期天数", "Days late"), 9}, {v.T("等待天数", "Days waited"), 9}, v.sources(),
	}}
	for _, t := range v.Rows {
		for _, x := range t.Reports.Rows {
			s.rows = append(s.rows, []any{t.Unit, string(t.Task), t.Name, v.T("月报", "report"), string(x.Period), on(x.Due), on(""), on(x.Filed), v.state(x.State, true), nil, nil, v.list(x.From...)})
		}
		for _, x := range t.Milestones.Rows {
			s.rows = append(s.rows, []any{t.Unit, string(t.Task), t.Name, v.T("节点", "milestone"), v.milestone(t.Task, x.Milestone), on(x.Due), on(x.First), on(x.Reached), v.state(x.State, false), x.LateDays, x.Waited, v.list(x.From...)})
		}
	}
	return s
}

// state is how something came, in red where it is late.
func (v *review) state(s projections.Timely, isReport bool) any {
	word := v.timely(s, isReport)
	if s == projections.Late || s == projections.Missed {
		return cell{late, word}
	}
	return word
}

// directiveSheet (调度) has the directives of the period.
func (v *review) directiveSheet() sheet {
	s := sheet{name: v.T("调度", "Dispatch"), filter: true, heads: []head{
		{v.T("单位", "Unit"), 20}, {v.T("编号", "No."), 8}, {v.T("任务", "Task"), 24}, {v.T("交办(记录号)", "Directive"), 10}, {v.T("交办日期", "Issued"), 12},
		{v.T("反馈时限", "Answer by"), 12}, {v.T("签收", "Signed for"), 12}, {v.T("签收用时(工作日)", "Working days"), 10}, {v.T("首次反馈", "Answered"), 12},
		{v.T("反馈用时(工作日)", "Working days"), 10}, {v.T("退回次数", "Returned"), 8}, {v.T("审核最长用时(工作日)", "Longest decision"), 10}, {v.T("办结", "Accepted"), 12}, {v.T("现状", "State"), 12}, v.sources(),
	}}
	step := func(x *projections.ReviewStep) (any, any) {
		if x == nil {
			return on(""), nil
		}
		return on(x.On), x.Days
	}
	for _, t := range v.Rows {
		for _, x := range t.Directives.Rows {
			signed, signing := step(x.Signed)
			answered, answering := step(x.Answered)
			deciding := 0
			for _, d := range x.Decided {
				deciding = max(deciding, d.Days)
			}
			if x.SignLate {
				signing = cell{late, signing}
			}
			if x.AnswerLate {
				answering = cell{late, answering}
			}
			state := any(v.T(directiveStates[x.State], string(x.State)))
			if x.Overdue {
				state = cell{late, fmt.Sprint(state) + v.T("(超期)", " (overdue)")}
			}
			s.rows = append(s.rows, []any{t.Unit, string(t.Task), t.Name, x.Sequence, on(x.Issued), on(x.AnswerBy), signed, signing, answered, answering, x.Returned, deciding, on(x.Accepted), state, v.list(x.From...)})
		}
	}
	return s
}

// measureSheet (问责) has what was found and done, where anything was.
func (v *review) measureSheet() sheet {
	s := sheet{name: v.T("问责", "Accountability"), filter: true, heads: []head{
		{v.T("单位", "Unit"), 20}, {v.T("编号", "No."), 8}, {v.T("任务", "Task"), 26}, {v.T("事项", "What"), 18}, {v.T("次数", "Count"), 8}, v.sources(),
	}}
	for _, t := range v.Rows {
		for _, m := range append(v.looked(t.Measures), v.measured(t.Measures)...) {
			if m.Count > 0 {
				s.rows = append(s.rows, []any{t.Unit, string(t.Task), t.Name, m.Word, m.Count, v.list(m.From...)})
			}
		}
	}
	return s
}

// sourceSheet (依据) has every statement that a figure names.
func (v *review) sourceSheet() sheet {
	s := sheet{name: v.T("依据", "Records"), filter: true, heads: []head{
		{v.T("记录号", "Record"), 9}, {v.T("记录时间", "Recorded"), 20}, {v.T("所称时间", "Claimed"), 20}, {v.T("事项", "Kind"), 15}, {v.T("任务", "Task"), 8},
		{v.T("发言主体", "Who spoke"), 22}, {v.T("内容", "What it says"), 70}, {v.T("陈述编号", "Statement id"), 38},
	}}
	for _, x := range v.Statements {
		s.rows = append(s.rows, []any{x.Sequence, x.Recorded, x.Claimed, x.Kind, string(x.Task), x.Who, v.gist(x), cell{mono, x.ID.String()}})
	}
	return s
}
