package node

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/ledger/stream"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everything is the records of an open ledger.
func everything(t testing.TB, n *Node) (list []ledger.Record) {
	t.Helper()
	for r, err := range n.Stream.Read(t.Context(), 0) {
		require.NoError(t, err)
		list = append(list, r)
	}
	return list
}

// recovered recovers a folder and gives what came of it.
func recovered(t testing.TB, o RecoverOptions) Recovery {
	t.Helper()
	done, err := Recover(t.Context(), o)
	require.NoError(t, err)
	return done
}

// goesOn requires that a recovered ledger holds the records that it had, in the same
// bytes, then says that it was recovered, and takes statements in.
func goesOn(t testing.TB, dir string, want []ledger.Record) *ledger.LedgerRecovered {
	t.Helper()
	n, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, n.Close()) }()
	got := everything(t, n)
	require.Greater(t, len(got), len(want))
	require.Equal(t, want, got[:len(want)])
	e, err := got[len(want)].Read()
	require.NoError(t, err)
	require.Equal(t, ledger.PartyID("ledger"), e.Source)
	said, ok := e.Body.(*ledger.LedgerRecovered)
	require.True(t, ok, "the ledger says that it was recovered: %s", e.Kind)
	require.EqualValues(t, len(want), said.Sequence)
	pending, err := statementFiles(dir)
	require.NoError(t, err)
	require.Empty(t, pending)
	require.NoFileExists(t, journalFile(dir))
	require.NoDirExists(t, filepath.Join(dir, "store.new"))
	receipt := say(t, n)
	require.NoError(t, n.Seal(t.Context(), receipt.Sequence))
	return said
}

// say puts one more statement on record.
func say(t testing.TB, n *Node) ledger.SignedReceipt {
	t.Helper()
	key, err := ReadKey(LedgerKeyFile(n.Dir()))
	require.NoError(t, err)
	receipt, _, err := n.Say(t.Context(), key, ledger.Statement{Kind: "export.attested.v1", Source: "ledger", Unit: "fgw", Basis: n.View.Sequence(),
		Body: &ledger.ExportAttested{Sequence: n.View.Sequence(), Count: 1, Head: ledger.Digest(ledger.Hash{1}.String()), Files: map[string]ledger.Digest{}}})
	require.NoError(t, err)
	return receipt
}

// longer is a ledger that was closed, with some statements, and its records.
func longer(t *testing.T, more int) (dir string, records []ledger.Record) {
	t.Helper()
	dir = campaign(t, "2024-01-01")
	n := opened(t, dir)
	for range more {
		say(t, n)
	}
	records = everything(t, n)
	require.NoError(t, n.Close())
	return dir, records
}

func TestAWipedStoreIsRecoveredFromTheArchive(t *testing.T) {
	dir, want := longer(t, 20)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "store")))
	refused(t, dir, "stream.missing")
	done := recovered(t, RecoverOptions{Options: Options{Dir: dir}, Reason: "磁盘被清空。"})
	assert.EqualValues(t, len(want), done.Sequence)
	assert.EqualValues(t, len(want), done.Sealed)
	assert.Equal(t, map[string]uint64{ArchiveDir(dir): uint64(len(want))}, done.Taken)
	assert.Zero(t, done.Lost)
	assert.DirExists(t, done.Damaged, "the server made an empty one when it was started")
	said := goesOn(t, dir, want)
	assert.Equal(t, ledger.Text("磁盘被清空。"), said.Reason)
	assert.EqualValues(t, len(want), said.Sealed)

	// Once more: nothing is lost by recovering what is well.
	n := opened(t, dir)
	want = everything(t, n)
	require.NoError(t, n.Close())
	recovered(t, RecoverOptions{Options: Options{Dir: dir}})
	goesOn(t, dir, want)
}

// unsealed is a ledger with a tail that is not sealed: the archive is that of
// before.
func unsealed(t *testing.T, tail int) (dir string, records []ledger.Record) {
	t.Helper()
	dir = campaign(t, "2024-01-01")
	old := filepath.Join(t.TempDir(), "old")
	copyDir(t, dir, old)
	n := opened(t, dir)
	for range tail {
		say(t, n)
	}
	records = everything(t, n)
	require.NoError(t, n.Close())
	for _, name := range []string{"archive", "archive.state"} {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, name)))
		copyDir(t, filepath.Join(old, name), filepath.Join(dir, name))
	}
	return dir, records
}

// What was acknowledged and not sealed yet is carried over from the old store.
func TestTheUnsealedTailIsCarriedOver(t *testing.T) {
	dir, want := unsealed(t, 7)
	done := recovered(t, RecoverOptions{Options: Options{Dir: dir}})
	assert.EqualValues(t, len(want), done.Sequence)
	assert.EqualValues(t, len(want)-7, done.Sealed)
	assert.Equal(t, map[string]uint64{ArchiveDir(dir): uint64(len(want) - 7), filepath.Join(dir, "store"): 7}, done.Taken)
	said := goesOn(t, dir, want)
	assert.EqualValues(t, len(want)-7, said.Sealed)
}

// What is nowhere to be found is named by number, and nothing is changed; who
// accepts the loss has it put on record.
func TestALossIsNamedAndAccepted(t *testing.T) {
	dir, want := unsealed(t, 7)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "store")))
	_, err := Recover(t.Context(), RecoverOptions{Options: Options{Dir: dir}})
	require.ErrorIs(t, err, &ledger.Error{Rule: "recover.loss"})
	require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
	first, last := len(want)-6, len(want)
	require.ErrorContains(t, err, "records "+itoa(first)+" to "+itoa(last)+" were acknowledged, as the mark ")
	require.NoDirExists(t, filepath.Join(dir, "store.new"))
	require.NoFileExists(t, journalFile(dir))
	mark, err := stream.ReadMark(Options{Dir: dir}.mark())
	require.NoError(t, err)
	require.EqualValues(t, last, mark.Sequence, "nothing was changed")

	done := recovered(t, RecoverOptions{Options: Options{Dir: dir}, AcceptLoss: true})
	assert.EqualValues(t, 7, done.Lost)
	said := goesOn(t, dir, want[:len(want)-7])
	assert.EqualValues(t, 7, said.Lost)
}

// A receipt knows of a record that neither mark nor archive know of any more.
func TestAReceiptKnowsOfALoss(t *testing.T) {
	dir, old, receipt := lastWeek(t)
	_ = dir
	_, err := Recover(t.Context(), RecoverOptions{Options: Options{Dir: old, Receipts: []ledger.SignedReceipt{receipt}}})
	require.ErrorIs(t, err, &ledger.Error{Rule: "recover.loss"})
	require.ErrorContains(t, err, receipt.ID.String())
	// A copy of the log that goes as far has it.
	done := recovered(t, RecoverOptions{Options: Options{Dir: old, Receipts: []ledger.SignedReceipt{receipt}}, From: archive.Dir(ArchiveDir(dir)), FromName: "the copy"})
	assert.GreaterOrEqual(t, done.Sequence, receipt.Sequence)
	n, err := Open(t.Context(), Options{Dir: old, Receipts: []ledger.SignedReceipt{receipt}, Copies: []string{ArchiveDir(dir)}})
	require.NoError(t, err)
	require.NoError(t, n.Close())
}

// Somebody who can write to the old store's files adds a record that fits the chain.
// It is not carried over unless one who could has signed it.
func TestAForgedTailIsNotCarriedOver(t *testing.T) {
	dir, want := unsealed(t, 3)
	chain := &ledger.Chain{}
	for _, r := range want {
		require.NoError(t, chain.Add(r))
	}
	e, err := want[len(want)-1].Read()
	require.NoError(t, err)
	e.Statement.ID[15]++
	thief, err := seal.GenerateKey(seal.Ed25519, zeros{})
	require.NoError(t, err)
	env, err := seal.Seal(zeros{}, thief, seal.PayloadTypeStatement, e.Statement.Encode())
	require.NoError(t, err)
	forged, err := chain.Extend(e.Statement, env.Encode(), time.Now())
	require.NoError(t, err)
	forge(t, dir, forged)

	done := recovered(t, RecoverOptions{Options: Options{Dir: dir}})
	assert.EqualValues(t, len(want), done.Sequence)
	assert.Contains(t, strings.Join(done.Flaws, "\n"), "is signed with the key")
	goesOn(t, dir, want)
}

// A recovery that is cut short anywhere is gone on with; no server opens the folder
// in between, and the old store is never given up.
func TestACrashAnywhereInARecovery(t *testing.T) {
	crash := errors.New("the power went")
	for _, step := range []string{"old store", "new store", "mark", "snapshots", "old archive", "new archive", "staged", "statement", "settle", "sweep", "journal"} {
		t.Run(step, func(t *testing.T) {
			dir, want := unsealed(t, 3)
			before = func(s string) error {
				if s == step {
					return crash
				}
				return nil
			}
			defer func() { before = func(string) error { return nil } }()
			_, err := Recover(t.Context(), RecoverOptions{Options: Options{Dir: dir}})
			require.ErrorIs(t, err, crash)
			refused(t, dir, "folder.recovering")
			before = func(string) error { return nil }
			done := recovered(t, RecoverOptions{Options: Options{Dir: dir}})
			assert.True(t, done.Resumed)
			assert.DirExists(t, done.Damaged, "the old store is kept")
			goesOn(t, dir, want)
		})
	}
}

// The ledger says once that it was recovered, whenever it is killed.
func TestTheRecoveryIsOnRecordOnce(t *testing.T) {
	dir, want := longer(t, 3)
	recovered(t, RecoverOptions{Options: Options{Dir: dir}})
	files, err := statementFiles(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	statement, err := os.ReadFile(files[0])
	require.NoError(t, err)
	n := opened(t, dir)
	require.Len(t, everything(t, n), len(want)+1)
	require.NoError(t, n.Close())
	// It was killed after the statement was recorded and before the file was removed.
	require.NoError(t, os.WriteFile(files[0], statement, 0o600))
	n = opened(t, dir)
	require.Len(t, everything(t, n), len(want)+1)
	require.NoError(t, n.Close())
	require.NoFileExists(t, files[0])
}

// A recovery that lost something is on record though another one came before the
// ledger was opened.
func TestEachRecoveryIsOnRecord(t *testing.T) {
	dir, want := unsealed(t, 3)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "store")))
	recovered(t, RecoverOptions{Options: Options{Dir: dir}, AcceptLoss: true})
	recovered(t, RecoverOptions{Options: Options{Dir: dir}})
	n := opened(t, dir)
	got := everything(t, n)
	require.NoError(t, n.Close())
	require.Len(t, got, len(want)-3+2)
	for i, lost := range []uint64{3, 0} {
		e, err := got[len(want)-3+i].Read()
		require.NoError(t, err)
		require.Equal(t, lost, e.Body.(*ledger.LedgerRecovered).Lost)
	}
}

// A record that was sealed and is whole nowhere: what follows it is lost, too, for
// the chain ends there. Who accepts that begins a new log, and the old one is kept.
func TestALossOfWhatWasSealed(t *testing.T) {
	dir, want := longer(t, 20)
	copied := filepath.Join(t.TempDir(), "copy")
	copyDir(t, dir, copied)
	bundle := onlyFile(t, filepath.Join(ArchiveDir(dir), "tile", "entries", "000.p"))
	data, err := os.ReadFile(bundle)
	require.NoError(t, err)
	lost := want[len(want)-5]
	at := strings.Index(string(data), lost.Head.String())
	require.Positive(t, at)
	flip(t, bundle, float64(at))
	data, err = os.ReadFile(blockOf(t, dir))
	require.NoError(t, err)
	at = strings.Index(string(data), lost.Head.String())
	require.Positive(t, at)
	flip(t, blockOf(t, dir), float64(at))

	_, err = Recover(t.Context(), RecoverOptions{Options: Options{Dir: dir}})
	require.ErrorIs(t, err, &ledger.Error{Rule: "recover.loss"})
	// With a copy nothing is lost.
	both := filepath.Join(t.TempDir(), "both")
	copyDir(t, dir, both)
	recovered(t, RecoverOptions{Options: Options{Dir: both}, From: archive.Dir(ArchiveDir(copied)), FromName: "the copy"})
	goesOn(t, both, want)

	done := recovered(t, RecoverOptions{Options: Options{Dir: dir}, AcceptLoss: true})
	assert.EqualValues(t, 5, done.Lost)
	said := goesOn(t, dir, want[:len(want)-5])
	assert.EqualValues(t, 5, said.Lost)
	aside, err := filepath.Glob(filepath.Join(dir, damagedArchive+"*"))
	require.NoError(t, err)
	assert.Len(t, aside, 1)
}

// Two logs that the ledger's key signed and that tell two histories: nobody but
// people can say which one is right.
func TestTwoHistoriesAreNotRecoveredFrom(t *testing.T) {
	dir, old, _ := lastWeek(t)
	n := opened(t, old)
	say(t, n)
	require.NoError(t, n.Close())
	_, err := Recover(t.Context(), RecoverOptions{Options: Options{Dir: dir}, From: archive.Dir(ArchiveDir(old)), FromName: "the copy"})
	require.ErrorIs(t, err, &ledger.Error{Rule: "archive.fork"})
	require.NoFileExists(t, journalFile(dir))
	n = opened(t, dir) // nothing was changed
	require.NoError(t, n.Close())
}

// Without anything signed there is nothing to prove a history by.
func TestWithoutACheckpointNothingIsRecovered(t *testing.T) {
	dir, want := longer(t, 3)
	copied := filepath.Join(t.TempDir(), "copy")
	copyDir(t, ArchiveDir(dir), copied)
	require.NoError(t, os.RemoveAll(ArchiveDir(dir)))
	require.NoError(t, os.RemoveAll(stateDir(dir)))
	_, err := Recover(t.Context(), RecoverOptions{Options: Options{Dir: dir}})
	require.ErrorIs(t, err, &ledger.Error{Rule: "archive.missing"})

	recovered(t, RecoverOptions{Options: Options{Dir: dir}, From: archive.Dir(copied), FromName: copied})
	goesOn(t, dir, want)
}

// Whatever file of the archive is damaged, the store has what was in it: both are
// whole after a recovery.
func TestAnArchiveWithHolesIsMendedFromTheStore(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dir string){
		"a changed bundle": func(t *testing.T, dir string) {
			path := onlyFile(t, filepath.Join(ArchiveDir(dir), "tile", "entries", "000.p"))
			flip(t, path, 2000)
		},
		"no bundle": func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(filepath.Join(ArchiveDir(dir), "tile", "entries")))
		},
		"no tiles": func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(filepath.Join(ArchiveDir(dir), "tile")))
		},
		"no archive, what was staged is known": func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(ArchiveDir(dir)))
		},
		"a checkpoint that is none": func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(ArchiveDir(dir), "checkpoint"), []byte("x"), 0o644))
		},
		"a staged checkpoint that is none": func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(stateDir(dir), "staged"), []byte("x"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, want := longer(t, 20)
			damage(t, dir)
			done := recovered(t, RecoverOptions{Options: Options{Dir: dir}})
			assert.EqualValues(t, len(want), done.Sealed)
			goesOn(t, dir, want)
			key, err := ReadKey(LedgerKeyFile(dir))
			require.NoError(t, err)
			log, err := proof.LogVerifier(proof.Origin("ja2023", key.Public()), key.Public())
			require.NoError(t, err)
			found, c, err := archive.Verify(t.Context(), archive.Dir(ArchiveDir(dir)), log, nil)
			require.NoError(t, err)
			assert.Empty(t, found)
			assert.EqualValues(t, len(want)+2, c.Size)
		})
	}
}

// Two folders of files, each with a hole at another place, and one ledger.
func TestARecordIsTakenFromWhereverItIsWhole(t *testing.T) {
	dir, want := longer(t, 20)
	flip(t, blockOf(t, dir), 0.9)
	flip(t, onlyFile(t, filepath.Join(ArchiveDir(dir), "tile", "entries", "000.p")), 2000)
	done := recovered(t, RecoverOptions{Options: Options{Dir: dir}})
	assert.Len(t, done.Taken, 2)
	goesOn(t, dir, want)
}

// The whole demo, record for record.
func TestTheDemoIsRecovered(t *testing.T) {
	dir, want := demo(t)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "store")))
	done := recovered(t, RecoverOptions{Options: Options{Dir: dir}})
	assert.EqualValues(t, len(want), done.Sequence)
	n, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	got := everything(t, n)
	require.Len(t, got, len(want)+1)
	for i, r := range want {
		require.Equal(t, sha256.Sum256(r.Encode()), sha256.Sum256(got[i].Encode()), "record %d", r.Sequence)
	}
	r, err := n.Rebuild(t.Context(), func(uint64, uint64) {})
	require.NoError(t, err)
	assert.True(t, r.Equal())
	require.NoError(t, n.Close())
}

// demo is the ledger of the simulated two years, closed.
func demo(t testing.TB) (dir string, records []ledger.Record) {
	t.Helper()
	const seed = 2023
	dir = filepath.Join(t.TempDir(), "demo")
	require.NoError(t, Create(t.Context(), dir, "ja2023", seeds.Keys(seed)["ledger"], Options{}))
	n, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	for step := range seeds.Simulate(seeds.Options{Seed: seed}).Steps() {
		_, _, err := n.Submit(t.Context(), step.Envelope)
		require.NoError(t, err)
	}
	records = everything(t, n)
	require.NoError(t, n.Close())
	return dir, records
}

// BenchmarkRecover is a recovery of the demo, with its proof.
func BenchmarkRecover(b *testing.B) {
	dir, want := demo(b)
	for b.Loop() {
		recovered(b, RecoverOptions{Options: Options{Dir: dir}})
	}
	b.ReportMetric(float64(b.N*len(want))/b.Elapsed().Seconds(), "records/s")
}
