package stream

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// leader is the place of the stream's leader among the servers.
func leader(t *testing.T, s *store) int {
	t.Helper()
	js, err := jetstream.New(s.admin(t))
	require.NoError(t, err)
	st, err := js.Stream(t.Context(), ledger.StreamName(campaign))
	require.NoError(t, err)
	var i int
	_, err = fmt.Sscanf(st.CachedInfo().Cluster.Leader, "n%d", &i)
	require.NoError(t, err)
	return i - 1
}

// The leader is shut down under load; a writer over another node goes on. Every
// acknowledged record is there once, and what nobody was sure of is recorded once
// when it comes again.
func TestTheLeaderGoesDownUnderLoad(t *testing.T) {
	t.Parallel()
	s := three(t)
	s.create(t, Config{})
	down := leader(t, s)
	w, _ := writer(t, connect(t, s.servers[down]), WriterOptions{})
	w.stream.patience = 2 * time.Second
	drafts := some(t, 4000)
	done := make(chan []answer)
	go func() { done <- appendFrom(w, 32, drafts) }()
	require.Eventually(t, func() bool {
		last, err := w.stream.Last(t.Context())
		return err == nil && last > 200
	}, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, s.servers[down].Close())

	answers := <-done
	var again []Draft
	for _, a := range answers {
		if a.err != nil {
			require.Contains(t, []ledger.Class{ledger.Unknown, ledger.Unavailable}, ledger.ClassOf(a.err), "%v", a.err)
			again = append(again, a.draft)
		}
	}
	require.NotEmpty(t, again, "the load ended before the leader did")

	nc := connect(t, s.servers[(down+1)%3])
	require.Eventually(t, func() bool {
		_, err := Open(t.Context(), nc, campaign)
		return err == nil
	}, 20*time.Second, 100*time.Millisecond)
	requireTrue(t, whole(t, nc), answers)
	next, _ := writer(t, nc, WriterOptions{})
	answers = slices.DeleteFunc(answers, func(a answer) bool { return a.err != nil })
	for _, a := range appendFrom(next, 32, again) {
		if a.err != nil { // the outcome was unknown, and it was recorded
			refusedWith(t, a.err, ledger.Refused, "statement.id")
			continue
		}
		answers = append(answers, a)
	}
	log := whole(t, nc)
	require.Len(t, log, len(drafts), "each statement once")
	requireTrue(t, log, answers)
}

// A writer that sits on another node than the leader outlives it.
func TestAWriterOutlivesTheLeader(t *testing.T) {
	t.Parallel()
	s := three(t)
	s.create(t, Config{})
	down := leader(t, s)
	nc := connect(t, s.servers[(down+1)%3])
	w, st := writer(t, nc, WriterOptions{})
	first := appendAll(t, w, some(t, 5))
	require.NoError(t, s.servers[down].Close())
	var answers []answer
	for _, d := range some(t, 5) {
		r, err := w.Append(t.Context(), d)
		if err != nil { // a question that the leader took with it
			require.Equal(t, ledger.Unknown, ledger.ClassOf(err), "%v", err)
		}
		answers = append(answers, answer{d, r, err})
		if err != nil {
			break
		}
	}
	log := records(t, st.Read(t.Context(), 0))
	require.Equal(t, first, log[:5])
	requireTrue(t, log, answers)
}
