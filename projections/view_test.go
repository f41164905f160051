package projections_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// source is a stream in memory: what it holds, and then what is sent.
type source struct {
	records []ledger.Record
	more    chan ledger.Record
	end     error // given after the last record, when more is closed
}

func (s *source) follow(ctx context.Context, after uint64) projections.Records {
	return func(yield func(ledger.Record, error) bool) {
		for _, r := range s.records[after:] {
			if !yield(r, nil) {
				return
			}
		}
		for {
			select {
			case r, ok := <-s.more:
				if !ok && s.end != nil {
					yield(ledger.Record{}, s.end)
				}
				if !ok || !yield(r, nil) {
					return
				}
			case <-ctx.Done():
				yield(ledger.Record{}, ctx.Err())
				return
			}
		}
	}
}

func newView() *projections.View[projections.Campaign] { return projections.NewView(newFold()) }

func TestViewFollows(t *testing.T) {
	records := recorded(t, 3)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &source{records: records[:10], more: make(chan ledger.Record)}
		v := newView()
		done := make(chan error, 1)
		go func() { done <- v.Run(ctx, s.follow) }()
		require.NoError(t, v.Wait(ctx, 10))

		moved, waited := v.Moved(), make(chan error, 1)
		go func() { waited <- v.Wait(ctx, 12) }()
		synctest.Wait()
		assert.Equal(t, uint64(10), v.Sequence())
		assert.Empty(t, waited, "nobody has written 12 yet")
		s.more <- records[10]
		<-moved
		s.more <- records[11]
		require.NoError(t, <-waited, "read your own write")
		require.NoError(t, v.Wait(ctx, 3), "what has passed needs no waiting")

		want := foldOf(t, records[:12])
		hash, sequence := v.Hash()
		assert.Equal(t, want.Hash(), hash)
		assert.Equal(t, uint64(12), sequence)
		v.Read(func(c *projections.Campaign, sequence uint64) {
			assert.Equal(t, uint64(12), sequence)
			assert.Equal(t, want.Hash(), projections.HashOf(c))
		})
		impatient, stop := context.WithCancel(ctx)
		stop()
		assert.ErrorIs(t, v.Wait(impatient, 99), context.Canceled)
		cancel()
		require.NoError(t, <-done, "an end that was asked for is no error")
		require.NoError(t, v.Err())
	})
}

// A gap stops the view where it stands, and whoever waits is told why.
func TestViewStopsAtAGap(t *testing.T) {
	records := recorded(t, 3)
	synctest.Test(t, func(t *testing.T) {
		s := &source{records: records[:5], more: make(chan ledger.Record, 1)}
		v := newView()
		waited, done := make(chan error, 1), make(chan error, 1)
		go func() { waited <- v.Wait(t.Context(), 7) }()
		go func() { done <- v.Run(t.Context(), s.follow) }()
		synctest.Wait()
		moved := v.Moved()
		s.more <- records[6]
		for _, err := range []error{<-done, <-waited, v.Err(), v.Wait(t.Context(), 6)} {
			assert.ErrorIs(t, err, &ledger.Error{Rule: "ledger.sequence"})
			assert.Equal(t, ledger.Damaged, ledger.ClassOf(err))
		}
		<-moved
		assert.Equal(t, uint64(5), v.Sequence())
		require.NoError(t, v.Wait(t.Context(), 5), "what was folded stands")
		assert.Equal(t, foldOf(t, records[:5]).Hash(), first(v.Hash()))

		// Once the stream is mended the same view goes on.
		s.records = records[:8]
		ctx, cancel := context.WithCancel(t.Context())
		go func() { done <- v.Run(ctx, s.follow) }()
		synctest.Wait()
		require.NoError(t, v.Wait(ctx, 8))
		require.NoError(t, v.Err())
		cancel()
		require.NoError(t, <-done)
	})
}

func TestViewSaysWhyItEnded(t *testing.T) {
	broken := errors.New("the connection is gone")
	for _, end := range []error{broken, nil} {
		s := &source{records: recorded(t, 3)[:4], more: make(chan ledger.Record), end: end}
		close(s.more)
		v := newView()
		err := v.Run(t.Context(), s.follow)
		require.Error(t, err)
		if end != nil {
			assert.ErrorIs(t, err, broken)
		} else {
			assert.Equal(t, ledger.Unavailable, ledger.ClassOf(err), "a stream does not end")
		}
		assert.Equal(t, err, v.Err())
		assert.Equal(t, err, v.Wait(t.Context(), 5))
	}
}

func TestViewIsReadWhileItFollows(t *testing.T) {
	records := recorded(t, 5)
	s := &source{more: make(chan ledger.Record)}
	v := newView()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- v.Run(ctx, s.follow) }()
	go func() {
		for _, r := range records {
			s.more <- r
		}
	}()
	for last := uint64(0); last < uint64(len(records)); {
		v.Read(func(c *projections.Campaign, sequence uint64) {
			assert.GreaterOrEqual(t, sequence, last)
			assert.Len(t, c.Index.Statements, int(sequence), "the state is the one of the sequence")
			last = sequence
		})
	}
	cancel()
	require.NoError(t, <-done)
}

func first[A, B any](a A, _ B) A { return a }
