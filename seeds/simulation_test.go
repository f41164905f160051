package seeds_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/seeds"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const seed = 2023

type campaign = projections.Fold[projections.Campaign]

// told is a simulation after it was told to an empty ledger.
type told struct {
	simulation *seeds.Simulation
	records    []ledger.Record
	fold       *campaign
	kinds      map[ledger.Kind]int
}

// tell feeds steps to the rules and to a fold, as a writer does.
func tell(t *testing.T, steps []seeds.Step) told {
	t.Helper()
	x := told{fold: projections.NewFold(projections.CampaignProjection()), kinds: map[ledger.Kind]int{}}
	for i, step := range steps {
		r, err := x.fold.Chain.Next(step.Statement, step.Envelope, step.Statement.Time)
		require.NoError(t, err)
		e, err := r.Read()
		require.NoError(t, err)
		s := e.Statement
		require.NoError(t, commands.Admit(x.fold.State, commands.Submission{Statement: s, Signer: e.Signer, Recorded: r.Recorded}),
			"step %d, %s of %s on %s by %s (%s)", i, s.Kind, s.Time, s.Task, s.Source, step.Note)
		require.NoError(t, x.fold.Add(r))
		x.records = append(x.records, r)
		x.kinds[s.Kind]++
	}
	return x
}

func payload(t *testing.T, s seeds.Step) []byte {
	t.Helper()
	env, err := seal.ParseEnvelope(s.Envelope)
	require.NoError(t, err)
	return env.Payload
}

var whole = sync.OnceValue(func() *seeds.Simulation { return seeds.Simulate(seeds.Options{Seed: seed}) })

var toldOnce struct {
	sync.Mutex
	told
}

// story is the whole simulation, told once for all tests.
func story(t *testing.T) told {
	t.Helper()
	toldOnce.Lock()
	defer toldOnce.Unlock()
	if toldOnce.fold == nil {
		x := tell(t, slices.Collect(whole().Steps()))
		x.simulation = whole()
		toldOnce.told = x
	}
	return toldOnce.told
}

func (x told) on(date ledger.Date) map[ledger.TaskID]projections.TaskStatus {
	m := map[ledger.TaskID]projections.TaskStatus{}
	for _, t := range x.fold.State.TaskList() {
		m[t.ID] = x.fold.State.Judge(t, date.End())
	}
	return m
}

// Every step is admitted by the rules in its order, and step n is sequence n.
func TestTheRulesAdmitEveryStep(t *testing.T) {
	x := story(t)
	require.Equal(t, x.simulation.Total(), len(x.records))
	assert.Zero(t, x.fold.State.Index.Unreadable)
	for s := range x.simulation.Steps() {
		_, err := ledger.Parse(payload(t, s))
		require.NoError(t, err, s.Statement.Kind)
	}
	assert.GreaterOrEqual(t, len(x.records), 1500)
	assert.LessOrEqual(t, len(x.records), 3000)
	t.Logf("%d statements: %v", len(x.records), x.kinds)
}

func TestOtherSeedsTellTheSameStoryInOtherWords(t *testing.T) {
	for other := range uint64(2) {
		x := tell(t, slices.Collect(seeds.Simulate(seeds.Options{Seed: other, Unsigned: true}).Steps()))
		for _, c := range counts {
			if c.min == c.max {
				assert.Equal(t, c.min, x.kinds[c.kind], "%s of seed %d", c.kind, other)
			}
		}
		assert.Len(t, colours(x.on("2025-12-31")), 5, "seed %d", other)
		assert.Equal(t, ledger.Yellow, x.on("2024-08-15")["T06"].Light, "seed %d", other)
	}
}

func TestOneSeedOneHistory(t *testing.T) {
	var a, b []string
	for s := range whole().Steps() {
		a = append(a, string(s.Envelope))
	}
	for s := range seeds.Simulate(seeds.Options{Seed: seed}).Steps() {
		b = append(b, string(s.Envelope))
	}
	assert.Equal(t, a, b, "the signatures too, those of SM2 among them")
	for s := range seeds.Simulate(seeds.Options{Seed: seed + 1, Months: 1}).Steps() {
		assert.NotContains(t, a, string(s.Envelope))
		break
	}
}

func TestAShortRunIsTheBeginningOfALongOne(t *testing.T) {
	long := slices.Collect(whole().Steps())
	short := slices.Collect(seeds.Simulate(seeds.Options{Seed: seed, Months: 3}).Steps())
	require.Less(t, len(short), len(long)/2)
	for i, s := range short {
		require.Equal(t, string(long[i].Envelope), string(s.Envelope), "step %d", i)
	}
	unsigned := slices.Collect(seeds.Simulate(seeds.Options{Seed: seed, Months: 1, Unsigned: true}).Steps())
	for i, s := range unsigned {
		require.Equal(t, string(payload(t, long[i])), string(payload(t, s)), "step %d", i)
	}
}

// Envelopes verify with the key of their party that stood at the time.
func TestEverySignatureVerifies(t *testing.T) {
	x := story(t)
	keys := x.fold.State.Keyring.Keys
	algorithms := map[seal.Algorithm]map[ledger.PartyID]bool{seal.SM2: {}, seal.Ed25519: {}}
	for s := range x.simulation.Steps() {
		env, err := seal.ParseEnvelope(s.Envelope)
		require.NoError(t, err)
		key, ok := keys[env.Signature.KeyID]
		require.True(t, ok)
		require.Equal(t, s.Statement.Source, key.Party)
		public, err := key.PublicKey()
		require.NoError(t, err)
		require.NoError(t, env.Verify(public))
		if _, unit := key.Party.Unit(); unit {
			algorithms[public.Algorithm()][key.Party] = true
		}
	}
	assert.GreaterOrEqual(t, len(algorithms[seal.SM2]), 3, "units that sign with SM2")
	assert.Greater(t, len(algorithms[seal.Ed25519]), len(algorithms[seal.SM2]), "most units sign with Ed25519")

	for party, key := range seeds.Keys(seed) {
		k, ok := keys[key.Public().ID()]
		require.True(t, ok, "the key of %s is enrolled", party)
		assert.Equal(t, party, k.Party)
		assert.Nil(t, k.Revoked, "the key of %s stands at the end", party)
	}
}

// Statements are made in office hours of working days, one after the other, and
// each knows the last one on its task.
func TestTimesAndBases(t *testing.T) {
	calendar := projections.CalendarOf(seeds.DefaultPolicy())
	last := map[ledger.TaskID]uint64{}
	var before time.Time
	var sequence uint64
	for s := range whole().Steps() {
		sequence++
		at := s.Statement.Time
		assert.False(t, at.Before(before), "step %d", sequence)
		before = at
		worked, err := calendar.Worked(ledger.DateOf(at))
		require.NoError(t, err)
		assert.True(t, worked, "step %d on %s", sequence, at)
		clock := at.In(ledger.Shanghai).Format("15:04")
		assert.True(t, clock >= "08:30" && clock <= "17:59", "step %d at %s", sequence, clock)
		assert.Equal(t, last[s.Statement.Task], s.Statement.Basis, "step %d", sequence)
		if s.Statement.Task != "" {
			last[s.Statement.Task] = sequence
		}
	}
	assert.Equal(t, ledger.Month("2025-12"), ledger.MonthOf(before))
}

// A campaign rebuilt from its JSON half-way ends as the one that never stopped.
func TestASnapshotHalfWayEndsTheSame(t *testing.T) {
	x := story(t)
	half := projections.NewFold(projections.CampaignProjection())
	for _, r := range x.records[:len(x.records)/2] {
		require.NoError(t, half.Add(r))
	}
	data, err := json.Marshal(half.State)
	require.NoError(t, err)
	again := projections.NewFold(projections.CampaignProjection())
	require.NoError(t, json.Unmarshal(data, again.State))
	again.Chain, again.Clock = *half.Chain.Clone(), half.Clock
	for _, r := range x.records[len(x.records)/2:] {
		require.NoError(t, again.Add(r))
	}
	assert.Equal(t, x.fold.Hash(), again.Hash())
}

func colours(m map[ledger.TaskID]projections.TaskStatus) map[ledger.Light][]ledger.TaskID {
	c := map[ledger.Light][]ledger.TaskID{}
	for id, s := range m {
		c[s.Light] = append(c[s.Light], id)
	}
	return c
}

func BenchmarkSimulate(b *testing.B) {
	for _, unsigned := range []bool{false, true} {
		b.Run(fmt.Sprintf("unsigned=%v", unsigned), func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(float64(seeds.Simulate(seeds.Options{Seed: seed, Unsigned: unsigned}).Total()), "statements")
			}
		})
	}
}
