package commands_test

import (
	"errors"
	"fmt"
	"testing"

	"ducha/commands"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dispatches are statements of one unit that depend on nothing.
func dispatches(t *testing.T, from, n int) (envelopes [][]byte) {
	t.Helper()
	for i := range n {
		envelopes = append(envelopes, report(t, "units/fgw", func(s *ledger.Statement) {
			s.ID[14], s.ID[15], s.Kind = 7, byte(from+i), "dispatch.logged.v1"
			s.Body = &ledger.DispatchLogged{On: "2024-03-05", Summary: ledger.Text(fmt.Sprintf("第%d次调度。", i))}
		}))
	}
	return envelopes
}

func TestManyAsOne(t *testing.T) {
	door, m := newDoor(t)
	before := len(m.records)
	all := dispatches(t, 1, 10)

	receipts, _, err := door.SubmitAll(t.Context(), all, m.now, true)
	require.NoError(t, err)
	assert.Empty(t, receipts)
	assert.Len(t, m.records, before, "a dry run records nothing")

	receipts, replayed, err := door.SubmitAll(t.Context(), all, m.now, false)
	require.NoError(t, err)
	assert.False(t, replayed)
	require.Len(t, receipts, 10)
	require.NoError(t, door.Campaign.Wait(t.Context(), receipts[9].Sequence))

	again, replayed, err := door.SubmitAll(t.Context(), all, m.now, false)
	require.NoError(t, err)
	assert.True(t, replayed)
	assert.Equal(t, receipts[3].Receipt, again[3].Receipt)
	assert.Len(t, m.records, before+10, "once more is once")

	_, _, err = door.SubmitAll(t.Context(), append(all[:2:2], dispatches(t, 50, 2)...), m.now, false)
	e, ok := errors.AsType[*ledger.Error](err)
	require.True(t, ok)
	exercised(t, e.Rule)
	assert.Equal(t, "batch.part", e.Rule)
}

// Whatever is wrong with one of them, it is named and none is recorded.
func TestOneBadStatementOfMany(t *testing.T) {
	door, m := newDoor(t)
	before := len(m.records)
	for name, bad := range map[string][]byte{
		"no envelope":       []byte("{}"),
		"a broken seal":     append(dispatches(t, 90, 1)[0][:200:200], dispatches(t, 91, 1)[0][200:]...),
		"an unknown key":    report(t, "units/nobody", func(s *ledger.Statement) { s.ID[15] = 92 }),
		"refused by a rule": report(t, "units/fgw", func(s *ledger.Statement) { s.ID[15], s.Source = 93, "units/sfj" }),
		"the same id twice": dispatches(t, 1, 1)[0],
	} {
		batch := append(dispatches(t, 1, 5), bad)
		_, _, err := door.SubmitAll(t.Context(), append(batch, dispatches(t, 30, 2)...), m.now, false)
		one, ok := errors.AsType[*commands.BatchError](err)
		require.True(t, ok, "%s: %v", name, err)
		assert.Equal(t, 5, one.Index, name)
		assert.Contains(t, err.Error(), "statement 6")
		assert.Len(t, m.records, before, name)
	}
}
