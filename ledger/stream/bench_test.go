package stream

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
)

// BenchmarkAppend compares, in one run, verified statements through the writer
// with what a user would pick instead: the same messages published to the same
// kind of stream, synced always, by as many goroutines, with nothing verified,
// chained or decided.
func BenchmarkAppend(b *testing.B) {
	for _, submitters := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("ducha/%d", submitters), func(b *testing.B) {
			server, _ := node(b, Config{})
			w, _ := writer(b, connect(b, server), WriterOptions{})
			public := key.Public()
			throng(b, submitters, some(b, b.N), func(d Draft) error {
				env, err := seal.ParseEnvelope(d.Envelope)
				if err != nil {
					return err
				}
				if err := env.Verify(public); err != nil {
					return err
				}
				_, err = w.Append(b.Context(), d)
				return err
			})
		})
		b.Run(fmt.Sprintf("jetstream/%d", submitters), func(b *testing.B) {
			server, _ := node(b, Config{})
			js, err := jetstream.New(connect(b, server))
			require.NoError(b, err)
			throng(b, submitters, some(b, b.N), func(d Draft) error {
				_, err := js.PublishMsg(b.Context(), plain(d))
				return err
			})
		})
	}
}

// plain is the message without anything of the ledger's but headers of the same size.
func plain(d Draft) *nats.Msg {
	return messageOf(ledger.Record{Recorded: time.Unix(0, 0), Place: ledger.PlaceOf(d.Statement), TaskVersion: 1, TrailVersion: 1, Envelope: d.Envelope}, d.Statement.ID.String())
}

// throng submits all drafts from so many goroutines.
func throng(b *testing.B, submitters int, drafts []Draft, submit func(Draft) error) {
	var next atomic.Int64
	var running sync.WaitGroup
	b.ResetTimer()
	for range submitters {
		running.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(len(drafts)) {
					return
				}
				if err := submit(drafts[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	b.ReportMetric(float64(len(drafts))/b.Elapsed().Seconds(), "stmts/s")
}
