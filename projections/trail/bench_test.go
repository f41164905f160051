package trail

import (
	"crypto/ed25519"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// BenchmarkVerify is per bundle of a year, 45 records; most of it is signatures
// and schemas, side by side on all cores.
func BenchmarkVerify(b *testing.B) {
	w := whole(b)
	data := w.export(yearEnd)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if !Verify(data, Options{Root: w.root()}).OK {
			b.Fatal("does not verify")
		}
	}
}

// crowd is a ledger in which a unit signed many statements with Ed25519, and others
// stand between them: every step-th record is the unit's.
func crowd(t testing.TB, own, step int) *world {
	w := newWorld(t, ledger.ClockRecorded)
	w.keys["units/fgw"] = key(t, "units/fgw, in Ed25519")
	w.open()
	for i := range own {
		w.say("units/fgw", fgw, w.fgwTask, &ledger.DispatchLogged{On: "2024-01-20", Summary: ledger.Text(fmt.Sprintf("第%d次调度:逐项核对项目审批提速的进展,协调规划、住建、环保三家单位压缩并联审批时限,要求月底前完成系统对接并书面反馈存在的问题。", i))})
		for range step - 1 {
			w.say("units/zfj", zfj, "T02", logged)
		}
	}
	return w
}

// BenchmarkVerifyMany verifies a bundle of 10,000 records, and by turns does nothing
// but the Ed25519 verifications that it takes, over all cores: of-ed25519 is how
// much of the machine's rate a verification of everything keeps.
func BenchmarkVerifyMany(b *testing.B) {
	w := crowd(b, 10_000, 1)
	data := w.export(yearEnd)
	public, secret, err := ed25519.GenerateKey(nil)
	require.NoError(b, err)
	message := w.records[len(w.records)-2].Envelope
	sig := ed25519.Sign(secret, message)
	var whole, bare time.Duration
	for b.Loop() {
		began := time.Now()
		if !Verify(data, Options{Root: w.root()}).OK {
			b.Fatal("does not verify")
		}
		between := time.Now()
		var verifying sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			verifying.Go(func() {
				for range len(w.records) / runtime.GOMAXPROCS(0) {
					if !ed25519.Verify(public, message, sig) {
						panic("does not verify")
					}
				}
			})
		}
		verifying.Wait()
		whole, bare = whole+between.Sub(began), bare+time.Since(between)
	}
	b.ReportMetric(float64(len(w.records)*b.N)/whole.Seconds(), "records/s")
	b.ReportMetric(float64(bare)/float64(whole), "of-ed25519")
	b.ReportMetric(float64(len(data))/1e6, "MB")
}

// The shared proof grows with the records, not with the ledger: what it takes for
// 10,000 of a million is computed from what it takes here, and stays under 20 MB
// with the records.
func TestABundleOfAHugeLedgerStaysSmall(t *testing.T) {
	const own, ledgerSize, limit = 10_000, 1_000_000, 20 << 20
	w := crowd(t, 200, 1)
	data := w.export(yearEnd)
	perRecord := len(data) / len(w.records)

	// The worst place for them is spread evenly.
	var indexes []uint64
	for i := range uint64(own) {
		indexes = append(indexes, i*(ledgerSize/own))
	}
	hashes, err := proof.ProveAll(ledgerSize, indexes, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return make([]tlog.Hash, len(indexes)), nil }))
	require.NoError(t, err)
	size := own*perRecord + 45*len(hashes)
	t.Logf("%d bytes a record, %d hashes: %.1f MB", perRecord, len(hashes), float64(size)/1e6)
	require.Less(t, size, limit)
}
