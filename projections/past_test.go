package projections_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type past = projections.Past[projections.Campaign]

// pastOf looks back over what *records holds, and counts the records that were read.
func pastOf(records *[]ledger.Record, facts int, kept uint64) (p *past, read *int) {
	read = new(int)
	return &past{Projection: projections.CampaignProjection(), Facts: facts, Records: kept, Read: func(_ context.Context, after uint64) projections.Records {
		return func(yield func(ledger.Record, error) bool) {
			for _, r := range (*records)[after:] {
				if *read++; !yield(r, nil) {
					return
				}
			}
		}
	}}, read
}

// Whatever was asked before, and however much is kept, the answer is that of folding the
// records anew; also where more was recorded meanwhile, for earlier days too.
func TestThePastIsWhatAFullFoldFinds(t *testing.T) {
	for seed := range uint64(8) {
		all := recorded(t, seed)
		rng := rand.New(rand.NewPCG(seed, 2))
		for _, facts := range []int{0, len(all) / 2, len(all) + 1} {
			records := all[:len(all)/2]
			p, _ := pastOf(&records, facts, uint64(3*len(all)))
			at := instants(seed, foldOf(t, all).State, 5)
			for range 12 {
				records = all[:min(len(all), len(records)+rng.IntN(len(all)/8))]
				t1 := at[rng.IntN(len(at))]
				want, err := projections.AsOf(projections.CampaignProjection(), sequence(records), t1)
				require.NoError(t, err)
				require.NoError(t, p.Look(t.Context(), t1, uint64(len(records)), func(c *projections.Campaign) error {
					require.Equal(t, want.Hash(), projections.HashOf(c), "history %d, %s of %d records, %d kept", seed, t1, len(records), facts)
					return nil
				}))
			}
		}
	}
}

// States that are folded side by side share the facts, and nothing that one of them does
// shows in another: of everything that the simulation has.
func TestPastStatesShareNothing(t *testing.T) {
	var records []ledger.Record
	var chain ledger.Chain
	for step := range seeds.Simulate(seeds.Options{Seed: 2023, Unsigned: true}).Steps() {
		r, err := chain.Extend(step.Statement, step.Envelope, step.Statement.Time)
		require.NoError(t, err)
		records = append(records, r)
	}
	whole := records
	records = whole[:200]
	p, _ := pastOf(&records, len(whole), 1<<20)
	days := []ledger.Date{"2024-08-15", "2025-03-31", "2025-12-31"}
	for n := 200; n < len(whole); n += 400 { // side by side
		records = whole[:n]
		for _, d := range days {
			require.NoError(t, p.Look(t.Context(), d.End(), uint64(n), func(*projections.Campaign) error { return nil }))
		}
	}
	records = whole
	for _, d := range days {
		want, err := projections.AsOf(projections.CampaignProjection(), sequence(whole), d.End())
		require.NoError(t, err)
		require.NoError(t, p.Look(t.Context(), d.End(), uint64(len(whole)), func(c *projections.Campaign) error {
			assert.Equal(t, want.Hash(), projections.HashOf(c), d)
			return nil
		}))
	}
}

// Nothing is read twice while it is kept: not for another day, not for the same one.
func TestThePastIsReadOnce(t *testing.T) {
	all := recorded(t, 7)
	records := all[:len(all)-3]
	p, read := pastOf(&records, len(all), uint64(10*len(all)))
	day := records[len(records)/2].Recorded
	look := func(at time.Time) {
		require.NoError(t, p.Look(t.Context(), at, uint64(len(records)), func(*projections.Campaign) error { return nil }))
	}
	look(day)
	look(day)
	look(day.Add(time.Hour))
	assert.Equal(t, len(records), *read)
	records = all
	look(day)
	assert.Equal(t, len(all), *read, "only what is new")
}

// A record that is not the next one is found, whether or not facts are kept.
func TestThePastHoldsTheChain(t *testing.T) {
	for _, facts := range []int{0, 10, 1000} {
		records := append([]ledger.Record{}, recorded(t, 7)...)
		records[15] = records[14]
		p, _ := pastOf(&records, facts, 1000)
		err := p.Look(t.Context(), records[20].Recorded, uint64(len(records)), func(*projections.Campaign) error { return nil })
		assert.Equal(t, ledger.Damaged, ledger.ClassOf(err), fmt.Sprint(facts))
	}
}

// Many look at once, at few days, while days make room for others.
func TestManyLookBackAtOnce(t *testing.T) {
	records := recorded(t, 7)
	p, _ := pastOf(&records, len(records), uint64(2*len(records)))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 10 {
				at := records[(i*7+j*13)%len(records)].Recorded
				assert.NoError(t, p.Look(t.Context(), at, uint64(len(records)), func(c *projections.Campaign) error {
					assert.NotEmpty(t, c.Index.Statements)
					return nil
				}))
			}
		})
	}
	all.Wait()
}
