package archive

import (
	"crypto/sha256"
	"strings"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/require"
)

// benchRecords is records of about 1.2 KB.
func benchRecords(b *testing.B, n int) []ledger.Record {
	m := newMaker(strings.Repeat("查", 100))
	list := make([]ledger.Record, n)
	for i := range list {
		list[i] = m.next()
	}
	size := len(list[0].Encode())
	require.InDelta(b, 1200, size, 150)
	b.SetBytes(int64(size))
	return list
}

// BenchmarkSeal adds records and seals every 15,000, as happens at 60,000 a second:
// all that is between a record and a published checkpoint, fsync and all.
func BenchmarkSeal(b *testing.B) {
	const every = 15_000
	list := benchRecords(b, 10*every)
	l := open(b, optionsIn(b.TempDir()))
	b.ResetTimer()
	for i := range b.N {
		if i%len(list) == 0 && i > 0 { // the ledger is over: another
			b.StopTimer()
			require.NoError(b, l.Close())
			l = open(b, optionsIn(b.TempDir()))
			b.StartTimer()
		}
		if err := l.Add(list[i%len(list)]); err != nil {
			b.Fatal(err)
		}
		if (i+1)%every == 0 {
			if err := l.Seal(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	require.NoError(b, l.Seal(b.Context()))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkHash is what cannot be done without: one SHA-256 over the same bytes.
func BenchmarkHash(b *testing.B) {
	entry := benchRecords(b, 1)[0].Encode()
	for b.Loop() {
		sha256.Sum256(entry)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkEncode is the record's canonical JSON alone.
func BenchmarkEncode(b *testing.B) {
	r := benchRecords(b, 1)[0]
	for b.Loop() {
		r.Encode()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkSealOne is one record from Add to published: what somebody waits for.
func BenchmarkSealOne(b *testing.B) {
	m := newMaker("查")
	l := open(b, optionsIn(b.TempDir()))
	for b.Loop() {
		if err := l.Add(m.next()); err != nil {
			b.Fatal(err)
		}
		if err := l.Seal(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// bench100k is a sealed log to read from.
func bench100k(b *testing.B) (*Log, Options) {
	o := optionsIn(b.TempDir())
	l := open(b, o)
	for _, r := range benchRecords(b, 100_000) {
		require.NoError(b, l.Add(r))
	}
	require.NoError(b, l.Seal(b.Context()))
	b.ResetTimer()
	return l, o
}

func BenchmarkVerify(b *testing.B) {
	_, o := bench100k(b)
	for b.Loop() {
		findings, _, err := Verify(b.Context(), Dir(o.Dir), verifier(), nil)
		require.NoError(b, err)
		require.Empty(b, findings)
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkRecords(b *testing.B) {
	l, _ := bench100k(b)
	for b.Loop() {
		for _, err := range l.Reader().Records(b.Context(), l.Published(), 0) {
			require.NoError(b, err)
		}
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkGuard(b *testing.B) {
	l, _ := bench100k(b)
	list := benchRecords(b, 100_000)
	b.ResetTimer()
	for b.Loop() {
		g := l.Guard()
		for _, r := range list {
			if err := g.Add(r); err != nil {
				b.Fatal(err)
			}
		}
		require.NoError(b, g.Done())
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkProve(b *testing.B) {
	l, _ := bench100k(b)
	n := uint64(0)
	for b.Loop() {
		n = (n + 7919) % 100_000
		if _, err := l.Reader().Prove(b.Context(), n+1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSync(b *testing.B) {
	_, o := bench100k(b)
	for b.Loop() {
		_, err := Sync(b.Context(), Dir(o.Dir), b.TempDir(), verifier(), nil)
		require.NoError(b, err)
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
