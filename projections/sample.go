package projections

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"ducha/ledger"
)

// Sample (抽查建议) says where an inspection had better look, and why. It is a help:
// nothing follows from it.
type Sample struct {
	Task    ledger.TaskID  `json:"task"`
	Name    string         `json:"name"`
	Lead    ledger.UnitID  `json:"lead"`
	Score   int            `json:"score"` // the sum of the reasons' weights
	Reasons []SampleReason `json:"reasons"`
}

// SampleReason is one thing that speaks for a look, with the records that show it.
type SampleReason struct {
	Kind    string   `json:"kind"`
	Weight  int      `json:"weight"`
	ZH      string   `json:"zh"`
	EN      string   `json:"en"`
	Records []uint64 `json:"records"`
}

// What makes a report worth a look.
const (
	sampleJump   = 20.0 // points from one report to the next
	sampleRise   = 10.0 // points claimed without a piece of evidence
	sampleLately = 180  // days without a look on the spot
	sampleShort  = 8    // characters: a shorter text says little and is no copy
)

// Samples ranks the tasks that are open at an instant by what speaks for a look.
func (c *Campaign) Samples(at time.Time) []Sample {
	list := []Sample{}
	copies, files := c.copies(at), c.reused(at)
	for _, t := range c.TaskList() {
		if !t.Assigned.by(at) || !t.runsAt(at) {
			continue
		}
		s := sampling{task: t, at: at}
		s.jumps()
		s.lastDay(c)
		s.bare()
		s.again(copies[t.ID], "text", 2, "文字与其他月报雷同", "the text of another report again")
		s.again(files[t.ID], "evidence", 4, "佐证材料在多份记录中重复使用", "the same file as evidence more than once")
		s.unseen()
		if len(s.reasons) == 0 {
			continue
		}
		slices.SortStableFunc(s.reasons, func(a, b SampleReason) int { return cmp.Compare(b.Weight, a.Weight) })
		x := Sample{Task: t.ID, Name: t.NameAt(at), Lead: t.Lead, Reasons: s.reasons}
		for _, r := range s.reasons {
			x.Score += r.Weight
		}
		list = append(list, x)
	}
	slices.SortStableFunc(list, func(a, b Sample) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Task, b.Task)) })
	return list
}

// sampling gathers the reasons for one task.
type sampling struct {
	task    *Task
	at      time.Time
	reasons []SampleReason
}

func (s *sampling) add(kind string, weight int, zh, en string, records ...uint64) {
	s.reasons = append(s.reasons, SampleReason{kind, weight, zh, en, records})
}

// reports are those that stand, by their period.
func (s *sampling) reports() []*Report {
	var list []*Report
	for i := range s.task.Reports {
		if r := &s.task.Reports[i]; r.standsAt(s.at) {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b *Report) int { return cmp.Compare(a.Period, b.Period) })
	return list
}

func (s *sampling) jumps() {
	reports := s.reports()
	for i := 1; i < len(reports); i++ {
		before, after := reports[i-1], reports[i]
		rise := after.Says[0].Percent - before.Says[0].Percent
		switch {
		case rise >= sampleJump:
			s.add("jump", 3, fmt.Sprintf("%s 一次上升 %.1f 个百分点", after.Period, rise), fmt.Sprintf("up %.1f points in %s", rise, after.Period), before.Sequence, after.Sequence)
		case rise < 0:
			s.add("drop", 1, fmt.Sprintf("%s 倒退 %.1f 个百分点", after.Period, -rise), fmt.Sprintf("down %.1f points in %s", -rise, after.Period), before.Sequence, after.Sequence)
		}
		if rise >= sampleRise && after.Evidence == 0 {
			s.add("no-evidence", 3, fmt.Sprintf("%s 上升 %.1f 个百分点而无佐证", after.Period, rise), fmt.Sprintf("up %.1f points in %s without evidence", rise, after.Period), after.Sequence)
		}
	}
}

// lastDay: half of the last six reports came on their last day, or later.
func (s *sampling) lastDay(c *Campaign) {
	reports := s.reports()
	reports = reports[max(0, len(reports)-6):]
	var late []uint64
	for _, r := range reports {
		p, ok := c.Charter.PolicyAt(r.At)
		if !ok {
			continue
		}
		due, err := CalendarOf(p.PolicyAdopted).LastOf(r.Period, p.Clocks.ReportLast)
		if err == nil && ledger.DateOf(r.At) >= due {
			late = append(late, r.Sequence)
		}
	}
	if len(late) >= 3 && 2*len(late) >= len(reports) {
		s.add("last-day", 1, fmt.Sprintf("近 %d 期月报有 %d 期在截止当日或其后报出", len(reports), len(late)), fmt.Sprintf("%d of the last %d reports came on their last day or later", len(late), len(reports)), late...)
	}
}

// bare: done without a piece of evidence.
func (s *sampling) bare() {
	for _, m := range s.task.Milestones {
		if m.Reached != nil && m.Reached.by(s.at) && m.Evidence == 0 {
			s.add("no-evidence", 3, fmt.Sprintf("节点“%s”报完成而无佐证", m.Name), fmt.Sprintf("milestone %s reached without evidence", m.ID), m.Reached.Sequence)
		}
	}
}

// again names the records that share something with others.
func (s *sampling) again(records []uint64, kind string, weight int, zh, en string) {
	if len(records) > 0 {
		s.add(kind, weight, zh, en, records...)
	}
}

// unseen: nobody looked on the spot for half a year, or the last look found a report false.
func (s *sampling) unseen() {
	var last Say
	for _, r := range s.task.Reports {
		for _, x := range r.Says {
			if onTheSpot(x) && x.by(s.at) && x.Sequence > last.Sequence {
				last = x
			}
		}
	}
	reports := s.reports()
	if len(reports) == 0 {
		return
	}
	newest := reports[len(reports)-1]
	since := s.task.Assigned
	if last.Sequence > 0 {
		since = last.Stamp
	}
	if days := ledger.DateOf(s.at).DaysSince(ledger.DateOf(since.At)); days >= sampleLately && newest.Says[0].Percent > 0 {
		s.add("unverified", 1, fmt.Sprintf("%d 天未经现场核实", days), fmt.Sprintf("not verified on the spot for %d days", days), since.Sequence, newest.Sequence)
	}
	if last.False && newest.Sequence > last.Sequence {
		s.add("after-false", 5, "查实虚报之后的新报告", "a report since one was proven false", last.Sequence, newest.Sequence)
	}
}

// copies are the reports whose text another report has too, by task.
func (c *Campaign) copies(at time.Time) map[ledger.TaskID][]uint64 {
	same := map[string][]uint64{}
	owner := map[uint64]ledger.TaskID{}
	for _, t := range c.TaskList() {
		for _, r := range t.Reports {
			if text := plain(r.Summary); r.by(at) && len([]rune(text)) >= sampleShort {
				same[text] = append(same[text], r.Sequence)
				owner[r.Sequence] = t.ID
			}
		}
	}
	return shared(same, owner)
}

// plain is a text without what a copyist changes: digits, space, punctuation.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// reused are the records that name a file that another record names too, by task.
func (c *Campaign) reused(at time.Time) map[ledger.TaskID][]uint64 {
	same := map[string][]uint64{}
	owner := map[uint64]ledger.TaskID{}
	for _, t := range c.TaskList() {
		for _, r := range t.Reports {
			for _, f := range r.Files {
				if r.by(at) {
					same[string(f)] = append(same[string(f)], r.Sequence)
					owner[r.Sequence] = t.ID
				}
			}
		}
	}
	return shared(same, owner)
}

// shared gives each task the records that have something in common with another,
// with those others.
func shared(same map[string][]uint64, owner map[uint64]ledger.TaskID) map[ledger.TaskID][]uint64 {
	out := map[ledger.TaskID][]uint64{}
	for _, records := range same {
		slices.Sort(records)
		if records = slices.Compact(records); len(records) < 2 {
			continue
		}
		for _, r := range records {
			out[owner[r]] = append(out[owner[r]], records...)
		}
	}
	for id := range out {
		slices.Sort(out[id])
		out[id] = slices.Compact(out[id])
	}
	return out
}
