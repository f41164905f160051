package stream

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A group is recorded whole, in its order, with nothing between, while many others
// append.
func TestAGroupIsWhole(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nc := s.ledger(t)
		w, _ := writer(t, nc, WriterOptions{})
		done := make(chan []answer)
		go func() { done <- appendFrom(w, 16, some(t, 200)) }()
		var groups [][]Draft
		for _, n := range []int{1, 2, 3, 50, 200} {
			group := some(t, n)
			got, err := w.AppendAll(t.Context(), group)
			require.NoError(t, err)
			require.Len(t, got, n)
			for i, r := range got {
				assert.Equal(t, got[0].Sequence+uint64(i), r.Sequence)
			}
			groups = append(groups, group)
		}
		answers := <-done
		for _, a := range answers {
			require.NoError(t, a.err)
		}
		log := whole(t, nc)
		require.Len(t, log, 200+256)
		requireTrue(t, log, answers)
		for _, g := range groups {
			requireWhole(t, log, g, true)
		}
	})
}

// requireWhole holds that a group stands in the log in its order, or that none of it does.
func requireWhole(t *testing.T, log []ledger.Record, group []Draft, there bool) {
	t.Helper()
	at := map[string]uint64{}
	for _, r := range log {
		e, err := r.Read()
		require.NoError(t, err)
		at[e.ID.String()] = r.Sequence
	}
	first, ok := at[group[0].Statement.ID.String()]
	require.Equal(t, there, ok)
	for i, d := range group {
		sequence, ok := at[d.Statement.ID.String()]
		require.Equal(t, there, ok, "statement %d of the group", i)
		if there {
			require.Equal(t, first+uint64(i), sequence, "in its order, with nothing between")
		}
	}
}

// Refused at its first statement, nothing is recorded and the writer goes on; refused
// in its midst, nothing is recorded and the writer stops, for it is ahead of the stream.
func TestAGroupThatIsRefusedLeavesNothing(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	w, _ := writer(t, nc, WriterOptions{})
	known := draft(t, "a", "T01")
	_, err := w.Append(t.Context(), known)
	require.NoError(t, err)
	_, err = w.AppendAll(t.Context(), append([]Draft{known}, some(t, 3)...))
	require.Equal(t, ledger.Refused, ledger.ClassOf(err))
	group := some(t, 5)
	_, err = w.AppendAll(t.Context(), append(group[:3:3], known, group[4]))
	require.Equal(t, ledger.Refused, ledger.ClassOf(err), "the rules' own refusal")
	<-w.Done()
	require.Error(t, w.Err())
	log := whole(t, nc)
	require.Len(t, log, 1)
	again, _ := writer(t, nc, WriterOptions{})
	_, err = again.AppendAll(t.Context(), group)
	require.NoError(t, err, "another writer takes over where the stream ends")
	requireWhole(t, whole(t, nc), group, true)
	_, err = again.AppendAll(t.Context(), some(t, 600))
	require.Equal(t, ledger.TooLarge, ledger.ClassOf(err))
	none, err := again.AppendAll(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, none)
}

// Whatever is lost on the way, a group is whole or not there, and its caller is told
// what is true.
func TestAGroupAndItsFaults(t *testing.T) {
	gone := errors.New("the answer was lost")
	for name, c := range map[string]struct {
		fault func(inner publisher, s *Stream) publisher
		there bool
	}{
		"failed and was not persisted": {func(publisher, *Stream) publisher {
			return func(context.Context, []*nats.Msg, uint64) error { return gone }
		}, false},
		"failed but was persisted": {func(inner publisher, _ *Stream) publisher {
			return func(ctx context.Context, m []*nats.Msg, last uint64) error {
				if err := inner(ctx, m, last); err != nil {
					return err
				}
				return gone
			}
		}, true},
		"only its beginning arrived": {func(_ publisher, s *Stream) publisher {
			return func(ctx context.Context, m []*nats.Msg, last uint64) error {
				for i, x := range m[:len(m)-1] {
					x.Header.Set(headerBatch, "cut")
					x.Header.Set(headerBatchSequence, fmt.Sprint(i+1))
					if err := s.nc.PublishMsg(x); err != nil {
						return err
					}
				}
				return gone
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *store) {
				nc := s.ledger(t)
				w, st := writer(t, nc, WriterOptions{})
				st.patience = 500 * time.Millisecond
				w.whole = c.fault(st.publishWhole, st)
				group := some(t, 20)
				got, err := w.AppendAll(t.Context(), group)
				if c.there {
					require.NoError(t, err, "what is there was read, and its caller was told so")
					require.Len(t, got, len(group))
				} else {
					require.Equal(t, ledger.Unknown, ledger.ClassOf(err))
					<-w.Done()
				}
				requireWhole(t, whole(t, s.connect(t)), group, c.there)
			})
		})
	}
}
