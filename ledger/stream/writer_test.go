package stream

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// answer is what one caller was told.
type answer struct {
	draft  Draft
	record ledger.Record
	err    error
}

// appendFrom appends the drafts from so many goroutines.
func appendFrom(w *Writer, goroutines int, drafts []Draft) []answer {
	answers := make([]answer, len(drafts))
	var running sync.WaitGroup
	for g := range goroutines {
		running.Go(func() {
			for i := g; i < len(drafts); i += goroutines {
				r, err := w.Append(context.Background(), drafts[i])
				answers[i] = answer{drafts[i], r, err}
			}
		})
	}
	running.Wait()
	return answers
}

// requireTrue holds the log against what callers were told: a record that was
// given is the one in the stream; what was said not to be recorded is not there;
// nothing is there twice.
func requireTrue(t *testing.T, log []ledger.Record, answers []answer) {
	t.Helper()
	at := map[string]ledger.Record{}
	for _, r := range log {
		e, err := r.Read()
		require.NoError(t, err)
		require.NotContains(t, at, e.ID.String(), "recorded twice")
		at[e.ID.String()] = r
	}
	for _, a := range answers {
		r, ok := at[a.draft.Statement.ID.String()]
		switch {
		case a.err == nil:
			require.True(t, ok, "record %d was acknowledged and is not there", a.record.Sequence)
			require.Equal(t, a.record, r)
		case ledger.ClassOf(a.err) != ledger.Unknown:
			require.False(t, ok, "record %d is there, its caller was told: %v", r.Sequence, a.err)
		}
	}
}

// gate is a publisher that waits to be let through.
type gate struct {
	inner publisher
	enter chan int // how many messages want to be published
	pass  chan struct{}
}

func newGate(s *Stream) *gate {
	return &gate{inner: s.publish, enter: make(chan int, 100), pass: make(chan struct{}, 100)}
}

func (g *gate) publish(ctx context.Context, messages []*nats.Msg, last uint64) error {
	g.enter <- len(messages)
	<-g.pass
	return g.inner(ctx, messages, last)
}

// gated is a writer whose commits a test lets through one by one.
func gated(t *testing.T, nc *nats.Conn, rules func(*index) Rules) (*Writer, *gate) {
	t.Helper()
	s, chain, ids := open(t, nc)
	g := newGate(s)
	var r Rules = ids
	if rules != nil {
		r = rules(ids)
	}
	w, err := newWriter(t.Context(), s, chain, r, WriterOptions{Clock: time.Now}, g.publish)
	require.NoError(t, err)
	t.Cleanup(func() { close(g.pass); w.Close() })
	return w, g
}

// begin appends in the background.
func begin(ctx context.Context, w *Writer, d Draft) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		r, err := w.Append(ctx, d)
		done <- answer{d, r, err}
	}()
	return done
}

// queued waits until so many calls wait.
func queued(t *testing.T, w *Writer, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(w.queue) == n }, 10*time.Second, time.Millisecond)
}

func TestManyAppend(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store) {
		nc := s.ledger(t)
		w, _ := writer(t, nc, WriterOptions{})
		answers := appendFrom(w, 64, some(t, 1000))
		log := whole(t, nc)
		require.Len(t, log, 1000)
		for _, a := range answers {
			require.NoError(t, a.err)
		}
		requireTrue(t, log, answers)
	})
}

func TestBatchesAreBounded(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	st, chain, ids := open(t, nc)
	g := newGate(st)
	w, err := newWriter(t.Context(), st, chain, ids, WriterOptions{Clock: time.Now, MaxBatch: 5}, g.publish)
	require.NoError(t, err)
	defer w.Close()
	defer close(g.pass)
	var running []<-chan answer
	running = append(running, begin(t.Context(), w, draft(t, "a", "T01")))
	require.Equal(t, 1, <-g.enter)
	for range 12 {
		running = append(running, begin(t.Context(), w, draft(t, "a", "T01")))
	}
	queued(t, w, 5)
	for range 10 {
		g.pass <- struct{}{}
	}
	for _, r := range running {
		a := <-r
		require.NoError(t, a.err)
	}
	close(g.enter)
	for n := range g.enter {
		require.LessOrEqual(t, n, 5)
	}
	require.Len(t, whole(t, nc), 13)
}

func TestTheRulesRefuse(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	w, _ := writer(t, nc, WriterOptions{})
	d := draft(t, "a", "T01")
	first := appendAll(t, w, []Draft{d})
	_, err := w.Append(t.Context(), d)
	refusedWith(t, err, ledger.Refused, "statement.id")
	second := appendAll(t, w, some(t, 1))
	require.Equal(t, append(first, second...), whole(t, nc))
}

func TestATooLargeStatementIsRefusedAlone(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	w, _ := writer(t, nc, WriterOptions{})
	large := draft(t, "a", "T01")
	large.Envelope = make([]byte, ledger.MaxEntry)
	for i := range large.Envelope {
		large.Envelope[i] = 'x'
	}
	_, err := w.Append(t.Context(), large)
	refusedWith(t, err, ledger.TooLarge, "record.size")
	appendAll(t, w, some(t, 3))
	require.Len(t, whole(t, nc), 3)
}

// A refusal may rest on a statement of the same batch: it is true only once that
// one is recorded.
func TestARefusalWaitsForWhatItRestsOn(t *testing.T) {
	for name, lost := range map[string]bool{"recorded": false, "lost": true} {
		t.Run(name, func(t *testing.T) {
			s := one(t)
			nc := s.ledger(t)
			w, g := gated(t, nc, nil)
			w.stream.patience = 300 * time.Millisecond
			ahead := begin(t.Context(), w, draft(t, "a", "T01"))
			<-g.enter
			d := draft(t, "a", "T01")
			one, two := begin(t.Context(), w, d), begin(t.Context(), w, d)
			queued(t, w, 2)
			g.pass <- struct{}{}
			require.NoError(t, (<-ahead).err)
			require.Equal(t, 1, <-g.enter, "the second is refused")
			select {
			case <-one:
				t.Fatal("answered before the outcome is known")
			case <-two:
				t.Fatal("answered before the outcome is known")
			case <-time.After(50 * time.Millisecond):
			}
			if lost {
				g.inner = func(context.Context, []*nats.Msg, uint64) error { return context.DeadlineExceeded }
			}
			g.pass <- struct{}{}
			a, b := <-one, <-two
			if a.err != nil && b.err == nil {
				a, b = b, a
			}
			if lost {
				require.Equal(t, ledger.Unknown, ledger.ClassOf(a.err))
				require.Equal(t, ledger.Unknown, ledger.ClassOf(b.err), "not: recorded already")
				return
			}
			require.NoError(t, a.err)
			refusedWith(t, b.err, ledger.Refused, "statement.id")
		})
	}
}

func TestACallerWhoLeaves(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	w, g := gated(t, nc, nil)
	inFlight, leave := context.WithCancel(t.Context())
	a := begin(inFlight, w, draft(t, "a", "T01"))
	<-g.enter
	waiting, withdraw := context.WithCancel(t.Context())
	b := begin(waiting, w, draft(t, "a", "T01"))
	c := begin(t.Context(), w, draft(t, "a", "T01"))
	queued(t, w, 2)

	withdraw()
	left := <-b
	refusedWith(t, left.err, ledger.Unavailable, "writer.down")
	require.ErrorIs(t, left.err, context.Canceled)
	leave()
	gone := <-a
	refusedWith(t, gone.err, ledger.Unknown, "writer.outcome")
	g.pass <- struct{}{}
	g.pass <- struct{}{}
	stayed := <-c
	require.NoError(t, stayed.err)
	require.EqualValues(t, 2, stayed.record.Sequence)
	log := whole(t, nc)
	require.Len(t, log, 2, "the one in flight and the one who stayed")
	requireTrue(t, log, []answer{left, gone, stayed})
}

func TestRecordedTimesNeverRunBackwards(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	noon := time.Date(2026, 11, 23, 12, 0, 0, 999_999, time.UTC)
	clock := []time.Duration{0, time.Second, -time.Hour, -time.Second, 2 * time.Second}
	i := -1
	tick := func() time.Time { i++; return noon.Add(clock[i%len(clock)]) }
	w, _ := writer(t, nc, WriterOptions{Clock: tick})
	appendAll(t, w, some(t, 4))
	require.NoError(t, w.Close())
	w, _ = writer(t, nc, WriterOptions{Clock: func() time.Time { return noon.Add(-24 * time.Hour) }})
	appendAll(t, w, some(t, 1))
	var times []string
	for _, r := range whole(t, nc) {
		times = append(times, ledger.FormatRecorded(r.Recorded))
	}
	require.Equal(t, []string{"2026-11-23T12:00:00.000Z", "2026-11-23T12:00:01.000Z", "2026-11-23T12:00:01.000Z", "2026-11-23T12:00:01.000Z", "2026-11-23T12:00:01.000Z"}, times)
}

func TestTheSecondWriterFencesTheFirst(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, few, 20} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			each(t, func(t *testing.T, s *store) {
				nc := s.ledger(t)
				first, g := gated(t, nc, nil)
				g.pass <- struct{}{}
				old := appendAll(t, first, some(t, 1))
				<-g.enter
				second, _ := writer(t, s.connect(t), WriterOptions{})
				ahead := begin(t.Context(), first, draft(t, "a", "T01"))
				<-g.enter
				var behind []<-chan answer
				for range n {
					behind = append(behind, begin(t.Context(), first, draft(t, "a", "T01")))
				}
				queued(t, first, n)
				taken := appendAll(t, second, some(t, 2))
				g.pass <- struct{}{}
				a := <-ahead
				refusedWith(t, a.err, ledger.Conflict, "writer.fenced")
				answers := []answer{a}
				for _, b := range behind {
					got := <-b
					refusedWith(t, got.err, ledger.Unavailable, "writer.down")
					answers = append(answers, got)
				}
				<-first.Done()
				refusedWith(t, first.Err(), ledger.Conflict, "writer.fenced")
				refusedWith(t, first.Close(), ledger.Conflict, "writer.fenced")
				taken = append(taken, appendAll(t, second, some(t, 2))...)
				log := whole(t, nc)
				require.Equal(t, append(old, taken...), log)
				requireTrue(t, log, answers)
			})
		})
	}
}

// The batch itself meets the fence, not a single statement before it.
func TestABatchIsFenced(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nc := s.ledger(t)
		first, g := gated(t, nc, nil)
		ahead := begin(t.Context(), first, draft(t, "a", "T01"))
		<-g.enter
		var batch []<-chan answer
		for range 20 {
			batch = append(batch, begin(t.Context(), first, draft(t, "a", "T01")))
		}
		queued(t, first, 20)
		g.pass <- struct{}{}
		answers := []answer{<-ahead}
		require.NoError(t, answers[0].err)
		require.Equal(t, 20, <-g.enter)
		second, _ := writer(t, s.connect(t), WriterOptions{})
		appendAll(t, second, some(t, 2))
		g.pass <- struct{}{}
		for _, b := range batch {
			a := <-b
			refusedWith(t, a.err, ledger.Conflict, "writer.fenced")
			answers = append(answers, a)
		}
		log := whole(t, nc)
		require.Len(t, log, 3)
		requireTrue(t, log, answers)
	})
}

func TestAWriterWhoseFoldIsBehindDoesNotStart(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	st, chain, ids := open(t, nc)
	w, _ := writer(t, nc, WriterOptions{})
	appendAll(t, w, some(t, 2))
	_, err := NewWriter(t.Context(), st, chain, ids, WriterOptions{Clock: time.Now})
	refusedWith(t, err, ledger.Conflict, "writer.fenced")
}

func TestCloseAnswersEverybody(t *testing.T) {
	s := one(t)
	nc := s.ledger(t)
	w, g := gated(t, nc, nil)
	running := []<-chan answer{begin(t.Context(), w, draft(t, "a", "T01"))}
	<-g.enter
	for range 30 {
		running = append(running, begin(t.Context(), w, draft(t, "a", "T01")))
	}
	queued(t, w, 30)
	closed := make(chan error)
	go func() { closed <- w.Close() }()
	for range 5 {
		g.pass <- struct{}{}
	}
	require.NoError(t, <-closed)
	require.NoError(t, w.Err())
	var answers []answer
	for _, r := range running {
		a := <-r
		if a.err != nil {
			refusedWith(t, a.err, ledger.Unavailable, "writer.down")
		}
		answers = append(answers, a)
	}
	require.NoError(t, answers[0].err, "the commit under way is finished")
	requireTrue(t, whole(t, nc), answers)
	_, err := w.Append(t.Context(), draft(t, "a", "T01"))
	refusedWith(t, err, ledger.Unavailable, "writer.down")
}
