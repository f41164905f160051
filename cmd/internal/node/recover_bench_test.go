package node

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/natsd"
	"ducha/ledger/seal"
	"ducha/ledger/stream"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// BenchmarkRecoverRecords is a recovery of so many records of some 1.2 KB, with its
// proof: go test -bench RecoverRecords -benchtime 1000000x.
func BenchmarkRecoverRecords(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "ledger")
	key, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
	require.NoError(b, err)
	require.NoError(b, natsd.Init(dir, natsd.Marker{Campaign: "ja2023", Mode: natsd.Standalone}))
	require.NoError(b, WriteKey(LedgerKeyFile(dir), key))
	require.NoError(b, stream.WriteMark(Options{Dir: dir}.mark(), stream.Mark{}))
	log, err := archive.Open(archive.Options{Dir: ArchiveDir(dir), State: stateDir(dir), Key: key, Campaign: "ja2023"})
	require.NoError(b, err)
	var chain ledger.Chain
	bytes := 0
	for i := range b.N {
		id, err := uuid.NewV7()
		require.NoError(b, err)
		s := ledger.Statement{ID: id, Kind: "progress.reported.v1", Campaign: "ja2023", Source: "units/fgw", Unit: ledger.UnitID(fmt.Sprintf("u%02d", i%40)), Task: ledger.TaskID(fmt.Sprintf("T%02d", i%12)),
			Time: time.Date(2024, 3, 5, 9, 12, 0, 0, ledger.Shanghai), Body: &ledger.ProgressReported{Period: "2024-03", Percent: 12, Summary: ledger.Text(strings.Repeat("完成平台一期建设,", 8))}}
		env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, s.Encode())
		require.NoError(b, err)
		r, err := chain.Extend(s, env.Encode(), time.UnixMilli(1709600000000+int64(i)))
		require.NoError(b, err)
		require.NoError(b, log.Add(r))
		bytes += len(r.Encode())
	}
	require.NoError(b, log.Seal(b.Context()))
	require.NoError(b, log.Close())
	b.ResetTimer()
	done := recovered(b, RecoverOptions{Options: Options{Dir: dir}})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(bytes/b.N), "bytes/record")
	require.EqualValues(b, b.N, done.Sequence)
	require.EqualValues(b, b.N, done.Sealed)
}
