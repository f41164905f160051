package seeds

import (
	"fmt"

	"ducha/ledger"
	"ducha/projections"
)

// propose is the commander's proposal of a card; an authority outside decides.
func (w *world) propose(t ledger.TaskID, s projections.TaskStatus, notice *projections.Notice) {
	unit, party := w.lead(t)
	proposal := say(w, commander, unit, t, ledger.CardProposed{Colour: "yellow", Reason: ledger.Text(fmt.Sprintf(
		"通报后仍严重滞后:相差%s个百分点,节点超期%d天。", number(s.Figures.Gap), s.Figures.LateDays)),
		Notices: []ledger.Ref{notice.Issued.ID}, Evidence: w.grounds(t, s)}, "a card proposed on "+string(t))
	pleads := characterOf(t).tolerance
	if pleads != "" {
		w.in(2, func() {
			claim := say(w, party, unit, t, ledger.ToleranceClaimed{Of: notice.Issued.ID,
				Conditions: []ledger.Line{"属改革探索", "程序合规", "未谋取私利"}, Grounds: pleads,
				Tests: &ledger.ToleranceTests{Lawful: "不违反法律法规", Reform: "先行先试,无先例可循", Diligent: "按旬推进,留有记录",
					NoGain: "未谋取私利", Procedure: "经集体研究", Corrected: "发现偏差即行调整"}}, "tolerance claimed")
			w.in(6, func() {
				say(w, reviewer, unit, t, ledger.ToleranceJudged{Claim: claim, Accepted: true, Reason: "符合容错情形,予以认定。"}, "tolerance accepted")
			})
		})
	}
	w.in(12, func() { w.decide(t, proposal) })
}

// decide is the authority's decision. It refuses where tolerance was accepted.
func (w *world) decide(t ledger.TaskID, proposal ledger.Ref) {
	unit, party := w.lead(t)
	for _, c := range w.campaign().Escalations.Claims {
		if c.Task == t && c.Accepted {
			say(w, decider, unit, t, ledger.CardRefused{Proposal: proposal, Reason: "已认定容错,且近期有实质进展,不予赋牌,继续督办。"}, "a card refused")
			return
		}
	}
	grant := say(w, decider, unit, t, ledger.CardGranted{Proposal: proposal, Colour: "yellow", Duty: "限期补齐超期节点,按旬报告。",
		Until: w.today().Add(182), Criteria: []ledger.Line{"超期节点全部完成", "连续一个月进度偏差不超过十个百分点", "整改报告经认可"},
		Accepts: decider, Basis: "问责工作有关规定"}, "a card granted")
	say(w, office, unit, t, ledger.ConsequenceRecorded{Of: grant, What: "年度综合考核相应扣分", Points: -1, ByWhom: "市考核办", Basis: "考核办法"}, "a consequence, decided elsewhere")
	w.in(10, func() {
		request := say(w, party, unit, t, ledger.ReviewRequested{Of: grant, Grounds: "部分节点受前置手续影响,请求复核。"}, "a review requested")
		w.in(14, func() {
			say(w, reviewer, unit, t, ledger.ReviewDecided{Request: request, Outcome: ledger.Upheld,
				Reason: "手续问题未按程序申报难点,原决定事实清楚,维持。"}, "the review, by one that took no part")
			w.in(16, func() { w.rectify(t, grant, false) })
		})
	})
}

// rectify files what was set right; the first time it is not enough.
func (w *world) rectify(t ledger.TaskID, grant ledger.Ref, again bool) {
	unit, party := w.lead(t)
	measures := ledger.Text("超期节点已完成一项,其余按旬推进。")
	if again {
		measures = "超期节点全部完成,佐证齐全,进度已追平。"
	}
	r := say(w, party, unit, t, ledger.RectificationFiled{Of: grant, Measures: measures, Evidence: w.evidence(t, 2)}, "a rectification filed")
	w.in(5, func() {
		if !again {
			say(w, teamOne, unit, t, ledger.CardRechecked{Card: grant, On: w.today(), Findings: "整改过半,一个节点尚未完成。", Evidence: w.evidence(t, 1)}, "the card is looked at again")
			say(w, decider, unit, t, ledger.RectificationReturned{Rectification: r, Reason: "仍有节点未完成,整改不到位。"}, "a rectification returned")
			w.in(16, func() { w.rectify(t, grant, true) })
			return
		}
		say(w, decider, unit, t, ledger.RectificationAccepted{Rectification: r, Note: "经现场核查,整改到位。"}, "a rectification accepted")
		w.in(5, func() { w.applyForRemoval(t, grant) })
	})
}

// applyForRemoval waits until the light is green, then answers each criterion.
func (w *world) applyForRemoval(t ledger.TaskID, grant ledger.Ref) {
	unit, party := w.lead(t)
	if w.campaign().Judge(w.task(t), w.now).Light != ledger.Green {
		w.in(5, func() { w.applyForRemoval(t, grant) })
		return
	}
	application := say(w, party, unit, t, ledger.RemovalApplied{Card: grant, Answers: []ledger.Text{
		"超期节点均已完成并有佐证。", "近一个月进度偏差在十个百分点以内。", "整改报告已获认可。"}}, "removal applied for")
	w.in(8, func() {
		say(w, teamOne, unit, t, ledger.RemovalChecked{Application: application, On: w.today(), Met: []bool{true, true, true},
			Note: "逐条现场核对,均已达到。", Evidence: w.evidence(t, 1)}, "the criteria are found met")
	})
	w.in(12, func() {
		say(w, decider, unit, t, ledger.CardRemoved{Application: application, Reason: "逐条核对,达到摘牌标准,予以摘牌。"}, "the card is removed")
	})
}
