package seeds

import "ducha/ledger"

// closing puts the ends on the agenda: one task is done, accepted and looked at
// again; one is suspended.
func (w *world) closing() {
	w.on(w.day(20, 16), func() {
		unit, party := w.lead("T05")
		claim := say(w, party, unit, "T05", ledger.CompletionClaimed{Summary: "所列举措全部落地,通关时效和实训规模达到年度计划要求,申请验收。",
			Evidence: w.evidence("T05", 3)}, "completion claimed")
		w.on(w.day(21, 22), func() {
			say(w, commander, unit, "T05", ledger.TaskClosed{Completion: claim, AcceptedBy: "验收组:办公室、市审计局、督查一组",
				Summary: "资料齐全,现场抽查一致,同意销号。", Unverified: "验收组当场抽查,未另行督查立项。"}, "the task is closed: blue")
		})
	})
	w.on(w.day(23, 9), func() {
		unit, _ := w.lead("T05")
		say(w, teamOne, unit, "T05", ledger.TaskRechecked{On: w.today(), Note: "抽查企业三家,成效保持,未见反弹。"}, "looked at again after closing")
	})
	w.on(w.day(22, 27), func() {
		unit, _ := w.lead("T11")
		say(w, commander, unit, "T11", ledger.TaskSuspended{Reason: "上级正在修订试点办法,退出兑付暂缓,待新办法印发后重新立项。"}, "the task is suspended: grey")
	})
	w.on(w.day(13, 18), func() {
		unit, _ := w.lead("T12")
		say(w, office, unit, "T12", ledger.TaskAmended{What: "年度节点", From: "2024年未设节点,按月报掌握进度。",
			To: "2025年起设四个节点,按节点评判。", Reason: "上级评价办法已明确。"}, "a task amended in the open")
	})
	w.on(w.day(10, 14), w.hide)
}

// hide seals an attachment that was entered by mistake: two persons say so.
func (w *world) hide() {
	t := ledger.TaskID("T12")
	unit, _ := w.lead(t)
	for i := len(w.steps) - 1; i >= 0; i-- {
		r, ok := w.steps[i].Statement.Body.(*ledger.ProgressReported)
		if !ok || w.steps[i].Statement.Task != t || len(r.Evidence) == 0 {
			continue
		}
		sealing := ledger.ContentSealed{Attachment: r.Evidence[0].SHA256, Reason: "附件误含群众个人信息,予以密封。"}
		ref := say(w, office, unit, t, sealing, "an attachment entered by mistake")
		w.in(1, func() {
			sealing.Seconds = &ref
			say(w, reviewer, unit, t, sealing, "the second person: sealed")
		})
		return
	}
}
