package node

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// campaign makes a ledger in a folder, open since a day, and closes it again.
func campaign(t *testing.T, from ledger.Date) (dir string) {
	t.Helper()
	return campaignWith(t, from, Options{})
}

func campaignWith(t *testing.T, from ledger.Date, o Options) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "ledger")
	keys := map[ledger.PartyID]seal.PrivateKey{}
	for _, p := range []ledger.PartyID{"root", "ledger", "units/ggb"} {
		k, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
		require.NoError(t, err)
		keys[p] = k
	}
	require.NoError(t, Create(t.Context(), dir, "ja2023", keys["ledger"], o))
	require.NoError(t, WriteKey(KeyFile(dir, "root"), keys["root"]))
	n := opened(t, dir)
	charter := ledger.CharterAdopted{Campaign: "ja2023", Title: "测试", Clock: ledger.ClockRecorded, From: from, To: "2030-12-31",
		RootKey: ledger.Text(keys["root"].Public().PEM()), LedgerKey: ledger.Text(keys["ledger"].Public().PEM())}
	for _, s := range seeds.Opening(seeds.JiAn(), charter, ledger.Text(keys["units/ggb"].Public().PEM())) {
		_, _, err := n.Say(t.Context(), keys[s.By], ledger.Statement{Kind: ledger.KindOf(s.Body), Source: s.By, Unit: s.Unit, Task: s.Task, Body: s.Body})
		require.NoError(t, err)
	}
	require.NoError(t, n.Close())
	return dir
}

func opened(t *testing.T, dir string) *Node {
	t.Helper()
	n, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	return n
}

func refused(t *testing.T, dir, rule string) {
	t.Helper()
	n, err := Open(t.Context(), Options{Dir: dir})
	require.Error(t, err)
	assert.ErrorIs(t, err, &ledger.Error{Rule: rule})
	assert.NoError(t, n.Close())
}

func TestALedgerOpensAgain(t *testing.T) {
	dir := campaign(t, "2026-01-01")
	n := opened(t, dir)
	r, err := n.Rebuild(t.Context(), func(uint64, uint64) {})
	require.NoError(t, err)
	assert.True(t, r.Equal())
	assert.NoError(t, n.Healthy())
	require.NoError(t, n.Close())
}

// Receipts of another key than the charter's would be worth nothing.
func TestAnotherLedgerKeyIsRefused(t *testing.T) {
	dir := campaign(t, "2026-01-01")
	root, err := os.ReadFile(KeyFile(dir, "root"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(LedgerKeyFile(dir), root, 0o600))
	refused(t, dir, "charter.ledger-key")
}

// A snapshot of another ledger is never served, though it fits in length.
func TestAForeignSnapshotIsPutAside(t *testing.T) {
	dir, other := campaign(t, "2026-01-01"), campaign(t, "2026-02-01")
	require.NoError(t, os.RemoveAll(Options{Dir: dir}.snapshots()))
	require.NoError(t, os.CopyFS(Options{Dir: dir}.snapshots(), os.DirFS(Options{Dir: other}.snapshots())))
	n := opened(t, dir)
	require.NoError(t, n.Look(t.Context(), time.Time{}, lookAtTerm(t)))
	r, err := n.Rebuild(t.Context(), func(uint64, uint64) {})
	require.NoError(t, err)
	assert.True(t, r.Equal())
	require.NoError(t, n.Close())
}

// The mark is what knows how far the stream had come.
func TestAMissingMarkIsRefused(t *testing.T) {
	dir := campaign(t, "2026-01-01")
	require.NoError(t, os.Remove(Options{Dir: dir}.mark()))
	refused(t, dir, "mark.file")
}

// A writer that stopped is replaced: starting and recovering are one path.
func TestTheKeeperOpensANewWriter(t *testing.T) {
	dir := campaign(t, "2026-01-01")
	n := opened(t, dir)
	defer func() { assert.NoError(t, n.Close()) }()
	key, err := ReadKey(LedgerKeyFile(dir))
	require.NoError(t, err)
	// Somebody else writes: the writer is fenced off.
	n.keeper.mu.RLock()
	fencedOff := n.keeper.writer
	n.keeper.mu.RUnlock()
	require.NoError(t, n.keeper.open(t.Context()))
	say := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, _, err := n.Say(ctx, key, ledger.Statement{Kind: "export.attested.v1", Source: "ledger", Unit: "fgw",
			Body: &ledger.ExportAttested{Sequence: 1, Count: 1, Files: map[string]ledger.Digest{}, Head: ledger.Digest(ledger.Hash{}.String())}})
		return err
	}
	require.NoError(t, say())
	require.NoError(t, fencedOff.Close())
	require.NoError(t, say())
}

func lookAtTerm(t *testing.T) func(*projections.Campaign, time.Time, uint64) error {
	return func(c *projections.Campaign, _ time.Time, _ uint64) error {
		assert.Equal(t, ledger.Date("2026-01-01"), c.Charter.From, "the charter of this ledger, not of the other")
		return nil
	}
}
