package node

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// remind says something more, signed by the office.
func remind(t *testing.T, n *Node) ledger.SignedReceipt {
	t.Helper()
	key, err := ReadKey(KeyFile(n.Dir(), "ledger"))
	require.NoError(t, err)
	unit := ledger.UnitID("fgw")
	receipt, _, err := n.Say(t.Context(), key, ledger.Statement{Kind: "export.attested.v1", Source: "ledger", Unit: unit, Basis: n.View.Sequence(),
		Body: &ledger.ExportAttested{Sequence: n.View.Sequence(), Count: 1, Head: ledger.Digest((ledger.Hash{1}).String()), Files: map[string]ledger.Digest{"manifest.json": ledger.Digest((ledger.Hash{2}).String())}}})
	require.NoError(t, err)
	return receipt
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestEveryRecordIsSealedAndCanBeProved(t *testing.T) {
	dir := campaign(t, "2024-01-01")
	n := opened(t, dir)
	receipt := remind(t, n)
	require.NoError(t, n.Seal(soon(t), receipt.Sequence))
	i, err := n.Archive().Prove(t.Context(), receipt.Sequence)
	require.NoError(t, err)
	record, err := n.Stream.Get(t.Context(), receipt.Sequence)
	require.NoError(t, err)
	log, _ := n.sealer.now()
	c, err := i.Verify(record.Encode(), log.Verifier())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, c.Size, receipt.Sequence)
	require.NoError(t, n.Close())

	// What was said last is sealed when it closes.
	n = opened(t, dir)
	last := remind(t, n)
	require.NoError(t, n.Close())
	c, _, err = archive.NewReader(archive.Dir(ArchiveDir(dir)), log.Verifier()).Checkpoint(t.Context())
	require.NoError(t, err)
	assert.Equal(t, last.Sequence, c.Size)
}

// copyDir copies a folder as it is.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
}

func TestAStoreOlderThanItsArchiveIsRefused(t *testing.T) {
	dir := campaign(t, "2024-01-01")
	old := filepath.Join(t.TempDir(), "old")
	copyDir(t, dir, old)
	n := opened(t, dir)
	receipt := remind(t, n)
	require.NoError(t, n.Close())

	// Last week's store and mark beside today's archive.
	for _, name := range []string{"store", "mark.json", "snapshots"} {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, name)))
	}
	copyDir(t, filepath.Join(old, "store"), filepath.Join(dir, "store"))
	mark, err := os.ReadFile(filepath.Join(old, "mark.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mark.json"), mark, 0o600))
	refused(t, dir, "archive.short")
	assert.Positive(t, receipt.Sequence)
}

func TestAnArchiveThatIsGoneIsRefused(t *testing.T) {
	dir := campaign(t, "2024-01-01")
	require.NoError(t, os.RemoveAll(ArchiveDir(dir)))
	// The sealer's own folder remembers what was signed: the archive is made again.
	n := opened(t, dir)
	require.NoError(t, n.Seal(soon(t), n.View.Sequence()))
	require.NoError(t, n.Close())

	require.NoError(t, os.RemoveAll(ArchiveDir(dir)))
	require.NoError(t, os.RemoveAll(stateDir(dir)))
	refused(t, dir, "archive.missing")
}

// A running ledger finds out that its store was changed, and stops.
func TestTheStoreIsHeldAgainstTheArchiveWhileItRuns(t *testing.T) {
	dir := campaign(t, "2024-01-01")
	n, err := Open(t.Context(), Options{Dir: dir, Scrub: 20 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { n.Close() })
	receipt := remind(t, n)
	require.NoError(t, n.Seal(soon(t), receipt.Sequence))
	require.NoError(t, n.Healthy())

	tile := filepath.Join(ArchiveDir(dir), "tile", "0", "000.p")
	entries, err := os.ReadDir(tile)
	require.NoError(t, err)
	for _, e := range entries {
		path := filepath.Join(tile, e.Name())
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		data[3] ^= 1
		require.NoError(t, os.WriteFile(path, data, 0o644))
	}
	require.Eventually(t, func() bool { return n.Fault() != nil }, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, ledger.Damaged, ledger.ClassOf(n.Healthy()))
	key, err := seal.GenerateKey(seal.Ed25519, zeros{})
	require.NoError(t, err)
	_, _, err = n.Say(t.Context(), key, ledger.Statement{Kind: "export.attested.v1", Source: "ledger", Unit: "fgw", Body: &ledger.ExportAttested{}})
	assert.Equal(t, ledger.Damaged, ledger.ClassOf(err), "it takes nothing in")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
