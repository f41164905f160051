package projections_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type fold = projections.Fold[projections.Campaign]

func newFold() *fold { return projections.NewFold(projections.CampaignProjection()) }

// recorded are the records of a history, each recorded at the time it claims.
func recorded(t testing.TB, seed uint64) []ledger.Record {
	t.Helper()
	if records, ok := made[seed]; ok {
		return records
	}
	var c ledger.Chain
	var records []ledger.Record
	for _, step := range seeds.History(seed) {
		r, err := c.Next(step.Statement, step.Envelope, step.Statement.Time)
		require.NoError(t, err)
		require.NoError(t, c.Add(r))
		records = append(records, r)
	}
	made[seed] = records
	return records
}

var made = map[uint64][]ledger.Record{}

func sequence(records []ledger.Record) projections.Records {
	return func(yield func(ledger.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func foldOf(t testing.TB, records []ledger.Record) *fold {
	t.Helper()
	f := newFold()
	require.NoError(t, f.Run(sequence(records)))
	return f
}

const histories = 25 // for each of the laws

func TestFoldingTwiceIsTheSame(t *testing.T) {
	for seed := range uint64(histories) {
		records := recorded(t, seed)
		one, two := foldOf(t, records), foldOf(t, records)
		assert.Equal(t, one.Hash(), two.Hash())
		assert.Equal(t, one.State.Parts(), two.State.Parts())
		assert.Equal(t, uint64(len(records)), one.Chain.Sequence())
	}
}

// A state is what its JSON says and nothing else: what is read back goes on as if
// it had never been written.
func TestSnapshotAndTailIsTheFullFold(t *testing.T) {
	for seed := range uint64(histories / 2) {
		records := recorded(t, seed)
		full := foldOf(t, records)
		step := max(1, len(records)/5)
		dir := t.TempDir()
		for cut := int(seed) % step; cut <= len(records); cut += step {
			head := foldOf(t, records[:cut])
			_, err := projections.NewView(head).Snapshot(dir)
			require.NoError(t, err)
			tail := projections.OpenFold(projections.CampaignProjection(), dir, uint64(len(records)))
			require.Equal(t, uint64(cut), tail.Chain.Sequence(), "the newest one is taken")
			require.Equal(t, head.Hash(), tail.Hash(), "lossless")
			require.NoError(t, tail.Run(sequence(records[cut:])))
			require.Equal(t, full.Hash(), tail.Hash(), "history %d cut at %d", seed, cut)
			require.Equal(t, full.Clock, tail.Clock)
		}
	}
}

func TestStateSurvivesJSON(t *testing.T) {
	for seed := range uint64(histories) {
		f := foldOf(t, recorded(t, seed))
		data, err := json.Marshal(f.State)
		require.NoError(t, err)
		again := projections.CampaignProjection().Init()
		require.NoError(t, json.Unmarshal(data, again))
		assert.Equal(t, f.Hash(), projections.HashOf(again))
		for _, task := range f.State.TaskList() {
			at := f.State.Index.Latest.AddDate(0, 0, 20)
			assert.Equal(t, projections.HashOf(f.State.Judge(task, at)), projections.HashOf(again.Judge(again.Tasks[task.ID], at)))
		}
	}
}

func TestAsOfTheLastIsTheFold(t *testing.T) {
	for seed := range uint64(histories) {
		records := recorded(t, seed)
		full := foldOf(t, records)
		last, err := projections.AsOf(projections.CampaignProjection(), sequence(records), full.State.Index.Latest)
		require.NoError(t, err)
		assert.Equal(t, full.Hash(), last.Hash())
		assert.Equal(t, full.Chain.Sequence(), last.Chain.Sequence())
	}
}

// A light of the past is the same whether one folds up to then, or folds all and
// asks about then: later statements do not rewrite what was.
func TestThePastIsNotRewritten(t *testing.T) {
	for seed := range uint64(histories) {
		records := recorded(t, seed)
		full := foldOf(t, records).State
		for _, at := range instants(seed, full, 3) {
			then, err := projections.AsOf(projections.CampaignProjection(), sequence(records), at)
			require.NoError(t, err)
			for _, task := range then.State.TaskList() {
				want, got := then.State.Judge(task, at), full.Judge(full.Tasks[task.ID], at)
				want.Cards, got.Cards = nil, nil // of today
				require.Equal(t, want, got, "history %d, task %s at %s", seed, task.ID, at)
			}
		}
	}
}

// Rebuilding from the records in two runs, stopping anywhere, is one run.
func TestAFoldRefusesWhatIsNotNext(t *testing.T) {
	records := recorded(t, 1)
	f := foldOf(t, records[:20])
	before := f.Hash()
	for name, r := range map[string]ledger.Record{
		"again":    records[19],
		"skipped":  records[21],
		"bent":     {Sequence: 21, Recorded: records[20].Recorded, Place: records[20].Place, TaskVersion: records[20].TaskVersion, TrailVersion: records[20].TrailVersion, Head: records[20].Head, Envelope: records[19].Envelope},
		"no bytes": {Sequence: 21},
	} {
		err := f.Add(r)
		assert.Equal(t, ledger.Damaged, ledger.ClassOf(err), name)
		assert.Equal(t, before, f.Hash(), name)
	}
	require.NoError(t, f.Add(records[20]))

	_, err := projections.AsOf(projections.CampaignProjection(), sequence(slices.Delete(slices.Clone(records), 5, 6)), records[2].Recorded)
	assert.Equal(t, ledger.Damaged, ledger.ClassOf(err), "what is left out as of a date is held against the chain too")
	_, err = projections.AsOf(projections.CampaignProjection(), sequence([]ledger.Record{{Sequence: 1}}), time.Now())
	assert.Equal(t, ledger.Damaged, ledger.ClassOf(err))
}

// instants are moments to judge at: at a statement, at the edge of a day or of a
// month, or anywhere up to two months after the last statement.
func instants(seed uint64, c *projections.Campaign, n int) []time.Time {
	rng := rand.New(rand.NewPCG(seed, 1))
	from, to := c.Charter.Adopted.At, c.Index.Latest.AddDate(0, 2, 0)
	var list []time.Time
	for range n {
		at := from.Add(time.Duration(rng.Int64N(int64(to.Sub(from))))).Truncate(time.Millisecond)
		switch rng.IntN(6) {
		case 0:
			at = ledger.DateOf(at).Start()
		case 1:
			at = ledger.DateOf(at).End()
		case 2:
			at = ledger.MonthOf(at).Last().End()
		case 3:
			at = c.Index.Latest
		}
		list = append(list, at)
	}
	return list
}

// The oracle agrees on every light and every figure of every task of a thousand
// histories. Sources name statements that are on record, of no later time.
func TestTheOracleAgrees(t *testing.T) {
	lights := map[ledger.Light]int{}
	var total projections.Figures
	for seed := range uint64(1000) {
		f, o := newFold(), oracle{}
		for i, step := range seeds.History(seed) {
			e := ledger.Event{Record: ledger.Record{Sequence: uint64(i + 1), Recorded: step.Statement.Time.UTC().Truncate(time.Millisecond)}, Statement: step.Statement}
			f.Apply(e)
			o = append(o, said{e.Sequence, e.Recorded, step.Statement})
		}
		for _, at := range instants(seed, f.State, 2) {
			for _, task := range f.State.TaskList() {
				got := f.State.Judge(task, at)
				light, figures, slow := o.judge(task.ID, at)
				require.Equal(t, figures, got.Figures, "history %d, task %s at %s", seed, task.ID, at.In(ledger.Shanghai))
				require.Equal(t, light, got.Light, "history %d, task %s at %s: %+v", seed, task.ID, at.In(ledger.Shanghai), figures)
				require.Equal(t, slow, got.Slow, "history %d, task %s at %s: %+v", seed, task.ID, at.In(ledger.Shanghai), figures)
				lights[light]++
				for figure, sources := range got.Sources {
					for _, sequence := range sources {
						s := o[sequence-1]
						require.True(t, s.Statement.Task == task.ID && !s.at.After(at), "history %d: %s of %s comes from %d", seed, figure, task.ID, sequence)
					}
				}
				total.LateDays += figures.LateDays
				total.ReportsLate += figures.ReportsLate
				total.SlowMonths += figures.SlowMonths
				total.WaitedDays += figures.WaitedDays
			}
		}
	}
	for _, l := range []ledger.Light{ledger.Green, ledger.Yellow, ledger.Red, ledger.Blue, ledger.Grey} {
		assert.Greater(t, lights[l], 50, "the histories show every light: %s", l)
	}
	assert.Positive(t, min(total.LateDays, total.ReportsLate, total.SlowMonths, total.WaitedDays))
}
