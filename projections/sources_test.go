package projections_test

import (
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every figure that says something names the statements that it came from, and the
// light follows from a clause that holds: over the two years, for every task, on
// every fifth day.
func TestEveryFigureHasItsSources(t *testing.T) {
	c := simulated(t).State
	records := simulatedRecords(t)
	lacking := map[string]int{}
	several := 0
	for d := c.Charter.From; d <= c.Charter.To; d = d.Add(5) {
		for _, task := range c.TaskList() {
			if task.Assigned.At.After(d.End()) {
				continue
			}
			x := c.Explain(task, d.End())
			held := false
			for _, clause := range x.Clauses {
				held = held || clause.Holds
			}
			require.True(t, held, "%s on %s: %s", task.ID, d, x.When)
			if len(x.Clauses) > 1 {
				several++
			}
			for _, f := range x.Figures {
				if !f.Says() {
					continue
				}
				if len(f.Records) == 0 {
					lacking[f.Name]++
				}
				for _, sequence := range f.Records {
					e, err := records[sequence-1].Read()
					require.NoError(t, err)
					assert.True(t, e.Statement.Task == task.ID || e.Kind == "policy.adopted.v1", "%s of %s rests on record %d, a %s about %q", f.Name, task.ID, sequence, e.Kind, e.Statement.Task)
					assert.False(t, projections.Declares(e.Statement).After(d.End()), "and on none that came later")
				}
			}
		}
	}
	assert.Empty(t, lacking)
	assert.Positive(t, several)
}

func TestClausesOfAnExpression(t *testing.T) {
	c := simulated(t).State
	p := c.Charter.Policies[0]
	p.Lights = []ledger.LightRule{{Light: ledger.Yellow, When: `(gap > 900.0 || late_days > 900) || gap >= 0.0 && (milestones >= 0 || closed) || closed`}}
	c.Charter.Policies = []projections.Policy{p}
	x := c.Explain(c.TaskList()[0], c.Charter.To.End())
	assert.Equal(t, []projections.Clause{{Expression: "(gap > 900.0 || late_days > 900)"}, {Expression: "gap >= 0.0 && (milestones >= 0 || closed)", Holds: true}, {Expression: "closed"}}, x.Clauses)
}
