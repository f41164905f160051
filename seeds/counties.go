package seeds

import (
	"slices"
	"strings"

	"ducha/ledger"
)

// counties are the city's counties and districts. A simulation may give each of them
// the plan's tasks as its own, so that there is as much on record as a large city has.
var counties = []struct {
	id           ledger.UnitID
	name, nameEN string
}{
	{"jzq", "吉州区", "Jizhou"}, {"qyq", "青原区", "Qingyuan"}, {"jax", "吉安县", "Ji'an County"}, {"jsx", "吉水县", "Jishui"}, {"xjx", "峡江县", "Xiajiang"},
	{"xgx", "新干县", "Xingan"}, {"yfx", "永丰县", "Yongfeng"}, {"thx", "泰和县", "Taihe"}, {"scx", "遂川县", "Suichuan"}, {"wax", "万安县", "Wan'an"},
	{"afx", "安福县", "Anfu"}, {"yxx", "永新县", "Yongxin"}, {"jgs", "井冈山市", "Jinggangshan"},
}

// withCounties is the plan with so many counties, each leading every task in its own
// area. What a county's task is like follows from the city's: see original.
func withCounties(p Plan, n int) Plan {
	tasks := p.Tasks
	p.Units, p.Tasks = slices.Clip(p.Units), slices.Clip(p.Tasks)
	for _, c := range counties[:n] {
		p.Units = append(p.Units, Unit{ID: c.id, Name: c.name, NameEN: c.nameEN, Role: "lead"})
		for _, t := range tasks {
			t.ID += ledger.TaskID("-" + c.id)
			t.Name, t.NameEN, t.Lead, t.Aliases = c.name+t.Name, c.nameEN+": "+t.NameEN, c.id, nil
			p.Tasks = append(p.Tasks, t)
		}
	}
	return p
}

// original is the city's task that a county's is one of.
func original(t ledger.TaskID) ledger.TaskID {
	city, _, _ := strings.Cut(string(t), "-")
	return ledger.TaskID(city)
}

// county says whether a task is a county's.
func county(t ledger.TaskID) bool { return original(t) != t }

// daily puts on the agenda what fills a county's days beside the monthly work: its own
// meetings, what the office asks of it, and a figure that it counts each month.
func (w *world) daily(t ledger.TaskID) {
	target := ledger.LocalID("N-" + t)
	w.on(w.day(0, 8), func() {
		unit, _ := w.lead(t)
		goal := float64(w.Daily * months * 10)
		say(w, office, unit, t, ledger.TargetSet{Target: target, Subject: "办结事项", Shape: "count", Op: "ge", Value: &goal, Unit: "件"}, "")
	})
	done := 0.0
	for i := range months {
		for range w.Daily {
			w.on(w.month(i).First().Add(w.rng.IntN(27)), func() { w.log(t) })
		}
		for range w.Daily / 4 {
			w.on(w.month(i).First().Add(w.rng.IntN(14)), func() {
				if i > 0 && w.alive(t) {
					w.direct(office, t, nil, "", w.rng.IntN(8) == 0)
				}
			})
		}
		w.on(w.day(i, 20+w.rng.IntN(5)), func() {
			if i == 0 || !w.alive(t) {
				return
			}
			unit, party := w.lead(t)
			done += float64(w.rng.IntN(20 * w.Daily))
			say(w, party, unit, t, ledger.IndicatorReported{Target: target, Value: done, AsOf: w.today().Add(-1), Source: "县级台账", Base: "攻坚期累计"}, "")
		})
	}
}
