package node

import (
	"os"
	"path/filepath"
	"testing"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/stream"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func fsck(t *testing.T, dir string, held ...ledger.SignedReceipt) Report {
	t.Helper()
	var list []HeldReceipt
	for _, r := range held {
		list = append(list, HeldReceipt{"held.json", proof.SealedReceipt{SignedReceipt: r}})
	}
	r, err := Fsck(t.Context(), Options{Dir: dir}, list, nil)
	require.NoError(t, err)
	return r
}

// A ledger that is well has no findings: closed, running, young, or killed.
func TestALedgerThatIsWell(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "empty")
	key, err := ReadKey(LedgerKeyFile(campaign(t, "2024-01-01")))
	require.NoError(t, err)
	require.NoError(t, Create(t.Context(), dir, "ja2023", key, Options{}))
	assert.Empty(t, fsck(t, dir).Findings)

	dir = campaign(t, "2024-01-01")
	n := opened(t, dir)
	receipt := say(t, n)
	require.NoError(t, n.Seal(soon(t), receipt.Sequence))
	r := fsck(t, dir, receipt)
	assert.Empty(t, r.Findings)
	assert.EqualValues(t, receipt.Sequence, r.Records)
	require.NoError(t, n.Close())
	r = fsck(t, dir, receipt)
	assert.Empty(t, r.Findings)
	assert.Equal(t, 1, r.Receipts)
	assert.Positive(t, r.Snapshots)
	assert.Equal(t, r.Records, r.Sealed)
}

// Whatever is wrong is found where it is, by number, with what to do about it; and
// nothing is changed by looking.
func TestFsckFinds(t *testing.T) {
	whole, records := longer(t, 30)
	n := opened(t, whole)
	receipt := say(t, n)
	require.NoError(t, n.Close())
	last := uint64(len(records) + 1)
	snapshot := func(dir string) string {
		t.Helper()
		entries, err := os.ReadDir(Options{Dir: dir}.snapshots())
		require.NoError(t, err)
		return filepath.Join(Options{Dir: dir}.snapshots(), entries[len(entries)-1].Name())
	}
	_, old, later := lastWeek(t)
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string) []ledger.SignedReceipt
		where  string
		rule   string
		remedy Remedy
	}{
		{"a changed record", func(t *testing.T, dir string) []ledger.SignedReceipt { flip(t, blockOf(t, dir), 0.5); return nil }, "store", "store.block", RecoverStore},
		{"a lost record", func(t *testing.T, dir string) []ledger.SignedReceipt { flip(t, blockOf(t, dir), 0.5); return nil }, "store", "stream.gap", RecoverStore},
		{"no store", func(t *testing.T, dir string) []ledger.SignedReceipt {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "store")))
			return nil
		}, "store", "archive.short", RecoverStore},
		{"a store that is short of the mark", func(t *testing.T, dir string) []ledger.SignedReceipt {
			require.NoError(t, stream.WriteMark(Options{Dir: dir}.mark(), stream.Mark{Sequence: last + 5}))
			return nil
		}, "store", "mark.short", RecoverStore},
		{"no mark", func(t *testing.T, dir string) []ledger.SignedReceipt {
			require.NoError(t, os.Remove(Options{Dir: dir}.mark()))
			return nil
		}, "folder", "mark.file", RecoverStore},
		{"a mark of another record", func(t *testing.T, dir string) []ledger.SignedReceipt {
			require.NoError(t, stream.WriteMark(Options{Dir: dir}.mark(), stream.Mark{Sequence: 3}))
			return nil
		}, "store", "mark.record", AskPeople},
		{"a changed tile", func(t *testing.T, dir string) []ledger.SignedReceipt {
			flip(t, onlyFile(t, filepath.Join(ArchiveDir(dir), "tile", "0", "000.p")), 40)
			return nil
		}, "archive", "archive.tile", MendArchive},
		{"a changed bundle", func(t *testing.T, dir string) []ledger.SignedReceipt {
			flip(t, onlyFile(t, filepath.Join(ArchiveDir(dir), "tile", "entries", "000.p")), 4000)
			return nil
		}, "archive", "archive.bundle", MendArchive},
		{"no checkpoint", func(t *testing.T, dir string) []ledger.SignedReceipt {
			require.NoError(t, os.Remove(filepath.Join(ArchiveDir(dir), "checkpoint")))
			return nil
		}, "archive", "archive.checkpoint", RecoverStore},
		{"a changed snapshot", func(t *testing.T, dir string) []ledger.SignedReceipt { flip(t, snapshot(dir), 0.5); return nil }, "projections", "snapshot.digest", DropCaches},
		{"another ledger's snapshot", func(t *testing.T, dir string) []ledger.SignedReceipt {
			other := campaign(t, "2026-01-01")
			require.NoError(t, os.RemoveAll(Options{Dir: dir}.snapshots()))
			copyDir(t, Options{Dir: other}.snapshots(), Options{Dir: dir}.snapshots())
			return nil
		}, "projections", "snapshot.state", DropCaches},
		{"a receipt of another ledger", func(t *testing.T, dir string) []ledger.SignedReceipt { return []ledger.SignedReceipt{later} }, "receipts", "receipt.seal", AskPeople},
		{"a receipt for what is not there", func(t *testing.T, dir string) []ledger.SignedReceipt {
			require.NoError(t, os.RemoveAll(dir))
			copyDir(t, old, dir)
			return []ledger.SignedReceipt{later}
		}, "receipts", "rollback.receipt", RecoverStore},
		{"a recovery that was cut short", func(t *testing.T, dir string) []ledger.SignedReceipt {
			require.NoError(t, os.WriteFile(journalFile(dir), []byte("{}"), 0o600))
			return nil
		}, "folder", "folder.recovering", RecoverStore},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "ledger")
			copyDir(t, whole, dir)
			held := c.damage(t, dir)
			if held == nil {
				held = []ledger.SignedReceipt{receipt}
			}
			before := sizeOf(dir)
			r := fsck(t, dir, held...)
			assert.Equal(t, before, sizeOf(dir))
			require.False(t, r.OK())
			for _, f := range r.Findings {
				if f.Where == c.where && f.Rule == c.rule && f.Remedy == c.remedy {
					return
				}
			}
			assert.Fail(t, "not found", "%+v", r.Findings)
		})
	}
}

// A store whose records are good and not those that were sealed: put together anew
// by somebody who has the key.
func TestFsckFindsAnotherHistory(t *testing.T) {
	dir, old, receipt := lastWeek(t)
	n := opened(t, old)
	say(t, n)
	require.NoError(t, n.Close())
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "store")))
	copyDir(t, filepath.Join(old, "store"), filepath.Join(dir, "store"))
	r := fsck(t, dir, receipt)
	var rules []string
	for _, f := range r.Findings {
		assert.Equal(t, receipt.Sequence, f.Sequence)
		rules = append(rules, f.Rule)
	}
	assert.Contains(t, rules, "archive.record", "the log has another record")
	assert.Contains(t, rules, "rollback.receipt", "so has the receipt")
	assert.Contains(t, rules, "mark.record", "so has the mark")
}

// The archive is made anew from the store, in a ledger that is closed.
func TestTheArchiveIsMadeAnewFromTheStore(t *testing.T) {
	dir, _ := longer(t, 30)
	require.NoError(t, os.RemoveAll(filepath.Join(ArchiveDir(dir), "tile")))
	written, err := RebuildArchive(t.Context(), Options{Dir: dir}, nil)
	require.NoError(t, err)
	assert.NotEmpty(t, written)
	assert.Empty(t, fsck(t, dir).Findings)

	flip(t, blockOf(t, dir), 0.5)
	_, err = RebuildArchive(t.Context(), Options{Dir: dir}, nil)
	require.ErrorIs(t, err, &ledger.Error{Rule: "store.block"}, "not from a damaged one")
}
