package report_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"
	"ducha/projections/trail"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// story is the whole simulated campaign as recorded, told once.
var story = sync.OnceValues(func() (world, error) {
	w := world{fold: projections.NewFold(projections.CampaignProjection())}
	for step := range seeds.Simulate(seeds.Options{Seed: 2023, Unsigned: true}).Steps() {
		r, err := w.fold.Chain.Next(step.Statement, step.Envelope, step.Statement.Time)
		if err != nil {
			return w, err
		}
		if err := w.fold.Add(r); err != nil {
			return w, err
		}
		w.records = append(w.records, r)
	}
	return w, nil
})

type world struct {
	fold    *projections.Fold[projections.Campaign]
	records []ledger.Record
}

func told(t testing.TB) world {
	t.Helper()
	w, err := story()
	require.NoError(t, err)
	return w
}

func events(t testing.TB, records []ledger.Record) []ledger.Event {
	t.Helper()
	list := make([]ledger.Event, len(records))
	for i, r := range records {
		e, err := r.Read()
		require.NoError(t, err)
		list[i] = e
	}
	return list
}

// input is what an export of a unit would give, as of a day.
func (w world) input(t testing.TB, unit ledger.UnitID, day ledger.Date) report.Input {
	t.Helper()
	own, _, last, err := trail.Select(all(w.records), unit)
	require.NoError(t, err)
	require.NotEmpty(t, own)
	return report.Input{Campaign: w.fold.State, Unit: unit, At: day.End(), Events: events(t, own), Sequence: last, Head: own[len(own)-1].Head}
}

func all(records []ledger.Record) projections.Records {
	return func(yield func(ledger.Record, error) bool) {
		for r := range slices.Values(records) {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// lead is the unit that leads a task.
func (w world) lead(t testing.TB, id ledger.TaskID) ledger.UnitID {
	t.Helper()
	task, err := w.fold.State.FindTask(id)
	require.NoError(t, err)
	return task.Lead
}

// idle is a unit that leads no task and has something on its trail.
func (w world) idle(t testing.TB) ledger.UnitID {
	t.Helper()
	for _, u := range w.fold.State.UnitList() {
		if len(w.fold.State.TasksOf(u)) == 0 && len(w.fold.State.Units.Trails[u]) > 0 {
			return u
		}
	}
	t.Fatal("every unit leads a task")
	return ""
}

const lastDay ledger.Date = "2025-12-31"

// retold is a unit's input from what its trail alone holds, with statements more:
// what a reader of the trail has.
func (w world) retold(t testing.TB, unit ledger.UnitID, day ledger.Date, more ...ledger.Event) report.Input {
	t.Helper()
	own, others, last, err := trail.Select(all(w.records), unit)
	require.NoError(t, err)
	fold := projections.NewFold(projections.CampaignProjection())
	records := slices.Concat(own, others)
	slices.SortFunc(records, func(a, b ledger.Record) int { return int(a.Sequence) - int(b.Sequence) })
	for _, e := range events(t, records) {
		fold.Apply(e)
	}
	for _, e := range more {
		fold.Apply(e)
	}
	return report.Input{Campaign: fold.State, Unit: unit, At: day.End(), Events: append(events(t, own), more...), Sequence: last, Head: own[len(own)-1].Head}
}

// say is a statement of the office about a task, after all that was said.
func (w world) say(unit ledger.UnitID, task ledger.TaskID, n int, body any) ledger.Event {
	at := lastDay.Start().Add(time.Duration(n) * time.Second)
	e := ledger.Event{Statement: ledger.Statement{ID: uuid.UUID{15: byte(n), 14: byte(n >> 8), 6: 0x40, 8: 0x80}, Kind: ledger.KindOf(body), Source: "units/ggb",
		Unit: unit, Task: task, Time: at, Body: body}}
	e.Sequence, e.Recorded = uint64(len(w.records)+n), at
	e.Record.Place = ledger.PlaceOf(e.Statement)
	return e
}
