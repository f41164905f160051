package seeds

import (
	"fmt"

	"ducha/ledger"
	"ducha/projections"
)

// reviewLights is the office's monthly look at the lights. What it does follows
// from the figures: a reminder to whoever is slow, a talk with whoever is
// severely behind, a notice after three months that ended slow, and when that
// helped nothing for two months, a proposal by the commander.
func (w *world) reviewLights() {
	for _, t := range w.campaign().TaskList() {
		s := w.campaign().Judge(t, w.now)
		if s.Light != ledger.Yellow && s.Light != ledger.Red || len(s.Cards) > 0 {
			continue
		}
		notice := w.noticeOn(t.ID)
		switch {
		case notice != nil && s.Severe && ledger.MonthOf(w.now) >= ledger.MonthOf(notice.Issued.At).Add(2) && !w.proposedOn(t.ID):
			w.propose(t.ID, s, notice)
		case notice == nil && s.Severe && s.Figures.SlowMonths >= 3:
			w.draft(t.ID, s)
		case notice == nil && s.Severe:
			say(w, office, t.Lead, t.ID, ledger.TalkHeld{On: w.today(), With: "牵头单位主要负责同志", Summary: ledger.Text(
				fmt.Sprintf("连续%d个月进度偏慢,要求说明原因、明确赶进度措施。", s.Figures.SlowMonths))}, "a talk: severely behind")
		default:
			say(w, office, t.Lead, t.ID, ledger.ReminderSent{About: ledger.Text(why(s)), AnswerBy: w.workday(w.today(), 3)}, "a reminder: slow by the policy")
		}
	}
}

// why says in the field's words what the figures hold against a task.
func why(s projections.TaskStatus) string {
	f := s.Figures
	switch {
	case f.LateDays > 0 && f.Gap > 10:
		return fmt.Sprintf("进度落后%s个百分点,节点超期%d天,请说明原因。", number(f.Gap), f.LateDays)
	case f.LateDays > 0:
		return fmt.Sprintf("节点超期%d天,请说明原因并明确完成时间。", f.LateDays)
	case f.Gap > 10:
		return fmt.Sprintf("进度落后节点要求%s个百分点,请加快。", number(f.Gap))
	case f.ReportsMissed > 0:
		return fmt.Sprintf("月报缺报%d期,请尽快补报。", f.ReportsMissed)
	}
	return "连续偏慢,请加快进度。"
}

// grounds are the statements on the task that its figures came from.
func (w *world) grounds(t ledger.TaskID, s projections.TaskStatus) []ledger.Ref {
	var list []ledger.Ref
	seen := map[uint64]bool{}
	for _, figure := range []string{"planned", "actual", "late_days", "reports_late"} {
		for _, sequence := range s.Sources[figure] {
			if x := w.steps[sequence-1].Statement; x.Task == t && !seen[sequence] {
				seen[sequence] = true
				list = append(list, x.ID)
			}
		}
	}
	return list
}

// noticeOn is the notice that was issued on a task, nil when there is none.
func (w *world) noticeOn(t ledger.TaskID) *projections.Notice {
	for _, n := range w.campaign().Escalations.Notices {
		if n.Task == t && n.Issued != nil {
			return n
		}
	}
	return nil
}

func (w *world) proposedOn(t ledger.TaskID) bool {
	for _, c := range w.campaign().Escalations.Cards {
		if c.Task == t {
			return true
		}
	}
	return false
}

// draft sends the facts to the unit; it comments; the commander issues; the unit
// sets things right, or says so.
func (w *world) draft(t ledger.TaskID, s projections.TaskStatus) {
	unit, party := w.lead(t)
	facts := []ledger.Text{
		ledger.Text(fmt.Sprintf("截至%s,应达%s%%,实际%s%%,相差%s个百分点。", w.today(), number(s.Figures.Planned), number(s.Figures.Actual), number(s.Figures.Gap))),
		ledger.Text(fmt.Sprintf("已连续%d个月月末进度偏慢。", s.Figures.SlowMonths)),
	}
	if s.Figures.LateDays > 0 {
		facts = append(facts, ledger.Text(fmt.Sprintf("有节点超期%d天,未获批准延期。", s.Figures.LateDays)))
	}
	n := say(w, office, unit, t, ledger.NoticeDrafted{Facts: facts, Evidence: w.grounds(t, s), CommentBy: w.workday(w.today(), 4)}, "a notice drafted on "+string(t))
	w.in(2, func() {
		say(w, party, unit, t, ledger.NoticeCommented{Notice: n, Accepts: true, Comment: "所列数据属实;主要受前置手续影响,已倒排时间。"}, "the unit is heard")
		w.in(3, func() {
			issue := say(w, commander, unit, t, ledger.NoticeIssued{Notice: n, Number: w.number(), Text: ledger.Text(
				fmt.Sprintf("%s进展较慢,予以通报,请于一个月内提出整改措施。", w.name(t)))}, "a notice issued on "+string(t))
			w.in(14, func() {
				r := say(w, party, unit, t, ledger.RectificationFiled{Of: issue, Measures: "成立专班,按旬倒排,逐项销号。", Evidence: w.evidence(t, 1)}, "")
				w.in(3, func() {
					say(w, office, unit, t, ledger.RectificationAccepted{Rectification: r, Note: "措施可行,继续跟踪。"}, "")
				})
			})
		})
	})
}

func (w *world) number() ledger.Line {
	n := 1
	for _, x := range w.campaign().Escalations.Notices {
		if x.Issued != nil && x.Issued.At.Year() == w.now.Year() {
			n++
		}
	}
	return ledger.Line(fmt.Sprintf("吉改攻坚通报〔%d〕%d号", w.now.Year(), n))
}
