package node

import (
	"os"
	"path/filepath"
	"testing"

	"ducha/ledger"
	"ducha/ledger/archive"

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
