package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/stretchr/testify/require"
)

// large is a campaign of the city and its thirteen counties: two years, 168 tasks, over
// 100,000 statements, each signed and taken in by the door into a stream on disk. It is
// made once; DUCHA_LARGE names a folder that keeps it for the next run.
var large = sync.OnceValues(func() (largeLedger, error) {
	simulation := seeds.Simulate(seeds.Options{Seed: seed, Counties: 13, Daily: 12})
	x := largeLedger{dir: filepath.Join(os.Getenv("DUCHA_LARGE"), "ledger"), keys: simulation.Keys()}
	if os.Getenv("DUCHA_LARGE") != "" {
		if _, err := os.Stat(x.dir); err == nil {
			return x, nil
		}
	} else {
		dir, err := os.MkdirTemp("", "console-large-")
		if err != nil {
			return x, err
		}
		x.dir = filepath.Join(dir, "ledger")
	}
	return x, x.fill(simulation)
})

type largeLedger struct {
	dir  string
	keys map[ledger.PartyID]seal.PrivateKey
}

// fill hands everything in, in batches: one commit each, and every signature checked.
func (x largeLedger) fill(simulation *seeds.Simulation) error {
	ctx := context.Background()
	if err := node.Create(ctx, x.dir, seeds.JiAn().Campaign, x.keys["ledger"], node.Options{MaxBytes: 4 << 30}); err != nil {
		return err
	}
	n, err := node.Open(ctx, node.Options{Dir: x.dir})
	if err != nil {
		return err
	}
	var batch [][]byte
	steps := slices.Collect(simulation.Steps())
	for i, step := range steps {
		batch = append(batch, step.Envelope)
		kind := step.Statement.Kind // a key is looked up on record: who has a new one signs in the next batch
		if len(batch) < 500 && kind != "charter.adopted.v1" && kind != "key.enrolled.v1" && i < len(steps)-1 {
			continue
		}
		if _, _, err := n.SubmitAll(ctx, batch, false); err != nil {
			return errors.Join(fmt.Errorf("step %d: %w", i, err), n.Close())
		}
		batch = nil
	}
	return n.Close()
}

// slowest is how long a page may take at the server.
const slowest = 200 * time.Millisecond

// readers are those who see most, each role's way, and one unit.
var readers = []ledger.PartyID{"units/ggb", "officers/zhihuizhang", "auditors/shenji", "units/fgw"}

// BenchmarkPage measures every page that the console has, as those ask for it who see
// most, over HTTP on a ledger of over 100,000 statements: the median and the slowest
// hundredth in milliseconds, the processor's time for it, and its size. A page that is too
// heavy fails it, so does one that takes over 200 ms and is at work for as long: waiting
// for a machine that others use is not the page's.
func BenchmarkPage(b *testing.B) {
	x, err := large()
	require.NoError(b, err)
	w := serve(b, x.dir, x.keys)
	b.Logf("%d statements", w.node.View.Sequence())
	require.Greater(b, w.node.View.Sequence(), uint64(100_000))
	for _, party := range append(readers, "units/jzq") {
		c := w.reader(b, party)
		for _, path := range addresses(b, w) {
			b.Run(fmt.Sprintf("%s%s", strings.ReplaceAll(string(party), "/", "-"), path), func(b *testing.B) { page(b, w, c, path) })
		}
	}
}

func page(b *testing.B, w *world, c *http.Client, path string) {
	var took []time.Duration
	var size int
	used := processor(b)
	for b.Loop() {
		from := time.Now()
		status, body, _ := w.get(b, c, path)
		took = append(took, time.Since(from))
		if size = len(body); status == http.StatusOK && size > heaviest {
			b.Errorf("%s: %d bytes, at most %d", path, size, heaviest)
		}
	}
	worked := (processor(b) - used).Seconds() * 1000 / float64(len(took))
	slices.Sort(took)
	at := func(share float64) float64 { return took[int(share*float64(len(took)-1))].Seconds() * 1000 }
	b.ReportMetric(at(.5), "median-ms")
	b.ReportMetric(at(.99), "p99-ms")
	b.ReportMetric(worked, "cpu-ms")
	b.ReportMetric(float64(size)/1024, "KB")
	b.ReportMetric(0, "ns/op")
	if limit := slowest.Seconds() * 1000; at(.5) > limit && worked > limit {
		b.Errorf("%s: %.0f ms, %.0f of them at work, at most %v", path, at(.5), worked, slowest)
	}
}

// processor is the time for which this process was at work, server, client and garbage
// collector: what a page costs on a machine that others use too.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLookBack compares, in one run, a page of an earlier day with what one would do
// otherwise: fold the whole stream for the day, each time. fresh is a day that nobody
// looked at before.
func BenchmarkLookBack(b *testing.B) {
	x, err := large()
	require.NoError(b, err)
	w := serve(b, x.dir, x.keys)
	c := w.reader(b, "units/ggb")
	w.get(b, c, "/tasks/T06?as_of=2024-08-15") // reads the stream
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			w.get(b, c, "/tasks/T06?as_of=2024-08-15")
		}
	})
	b.Run("fresh", func(b *testing.B) {
		day := ledger.Date("2025-12-31")
		for b.Loop() {
			w.get(b, c, "/tasks/T06?as_of="+string(day))
			if day = day.Add(-1); day < "2025-01-01" {
				day = "2025-12-31"
			}
		}
	})
	b.Run("whole-stream", func(b *testing.B) {
		for b.Loop() {
			_, err := w.node.AsOf(b.Context(), ledger.Date("2024-08-15").End())
			require.NoError(b, err)
		}
	})
}
