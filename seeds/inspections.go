package seeds

import "ducha/ledger"

// inspections puts two inspections on the agenda: one finds what was claimed, the
// other one does not.
func (w *world) inspections() {
	w.on(w.day(9, 8), func() {
		ref := w.authorise("DC-2024-01", "核查营商环境、普惠金融、行政执法三项任务月报的真实性。", []ledger.TaskID{"T01", "T03", "T08"}, teamOne, 21)
		w.in(4, func() { w.verify(teamOne, ref, "T01") })
		w.in(6, func() { w.verify(teamOne, ref, "T03") })
		w.in(7, func() { w.find(teamOne, ref, "T08", "抽查案卷二十卷,三卷送达回证缺日期,须补正。") })
		w.in(13, func() {
			w.conclude(teamOne, ref, "抽查台账、走访窗口和企业,所报进度与现场一致;案卷制作存在瑕疵。", "两项任务情况属实;案卷问题限期补正。")
		})
	})
	w.on(w.day(15, 7), func() {
		ref := w.authorise("DC-2025-01", "核查科技创新、自创区两项任务一季度进度。", []ledger.TaskID{"T02", "T09"}, teamTwo, 24)
		w.in(4, func() { w.verify(teamTwo, ref, "T02") })
		w.in(6, func() { w.dispute(ref, "T09") })
		w.in(7, func() {
			w.find(teamTwo, ref, "T09", "所附基金设立材料为草签稿,尚未完成出资,不能计为完成。")
		})
		w.in(12, func() {
			conclusion := w.conclude(teamTwo, ref, "查阅合同、访谈合作机构,基金尚未设立,所报进度高于实际。", "一项属实;一项按核查结果计算进度,责令据实报告。")
			w.in(5, func() {
				unit, party := w.lead("T09")
				say(w, party, unit, "", ledger.ConclusionContested{Conclusion: conclusion, Grounds: "合作协议已草签,请求核对进度口径。"}, "a conclusion contested")
			})
			w.in(11, func() {
				say(w, teamOne, ledger.HQ, "", ledger.ConclusionReviewed{Conclusion: conclusion, Outcome: ledger.Upheld,
					Reason: "另组复看材料,认定依据充分,维持原结论。"}, "a conclusion reviewed by those who took no part")
			})
		})
	})
}

func (w *world) authorise(code ledger.LocalID, scope ledger.Text, tasks []ledger.TaskID, team ledger.PartyID, days int) ledger.Ref {
	return say(w, commander, ledger.HQ, "", ledger.InspectionAuthorised{Code: code, Scope: scope, Tasks: tasks, From: w.today(),
		To: w.today().Add(days), Inspectors: []ledger.PartyID{team}, Authority: "指挥部批准,一事一码"}, "an inspection with its authority")
}

// verify finds on the spot what was claimed.
func (w *world) verify(by ledger.PartyID, inspection ledger.Ref, t ledger.TaskID) {
	unit, _ := w.lead(t)
	r := w.latest(t)
	if r == nil {
		return
	}
	say(w, by, unit, t, ledger.ProgressVerified{Report: r.ID, Inspection: inspection, Percent: ledger.Percent(r.Says[len(r.Says)-1].Percent),
		On: w.today(), Method: "现场查看、调阅台账、随机访谈"}, "verified as claimed")
}

// dispute finds less than was claimed: what there is without the overstatement.
func (w *world) dispute(inspection ledger.Ref, t ledger.TaskID) {
	unit, _ := w.lead(t)
	r := w.latest(t)
	if r == nil {
		return
	}
	percent, c := w.claims[t], characterOf(t)
	for i := range months {
		if w.month(i) == r.Period {
			percent = max(0, percent-c.overstates[i])
		}
	}
	w.claims[t] = percent
	say(w, teamTwo, unit, t, ledger.ProgressDisputed{Report: r.ID, Inspection: inspection, Percent: ledger.Percent(percent),
		Reason: "基金未完成出资,相关份额不予计算。", Evidence: w.evidence(t, 1)}, "disputed: less than was claimed")
}

func (w *world) find(by ledger.PartyID, inspection ledger.Ref, t ledger.TaskID, what ledger.Text) {
	unit, _ := w.lead(t)
	say(w, by, unit, t, ledger.FindingRecorded{Inspection: inspection, Finding: what, Evidence: w.evidence(t, 1)}, "a finding")
}

func (w *world) conclude(by ledger.PartyID, inspection ledger.Ref, facts, conclusion ledger.Text) ledger.Ref {
	return say(w, by, ledger.HQ, "", ledger.InspectionConcluded{Inspection: inspection, Facts: facts, Conclusion: conclusion}, "an inspection concluded")
}
