package projections

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
)

// TargetState is what is known of a target. One percentage bar for all would lie:
// each shape is read in its own way.
type TargetState string

const (
	TargetMet        TargetState = "met"         // 已达到
	TargetNotMet     TargetState = "not-met"     // 未达到
	TargetRunning    TargetState = "running"     // 年度进行中: a yearly count whose year is not over
	TargetNoEvidence TargetState = "no-evidence" // 无证据: nothing, or not all of it, was reported
	TargetUnset      TargetState = "unset"       // 未设节点: nothing was reported, and nothing says by when
)

// TargetStatus (目标状态) is a target as judged for an instant. Claimed is what the
// reports say; Verified what others found of them: the two never mix.
type TargetStatus struct {
	Target   ledger.LocalID     `json:"id"`
	Task     ledger.TaskID      `json:"task"`
	Inferred bool               `json:"inferred,omitzero"` // the link to the task is ours
	Subject  string             `json:"subject"`
	Shape    ledger.TargetShape `json:"shape"`
	Goal     string             `json:"goal"` // in the signs of mathematics: ≥ 5 项
	Period   string             `json:"period,omitempty"`
	Dated    bool               `json:"dated"` // something says by when
	Base     string             `json:"base,omitempty"`
	Cite     string             `json:"cite,omitempty"`
	Claimed  TargetState        `json:"claimed"`
	Verified TargetState        `json:"verified"`
	Figure   string             `json:"figure,omitempty"` // what the claim comes to: 2 of 3
	Readings []TargetReading    `json:"readings,omitempty"`
	Open     []TargetQuestion   `json:"open,omitempty"` // 待明确
	Notes    []string           `json:"notes,omitempty"`
	Set      uint64             `json:"set"` // the record that set it
}

// TargetReading is the last reading of one thing that the target measures.
type TargetReading struct {
	Measure string         `json:"measure,omitempty"`
	Of      string         `json:"of,omitempty"`
	Year    int            `json:"year,omitzero"`
	Value   float64        `json:"value"`
	Met     *bool          `json:"met,omitempty"` // of what is passed or not
	AsOf    ledger.Date    `json:"as_of"`
	Source  string         `json:"source"`
	Base    string         `json:"base,omitempty"`
	Record  uint64         `json:"record"`
	By      ledger.PartyID `json:"by"`
	Judged  *ReadingJudged `json:"judged,omitempty"`
}

// ReadingJudged is what somebody else found the reading to be.
type ReadingJudged struct {
	Holds  bool           `json:"holds"`
	Value  float64        `json:"value"`
	Met    *bool          `json:"met,omitempty"`
	Record uint64         `json:"record"`
	By     ledger.PartyID `json:"by"`
}

// TargetQuestion is what the plan leaves open about a target, and the clarification
// that settled it.
type TargetQuestion struct {
	Question ledger.LocalID `json:"question"`
	Text     string         `json:"text"`
	Settled  uint64         `json:"settled,omitempty"` // the record
	Answer   string         `json:"answer,omitempty"`
}

// Targets lists the targets that were set by an instant, by id.
func (c *Campaign) Targets(at time.Time) []TargetStatus {
	list := []TargetStatus{}
	for _, t := range c.TaskList() {
		for i := range t.Targets {
			if x := &t.Targets[i]; x.by(at) {
				list = append(list, c.targetAt(t, x, at))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b TargetStatus) int { return cmp.Compare(a.Target, b.Target) })
	return list
}

func (c *Campaign) targetAt(t *Task, x *Target, at time.Time) TargetStatus {
	s := TargetStatus{Target: x.Target, Task: t.ID, Inferred: x.Inferred, Subject: string(x.Subject), Shape: x.Shape, Goal: goal(x.TargetSet),
		Period: string(x.Period), Dated: x.Period != "", Base: string(x.Base), Cite: string(x.Cite), Set: x.Sequence, Readings: x.last(at)}
	for _, o := range x.Open {
		s.Notes = append(s.Notes, string(o))
	}
	for _, q := range c.QuestionList(at) {
		if slices.Contains(q.About, x.Target) {
			open := TargetQuestion{Question: q.Question, Text: string(q.Text)}
			if q.Settled != nil {
				open.Settled, open.Answer = q.Settled.Sequence, string(q.Answer)
			}
			s.Open = append(s.Open, open)
		}
	}
	year := at.In(ledger.Shanghai).Year()
	s.Claimed, s.Figure = x.judge(s.Readings, year)
	var found []TargetReading
	for _, r := range s.Readings {
		if r.Judged != nil {
			r.Value, r.Met = r.Judged.Value, r.Judged.Met
			found = append(found, r)
		}
	}
	if s.Verified, _ = x.judge(found, year); len(found) == 0 && len(s.Readings) > 0 {
		s.Verified = TargetNoEvidence // claimed, and nobody looked
	}
	return s
}

// last are the last readings by an instant of each thing that is measured.
func (x *Target) last(at time.Time) []TargetReading {
	type thing struct {
		measure, of string
		year        int
	}
	newest := map[thing]TargetReading{}
	for _, r := range x.ReadingsAt(at) {
		newest[thing{r.Measure, r.Of, r.Year}] = r
	}
	list := slices.Collect(maps.Values(newest))
	slices.SortFunc(list, func(a, b TargetReading) int {
		return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Of, b.Of))
	})
	return list
}

// ReadingsAt are all readings by an instant with what was found of each by then, in the
// order of the days that they speak of. Of a yearly count each says of which year.
func (x *Target) ReadingsAt(at time.Time) []TargetReading {
	var list []TargetReading
	for _, r := range x.Readings {
		if r.by(at) {
			list = append(list, x.readingAt(r, at))
		}
	}
	slices.SortStableFunc(list, func(a, b TargetReading) int {
		return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.Record, b.Record))
	})
	return list
}

func (x *Target) readingAt(r Reading, at time.Time) TargetReading {
	t := TargetReading{Measure: string(r.Measure), Of: string(r.Of), Value: r.Value, Met: r.Met, AsOf: r.AsOf, Source: string(r.Source),
		Base: string(r.Base), Record: r.Sequence, By: r.By}
	if x.Shape == "count-per-year" {
		t.Year = yearOf(r.IndicatorReported)
	}
	for _, j := range r.Judged {
		if !j.by(at) {
			continue
		}
		t.Judged = &ReadingJudged{Holds: j.Holds, Value: r.Value, Met: r.Met, Record: j.Sequence, By: j.By}
		if j.Value != nil {
			t.Judged.Value = *j.Value
		}
		if j.Met != nil {
			t.Judged.Met = j.Met
		}
		if !j.Holds && j.Met == nil && r.Met != nil {
			no := !*r.Met
			t.Judged.Met = &no
		}
	}
	return t
}

func yearOf(r ledger.IndicatorReported) int {
	if r.Year != 0 {
		return r.Year
	}
	return r.AsOf.Start().Year()
}

// judge says what readings come to, after the target's shape.
func (x *Target) judge(readings []TargetReading, year int) (TargetState, string) {
	if len(readings) == 0 {
		if x.Period == "" {
			return TargetUnset, ""
		}
		return TargetNoEvidence, ""
	}
	switch x.Shape {
	case "pass-fail", "band":
		return passed(readings)
	case "count-per-year":
		return x.yearly(readings, year)
	case "nested-count":
		return x.nested(readings)
	case "each":
		good := 0
		for _, r := range readings {
			if x.reaches(r.Value) {
				good++
			}
		}
		return verdict(good == len(readings)), fmt.Sprintf("%d / %d", good, len(readings))
	}
	return x.every(readings)
}

// every: each measure reaches it; doubled twice (双翻番) is not once fourfold.
func (x *Target) every(readings []TargetReading) (TargetState, string) {
	var figures []string
	for _, r := range readings {
		figures = append(figures, strings.TrimSpace(r.Measure+" "+number(r.Value)))
	}
	figure := strings.Join(figures, ", ")
	for _, r := range readings {
		if !x.reaches(r.Value) {
			return TargetNotMet, figure
		}
	}
	if len(readings) < len(x.Measures) {
		return TargetNoEvidence, figure
	}
	return TargetMet, figure
}

// yearly: a count begins anew every year. A year that is over was met or not; the
// present one is met once it is reached, and runs until then.
func (x *Target) yearly(readings []TargetReading, year int) (TargetState, string) {
	last := readings[len(readings)-1]
	figure := fmt.Sprintf("%d: %s", last.Year, number(last.Value))
	for _, r := range readings {
		if r.Year < year && !x.reaches(r.Value) {
			return TargetNotMet, fmt.Sprintf("%d: %s", r.Year, number(r.Value))
		}
	}
	switch {
	case x.reaches(last.Value):
		return TargetMet, figure
	case last.Year >= year:
		return TargetRunning, figure
	}
	return TargetNotMet, figure
}

// nested counts the things that meet the condition; where none is named, the count
// itself was reported.
func (x *Target) nested(readings []TargetReading) (TargetState, string) {
	good, things := 0, 0
	for _, r := range readings {
		if r.Of == "" || x.Each == nil {
			continue
		}
		if things++; holdsTo(string(x.Each.Op), r.Value, x.Each.Value) {
			good++
		}
	}
	if things == 0 {
		for _, r := range readings {
			if r.Of == "" {
				return verdict(x.reaches(r.Value)), number(r.Value)
			}
		}
		return TargetNoEvidence, ""
	}
	return verdict(x.reaches(float64(good))), fmt.Sprintf("%d (%d)", good, things)
}

func passed(readings []TargetReading) (TargetState, string) {
	for _, r := range readings {
		switch {
		case r.Met == nil:
			return TargetNoEvidence, ""
		case !*r.Met:
			return TargetNotMet, ""
		}
	}
	return TargetMet, ""
}

func verdict(met bool) TargetState {
	if met {
		return TargetMet
	}
	return TargetNotMet
}

// Reaches reports whether a value reaches the target's number, which 以上 and 以内 include.
func (x *Target) Reaches(v float64) bool { return x.reaches(v) }

// Counts reports whether a thing of a value is one of those that a nested count counts,
// and of the others whether it reaches the target's number.
func (x *Target) Counts(v float64) bool {
	if x.Each != nil {
		return holdsTo(string(x.Each.Op), v, x.Each.Value)
	}
	return x.reaches(v)
}

func (x *Target) reaches(v float64) bool {
	return x.Value != nil && holdsTo(string(x.Op), v, *x.Value)
}

// holdsTo compares: 以上 (ge) and 以内 (le) include the number, 超过 (gt) does not.
func holdsTo(op string, v, goal float64) bool {
	switch op {
	case "ge":
		return v >= goal
	case "le":
		return v <= goal
	case "gt":
		return v > goal
	case "eq":
		return v == goal
	}
	return false
}

var signs = map[string]string{"ge": "≥", "le": "≤", "gt": ">", "eq": "="}

// goal puts a target's aim into the signs of mathematics.
func goal(t ledger.TargetSet) string {
	if t.Value == nil {
		return string(t.Unit)
	}
	g := fmt.Sprintf("%s %s %s", signs[string(t.Op)], number(*t.Value), t.Unit)
	if t.Each != nil {
		g += fmt.Sprintf("(%s %s %s)", signs[string(t.Each.Op)], number(t.Each.Value), t.Each.Unit)
	}
	return strings.TrimSpace(g)
}

func number(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.4g", v), ".0") }

// TargetWords are a target's state in words.
func (l Lang) TargetWords(s TargetState) string {
	switch s {
	case TargetMet:
		return l.Pick("已达到", "met")
	case TargetNotMet:
		return l.Pick("未达到", "not met")
	case TargetRunning:
		return l.Pick("年度进行中", "the year runs")
	case TargetNoEvidence:
		return l.Pick("无证据", "no evidence")
	}
	return l.Pick("未设节点", "nothing due")
}
