package console

import (
	"fmt"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// targetChart (目标图) is a target's readings against its line, drawn after its shape:
// one percentage bar for all would lie. What was claimed and what was found stand apart.
type targetChart struct {
	projections.TargetStatus
	GoalWords string
	Readings  []readingRow
	Count     int // of all readings; the table has the last of them
	Plot      *plot
	Years     *yearPlot
	Things    *thingPlot
	Marks     *markPlot
	Words     string // what the picture shows, for whoever does not see it
}

// readingRow is a reading, and what was found of it.
type readingRow struct {
	projections.TargetReading
	Thing   string
	Claimed string
	Found   string // empty when nobody looked
	ByName  string
	FoundBy string
}

// How many readings of a target are shown, the latest: in its table, and in its picture.
const (
	readingsShown  = 12
	readingsPlaced = 120
)

// chartsOf draws the targets of a task that were set by the day that is looked at.
func chartsOf(q *request, c *projections.Campaign, t *projections.Task) []targetChart {
	var list []targetChart
	for _, s := range c.Targets(q.At) {
		if s.Task != t.ID {
			continue
		}
		for i := range t.Targets {
			if t.Targets[i].Target == s.Target && t.Targets[i].Sequence == s.Set {
				list = append(list, chartOf(q, c, &t.Targets[i], s))
			}
		}
	}
	return list
}

func chartOf(q *request, c *projections.Campaign, x *projections.Target, s projections.TargetStatus) targetChart {
	all := x.ReadingsAt(q.At)
	ch := targetChart{TargetStatus: s, GoalWords: goalWords(q, x.TargetSet), Count: len(all)}
	for _, r := range all[max(0, len(all)-readingsShown):] {
		row := readingRow{TargetReading: r, Thing: thingOf(x, r), Claimed: readingWords(q, r.Value, r.Met), ByName: partyWords(q, c, r.By)}
		if r.Judged != nil {
			row.Found, row.FoundBy = readingWords(q, r.Judged.Value, r.Judged.Met), partyWords(q, c, r.Judged.By)
		}
		ch.Readings = append(ch.Readings, row)
	}
	slices.Reverse(ch.Readings)
	if len(all) > 0 {
		ch.draw(q, c, x, all[max(0, len(all)-readingsPlaced):])
	}
	ch.Words = q.T("所报:", "claimed: ") + q.Lang.TargetWords(s.Claimed) + q.T(",核定:", ", verified: ") + q.Lang.TargetWords(s.Verified) + ". " + ch.GoalWords
	if s.Figure != "" {
		ch.Words += " " + q.T("读数 ", "figure ") + s.Figure
	}
	return ch
}

// draw picks the picture that the target's shape asks for.
func (ch *targetChart) draw(q *request, c *projections.Campaign, x *projections.Target, all []projections.TargetReading) {
	named := slices.ContainsFunc(all, func(r projections.TargetReading) bool { return r.Of != "" })
	switch {
	case x.Shape == "pass-fail" || x.Shape == "band":
		ch.Marks = marksOf(q, c, all)
	case x.Shape == "count-per-year":
		ch.Years = yearsOf(q, x, ch.TargetStatus.Readings)
	case (x.Shape == "nested-count" || x.Shape == "each") && named:
		ch.Things = thingsOf(q, x, ch.TargetStatus.Readings)
	case x.Value != nil:
		ch.Plot = plotOf(q, c, x, all)
	default:
		ch.Marks = marksOf(q, c, all)
	}
}

// goalWords say what reaches the target: 以上 and 以内 include the number, 超过 does not.
func goalWords(q *request, t ledger.TargetSet) string {
	if t.Value == nil {
		words := q.T("达到为准", "to be attained")
		if t.Unit != "" {
			words = string(t.Unit) + ":" + q.T("原文无数字,以是否达到为准", "the plan gives no number: attained, or not")
		}
		return words
	}
	words := conditionWords(q, string(t.Op), *t.Value, string(t.Unit))
	if t.Each != nil {
		words = q.T("其中每一个须 ", "each of which must be ") + conditionWords(q, string(t.Each.Op), t.Each.Value, string(t.Each.Unit)) + q.T(";这样的须 ", "; of these ") + words
	}
	switch t.Shape {
	case "rank":
		words += q.T(";位次越小越好", "; the smaller the rank the better")
	case "ratio":
		if t.Op == "le" {
			words += q.T(";越低越好", "; the lower the better")
		}
	case "count-per-year":
		words += q.T(";每年重新计数", "; counted anew each year")
	case "count":
		words += q.T(";攻坚期内累计", "; counted through the campaign")
	case "multiple":
		words += q.T(";各分项都须达到,不相抵", "; each measure must reach it by itself")
	case "each":
		words += q.T(";逐个都须达到", "; each one must reach it")
	}
	return words
}

func conditionWords(q *request, op string, value float64, unit string) string {
	switch n := strings.TrimSpace(number(value) + " " + unit); op {
	case "le":
		return q.T("不高于 ", "at most ") + n + q.T("(含本数)", " (inclusive)")
	case "ge":
		return q.T("不低于 ", "at least ") + n + q.T("(含本数)", " (inclusive)")
	case "gt":
		return q.T("超过 ", "more than ") + n + q.T("(不含本数)", " (exclusive)")
	case "eq":
		return q.T("恰为 ", "exactly ") + n
	default:
		return n
	}
}

// readingWords are a reading's value, or whether it was attained.
func readingWords(q *request, value float64, met *bool) string {
	switch {
	case met == nil:
		return number(value)
	case *met:
		return q.T("✓ 达到", "✓ attained")
	}
	return q.T("✗ 未达到", "✗ not attained")
}

// thingOf is what a reading is of: a year, a measure by its name, a zone, a county.
func thingOf(x *projections.Target, r projections.TargetReading) string {
	var parts []string
	if r.Year != 0 {
		parts = append(parts, fmt.Sprint(r.Year))
	}
	if r.Measure != "" {
		parts = append(parts, measureName(x, r.Measure))
	}
	if r.Of != "" {
		parts = append(parts, projections.Visible(r.Of))
	}
	return strings.Join(parts, " ")
}

func measureName(x *projections.Target, id string) string {
	for _, m := range x.Measures {
		if string(m.ID) == id {
			return string(m.Name)
		}
	}
	return id
}
