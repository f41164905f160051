package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawHistory makes a random history of up to 30 records over four units and
// their tasks. Signatures are no business of a chain; envelopes are any text.
func drawHistory(t *rapid.T) []ledger.Record {
	var c ledger.Chain
	var records []ledger.Record
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rapid.IntRange(2, 30).Draw(t, "length") {
		unit := rapid.SampledFrom([]ledger.UnitID{"fgw", "sfj", "swj", ledger.HQ}).Draw(t, "unit")
		s := ledger.Statement{Kind: "clarification.issued.v1", Campaign: "ja2023", Unit: unit}
		if unit != ledger.HQ && rapid.Bool().Draw(t, "on a task") {
			s.Kind, s.Task = "task.amended.v1", ledger.TaskID(fmt.Sprintf("%s-%d", unit, rapid.IntRange(1, 2).Draw(t, "task")))
		}
		now = now.Add(time.Duration(rapid.Int64Range(-3_000, 5_000).Draw(t, "clock")) * time.Millisecond) // clocks are set back, too
		r, err := c.Next(s, fmt.Appendf(nil, "statement %d", i), now)
		require.NoError(t, err)
		require.NoError(t, c.Add(r))
		records = append(records, r)
	}
	return records
}

func addAll(records []ledger.Record) (*ledger.Chain, error) {
	var c ledger.Chain
	for _, r := range records {
		if err := c.Add(r); err != nil {
			return &c, err
		}
	}
	return &c, nil
}

func TestChainCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawHistory(t)
		trails, tasks := map[ledger.UnitID]uint64{}, map[ledger.TaskID]uint64{}
		var last time.Time
		for i, r := range records {
			trails[r.Place.Unit]++
			assert.Equal(t, uint64(i+1), r.Sequence)
			assert.Equal(t, trails[r.Place.Unit], r.TrailVersion)
			if r.Place.Task == "" {
				assert.Zero(t, r.TaskVersion)
			} else {
				tasks[r.Place.Task]++
				assert.Equal(t, tasks[r.Place.Task], r.TaskVersion)
			}
			assert.False(t, r.Recorded.Before(last), "recorded times never run backwards")
			assert.Equal(t, r.Recorded, r.Recorded.Truncate(time.Millisecond).UTC())
			last = r.Recorded
		}
		c, err := addAll(records)
		require.NoError(t, err)
		assert.Equal(t, uint64(len(records)), c.Sequence())
		assert.Equal(t, last, c.Recorded())
		for unit, n := range trails {
			assert.Equal(t, n, c.Trail(unit).Version)
		}
	})
}

// Promise 3: none was changed, and none was left out. Whatever is done to a
// history between its first record and its last, the chain says so.
func TestChainRefusesEveryTampering(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawHistory(t)
		i := rapid.IntRange(0, len(records)-2).Draw(t, "at")
		j := rapid.IntRange(i+1, len(records)-1).Draw(t, "and")
		how := rapid.SampledFrom([]string{"drop", "swap", "duplicate", "insert", "change"}).Draw(t, "how")
		switch how {
		case "drop":
			records = slices.Delete(records, i, i+1)
		case "swap":
			records[i], records[j] = records[j], records[i]
		case "duplicate":
			records = slices.Insert(records, j, records[i])
		case "insert":
			extra := records[j]
			extra.Envelope = []byte("slipped in")
			records = slices.Insert(records, j, extra)
		case "change":
			change(t, &records[i])
		}
		_, err := addAll(records)
		require.Error(t, err, how)
		assert.Equal(t, ledger.Damaged, ledger.ClassOf(err))
	})
}

func change(t *rapid.T, r *ledger.Record) {
	switch rapid.SampledFrom([]string{"envelope", "recorded", "place", "task version", "trail version", "head", "sequence"}).Draw(t, "field") {
	case "envelope":
		r.Envelope = append(slices.Clone(r.Envelope), ' ')
	case "recorded":
		r.Recorded = r.Recorded.Add(time.Millisecond)
	case "place":
		r.Place.Unit += "x"
	case "task version":
		r.TaskVersion++
	case "trail version":
		r.TrailVersion++
	case "head":
		r.Head[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
	case "sequence":
		r.Sequence++
	}
}

// Who forges a whole history anew gets another head: that is what receipts,
// checkpoints and exported heads are held against.
func TestRewrittenHistoryHasAnotherHead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawHistory(t)
		honest, err := addAll(records)
		require.NoError(t, err)
		i := rapid.IntRange(0, len(records)-1).Draw(t, "at")
		unit := records[i].Place.Unit
		var forged ledger.Chain
		for k, r := range records {
			if k == i {
				r.Envelope = []byte("another story")
			}
			r.Head = ledger.Link(forged.Trail(r.Place.Unit).Head, r)
			require.NoError(t, forged.Add(r))
		}
		assert.NotEqual(t, honest.Trail(unit).Head, forged.Trail(unit).Head)
		assert.Equal(t, honest.Trail(unit).Version, forged.Trail(unit).Version)
	})
}

func TestRefusedRecordDoesNotMoveTheChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawHistory(t)
		c, err := addAll(records[:len(records)-1])
		require.NoError(t, err)
		before, err := json.Marshal(c)
		require.NoError(t, err)
		last := records[len(records)-1]
		bad := last
		change(t, &bad)
		require.Error(t, c.Add(bad))
		after, err := json.Marshal(c)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after))
		require.NoError(t, c.Add(last))
	})
}

func TestChainJSONAndClone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawHistory(t)
		cut := rapid.IntRange(0, len(records)).Draw(t, "cut")
		c, err := addAll(records[:cut])
		require.NoError(t, err)
		data, err := json.Marshal(c)
		require.NoError(t, err)
		var read ledger.Chain
		require.NoError(t, json.Unmarshal(data, &read))
		clone := c.Clone()
		for _, r := range records[cut:] {
			require.NoError(t, read.Add(r))
			require.NoError(t, clone.Add(r))
		}
		full, err := addAll(records)
		require.NoError(t, err)
		want, err := json.Marshal(full)
		require.NoError(t, err)
		for _, other := range []*ledger.Chain{&read, clone} {
			got, err := json.Marshal(other)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got))
		}
		again, err := json.Marshal(c)
		require.NoError(t, err)
		assert.Equal(t, string(data), string(again), "the original stayed where it was")
	})
	var c ledger.Chain
	assert.Error(t, c.UnmarshalJSON([]byte(`{"sequence":"x"}`)))
}

func TestRecordedNeverRunsBackwards(t *testing.T) {
	s := parsed(t, "progress.reported.v1")
	var c ledger.Chain
	noon := time.Date(2024, 3, 5, 12, 0, 0, 0, time.UTC)
	for _, step := range []struct{ clock, want time.Time }{
		{noon, noon},
		{noon.Add(-time.Hour), noon},
		{noon.Add(1500 * time.Microsecond), noon.Add(time.Millisecond)},
		{noon, noon.Add(time.Millisecond)},
		{noon.In(ledger.Shanghai).Add(time.Second), noon.Add(time.Second)},
	} {
		r, err := c.Next(s, []byte("x"), step.clock)
		require.NoError(t, err)
		assert.Equal(t, step.want, r.Recorded)
		again, err := c.Next(s, []byte("x"), step.clock)
		require.NoError(t, err)
		assert.Equal(t, r, again, "Next moves nothing")
		require.NoError(t, c.Add(r))
	}
}

func TestChainErrorsNameTheRule(t *testing.T) {
	records := chainOf(t, "task.assigned.v1", "progress.reported.v1", "task.amended.v1")
	for rule, bend := range map[string]func(*ledger.Record){
		"ledger.sequence": func(r *ledger.Record) { r.Sequence = 9 },
		"ledger.recorded": func(r *ledger.Record) { r.Recorded = r.Recorded.Add(-time.Hour) },
		"task.version":    func(r *ledger.Record) { r.TaskVersion = 3 },
		"trail.version":   func(r *ledger.Record) { r.TrailVersion = 3 },
		"trail.head":      func(r *ledger.Record) { r.Head[0] ^= 1 },
	} {
		var c ledger.Chain
		require.NoError(t, c.Add(records[0]))
		bad := records[1]
		bend(&bad)
		assert.ErrorIs(t, c.Add(bad), &ledger.Error{Rule: rule})
	}
	var trail ledger.Trail
	for _, r := range records {
		require.NoError(t, trail.Add(r), "the trail alone can be checked, as an auditor does")
	}
	assert.Equal(t, records[2].Head, trail.Head)
}

// An archive entry has a 16-bit length: what would not fit is refused before it
// is recorded.
func TestRecordSize(t *testing.T) {
	s := parsed(t, "progress.reported.v1")
	var c ledger.Chain
	r, err := c.Next(s, nil, time.Now())
	require.NoError(t, err)
	room := ledger.MaxEntry - len(r.Encode())
	r, err = c.Next(s, []byte(strings.Repeat("x", room)), time.Now())
	require.NoError(t, err)
	assert.Len(t, r.Encode(), ledger.MaxEntry)
	_, err = c.Next(s, []byte(strings.Repeat("x", room+1)), time.Now())
	assert.ErrorIs(t, err, &ledger.Error{Rule: "record.size"})
	assert.Equal(t, ledger.TooLarge, ledger.ClassOf(err))
	_, err = c.Next(s, []byte(strings.Repeat("\n", room/2+1)), time.Now())
	assert.ErrorIs(t, err, &ledger.Error{Class: ledger.TooLarge}, "escapes count")
}
