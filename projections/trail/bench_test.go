package trail

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// BenchmarkVerifyYear is per bundle of a year, 45 records.
func BenchmarkVerifyYear(b *testing.B) {
	w := whole(b)
	data := w.export(yearEnd)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if !Verify(data, Options{Root: w.root()}).OK {
			b.Fatal("does not verify")
		}
	}
}

// crowd is a bundle of a unit with many records, spread evenly over a ledger of a
// size, which is where their shared proof is longest. A record is as long as those
// of the demo are on average (1,076 bytes), or a little longer. Of the rest of the
// ledger there are the leaves only: nothing else of it goes into the bundle.
func crowd(t testing.TB, own int, size uint64) (w *world, data []byte) {
	w = newWorld(t, ledger.ClockRecorded)
	w.keys["units/fgw"] = key(t, "units/fgw, in Ed25519")
	w.open()
	opened := uint64(len(w.records))
	for i := range own {
		w.say("units/fgw", fgw, w.fgwTask, &ledger.DispatchLogged{On: "2024-01-20", Summary: ledger.Text(fmt.Sprintf("第%d次调度:逐项核对项目审批提速的进展,协调规划、住建、环保三家单位压缩并联审批时限,要求月底前完成系统对接并书面反馈存在的问题。", i))})
	}
	step := (size - opened - 1) / uint64(own)
	var head ledger.Hash
	for i := range w.records {
		r := &w.records[i]
		if r.Place.Unit != fgw {
			continue
		}
		if r.Sequence > opened {
			r.Sequence = opened + (r.Sequence-opened)*step
			r.Head = ledger.Link(head, *r)
		}
		head = r.Head
	}
	own2, context, _, err := Select(w.all(), fgw)
	require.NoError(t, err)
	b, body, err := Draft(Input{Campaign: campaign, Unit: fgw, At: yearEnd, Sequence: size - 1, Records: own2, Context: context})
	require.NoError(t, err)
	s := w.statement(id(999_999), "ledger", fgw, "", &body)
	s.Basis = size - 1
	r := ledger.Record{Sequence: size, Recorded: w.now, Place: ledger.PlaceOf(s), TrailVersion: b.manifest.Count + 1, Envelope: w.envelope(w.keys["ledger"], s.Encode())}
	r.Head = ledger.Link(head, r)
	w.records = append(w.records, r)
	l := sparse(t, w.records, size)
	require.NoError(t, b.Attest(r, nil, l.checkpoint(w.keys["ledger"]), l))
	return w, w.write(b)
}

// sparse is a log with these records at their places, and any leaves between.
func sparse(t testing.TB, records []ledger.Record, size uint64) *sealedLog {
	l := &sealedLog{t: t}
	for ; l.size < size; l.size++ {
		leaf := tlog.Hash(sha256.Sum256(binary.BigEndian.AppendUint64(nil, l.size)))
		if records[0].Sequence == l.size+1 {
			leaf, records = tlog.RecordHash(records[0].Encode()), records[1:]
		}
		hashes, err := tlog.StoredHashesForRecordHash(int64(l.size), leaf, l)
		require.NoError(t, err)
		l.stored = append(l.stored, hashes...)
	}
	require.Empty(t, records)
	return l
}

const (
	manyRecords = 10_000
	hugeLedger  = 1_000_000
)

// signature is what verifying one record takes, and nothing else.
type signature struct {
	key          ed25519.PublicKey
	message, sig []byte
}

func signatures(t testing.TB, w *world) (list []signature) {
	keys := map[seal.KeyID]ed25519.PublicKey{}
	for _, k := range w.keys {
		if der := k.Public().DER(); k.Public().Algorithm() == seal.Ed25519 {
			keys[k.Public().ID()] = der[len(der)-ed25519.PublicKeySize:]
		}
	}
	for _, r := range w.records {
		env, err := seal.ParseEnvelope(r.Envelope)
		require.NoError(t, err)
		if k, ok := keys[env.Signature.KeyID]; ok && (r.Place.Unit == fgw || r.Place.Family == ledger.Registry) {
			list = append(list, signature{k, seal.PAE(env.PayloadType, env.Payload), env.Signature.Sig})
		}
	}
	return list
}

// bare verifies signatures over all cores.
func bare(list []signature) (bad int64) {
	var next, failed atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(list)); i = next.Add(1) - 1 {
				if s := list[i]; !ed25519.Verify(s.key, s.message, s.sig) {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return failed.Load()
}

// spent is the processor time of this process.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkVerify verifies a bundle of 10,000 records of a ledger of a million, and
// by turns nothing but the same 10,000 Ed25519 signatures, over all cores.
// of-ed25519 is how much of the machine's raw rate a verification of everything
// keeps; the goal is 0.8. of-ed25519-cpu is the same in processor time, which does
// not suffer from what else the machine is doing.
func BenchmarkVerify(b *testing.B) {
	w, data := crowd(b, manyRecords, hugeLedger)
	list := signatures(b, w)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as ducha-verify has it
	require.Greater(b, len(list), manyRecords)
	var whole, raw, wholeCPU, rawCPU time.Duration
	for b.Loop() {
		began, cpu := time.Now(), spent()
		if r := Verify(data, Options{Root: w.root()}); !r.OK {
			b.Fatal(codes(r))
		}
		between, cpuBetween := time.Now(), spent()
		if bad := bare(list); bad > 0 {
			b.Fatal(bad, "signatures do not verify")
		}
		whole, raw = whole+between.Sub(began), raw+time.Since(between)
		wholeCPU, rawCPU = wholeCPU+cpuBetween-cpu, rawCPU+spent()-cpuBetween
	}
	b.ReportMetric(0, "ns/op") // of both together: says nothing
	b.ReportMetric(whole.Seconds()/float64(b.N), "s/bundle")
	b.ReportMetric(float64(len(list)*b.N)/whole.Seconds(), "records/s")
	b.ReportMetric(float64(raw)/float64(whole), "of-ed25519")
	b.ReportMetric(float64(rawCPU)/float64(wholeCPU), "of-ed25519-cpu")
	b.ReportMetric(float64(len(data))/1e6, "MB")
}

// 10,000 records of a ledger of a million are under 20 MB.
func TestABundleOfAHugeLedgerStaysSmall(t *testing.T) {
	t.Parallel()
	w, data := crowd(t, manyRecords, hugeLedger)
	began := time.Now()
	r := Verify(data, Options{Root: w.root()})
	t.Logf("%.1f MB, verified in %s", float64(len(data))/1e6, time.Since(began))
	require.Empty(t, codes(r))
	assert.Equal(t, uint64(hugeLedger), r.Sealed.Size)
	assert.Greater(t, r.Count, manyRecords)
	assert.Less(t, len(data), 20_000_000)
	hashes, err := parseProof(unpackOf(t, data)[proofName])
	require.NoError(t, err)
	// Each gap of about a hundred leaves between two records takes some six or seven
	// hashes, never the twenty of a proof of its own.
	assert.Less(t, len(hashes), 7*manyRecords)
	_, err = proof.RootOfAll(hugeLedger, nil, nil, nil)
	assert.Error(t, err)
}
