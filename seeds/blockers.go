package seeds

import "ducha/ledger"

// blocker is a difficulty (难点堵点) that a task's unit raises.
type blocker struct {
	task       ledger.TaskID
	month, day int
	what       ledger.Text
	asks, by   ledger.PartyID // of whom it is asked, who decides
	after      int            // working days to the decision
	accepted   bool
	decision   ledger.Text
	waits      int // working days from the decision to its end; 0: it is open at the end
	how        ledger.Text
}

var blockers = []blocker{
	{"T04", 4, 16, "条例草案须列入人大立法计划,非本局权限,请求协调。", commander, commander, 5, true,
		"属实。由市政府办对接人大有关委员会,等待期间不计滞后。", 78, "草案已列入立法计划并完成一审。"},
	{"T03", 7, 6, "担保机构股权划转涉及多个县,意见不一,请求协调。", office, office, 3, true,
		"属实。由办公室召集有关县会商。", 18, "有关县已书面同意划转方案。"},
	{"T10", 9, 15, "景区淡季经营收入不足,请求调减年度进度要求。", office, office, 3, false,
		"属自身经营安排,不属须上级协调的难点,不予受理。", 0, ""},
	{"T08", 14, 5, "行刑衔接信息平台接口由省级管理,请求协调开通。", office, office, 2, true,
		"属实。由办公室报请省级主管部门。", 14, "接口已开通并完成联调。"},
	{"T12", 16, 13, "有关部门人员尚未进驻中心,请求统筹。", office, office, 4, true,
		"属实。列入月度例会督促。", 13, "应驻部门已全部进驻。"},
	{"T02", 17, 9, "中试平台用地指标不足,请求在全市统筹。", commander, executive, 4, true,
		"属实。用地指标由市级统筹,七月中旬前落实。", 25, "用地指标已下达。"},
	{"T04", 21, 10, "条例须报省人大常委会批准,时间不由市级掌握。", commander, commander, 4, true,
		"属实。等待批准期间暂停计时,按月通报等待情况。", 0, ""},
}

// block raises a blocker and sees it decided and cleared.
func (w *world) block(b blocker) {
	unit, party := w.lead(b.task)
	ref := say(w, party, unit, b.task, ledger.BlockerRaised{What: b.what, Asks: b.asks, WantedBy: w.workday(w.today(), 15)}, "a blocker")
	w.in(b.after, func() {
		note := "accepted: the task's clock stands still"
		if !b.accepted {
			note = "a blocker turned down"
		}
		say(w, b.by, unit, b.task, ledger.BlockerDecided{Blocker: ref, Accepted: b.accepted, Decision: b.decision}, note)
		if b.waits > 0 {
			w.in(b.waits, func() {
				say(w, party, unit, b.task, ledger.BlockerCleared{Blocker: ref, How: b.how}, "the clock goes on")
			})
		}
	})
}

// extension is a later date that a unit asks for.
type extension struct {
	task       ledger.TaskID
	node       int
	month, day int
	days       int // later
	reason     ledger.Text
	granted    bool
	decision   ledger.Text
}

var extensions = []extension{
	{"T04", 1, 4, 28, 92, "草案须先列入立法计划,一审时间在九月,非本局可控。", true, "理由正当,同意延期,原定日期保留可查。"},
	{"T10", 3, 10, 21, 70, "人员竞聘方案须报省级备案,备案回复预计在次年二月。", true, "理由正当,同意延期一次。"},
	{"T06", 6, 21, 13, 72, "人手不足,账务核对未完成。", false, "人手调配属单位自身职责,理由不充分,不同意延期。"},
}

func (w *world) extend(e extension) {
	c := characterOf(e.task)
	m := w.task(e.task).Milestone(nodeID(w, c, e.node))
	if m == nil || m.Reached != nil {
		return
	}
	unit, party := w.lead(e.task)
	to := m.DueAt(w.now).Date.Add(e.days)
	ref := say(w, party, unit, e.task, ledger.ExtensionRequested{Milestone: m.ID, To: to, Reason: e.reason}, "an extension asked for")
	w.in(3, func() {
		body, note := ledger.ExtensionDecided{Request: ref, Granted: e.granted, Reason: e.decision, Justified: &e.granted}, "an extension refused, its reason found not good"
		if e.granted {
			body.To, note = to, "an extension granted; the old date stays visible"
		}
		say(w, commander, unit, e.task, body, note)
	})
}
