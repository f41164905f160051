package seeds

import (
	"fmt"

	"ducha/ledger"
)

// The plan as it is said in statements.

// assignment is a task as the office gives it to its lead unit.
type assignment struct {
	id   ledger.TaskID
	lead ledger.UnitID
	body ledger.TaskAssigned
}

func assignments(p Plan) []assignment {
	actions := map[string]string{}
	for _, a := range p.Actions {
		actions[a.ID] = a.Name
	}
	var list []assignment
	for _, t := range p.Tasks {
		body := ledger.TaskAssigned{Name: ledger.Line(t.Name), NameEN: ledger.Line(t.NameEN), Action: ledger.Line(actions[t.Action]), Aliases: lines(t.Aliases), Responsible: t.Responsible, Cite: ledger.Line(t.Cite)}
		for _, m := range t.Measures {
			body.Measures = append(body.Measures, ledger.Measure{ID: m.ID, Name: ledger.Line(m.Name), Cite: ledger.Line(m.Cite)})
		}
		list = append(list, assignment{t.ID, t.Lead, body})
	}
	return list
}

// unitsOf are the plan's units as the office registers them: members, and those
// that are responsible for a task without being one.
func unitsOf(p Plan) []ledger.UnitRegistered {
	var list []ledger.UnitRegistered
	for _, u := range p.Units {
		list = append(list, ledger.UnitRegistered{Party: ledger.PartyID("units/" + u.ID), Name: ledger.Line(u.Name), NameEN: ledger.Line(u.NameEN),
			Member: u.Role != "responsible", Aliases: lines(u.Aliases), Cite: ledger.Line(u.Cite)})
	}
	return list
}

// target is a goal as it is set for its task.
func target(t Target) ledger.TargetSet {
	body := ledger.TargetSet{Target: t.ID, Subject: ledger.Line(t.Subject), Shape: t.Shape, Op: ledger.Line(t.Op), Value: t.Value,
		Unit: ledger.Line(t.Unit), Period: ledger.Line(t.Period), Inferred: t.Inferred, Open: lines(t.Open), Cite: ledger.Line(t.Cite), Base: ledger.Line(t.Base)}
	for _, p := range t.Parts {
		body.Measures = append(body.Measures, ledger.Measure{ID: p.ID, Name: ledger.Line(p.Name), Cite: ledger.Line(p.Cite)})
	}
	if t.Each != nil {
		body.Each = &ledger.Condition{Op: ledger.Line(t.Each.Op), Value: t.Each.Value, Unit: ledger.Line(t.Each.Unit)}
	}
	return body
}

// question is a question of the plan as it is raised.
func question(q Question) ledger.QuestionRaised {
	return ledger.QuestionRaised{Question: q.ID, About: q.About, Text: ledger.Text(q.Text), Cite: ledger.Line(q.Cite)}
}

func lines(list []string) []ledger.Line {
	var out []ledger.Line
	for _, s := range list {
		out = append(out, ledger.Line(s))
	}
	return out
}

// answers settle the plan's open questions for the demo; day is when, by month
// and day.
var answers = map[ledger.LocalID]struct {
	month, day int
	text       ledger.Text
}{
	"W01": {0, 5, "两种写法指同一事项,台账照录原文,另一写法列为别名。"},
	"W02": {0, 5, "照录原文,国家名称列为别名。"},
	"W03": {2, 12, "两处所指为羊狮慕同一创建事项,按其创建进展判断。"},
	"W04": {0, 5, "先在试点乡镇实施,验收后向全市推开;2024年按试点、2025年按推开设节点。"},
	"W05": {7, 13, "为同一次考核,结果由高新区报送一次,两个目标共用。"},
	"W06": {0, 5, "台账以2024年1月至2025年12月为攻坚期。"},
	"W07": {5, 11, "AAA 级公司不计入 AA+ 级公司数。"},
	"W08": {0, 5, "人数、收入各以2022年为基期翻一番,报送时取两项中较低者。"},
	"W09": {3, 18, "报请人大审议批准期间,难点经受理后暂停计时,等待天数公开可见。"},
	"W10": {6, 16, "由市发改委汇总报送。"},
	"W11": {4, 14, "以市级下达的名单为准,由市国资委逐县核实,报送最低者。"},
	"W12": {0, 5, "以指挥部审定并签发的口径为准,口径可查可换。"},
}

// clarify puts the answers on the agenda of their days.
func (w *world) clarify() {
	for _, q := range w.plan.Questions {
		a, ok := answers[q.ID]
		if !ok {
			panic(fmt.Sprintf("seeds: question %s of the plan has no answer", q.ID)) // held by a test
		}
		// The day after the opening, at the earliest: then it is on record.
		w.on(max(w.day(a.month, a.day), w.workday(w.today(), 1)), func() {
			say(w, office, ledger.HQ, "", ledger.ClarificationIssued{Question: q.ID, About: q.About, Answer: a.text,
				Basis: "办公室研究并报指挥长同意"}, "a question of the plan is settled in the open")
		})
	}
}
