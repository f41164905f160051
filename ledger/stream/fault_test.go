package stream

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/natsd"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// Every write of the writer's fails in two ways: it was not persisted, or it was
// and nobody heard of it. A chain may also be persisted in part. Afterwards every
// caller's answer is true, and a writer that opens anew records the rest once.
func TestAWriteThatFailed(t *testing.T) {
	t.Parallel()
	var bare *nats.Conn // the connection of the case that runs
	lost := func(publisher) publisher {
		return func(context.Context, []*nats.Msg, uint64) error { return context.DeadlineExceeded }
	}
	unheard := func(p publisher) publisher {
		return func(ctx context.Context, messages []*nats.Msg, last uint64) error {
			if err := p(ctx, messages, last); err != nil {
				return err
			}
			return context.DeadlineExceeded
		}
	}
	after := func(k int) func(publisher) publisher {
		return func(p publisher) publisher {
			return func(ctx context.Context, messages []*nats.Msg, last uint64) error {
				if err := p(ctx, messages[:k], last); err != nil {
					return err
				}
				return nats.ErrConnectionClosed
			}
		}
	}
	// The store holds on to a batch whose end was lost, for ten seconds.
	beheaded := func(publisher) publisher {
		return func(ctx context.Context, messages []*nats.Msg, last uint64) error {
			for i, m := range messages[:len(messages)-1] {
				m.Header.Set(headerBatch, messages[0].Header.Get(nats.MsgIdHdr))
				m.Header.Set(headerBatchSequence, fmt.Sprint(i+1))
				if err := bare.PublishMsg(m); err != nil {
					return err
				}
			}
			if err := bare.Flush(); err != nil {
				return err
			}
			return context.DeadlineExceeded
		}
	}
	for name, c := range map[string]struct {
		statements int
		fault      func(publisher) publisher
		stored     int
	}{
		"single publish, failed and was not persisted":  {1, lost, 0},
		"single publish, failed but was persisted":      {1, unheard, 1},
		"chain of a few, failed and was not persisted":  {few, lost, 0},
		"chain of a few, failed, the first persisted":   {few, after(1), 1},
		"chain of a few, failed, all but one persisted": {few, after(few - 1), few - 1},
		"chain of a few, failed but was persisted":      {few, unheard, few},
		"atomic batch, failed and was not persisted":    {20, lost, 0},
		"atomic batch, failed but was persisted":        {20, unheard, 20},
		"atomic batch, only its beginning arrived":      {20, beheaded, 0},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *store) {
				nc := s.ledger(t)
				bare = nc
				w, g := gated(t, nc, nil)
				running := []<-chan answer{begin(t.Context(), w, draft(t, "a", "T01"))}
				require.Equal(t, 1, <-g.enter)
				for _, d := range some(t, c.statements) {
					running = append(running, begin(t.Context(), w, d))
				}
				queued(t, w, c.statements)
				g.pass <- struct{}{}
				first := <-running[0]
				require.NoError(t, first.err)
				require.Equal(t, c.statements, <-g.enter)
				g.inner, w.stream.patience = c.fault(w.stream.publish), 500*time.Millisecond
				g.pass <- struct{}{}

				answers, told := []answer{first}, 0
				var again []Draft
				for _, r := range running[1:] {
					a := <-r
					if answers = append(answers, a); a.err == nil {
						told++
						continue
					}
					refusedWith(t, a.err, ledger.Unknown, "writer.outcome")
					again = append(again, a.draft)
				}
				require.Equal(t, c.stored, told, "what is there was read, and its callers were told so")
				log := whole(t, s.connect(t))
				require.Len(t, log, 1+c.stored)
				requireTrue(t, log, answers)

				if c.stored == c.statements {
					require.NoError(t, w.Err(), "nothing is open: the writer goes on")
					return
				}
				<-w.Done()
				require.Equal(t, ledger.Unknown, ledger.ClassOf(w.Err()))
				next, _ := writer(t, s.connect(t), WriterOptions{})
				for _, a := range appendFrom(next, len(again), again) {
					require.NoError(t, a.err)
					answers = append(answers, a)
				}
				log = whole(t, s.connect(t))
				require.Len(t, log, 1+c.statements, "each once")
				requireTrue(t, log, answers)
			})
		})
	}
}

// A batch that cannot be staged goes one by one.
func TestABatchThatCannotBeStagedIsRecordedAllTheSame(t *testing.T) {
	server, dir := node(t, Config{})
	nc := connect(t, server)
	w, _ := writer(t, nc, WriterOptions{})
	link := filepath.Join(dir, "store", "jetstream", "$G", "streams", ledger.StreamName(campaign), "batches")
	target, err := os.Readlink(link)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(target))
	require.NoError(t, os.WriteFile(target, nil, 0o600)) // no folder can be made here
	defer os.Remove(target)
	answers := appendFrom(w, 32, some(t, 200))
	for _, a := range answers {
		require.NoError(t, a.err)
	}
	log := whole(t, nc)
	require.Len(t, log, 200)
	requireTrue(t, log, answers)
}

// A full store refuses clearly; what was acknowledged stays, and can be read.
func TestAFullStore(t *testing.T) {
	t.Parallel()
	for _, goroutines := range []int{1, 16} {
		t.Run(fmt.Sprint(goroutines), func(t *testing.T) {
			each(t, func(t *testing.T, s *store) {
				s.create(t, Config{MaxBytes: 40 << 10})
				nc := s.connect(t)
				var answers []answer
				full := 0
				for range 4 { // a writer that met the end stops; the next one opens
					w, _ := writer(t, nc, WriterOptions{})
					for _, a := range appendFrom(w, goroutines, some(t, 32)) {
						answers = append(answers, a)
						if a.err == nil {
							continue
						}
						require.Equal(t, ledger.Unavailable, ledger.ClassOf(a.err), "%v", a.err)
						require.ErrorIs(t, a.err, &ledger.Error{Rule: "store.refused"})
						full++
					}
					if w.Close() != nil {
						refusedWith(t, w.Err(), ledger.Unavailable, "store.refused")
					}
				}
				require.NotZero(t, full)
				log := whole(t, nc)
				require.NotEmpty(t, log)
				requireTrue(t, log, answers)
			})
		})
	}
}

// A store that is closed under the writer leaves nobody without an answer.
func TestAStoreThatGoesAway(t *testing.T) {
	t.Parallel()
	server, dir := node(t, Config{})
	nc := connect(t, server)
	w, st := writer(t, nc, WriterOptions{})
	st.patience = time.Second
	first := appendFrom(w, 8, some(t, 50))
	require.NoError(t, server.Close())
	answers := append(first, appendFrom(w, 8, some(t, 8))...)
	for _, a := range answers[50:] {
		require.Contains(t, []ledger.Class{ledger.Unknown, ledger.Unavailable}, ledger.ClassOf(a.err), "%v", a.err)
	}
	again, err := natsd.Start(t.Context(), natsd.Options{Dir: dir})
	require.NoError(t, err)
	defer again.Close()
	requireTrue(t, whole(t, connect(t, again)), answers)
}
