package seeds

import (
	"fmt"

	"ducha/ledger"
)

// late and sent back: the two units whose first annual plan goes not smoothly.
const (
	filesLate  ledger.UnitID = "nyncj"
	filesTwice ledger.UnitID = "gzw"
)

// nodeID names the k-th node of a task: the year and its number.
func nodeID(w *world, c character, k int) ledger.LocalID {
	return ledger.LocalID(fmt.Sprintf("%s-%s-%d", c.task, w.month(c.nodes[k].month)[:4], k+1))
}

// yearOf is 0 or 1, the year of the campaign that a node belongs to.
func (n node) year() int { return n.month / 12 }

// year puts the annual plans of a year (0 or 1) on the agenda of its first month.
func (w *world) year(y int) {
	seen := map[ledger.UnitID]bool{}
	for _, t := range assignments(w.plan) {
		if seen[t.lead] {
			continue
		}
		seen[t.lead] = true
		day := w.day(12*y, 7+w.rng.IntN(7))
		if y == 0 && t.lead == filesLate {
			day = w.day(2, 5)
		}
		w.on(day, func() { w.file(t.lead, y, false) })
	}
}

// file lets a unit file its annual plan; the office decides on it.
func (w *world) file(unit ledger.UnitID, y int, again bool) {
	body := ledger.AnnualPlanFiled{Year: w.month(12 * y).First().Start().Year(), Summary: "围绕牵头任务列出年度节点,明确责任科室和完成时限。"}
	for _, t := range w.campaign().TasksOf(unit) {
		c := characterOf(t.ID)
		for k, n := range c.nodes {
			if n.year() == y {
				body.KeyTasks = append(body.KeyTasks, ledger.PlanItem{Task: t.ID, Milestone: nodeID(w, c, k), Name: n.name,
					Due: w.due(n), Percent: ledger.Percent(n.percent)})
			}
		}
	}
	if again {
		body.Summary = "按退回意见补充了责任科室、量化节点和佐证清单。"
	}
	note := "an annual plan"
	if w.today() > w.day(12*y, 31) {
		note = "an annual plan, filed late"
	}
	ref := say(w, ledger.PartyID("units/"+unit), unit, "", body, note)
	if y == 0 && unit == filesTwice && !again {
		w.in(2, func() {
			say(w, office, unit, "", ledger.AnnualPlanReturned{Plan: ref, Reason: "节点过粗,未明确责任科室,请细化后重报。"}, "an annual plan returned")
			w.in(3, func() { w.file(unit, y, true) })
		})
		return
	}
	w.in(2+w.rng.IntN(2), func() { w.approve(unit, y, ref) })
}

// approve accepts a plan and sets its milestones.
func (w *world) approve(unit ledger.UnitID, y int, plan ledger.Ref) {
	approved := ledger.AnnualPlanApproved{Plan: plan}
	tasks := w.campaign().TasksOf(unit)
	for _, t := range tasks {
		if characterOf(t.ID).silent == y+1 {
			approved.Note = "原则同意;量化标准待上级评价办法明确,本年度暂不设节点。"
		}
	}
	say(w, office, unit, "", approved, "")
	for _, t := range tasks {
		c := characterOf(t.ID)
		if c.silent == y+1 {
			continue
		}
		for k, n := range c.nodes {
			if n.year() == y {
				say(w, office, unit, t.ID, ledger.MilestoneSet{Milestone: nodeID(w, c, k), Name: n.name, Due: w.due(n),
					Percent: ledger.Percent(n.percent), Plan: &plan}, "")
			}
		}
	}
}

// due is a node's date, a calendar day.
func (w *world) due(n node) ledger.Date { return w.month(n.month).First().Add(n.day - 1) }
