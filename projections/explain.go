package projections

import (
	"slices"
	"strings"
	"time"

	"ducha/ledger"
)

// Explanation (为何亮此灯) says why a task has its light at an instant: the expression,
// each of its clauses, and every figure with each statement that it came from.
type Explanation struct {
	Task    ledger.TaskID   `json:"id"`
	Name    string          `json:"name"`
	Light   ledger.Light    `json:"light"`
	Policy  uint64          `json:"policy"` // the record that adopted it
	When    string          `json:"when"`   // the expression that held
	Clauses []Clause        `json:"clauses"`
	Figures []FigureSources `json:"figures"`
	Doubts  []string        `json:"doubts,omitempty"`
}

// Clause is one of the alternatives of an expression, of which one is enough.
type Clause struct {
	Expression string `json:"expression"`
	Holds      bool   `json:"holds"`
}

// FigureSources is a figure with the records that it came from.
type FigureSources struct {
	Name    string   `json:"name"`
	Value   any      `json:"value"`
	Records []uint64 `json:"records,omitempty"`
}

// Says reports whether a figure is other than nought: one that is nought speaks
// neither for nor against a task.
func (f FigureSources) Says() bool {
	switch v := f.Value.(type) {
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	}
	return true
}

// Explain says why a task has its light at an instant.
func (c *Campaign) Explain(t *Task, at time.Time) Explanation { return c.explain(t, at, &memory{}) }

// ExplainAbout says why it has the light that hindsight gives it: see [Campaign.JudgeAbout].
func (c *Campaign) ExplainAbout(t *Task, at time.Time) Explanation {
	return c.explain(t, at, &memory{hindsight: true})
}

func (c *Campaign) explain(t *Task, at time.Time, known *memory) Explanation {
	s := c.judge(t, at, known)
	x := Explanation{Task: t.ID, Name: s.Name, Light: s.Light, Policy: s.Policy, When: s.Expression, Clauses: []Clause{}, Figures: []FigureSources{}, Doubts: s.Doubts}
	for _, clause := range alternatives(s.Expression) {
		ok, err := holds(ledger.Line(clause), s.Figures)
		x.Clauses = append(x.Clauses, Clause{clause, ok && err == nil})
	}
	sources := c.sources(t, s, at, known)
	for _, f := range s.Figures.list() {
		x.Figures = append(x.Figures, FigureSources{f.name, f.value, sources[f.name]})
	}
	return x
}

// alternatives are what stands between the ors of an expression's outermost level.
func alternatives(expression string) []string {
	var parts []string
	depth, from := 0, 0
	var quote rune
	for i, r := range expression {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '(' || r == '[' || r == '{':
			depth++
		case r == ')' || r == ']' || r == '}':
			depth--
		case depth == 0 && strings.HasPrefix(expression[i:], "||"):
			parts = append(parts, strings.TrimSpace(expression[from:i]))
			from = i + 2
		}
	}
	return append(parts, strings.TrimSpace(expression[from:]))
}

// sources completes what a status names: a figure that follows from others has the
// records of these, and one that says that something did not come has those that
// made it due: the assignment, and the policy with its deadline.
func (c *Campaign) sources(t *Task, s TaskStatus, at time.Time, known *memory) Sources {
	out := Sources{}
	for name, records := range s.Sources {
		out[name] = records
	}
	for i := range t.Milestones {
		m := &t.Milestones[i]
		if !m.by(at) {
			continue
		}
		due := m.DueAt(at)
		out["milestones"] = append(out["milestones"], m.Sequence)
		if due.Date < ledger.DateOf(at) {
			out["due"] = append(out["due"], due.Sequence)
		}
	}
	out["gap"] = merged(out["planned"], out["actual"])
	if s.Figures.Suspended || s.Figures.Closed {
		out["suspended"] = out["closed"]
	}
	if s.Figures.ReportsMissed > 0 {
		out["reports_missed"] = merged([]uint64{t.Assigned.Sequence, s.Policy})
	}
	if s.Figures.SlowMonths > 0 {
		var records []uint64
		m := ledger.MonthOf(at)
		for range s.Figures.SlowMonths {
			m = m.Add(-1)
			then := c.judge(t, m.Last().End(), known)
			records = append(records, then.Policy, t.Assigned.Sequence)
			for _, name := range []string{"planned", "actual", "late_days", "reports_late"} {
				records = append(records, then.Sources[name]...)
			}
		}
		out["slow_months"] = merged(records)
	}
	for name, records := range out {
		if len(records) == 0 {
			delete(out, name)
		}
	}
	return out
}

func merged(lists ...[]uint64) []uint64 {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}
