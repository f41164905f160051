package seeds

import (
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/projections"
)

// office puts the headquarters' own routine on the agenda: chasing the day after
// the deadline, the monthly meeting, the review of the lights, the meetings that
// the commander calls, and what was asked of them.
func (w *world) office() {
	for i := range months {
		w.on(w.workday(w.deadline(i), 1), func() {
			w.chase(i)
			w.packs[i] = w.pack(office, ledger.TierMonthly, w.workday(w.today(), 1))
		})
		w.on(w.workday(w.deadline(i), 2), func() { w.monthly(i) })
		if i > 0 {
			w.on(w.workday(w.month(i).First().Add(-1), 3), w.reviewLights)
		}
	}
	for _, m := range convened {
		w.on(w.day(m.month, m.day), func() { w.convene(m) })
	}
	w.on(w.day(17, 3), func() {
		say(w, commander, ledger.HQ, "", ledger.DelegationRecorded{To: executive, From: w.today(), Until: w.today().Add(27),
			Basis: "因外出学习,委托主持本月调度会。"}, "the commander delegates")
	})
	for _, b := range blockers {
		w.on(w.day(b.month, b.day), func() { w.block(b) })
	}
	for _, e := range extensions {
		w.on(w.day(e.month, e.day), func() { w.extend(e) })
	}
	w.closing()
}

// chase reminds every lead unit whose report for the month did not come.
func (w *world) chase(i int) {
	for _, t := range w.campaign().TaskList() {
		if !w.alive(t.ID) || t.ReportFor(w.month(i), w.now) != nil {
			continue
		}
		say(w, office, t.Lead, t.ID, ledger.ReminderSent{About: ledger.Text(period(w.month(i)) + "月报已过时限,请尽快报送。"),
			AnswerBy: w.workday(w.today(), 2)}, "a report did not come")
	}
}

// pack freezes what a meeting will have before it: of all that was said so far, with
// the digest that anybody finds who builds it again.
func (w *world) pack(by ledger.PartyID, tier ledger.MeetingTier, on ledger.Date) *ledger.Ref {
	q := projections.PackQuery{Tier: tier, On: on, From: w.campaign().PackFrom(tier, w.today()), Cutoff: w.today(), Sequence: uint64(len(w.steps))}
	p, err := w.campaign().Pack(q)
	if err != nil {
		panic(fmt.Sprintf("seeds: the pack of the meeting of %s: %v", on, err)) // days of the term
	}
	ref := say(w, by, ledger.HQ, "", p.Frozen(), "a pack that can be made again, bit for bit")
	return &ref
}

// monthly is the office's meeting of a month. Whoever is behind is asked for
// something; so are one or two others.
func (w *world) monthly(i int) {
	var attended, absent []ledger.UnitID
	for _, u := range w.campaign().UnitList() {
		if u != "ggb" && w.rng.IntN(25) == 0 && len(absent) == 0 {
			absent = append(absent, u)
			continue
		}
		attended = append(attended, u)
	}
	var behind, others []ledger.TaskID
	decisions := []ledger.Text{ledger.Text(period(w.month(i)) + "月报情况予以通报,下月继续按清单推进。")}
	var items []ledger.MeetingItem
	for _, t := range w.campaign().TaskList() {
		switch s := w.campaign().Judge(t, w.now); {
		case s.Life != projections.Open || t.ID == "T11" && i > 19:
		case s.Light == ledger.Yellow || s.Light == ledger.Red:
			behind = append(behind, t.ID)
			decisions = append(decisions, ledger.Text(w.name(t.ID)+why(s)))
			items = append(items, ledger.MeetingItem{ID: ledger.LocalID(t.ID), Text: ledger.Text(w.name(t.ID) + why(s)), Unit: t.Lead, Task: t.ID, Due: w.workday(w.today(), 10)})
		default:
			others = append(others, t.ID)
		}
	}
	body := ledger.MeetingHeld{Tier: ledger.TierMonthly, On: w.today(), Attended: attended, Absent: absent,
		Agenda: []ledger.Line{"通报本月进展", "会商难点", "部署下月工作"}, Decisions: decisions, Items: items, Done: w.settled(),
		Pack: w.packs[i], Minutes: ledger.Text(period(w.month(i)) + "工作例会,会商攻坚战推进情况,逐项听取上次议定事项办理。")}
	meeting := say(w, office, ledger.HQ, "", body, "the monthly meeting")
	if i == months-1 {
		return // what is asked now would be answered next year
	}
	asked := slices.Clip(behind[:min(2, len(behind))])
	for range min(2, len(others)) {
		if t := pick(w.rng, others); !slices.Contains(asked, t) {
			asked = append(asked, t)
		}
	}
	for n, t := range asked {
		var item ledger.LocalID
		if slices.Contains(behind, t) {
			item = ledger.LocalID(t)
		}
		w.direct(office, t, &meeting, item, i == 4 && n == 0)
	}
}

// settled are the items of earlier meetings whose task is on schedule again.
func (w *world) settled() (done []ledger.ItemDone) {
	for _, i := range w.campaign().Carried(w.now) {
		if s := w.campaign().Judge(w.task(i.Task), w.now); s.Light != ledger.Yellow && s.Light != ledger.Red {
			done = append(done, ledger.ItemDone{Meeting: i.Meeting, Item: i.Item, Note: "进度已跟上,予以办结。"})
		}
	}
	return done
}

// direct issues a directive and sees it through its loop; once the first answer
// is sent back.
func (w *world) direct(by ledger.PartyID, t ledger.TaskID, meeting *ledger.Ref, item ledger.LocalID, again bool) {
	unit, party := w.lead(t)
	ask, answer := w.voice.directive(t)
	for w.asked(t, ask) {
		ask += "(在前次交办基础上补充)"
	}
	slow := characterOf(t).hurry < 2
	d := say(w, by, unit, t, ledger.DirectiveIssued{Text: ask, AnswerBy: w.workday(w.today(), 8), Meeting: meeting, Item: item}, "")
	wait, sign := 3+w.rng.IntN(4), 1
	if slow {
		wait, sign = 6+w.rng.IntN(4), 1+w.rng.IntN(2)
	}
	w.in(sign, func() {
		say(w, party, unit, t, ledger.DirectiveAcknowledged{Directive: d}, "")
		w.in(wait-sign, func() {
			say(w, party, unit, t, ledger.DirectiveAnswered{Directive: d, Answer: answer, Evidence: w.evidence(t, w.rng.IntN(2))}, "")
			w.in(1+w.rng.IntN(2), func() { w.judge(by, t, d, again) })
		})
	})
}

// asked says whether the same is asked of a task already, and not done.
func (w *world) asked(t ledger.TaskID, text ledger.Text) bool {
	for _, d := range w.campaign().Directives {
		if d.Task == t && d.Text == string(text) && d.State() != projections.Accepted {
			return true
		}
	}
	return false
}

// judge accepts an answer, or sends it back for another one.
func (w *world) judge(by ledger.PartyID, t ledger.TaskID, d ledger.Ref, again bool) {
	unit, party := w.lead(t)
	if !again {
		say(w, by, unit, t, ledger.DirectiveAccepted{Directive: d, Note: "情况属实,予以办结。"}, "")
		return
	}
	say(w, by, unit, t, ledger.DirectiveReturned{Directive: d, Reason: "措施未量化、未排时间,请细化。", AnswerBy: w.workday(w.today(), 5)}, "an answer returned")
	w.in(3, func() {
		say(w, party, unit, t, ledger.DirectiveAnswered{Directive: d, Answer: "已补充量化目标、责任人和逐旬时间表。"}, "")
		w.in(1, func() { w.judge(by, t, d, false) })
	})
}

// convened are the meetings of tier 3.
var convened = []meeting{
	{4, 22, commander, []ledger.UnitID{"ggb", "sthjj", "nyncj"}, "研究固废立法进度", "条例草案由市政府专题协调,等待期间不计入滞后。", ""},
	{9, 17, commander, []ledger.UnitID{"ggb", "gzw", "jrb"}, "调度股权划转", "逐县倒排时间,市国资委每旬报进度。", "T07"},
	{13, 13, commander, []ledger.UnitID{"ggb", "gzw", "fgw"}, "研究权证补办和账务核对", "相关部门开通专窗,限期补办。", "T07"},
	{17, 12, executive, []ledger.UnitID{"ggb", "gxq", "kjj"}, "研究中试平台用地", "用地指标在全市统筹解决。", "T09"},
	{23, 2, commander, []ledger.UnitID{"ggb", "fgw", "gxq", "gzw"}, "调度移交和平台公司改革", "市发改委一周内报出移交时间表。", "T06"},
}

type meeting struct {
	month, day int
	by         ledger.PartyID
	units      []ledger.UnitID
	agenda     ledger.Line
	decision   ledger.Text
	asks       ledger.TaskID
}

// convene holds a meeting of tier 3. What the last one asks for stays open.
func (w *world) convene(m meeting) {
	pack := w.pack(m.by, ledger.TierAsNeeded, w.today())
	ref := say(w, m.by, ledger.HQ, "", ledger.MeetingHeld{Tier: ledger.TierAsNeeded, On: w.today(), Attended: m.units,
		Agenda: []ledger.Line{m.agenda}, Decisions: []ledger.Text{m.decision}, Pack: pack}, "a dispatch meeting, called by "+string(m.by))
	switch {
	case m.asks == "":
	case m.month < months-1:
		w.direct(m.by, m.asks, &ref, "", false)
	default:
		unit, party := w.lead(m.asks)
		d := say(w, m.by, unit, m.asks, ledger.DirectiveIssued{Text: "请于一周内报送移交时间表,逐区明确签约日期和责任人。",
			AnswerBy: w.workday(w.today(), 6), Meeting: &ref}, "a directive that will be overdue")
		w.in(2, func() { say(w, party, unit, m.asks, ledger.DirectiveAcknowledged{Directive: d}, "") })
	}
}
