package stream

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/natsd"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// empty is an empty store that is being built, and a connection to it.
func empty(t testing.TB) (*natsd.Server, *nats.Conn, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, natsd.Init(dir, natsd.Marker{Campaign: campaign, Mode: natsd.Standalone}))
	s, err := natsd.Start(t.Context(), natsd.Options{Dir: dir, Admin: true, Building: true})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	nc, err := s.ConnectAdmin()
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return s, nc, dir
}

// raw is every message of a stream as the store gives it.
func raw(t testing.TB, nc *nats.Conn) (list []*jetstream.RawStreamMsg) {
	t.Helper()
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	s, err := js.Stream(t.Context(), ledger.StreamName(campaign))
	require.NoError(t, err)
	for i := uint64(1); i <= s.CachedInfo().State.LastSeq; i++ {
		m, err := s.GetMsg(t.Context(), i)
		require.NoError(t, err)
		list = append(list, m)
	}
	return list
}

// written by the writer: alone, in chains and in atomic batches.
func history(t testing.TB, n int) (*nats.Conn, *Stream) {
	t.Helper()
	server, _ := node(t, Config{})
	nc := connect(t, server)
	w, s := writer(t, nc, WriterOptions{})
	appendAll2(t, w, some(t, 5))
	for _, a := range appendFrom(w, 64, some(t, n-5)) {
		require.NoError(t, a.err)
	}
	return nc, s
}

func appendAll2(t testing.TB, w *Writer, drafts []Draft) {
	t.Helper()
	for _, d := range drafts {
		_, err := w.Append(t.Context(), d)
		require.NoError(t, err)
	}
}

// The restored stream has the messages of the first one: sequence, subject, body,
// and header for header but for those of the write itself.
func TestARestoredStreamIsTheOneThatTheWriterWrote(t *testing.T) {
	t.Parallel()
	nc, from := history(t, 1500)
	before := raw(t, nc)
	batched := 0
	server, to, dir := empty(t)
	var told uint64
	restored, err := Restore(t.Context(), to, Config{Campaign: campaign}, from.Read(t.Context(), 0), func(n uint64) { told = n })
	require.NoError(t, err)
	require.EqualValues(t, 1500, told)
	require.Equal(t, records(t, from.Read(t.Context(), 0)), records(t, restored.Exact(t.Context())))
	to.Close()
	require.NoError(t, server.Close())

	again, err := natsd.Start(t.Context(), natsd.Options{Dir: dir})
	require.NoError(t, err)
	defer again.Close()
	after := raw(t, connect(t, again))
	require.Len(t, after, len(before))
	for i, want := range before {
		got := after[i]
		if want.Header.Get(headerBatch) != "" {
			batched++
		}
		for h := range written {
			delete(want.Header, h)
			assert.NotContains(t, got.Header, h)
		}
		require.Equal(t, want.Sequence, got.Sequence)
		require.Equal(t, want.Subject, got.Subject)
		require.Equal(t, want.Header, got.Header)
		require.Equal(t, want.Data, got.Data)
	}
	require.Greater(t, batched, 500, "most were written in batches")

	// and it goes on as the first one would.
	w, _ := writer(t, connect(t, again), WriterOptions{})
	next, err := w.Append(t.Context(), draft(t, "u00", "T00"))
	require.NoError(t, err)
	require.EqualValues(t, 1501, next.Sequence)
	require.Len(t, whole(t, connect(t, again)), 1501)
}

// What the records say is not believed: a gap, another campaign, or an envelope that
// is none ends it, and so does an error of whoever gives them.
func TestWhatIsNoHistoryIsNotRestored(t *testing.T) {
	t.Parallel()
	_, from := history(t, 600)
	good := records(t, from.Read(t.Context(), 0))
	broken := errors.New("a bundle that cannot be read")
	give := func(list []ledger.Record, err error) Records {
		return func(yield func(ledger.Record, error) bool) {
			for _, r := range list {
				if !yield(r, nil) {
					return
				}
			}
			if err != nil {
				yield(ledger.Record{}, err)
			}
		}
	}
	change := func(i int, f func(*ledger.Record)) []ledger.Record {
		list := slices.Clone(good)
		f(&list[i])
		return list
	}
	for name, c := range map[string]struct {
		records Records
		want    error
	}{
		"one is left out":           {give(slices.Delete(slices.Clone(good), 300, 301), nil), &ledger.Error{Rule: "restore.record"}},
		"one is left out, at a cut": {give(slices.Delete(slices.Clone(good), groupMessages, groupMessages+1), nil), &ledger.Error{Rule: "restore.record"}},
		"the first is left out":     {give(good[1:], nil), &ledger.Error{Rule: "restore.record"}},
		"of another campaign":       {give(change(7, func(r *ledger.Record) { r.Place.Campaign = "other" }), nil), &ledger.Error{Rule: "restore.record"}},
		"on another unit's trail":   {give(change(7, func(r *ledger.Record) { r.Place.Unit = "other" }), nil), &ledger.Error{Rule: "restore.record"}},
		"no envelope":               {give(change(7, func(r *ledger.Record) { r.Envelope = []byte("{}") }), nil), &ledger.Error{Rule: "restore.record"}},
		"the same statement twice":  {give(change(8, func(r *ledger.Record) { r.Envelope, r.Place = good[7].Envelope, good[7].Place }), nil), nil},
		"the source fails":          {give(good[:520], broken), broken},
	} {
		t.Run(name, func(t *testing.T) {
			_, nc, _ := empty(t)
			_, err := Restore(t.Context(), nc, Config{Campaign: campaign}, c.records, nil)
			require.Error(t, err)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
		})
	}
	t.Run("there is a stream already", func(t *testing.T) {
		_, nc, _ := empty(t)
		_, err := Restore(t.Context(), nc, Config{Campaign: campaign}, give(good, nil), nil)
		require.NoError(t, err)
		_, err = Restore(t.Context(), nc, Config{Campaign: campaign}, give(good, nil), nil)
		refusedWith(t, err, ledger.Refused, "stream.exists")
	})
	t.Run("it is given up", func(t *testing.T) {
		_, nc, _ := empty(t)
		ctx, stop := context.WithCancel(t.Context())
		_, err := Restore(ctx, nc, Config{Campaign: campaign}, give(good, nil), func(n uint64) { stop() })
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("an empty history", func(t *testing.T) {
		_, nc, _ := empty(t)
		s, err := Restore(t.Context(), nc, Config{Campaign: campaign}, give(nil, nil), nil)
		require.NoError(t, err)
		require.Empty(t, records(t, s.Exact(t.Context())))
	})
}

// A message that differs from what the writer writes in anything is found, also
// where the record that is read from it is the same.
func TestExactFindsWhatTheWriterDidNotWrite(t *testing.T) {
	t.Parallel()
	good, err := (&ledger.Chain{}).Next(draft(t, "a", "T01").Statement, draft(t, "a", "T01").Envelope, time.UnixMilli(1709600000000))
	require.NoError(t, err)
	e, err := good.Read()
	require.NoError(t, err)
	for name, change := range map[string]func(*nats.Msg){
		"another id":                 func(m *nats.Msg) { m.Header.Set(nats.MsgIdHdr, "other") },
		"no id":                      func(m *nats.Msg) { m.Header.Del(nats.MsgIdHdr) },
		"one more header":            func(m *nats.Msg) { m.Header.Set("Nats-TTL", "1s") },
		"a header twice":             func(m *nats.Msg) { m.Header.Add(headerTask, "1") },
		"a number written otherwise": func(m *nats.Msg) { m.Header.Set(headerTask, "01") },
	} {
		t.Run(name, func(t *testing.T) {
			m := messageOf(good, e.ID.String())
			_, err := exactRecordOf(m.Subject, m.Header, m.Data, 1)
			require.NoError(t, err)
			m.Header.Set(headerBatch, "x")
			change(m)
			_, err = exactRecordOf(m.Subject, m.Header, m.Data, 1)
			refusedWith(t, err, ledger.Damaged, "stream.message")
		})
	}
}

// BenchmarkRestore is how many records a second go into a new stream, and how many
// are read back and compared.
func BenchmarkRestore(b *testing.B) {
	var chain ledger.Chain
	var list []ledger.Record
	for i := range b.N {
		d, err := sign(fmt.Sprintf("u%02d", i%11), fmt.Sprintf("T%02d", i%12))
		require.NoError(b, err)
		r, err := chain.Extend(d.Statement, d.Envelope, time.UnixMilli(1709600000000))
		require.NoError(b, err)
		list = append(list, r)
	}
	server, nc, _ := empty(b)
	b.ResetTimer()
	s, err := Restore(b.Context(), nc, Config{Campaign: campaign}, func(yield func(ledger.Record, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}, nil)
	require.NoError(b, err)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	began := b.Elapsed()
	n := 0
	for _, err := range s.Exact(b.Context()) {
		require.NoError(b, err)
		n++
	}
	require.Equal(b, b.N, n)
	b.ReportMetric(float64(b.N)/(b.Elapsed()-began).Seconds(), "compared/s")
	b.StopTimer()
	nc.Close()
	require.NoError(b, server.Close())
}
