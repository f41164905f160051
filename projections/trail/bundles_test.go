package trail

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

func TestExportsAreHeldAgainstEachOther(t *testing.T) {
	w := nine(t)
	first := w.export(yearEnd)
	w.say("units/fgw", fgw, w.fgwTask, logged)
	second := w.export(yearEnd)
	require.True(t, Verify(first, Options{}).OK)
	require.True(t, Verify(second, Options{}).OK)
	c := Compare(first, second)
	require.Empty(t, c.Findings)
	assert.Equal(t, []string{"note.grows 1, 2"}, notes(c.Notes))
	c = Compare(second, first, []byte("garbage"))
	require.Empty(t, c.Findings)
	assert.Equal(t, []string{"note.uncompared 3", "note.grows 2, 1"}, notes(c.Notes))

	stranger := newWorld(t, ledger.ClockRecorded)
	stranger.keys["ledger"] = key(t, "another ledger")
	stranger.open()
	c = Compare(first, stranger.export(yearEnd))
	assert.True(t, has(c.Findings, "bundles.charter"), "one root key, one campaign, two ledgers")
	stranger = newWorld(t, ledger.ClockRecorded)
	stranger.keys["ledger"], stranger.keys["root"] = key(t, "another ledger"), key(t, "another root")
	stranger.open()
	c = Compare(first, stranger.export(yearEnd))
	require.Empty(t, c.Findings, "two ledgers have two histories")
	assert.Equal(t, []string{"note.ledgers 1, 2"}, notes(c.Notes))
}

// Two exports of the same size, each good by itself.
func TestTwoHistoriesOfOneSizeAreAFork(t *testing.T) {
	w := small(t)
	records := slices.Clone(w.records)
	one := w.export(yearEnd)
	other := newWorld(t, ledger.ClockRecorded)
	other.open()
	other.now = other.now.Add(time.Second)
	other.year(1)
	require.Equal(t, len(records), len(other.records))
	two := other.export(yearEnd)
	require.True(t, Verify(two, Options{}).OK)
	found := Compare(one, two).Findings
	assert.True(t, has(found, "bundles.fork") || slices.Equal(one, two), "%v", found)
}

// Exports of two units of one ledger agree; and of a ledger and its fork they do
// not, though they share no record but the registry's.
func TestExportsOfTwoUnits(t *testing.T) {
	h := truth(t)
	c := Compare(h.other, h.export)
	require.Empty(t, c.Findings)
	assert.Equal(t, []string{"note.grows 1, 2"}, notes(c.Notes))
	w := operator(t, h.records[:len(h.records)-1], h.records[len(h.records)-4].Sequence, replaced)
	c = Compare(h.other, w.export(yearEnd))
	require.NotEmpty(t, c.Findings)
	assert.Equal(t, "bundles.fork", c.Findings[0].Code)
	assert.Contains(t, c.Findings[0].Found, "records ")
	var out strings.Builder
	c.Print(&out, "en")
	assert.Contains(t, out.String(), "CONTRADICT")
}

// A huge later log may show too little of the earlier one.
func TestWhatTwoExportsCannotShowIsSaid(t *testing.T) {
	one := map[proof.Range]tlog.Hash{{From: 0, To: 8}: {1}, {From: 4, To: 6}: {2}}
	assert.False(t, growsFrom(proof.Checkpoint{Size: 6, Root: tlog.Hash{9}}, one))
	assert.True(t, growsFrom(proof.Checkpoint{Size: 8, Root: tlog.Hash{1}}, one))
	assert.False(t, growsFrom(proof.Checkpoint{Size: 8, Root: tlog.Hash{7}}, one))

	w := small(t)
	early := w.export(yearEnd)
	v := &verification{}
	a, b := newExhibit(1, early), newExhibit(2, early)
	b.checkpoint.Size++
	for r := range b.ranges {
		if r.To > 4 {
			delete(b.ranges, r)
		}
	}
	v.grows(b, a)
	assert.Equal(t, []string{"note.unproved 1, 2"}, notes(v.report.Notes))
}

func TestACopyOfTheLog(t *testing.T) {
	w := nine(t)
	before := logOf(t, w.records).copy()
	data := w.export(yearEnd)
	l := logOf(t, w.records)
	held := func(c Copy) Comparison {
		got, err := CompareCopy(c, data, []byte("garbage"))
		require.NoError(t, err)
		return got
	}
	c := held(l.copy())
	require.Empty(t, c.Findings)
	assert.Equal(t, []string{"note.uncompared 2", "note.copy 1"}, notes(c.Notes))

	c = held(before)
	require.Empty(t, c.Findings)
	assert.Equal(t, []string{"note.uncompared 2", "note.older 1"}, notes(c.Notes))
	before.Checkpoint.Root[0] ^= 1
	assert.Contains(t, notes(held(before).Notes), "note.short 1")

	w.say("units/fgw", fgw, w.fgwTask, logged)
	require.Empty(t, held(logOf(t, w.records).copy()).Findings, "a later copy")
	other := slices.Clone(w.records)
	other[11].Recorded = other[11].Recorded.Add(time.Millisecond) // of fgw
	c = held(logOf(t, other).copy())
	assert.True(t, has(c.Findings, "copy.record") && has(c.Findings, "copy.fork"), "%v", c.Findings)

	foreign := l.copy()
	foreign.Checkpoint.Origin = "ducha/jx2024/0123456789abcdef"
	assert.Contains(t, notes(held(foreign).Notes), "note.ledgers 1")

	broken := errors.New("broken")
	_, err := CompareCopy(Copy{l.copy().Checkpoint, func(yield func(ledger.Record, error) bool) { yield(ledger.Record{}, broken) }}, data)
	assert.ErrorIs(t, err, broken)

	log, err := Verify(data, Options{}).LogKey()
	require.NoError(t, err)
	_, err = proof.OpenCheckpoint(l.checkpoint(w.keys["ledger"]), log)
	assert.NoError(t, err)
	_, err = Report{}.LogKey()
	assert.Error(t, err)
}
