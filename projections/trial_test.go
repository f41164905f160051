package projections_test

import (
	"testing"
	"time"

	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// simulated is the demo's two years, as one who reads the ledger has them.
func simulated(t testing.TB) *fold {
	t.Helper()
	return foldOf(t, simulatedRecords(t))
}

func simulatedRecords(t testing.TB) []ledger.Record {
	t.Helper()
	if records, ok := made[2023]; ok {
		return records
	}
	var c ledger.Chain
	for step := range seeds.Simulate(seeds.Options{Seed: 2023}).Steps() {
		r, err := c.Next(step.Statement, step.Envelope, step.Statement.Time)
		require.NoError(t, err)
		require.NoError(t, c.Add(r))
		made[2023] = append(made[2023], r)
	}
	return made[2023]
}

// stricter is the default policy with other thresholds and clocks.
func stricter(from ledger.Date) ledger.PolicyAdopted {
	p := seeds.DefaultPolicy()
	p.Name, p.InForce = "更严口径", from
	p.Slow = "gap > 2.0 || late_days > 0 || reports_missed >= 1 || reports_late >= 1"
	p.Lights[3].When = p.Slow
	p.Clocks.Acknowledge, p.Clocks.Answer, p.Clocks.ReportLast = 1, 1, 12
	return p
}

// adopt has a policy adopted at an instant, the history otherwise as it is.
func adopt(f *fold, p ledger.PolicyAdopted, at time.Time) {
	f.Apply(ledger.Event{Record: ledger.Record{Sequence: f.Chain.Sequence() + 1}, Statement: ledger.Statement{
		ID: uuid.MustParse("018e0b1c-0000-7000-8000-00000000abcd"), Kind: "policy.adopted.v1", Source: "officers/zhihuizhang", Unit: ledger.HQ, Time: at, Body: &p}})
}

// Replaying the two years under a policy that was changed half way changes no light,
// no figure, no clock of any day before the change, and does change some after it.
func TestAChangedPolicyChangesOnlyWhatCameAfterIt(t *testing.T) {
	as, changed := simulated(t), simulated(t)
	const day ledger.Date = "2024-12-16"
	adopt(changed, stricter(day), day.Start().Add(9*time.Hour))
	was, is := as.State, changed.State

	after := 0
	for d := was.Charter.From; d <= was.Charter.To; d = d.Add(1) {
		at := d.End()
		for _, id := range was.UnitList() {
			before, now := was.UnitAt(id, at), is.UnitAt(id, at)
			if d < day {
				require.Equal(t, before, now, "%s on %s", id, d)
			} else if !assert.ObjectsAreEqual(before.Tasks, now.Tasks) {
				after++
			}
		}
		if d < day {
			require.Equal(t, was.DirectiveList(projections.DirectiveQuery{}, at), is.DirectiveList(projections.DirectiveQuery{}, at), "the clocks of directives on %s", d)
		}
	}
	assert.NotZero(t, after, "a stricter policy shows")
}

// A trial says of each day what adopting the policy from the first day would have
// shown; it is held against a campaign that has that policy and no other.
func TestATrialSaysWhatAdoptionWouldHave(t *testing.T) {
	c := simulated(t).State
	p := stricter(c.Charter.From)
	days := c.TrialDays(c.Charter.To.End(), false)
	require.Greater(t, len(days), 20)
	trial, err := c.Try(p, days)
	require.NoError(t, err)

	other := simulated(t).State
	other.Charter.Policies = []projections.Policy{{Stamp: projections.Stamp{At: other.Charter.Adopted.At}, PolicyAdopted: p}}
	found := 0
	for _, d := range trial.Days {
		changes := map[ledger.TaskID]projections.TrialChange{}
		for _, x := range d.Changes {
			changes[x.Task] = x
			found++
		}
		for _, task := range c.TaskList() {
			if task.Assigned.At.After(d.On.End()) {
				continue
			}
			was, is := c.Judge(task, d.On.End()), other.Judge(other.Tasks[task.ID], d.On.End())
			x, changed := changes[task.ID]
			differs := was.Light != is.Light || was.Slow != is.Slow || was.Severe != is.Severe
			require.Equal(t, differs, changed, "%s on %s", task.ID, d.On)
			if changed {
				assert.Equal(t, was.Light, x.From.Light)
				assert.Equal(t, is.Light, x.To.Light)
				assert.Equal(t, is.Figures, x.To.Figures)
			}
		}
	}
	assert.NotZero(t, found)
	same, err := c.Try(c.Charter.Policies[0].PolicyAdopted, days)
	require.NoError(t, err)
	for _, d := range same.Days {
		if d.On < c.Charter.Policies[len(c.Charter.Policies)-1].InForce || len(c.Charter.Policies) == 1 {
			assert.Empty(t, d.Changes, "the policy in force changes nothing on %s", d.On)
		}
	}
}

func TestATrialOfAPolicyThatCannotBeComputed(t *testing.T) {
	c := simulated(t).State
	p := stricter(c.Charter.From)
	p.Lights[2].When = "gap >"
	_, err := c.Try(p, []ledger.Date{"2024-06-30"})
	assert.ErrorContains(t, err, "policy.expression")
	p = stricter(c.Charter.From)
	p.Slow = "nonsense > 1"
	_, err = c.Try(p, []ledger.Date{"2024-06-30"})
	assert.ErrorContains(t, err, "policy.expression")
	p = stricter(c.Charter.From)
	p.Calendar = p.Calendar[:1]
	trial, err := c.Try(p, c.TrialDays(c.Charter.To.End(), false))
	require.NoError(t, err)
	assert.NotEmpty(t, trial.Doubts, "a year that the calendar lacks is said")
}

// What is known now about a day differs from what was known then by what was said
// since about that day, and by nothing that was late.
func TestHindsight(t *testing.T) {
	c := simulated(t).State
	differs := 0
	for d := c.Charter.From; d <= c.Charter.To; d = d.Add(3) {
		for _, task := range c.TaskList() {
			then, now := c.Judge(task, d.End()), c.JudgeAbout(task, d.End())
			assert.Equal(t, then.Policy, now.Policy, "the rules of that day")
			assert.Equal(t, then.Figures.ReportsMissed, now.Figures.ReportsMissed, "who was late stays late: %s on %s", task.ID, d)
			assert.Equal(t, then.Figures.ReportsLate, now.Figures.ReportsLate)
			assert.Equal(t, then.Figures.Milestones, now.Figures.Milestones, "no milestone is set in hindsight")
			assert.GreaterOrEqual(t, then.Figures.LateDays, now.Figures.LateDays, "a milestone reached in time and said later")
			if then.Figures != now.Figures {
				differs++
			}
		}
	}
	assert.NotZero(t, differs)
	last := c.Charter.To.End()
	for _, task := range c.TaskList() {
		assert.Equal(t, c.Judge(task, last).Light, c.JudgeAbout(task, last).Light, "of the last day all is known")
	}
}

// A difference holds everything: applied to what was, it gives what is.
func TestADifferenceHoldsEverything(t *testing.T) {
	records := recorded(t, 3)
	days := []ledger.Date{}
	full := foldOf(t, records)
	for d := full.State.Charter.From; d <= full.State.Charter.To; d = d.Add(17) {
		days = append(days, d)
	}
	require.Greater(t, len(days), 2)
	for i := 1; i < len(days); i++ {
		from, to := days[i-1].End(), days[i].End()
		a, err := projections.AsOf(projections.CampaignProjection(), sequence(records), from)
		require.NoError(t, err)
		b, err := projections.AsOf(projections.CampaignProjection(), sequence(records), to)
		require.NoError(t, err)
		for _, u := range b.State.UnitList() {
			d := projections.DiffUnit(u, a.State, from, b.State, to)
			assert.Empty(t, d.Deleted)
			assert.Equal(t, b.State.FlatUnit(u, to), d.Apply(a.State.FlatUnit(u, from)), "%s from %s to %s", u, days[i-1], days[i])
			assert.Equal(t, len(b.State.Units.Trails[u])-len(a.State.Units.Trails[u]), len(d.Added), "every statement on the trail")
		}
		for _, task := range b.State.TaskList() {
			d := projections.DiffTask(task.ID, a.State, from, b.State, to)
			assert.Empty(t, d.Deleted)
			assert.Equal(t, b.State.FlatTask(task.ID, to), d.Apply(a.State.FlatTask(task.ID, from)))
		}
	}
	cut, err := projections.AsOf(projections.CampaignProjection(), sequence(records[:len(records)/2]), days[0].End())
	require.NoError(t, err)
	gone := projections.DiffTask("T01", full.State, days[0].End(), cut.State, days[0].End())
	assert.NotEmpty(t, gone.Deleted, "a state that lacks records shows what it lacks")
}

func TestEveryFigureIsDocumented(t *testing.T) {
	for _, f := range projections.FigureBook() {
		assert.NotEmpty(t, f.ZH, f.Name)
		assert.NotEmpty(t, f.EN, f.Name)
		_, err := projections.Compile(ledger.Line(f.Name + " == " + f.Name))
		assert.NoError(t, err)
	}
}
