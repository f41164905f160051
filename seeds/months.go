package seeds

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"ducha/ledger"
	"ducha/projections"
)

// follow puts a task's monthly work on the agenda: reports, dispatches, milestones.
func (w *world) follow(c character) {
	for i := range months {
		w.dispatches(c, i)
		if c.missed[i] {
			continue
		}
		day := w.workday(w.deadline(i), -c.hurry-w.rng.IntN(2))
		switch n := c.late[i]; {
		case n > 0:
			day = w.workday(w.deadline(i), n)
		case c.hurry == 0:
			day = w.deadline(i)
		}
		w.on(day, func() { w.report(c, i) })
	}
	for k, n := range c.nodes {
		day := w.workday(w.due(n), -1-w.rng.IntN(4))
		if slip, ok := c.slips[k]; ok {
			day = w.due(n).Add(slip)
		}
		if day.Month() < w.month(months) {
			w.on(day, func() { w.reach(c, k) })
		}
	}
}

func (w *world) lead(t ledger.TaskID) (ledger.UnitID, ledger.PartyID) {
	u := w.task(t).Lead
	return u, ledger.PartyID("units/" + u)
}

// share is what the unit claims at the end of a month, in half points.
func (w *world) share(c character, i int) float64 {
	f := c.line(i) - c.behind(i) + c.overstates[i] - 0.8*w.rng.Float64()
	f = math.Round(2*f) / 2
	w.claims[c.task] = min(100, max(w.claims[c.task], f))
	return w.claims[c.task]
}

func (w *world) report(c character, i int) {
	if !w.alive(c.task) {
		return
	}
	unit, by := w.lead(c.task)
	percent := w.share(c, i)
	body := ledger.ProgressReported{Period: w.month(i), Percent: ledger.Percent(percent),
		Summary: w.voice.summary(c.task, percent), Next: w.voice.next(c.task)}
	if w.rng.IntN(3) == 0 || c.behind(i) > 5 {
		body.Problems = w.voice.problem(c.task)
	}
	body.Evidence = w.evidence(c.task, w.rng.IntN(3))
	note := ""
	if c.late[i] > 0 {
		note = "a report after the deadline"
	}
	ref := say(w, by, unit, c.task, body, note)
	if why, ok := c.returned[i]; ok {
		w.in(1, func() { w.sendBack(c, i, ref, why) })
		return
	}
	if points, ok := c.corrected[i]; ok {
		w.in(2+w.rng.IntN(3), func() { w.correct(c, ref, points) })
	}
	w.confirm(c, ref)
}

// sendBack returns a report; the unit reports again.
func (w *world) sendBack(c character, i int, ref ledger.Ref, why string) {
	unit, _ := w.lead(c.task)
	say(w, office, unit, c.task, ledger.ProgressReturned{Report: ref, Reason: ledger.Text(why)}, "a report returned")
	c.returned = nil
	w.in(2, func() { w.report(c, i) })
}

func (w *world) correct(c character, ref ledger.Ref, points float64) {
	unit, by := w.lead(c.task)
	percent := max(0, min(100, w.claims[c.task]+points))
	w.claims[c.task] = percent
	say(w, by, unit, c.task, ledger.ProgressCorrected{Report: ref, Percent: ledger.Percent(percent),
		Summary: ledger.Text(fmt.Sprintf("经复核,累计进度应为%s%%。", number(percent))),
		Reason:  "统计口径有误,复核后更正。"}, "a correction that names the report")
}

// confirm lets a responsible unit speak to its part, now and then.
func (w *world) confirm(c character, ref ledger.Ref) {
	if len(c.with) == 0 || w.rng.IntN(5) < 3 {
		return
	}
	by := pick(w.rng, c.with)
	agrees := w.rng.IntN(12) > 0
	w.in(1+w.rng.IntN(2), func() {
		if !w.alive(c.task) {
			return
		}
		unit, _ := w.lead(c.task)
		body := ledger.ProgressConfirmed{Report: ref, Agrees: agrees}
		if !agrees {
			body.Note = "涉及我单位部分尚在办理,与所报不完全一致。"
		}
		say(w, ledger.PartyID("units/"+by), unit, c.task, body, "")
	})
}

// reach claims a milestone, on the day or the day before.
func (w *world) reach(c character, k int) {
	m := w.task(c.task).Milestone(nodeID(w, c, k))
	if m == nil || m.Reached != nil || !w.alive(c.task) {
		return
	}
	unit, by := w.lead(c.task)
	note := ""
	if due := m.DueAt(w.now).Date; w.today() > due {
		note = fmt.Sprintf("a milestone %d days late", w.today().DaysSince(due))
	}
	say(w, by, unit, c.task, ledger.MilestoneReached{Milestone: m.ID, On: w.today(), Evidence: w.evidence(c.task, 1)}, note)
}

// dispatches are the lead unit's own meetings of a month.
func (w *world) dispatches(c character, i int) {
	for range 1 + w.rng.IntN(c.dispatches) {
		w.on(w.month(i).First().Add(w.rng.IntN(26)), func() {
			w.log(c.task)
		})
	}
}

func (w *world) log(id ledger.TaskID) {
	if t := w.task(id); t == nil || !w.alive(id) {
		return
	}
	unit, by := w.lead(id)
	summary, next := w.voice.dispatch(id)
	say(w, by, unit, id, ledger.DispatchLogged{On: w.today(), Summary: summary, Next: next}, "")
}

// evidence names n files by digests that belong to no file.
func (w *world) evidence(t ledger.TaskID, n int) []ledger.Evidence {
	var list []ledger.Evidence
	names := topicOf(t).evidence
	start := w.rng.IntN(len(names))
	for i := range min(n, len(names)) {
		name := names[(start+i)%len(names)]
		sum := sha256.Sum256(fmt.Appendf(nil, "demo evidence|%s|%s|%d", t, name, w.rng.Uint64()))
		list = append(list, ledger.Evidence{Name: ledger.Line(name), SHA256: ledger.Digest(hex.EncodeToString(sum[:])),
			Media: "application/pdf", Taken: w.today()})
	}
	return list
}

// latest is the report that stands for the latest month; nil when none stands.
func (w *world) latest(t ledger.TaskID) *projections.Report {
	for m := ledger.MonthOf(w.now); m >= w.From; m = m.Add(-1) {
		if r := w.task(t).ReportFor(m, w.now); r != nil {
			return r
		}
	}
	return nil
}
