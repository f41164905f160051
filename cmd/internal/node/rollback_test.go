package node

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"ducha/cmd/internal/witness"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/require"
)

// lastWeek is a ledger, and beside it a copy of its folder from before the last
// statement, with the receipt for that.
func lastWeek(t *testing.T) (dir, old string, receipt ledger.SignedReceipt) {
	t.Helper()
	dir, old = campaign(t, "2024-01-01"), filepath.Join(t.TempDir(), "old")
	copyDir(t, dir, old)
	n := opened(t, dir)
	receipt = remind(t, n)
	require.NoError(t, n.Close())
	return dir, old, receipt
}

func refusedWith(t *testing.T, o Options, rule string) {
	t.Helper()
	n, err := Open(t.Context(), o)
	require.ErrorIs(t, err, &ledger.Error{Rule: rule})
	require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
	require.NoError(t, n.Close())
}

// A whole folder from last week fits together: only who stands outside of it can
// know that it is old.
func TestAFolderFromLastWeekIsRefused(t *testing.T) {
	dir, old, receipt := lastWeek(t)
	copied := t.TempDir()
	n := opened(t, dir)
	log, _ := n.sealer.now()
	_, err := archive.Sync(t.Context(), archive.Dir(ArchiveDir(dir)), copied, log.Verifier(), nil)
	require.NoError(t, err)
	require.NoError(t, n.Close())

	refusedWith(t, Options{Dir: old, Receipts: []ledger.SignedReceipt{receipt}}, "rollback.receipt")
	refusedWith(t, Options{Dir: old, Copies: []string{copied}}, "rollback.copy")

	// The folder as it is now passes with both.
	now, err := Open(t.Context(), Options{Dir: dir, Receipts: []ledger.SignedReceipt{receipt}, Copies: []string{copied}})
	require.NoError(t, err)
	require.NoError(t, now.Close())
}

// One that went on from last week's state, as if nothing had been, is another
// history.
func TestAnotherHistoryIsRefused(t *testing.T) {
	dir, old, receipt := lastWeek(t)
	n := opened(t, old)
	other := remind(t, n)
	require.Equal(t, receipt.Sequence, other.Sequence)
	require.NoError(t, n.Close())
	refusedWith(t, Options{Dir: old, Receipts: []ledger.SignedReceipt{receipt}}, "rollback.receipt")
	refusedWith(t, Options{Dir: old, Copies: []string{ArchiveDir(dir)}}, "archive.record")
}

func TestAReceiptOfAnotherLedgerIsRefused(t *testing.T) {
	_, _, receipt := lastWeek(t)
	dir := campaign(t, "2024-01-01")
	n, err := Open(t.Context(), Options{Dir: dir, Receipts: []ledger.SignedReceipt{receipt}})
	require.Equal(t, ledger.BadSeal, ledger.ClassOf(err), "%v", err)
	require.NoError(t, n.Close())
	n, err = Open(t.Context(), Options{Dir: dir, Copies: []string{filepath.Join(dir, "nowhere")}})
	require.Error(t, err)
	require.NoError(t, n.Close())
	_, err = os.Stat(filepath.Join(dir, "store"))
	require.NoError(t, err, "nothing was touched")
}

// theWitness is a witness behind HTTP that knows the ledger, and the ledger it.
func theWitness(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "witness")
	key, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
	require.NoError(t, err)
	require.NoError(t, witness.Create(folder, "audit.example/ducha", key))
	w, err := witness.Open(folder, time.Now)
	require.NoError(t, err)
	t.Cleanup(func() { w.Close() })
	own, err := ReadKey(LedgerKeyFile(dir))
	require.NoError(t, err)
	vkey, err := proof.VerifierKey(proof.Origin("ja2023", own.Public()), own.Public())
	require.NoError(t, err)
	require.NoError(t, w.AddLog(vkey))
	server := httptest.NewServer(w.Handler())
	t.Cleanup(server.Close)
	require.NoError(t, os.WriteFile(WitnessFile(dir), fmt.Appendf(nil, "witness sjj %s %s\nquorum sjj\n", w.VerifierKey(), server.URL), 0o600))
	return server
}

func TestAWitnessKnowsThatAFolderIsOld(t *testing.T) {
	dir := campaign(t, "2024-01-01")
	theWitness(t, dir)
	n := opened(t, dir)
	require.NoError(t, n.Seal(soon(t), n.View.Sequence()))
	require.NoError(t, n.Close())
	old := filepath.Join(t.TempDir(), "old")
	copyDir(t, dir, old)

	n = opened(t, dir)
	receipt := remind(t, n)
	require.NoError(t, n.Seal(soon(t), receipt.Sequence))
	_, signed, err := n.Archive().Checkpoint(t.Context())
	require.NoError(t, err)
	require.Contains(t, string(signed), "— audit.example/ducha ")
	require.NoError(t, n.Close())
	refusedWith(t, Options{Dir: old}, "rollback.witness")

	n = opened(t, dir)
	require.True(t, n.Witnesses()[0].Size == 0 || n.Witnesses()[0].Up)
	require.NoError(t, n.Close())
}

// With the witness down, statements are taken in and nothing is published; once it
// is back, all of it is.
func TestTheLedgerWaitsForItsQuorum(t *testing.T) {
	dir := campaign(t, "2024-01-01")
	server := theWitness(t, dir)
	n := opened(t, dir)
	t.Cleanup(func() { n.Close() })
	require.NoError(t, n.Seal(soon(t), n.View.Sequence()))
	healthy := server.Config.Handler
	var down atomic.Bool
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			panic(http.ErrAbortHandler)
		}
		healthy.ServeHTTP(w, r)
	})
	down.Store(true)
	receipt := remind(t, n)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	require.Equal(t, ledger.Unavailable, ledger.ClassOf(n.Seal(ctx, receipt.Sequence)))
	require.NoError(t, n.Healthy(), "it takes statements in")
	require.Eventually(t, func() bool { return n.Sealing().Cosign != nil && !n.Witnesses()[0].Up }, 5*time.Second, 10*time.Millisecond)
	require.Less(t, n.Sealing().Published, receipt.Sequence)
	down.Store(false)
	require.NoError(t, n.Seal(soon(t), receipt.Sequence))
	require.True(t, n.Witnesses()[0].Up)
}

func TestAWitnessFileThatMeansNothingIsRefused(t *testing.T) {
	dir := campaign(t, "2024-01-01")
	for _, text := range []string{"garbage", "quorum W1\n", "witness W1 x\nquorum W1\n"} {
		require.NoError(t, os.WriteFile(WitnessFile(dir), []byte(text), 0o600))
		n, err := Open(t.Context(), Options{Dir: dir})
		require.Equal(t, ledger.Malformed, ledger.ClassOf(err))
		require.NoError(t, n.Close())
	}
}
