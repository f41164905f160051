package projections_test

import (
	"testing"
	"time"

	"ducha/ledger"
	"ducha/projections"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No machine grants a card, changes it or takes it away: over the two years the state
// of a card changes only with a statement of an authority, and consequences and praise
// change nothing that anybody is judged by.
func TestOnlyAnAuthorityMovesACard(t *testing.T) {
	f := simulated(t)
	c := f.State
	require.NotEmpty(t, c.Escalations.Cards)
	require.NotEmpty(t, c.Escalations.Consequences)
	moves := map[ledger.Date]bool{}
	for _, card := range c.Escalations.Cards {
		for _, s := range []*projections.Stamp{card.Decided, card.Removed} {
			if s != nil {
				assert.Contains(t, string(s.By), "authorities/")
				moves[ledger.DateOf(s.At)] = true
			}
		}
	}
	for _, r := range c.Escalations.Reviews {
		if r.Decided != nil {
			moves[ledger.DateOf(r.Decided.At)] = true
		}
	}
	before := map[ledger.Ref]projections.CardState{}
	for d := c.Charter.From; d <= c.Charter.To; d = d.Add(1) {
		for _, s := range c.CardList(d.End()) {
			was, known := before[s.Proposal]
			if known && was != s.State {
				assert.True(t, moves[d], "%s became %s on %s, when no authority said anything", s.Proposal, s.State, d)
			}
			if !known {
				assert.Equal(t, projections.CardProposed, s.State, "a card begins as a proposal")
			}
			before[s.Proposal] = s.State
		}
	}
	without := simulated(t).State
	without.Escalations.Consequences, without.Escalations.Praises = nil, nil
	at := c.Charter.To.End()
	for _, u := range c.UnitList() {
		assert.Equal(t, without.UnitAt(u, at), c.UnitAt(u, at), "recorded, never applied: %s", u)
	}
}

// What the ledger knows at the end of the two years about any earlier day's cards,
// directives and inspections is what it knew then.
func TestRegistersOfAnEarlierDay(t *testing.T) {
	full := simulated(t).State
	for _, d := range []ledger.Date{"2024-06-15", "2024-11-20", "2025-03-10", "2025-07-31"} {
		then := upTo(t, d)
		assert.Equal(t, then.CardList(d.End()), full.CardList(d.End()), "cards on %s", d)
		assert.Equal(t, then.InspectionList(d.End()), full.InspectionList(d.End()), "inspections on %s", d)
		assert.Equal(t, then.Samples(d.End()), full.Samples(d.End()), "samples on %s", d)
		for _, task := range then.TaskList() {
			a, err := then.Dossier(task.ID, d.End())
			require.NoError(t, err)
			b, err := full.Dossier(task.ID, d.End())
			require.NoError(t, err)
			assert.Equal(t, a.Digest(), b.Digest(), "the dossier of %s on %s is made again to the byte", task.ID, d)
		}
	}
}

// upTo is the simulated campaign as it was known at the end of a day.
func upTo(t *testing.T, d ledger.Date) *projections.Campaign {
	t.Helper()
	f, err := projections.AsOf(projections.CampaignProjection(), sequence(simulatedRecords(t)), d.End())
	require.NoError(t, err)
	return f.State
}

func TestSamplesSayWhy(t *testing.T) {
	at := func(day string) time.Time {
		d, err := ledger.ParseDate(day)
		require.NoError(t, err)
		return d.Start().Add(9 * time.Hour)
	}
	id := byte(0)
	stamp := func(sequence uint64, day string) projections.Stamp {
		id++
		return projections.Stamp{ID: uuid.UUID{15: id}, Sequence: sequence, At: at(day), By: "units/fgw"}
	}
	report := func(sequence uint64, day string, period ledger.Month, percent float64, summary string, files ...ledger.Digest) projections.Report {
		s := stamp(sequence, day)
		return projections.Report{Stamp: s, Period: period, Summary: summary, Evidence: len(files), Files: files,
			Says: []projections.Say{{Stamp: s, Kind: "progress.reported.v1", Percent: percent}}}
	}
	reached := stamp(9, "2024-04-10")
	c := projections.CampaignProjection().Init()
	c.Tasks["T01"] = &projections.Task{ID: "T01", Lead: "fgw", Assigned: stamp(1, "2024-01-02"),
		Milestones: []projections.Milestone{{Stamp: stamp(2, "2024-01-03"), ID: "m1", Name: "清单", Reached: &reached, On: "2024-04-10"}},
		Reports: []projections.Report{
			report(3, "2024-01-20", "2024-01", 5, "完成了摸底调查与清单编制"),
			report(4, "2024-02-20", "2024-02", 40, "平台上线,窗口全部进驻", "aa"),
			report(5, "2024-03-20", "2024-03", 55, "又推进了一批事项的办理"),
		}}
	c.Tasks["T02"] = &projections.Task{ID: "T02", Lead: "gxq", Assigned: stamp(6, "2024-01-02"), Reports: []projections.Report{
		report(7, "2024-01-21", "2024-01", 5, "完成了 摸底调查,与清单编制!", "aa"),
	}}
	c.Tasks["T03"] = &projections.Task{ID: "T03", Lead: "jrb", Assigned: stamp(8, "2024-05-02")}

	samples := c.Samples(at("2024-05-10"))
	require.Len(t, samples, 2, "T03 has nothing that speaks for a look")
	assert.Equal(t, ledger.TaskID("T01"), samples[0].Task, "the one with more reasons first")
	kinds := map[string][]uint64{}
	for _, r := range samples[0].Reasons {
		kinds[r.Kind] = append(kinds[r.Kind], r.Records...)
		assert.NotEmpty(t, r.ZH)
		assert.NotEmpty(t, r.EN)
		assert.NotEmpty(t, r.Records)
	}
	assert.Equal(t, []uint64{3, 4}, kinds["jump"], "35 points in a month")
	assert.ElementsMatch(t, []uint64{5, 9}, kinds["no-evidence"], "15 points and a milestone without evidence")
	assert.Equal(t, []uint64{3, 7}, kinds["text"], "the same but for punctuation, in another unit")
	assert.Equal(t, []uint64{4, 7}, kinds["evidence"], "one file for two reports")
	assert.NotContains(t, kinds, "unverified", "not half a year yet")

	later := c.Samples(at("2024-08-10"))
	var unverified []string
	for _, s := range later {
		for _, r := range s.Reasons {
			if r.Kind == "unverified" {
				unverified = append(unverified, string(s.Task))
			}
		}
	}
	assert.Equal(t, []string{"T01", "T02"}, unverified)
	assert.Empty(t, c.Samples(at("2024-01-05")), "nothing was said yet")
}

func TestACodeIsCheckedBeforeTheDoor(t *testing.T) {
	c := simulated(t).State
	var running projections.InspectionStatus
	for _, i := range c.InspectionList(c.Charter.To.End()) {
		running = i
	}
	require.NotEmpty(t, running.Code)
	for _, x := range []struct {
		code ledger.LocalID
		task ledger.TaskID
		on   ledger.Date
		good bool
	}{
		{running.Code, running.Tasks[0], running.From, true},
		{running.Code, "", running.From.Add(1), true},
		{running.Code, "T12", running.From, false},
		{running.Code, running.Tasks[0], ledger.DateOf(running.Authorised.At).Add(-1), false},
		{running.Code, running.Tasks[0], running.To.Add(30), false},
		{"DC-0", "", running.From, false},
	} {
		check := c.CheckCode(x.code, x.task, x.on.End())
		assert.Equal(t, x.good, check.Good, "%+v: %s", x, check.WhyEN)
		assert.Equal(t, x.good, check.WhyZH == "", "%+v", x)
	}
}
