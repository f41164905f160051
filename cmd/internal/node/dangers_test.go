package node

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/natsd"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// stock is a ledger with several blocks, closed, with all that was acknowledged.
type stock struct {
	dir      string
	records  []ledger.Record
	receipts []ledger.SignedReceipt
}

// several makes a ledger whose store has more than one block.
func several(t *testing.T) stock {
	t.Helper()
	// The blocks of the smallest store are 32 KB: the plan's opening alone fills two.
	s := stock{dir: campaignWith(t, "2024-01-01", Options{MaxBytes: 4 * 31_999})}
	n := opened(t, s.dir)
	for range 20 {
		s.receipts = append(s.receipts, say(t, n))
	}
	s.records = everything(t, n)
	require.NoError(t, n.Close())
	require.GreaterOrEqual(t, len(blocksOf(t, s.dir)), 3)
	return s
}

// copy is the same ledger in a folder of its own.
func (s stock) copy(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ledger")
	copyDir(t, s.dir, dir)
	return dir
}

// kept requires that a folder has all that was acknowledged, in the same bytes.
func (s stock) kept(t *testing.T, dir string) {
	t.Helper()
	n, err := Open(t.Context(), Options{Dir: dir, Receipts: s.receipts})
	require.NoError(t, err)
	got := everything(t, n)
	require.GreaterOrEqual(t, len(got), len(s.records))
	require.Equal(t, s.records, got[:len(s.records)])
	for _, r := range s.receipts {
		require.EqualValues(t, r.Digest, sha256.Sum256(got[r.Sequence-1].Envelope))
	}
	require.NoError(t, n.Close())
}

func streamOf(dir string) string {
	return filepath.Join(dir, "store", "jetstream", "$G", "streams", "LEDGER_ja2023")
}

func blocksOf(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(streamOf(dir), "msgs", "*.blk"))
	require.NoError(t, err)
	return names
}

// middle is where the first record behind the middle of a block begins.
func middle(t *testing.T, path string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	at := 0
	for at < len(data)/2 {
		at += int(binary.LittleEndian.Uint32(data[at:]) &^ (1 << 31))
	}
	return at
}

// TestDangers is every way in which JetStream on one node is known to lose what was
// acknowledged, or to serve less than that and say nothing: reference/jetstream.md,
// section 0. Each is found before anything is served, says what was found and how to
// recover, and nothing is lost once that was done.
func TestDangers(t *testing.T) {
	whole := several(t)
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		rules  []string // any of them
	}{
		{"the stream's folder is gone", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(streamOf(dir))) }, []string{"stream.missing"}},
		{"the store is gone", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "store"))) }, []string{"stream.missing"}},
		{"a flipped bit, with the index", func(t *testing.T, dir string) { flip(t, blocksOf(t, dir)[0], 0.5) }, []string{"store.block"}},
		{"a flipped bit, without the index", func(t *testing.T, dir string) {
			flip(t, blocksOf(t, dir)[0], 0.5)
			require.NoError(t, os.Remove(filepath.Join(streamOf(dir), "msgs", "index.db")))
		}, []string{"store.block"}},
		{"a flipped bit after an unclean stop", func(t *testing.T, dir string) {
			flip(t, blocksOf(t, dir)[0], 0.5)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "running"), nil, 0o600))
		}, []string{"store.block"}},
		{"a flipped bit in the last block", func(t *testing.T, dir string) { flip(t, blockOf(t, dir), 0.5) }, []string{"store.block"}},
		{"a flipped bit in the last record", func(t *testing.T, dir string) { flip(t, blockOf(t, dir), 0.9999) }, []string{"store.block"}},
		{"a flipped length", func(t *testing.T, dir string) {
			path := blocksOf(t, dir)[0]
			flip(t, path, float64(middle(t, path)+1))
		}, []string{"store.block"}},
		{"a flipped length in the last block", func(t *testing.T, dir string) {
			path := blockOf(t, dir)
			flip(t, path, float64(middle(t, path)+1))
		}, []string{"store.block"}},
		{"a block cut within a record", func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(blocksOf(t, dir)[0], int64(middle(t, blocksOf(t, dir)[0])+100)))
		}, []string{"store.block"}},
		{"a block cut between records", func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(blocksOf(t, dir)[0], int64(middle(t, blocksOf(t, dir)[0]))))
		}, []string{"store.block"}},
		{"the last block cut within a record", func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(blockOf(t, dir), int64(middle(t, blockOf(t, dir))+100)))
		}, []string{"archive.short", "stream.count", "stream.deleted", "stream.gap"}},
		{"the last block cut between records", func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(blockOf(t, dir), int64(middle(t, blockOf(t, dir)))))
		}, []string{"archive.short", "stream.count", "stream.deleted", "stream.gap"}},
		{"the last block cut, without the index", func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(blockOf(t, dir), int64(middle(t, blockOf(t, dir)))))
			require.NoError(t, os.Remove(filepath.Join(streamOf(dir), "msgs", "index.db")))
		}, []string{"archive.short"}},
		{"the first block is gone", func(t *testing.T, dir string) { require.NoError(t, os.Remove(blocksOf(t, dir)[0])) }, []string{"store.block"}},
		{"the last block is gone", func(t *testing.T, dir string) { require.NoError(t, os.Remove(blockOf(t, dir))) }, []string{"archive.short", "stream.count", "stream.deleted", "stream.gap"}},
		{"the stream's description is gone", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(streamOf(dir), "meta.inf")))
		}, []string{"stream.missing"}},
		{"the stream's description was changed", func(t *testing.T, dir string) { flip(t, filepath.Join(streamOf(dir), "meta.inf"), 0.5) }, []string{"stream.missing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := whole.copy(t)
			c.damage(t, dir)
			n, err := Open(t.Context(), Options{Dir: dir})
			require.Equal(t, ledger.Damaged, ledger.ClassOf(err), "%v", err)
			require.NoError(t, n.Close())
			var e *ledger.Error
			require.ErrorAs(t, err, &e)
			assert.Contains(t, c.rules, e.Rule, "%v", err)
			assert.Contains(t, err.Error(), "ducha recover", "it says what to do")

			report, err := Fsck(t.Context(), Options{Dir: dir}, nil, nil)
			require.NoError(t, err)
			assert.False(t, report.OK() && !strings.Contains(c.name, "description"), "and so does the check")

			done := recovered(t, RecoverOptions{Options: Options{Dir: dir, Receipts: whole.receipts}})
			assert.EqualValues(t, len(whole.records), done.Sequence)
			whole.kept(t, dir)
			report, err = Fsck(t.Context(), Options{Dir: dir}, nil, nil)
			require.NoError(t, err)
			assert.Empty(t, report.Findings)
		})
	}

	t.Run("two servers on one folder", func(t *testing.T) {
		dir := whole.copy(t)
		first := opened(t, dir)
		second, err := Open(t.Context(), Options{Dir: dir})
		require.ErrorIs(t, err, &ledger.Error{Rule: "folder.lock"})
		require.Equal(t, ledger.Conflict, ledger.ClassOf(err))
		require.NoError(t, second.Close())
		_, err = Recover(t.Context(), RecoverOptions{Options: Options{Dir: dir}})
		require.ErrorIs(t, err, &ledger.Error{Rule: "folder.lock"}, "and no recovery under a running one")
		_, err = RebuildArchive(t.Context(), Options{Dir: dir}, nil)
		require.ErrorIs(t, err, &ledger.Error{Rule: "folder.lock"})
		say(t, first)
		require.NoError(t, first.Close())
		whole.kept(t, dir)
	})
	t.Run("opened as a member of a cluster", func(t *testing.T) {
		dir := whole.copy(t)
		_, err := natsd.Start(t.Context(), natsd.Options{Dir: dir, Cluster: &natsd.Cluster{Name: "C1", Listen: "127.0.0.1:-1"}})
		require.ErrorIs(t, err, &ledger.Error{Rule: "folder.mode"})
		whole.kept(t, dir)
	})
}

// diskDir tells this binary, run a second time, to fill the disk under a ledger.
const diskDir = "DUCHA_TEST_SMALL_DISK"

func TestMain(m *testing.M) {
	if dir := os.Getenv(diskDir); dir != "" {
		if err := fillDisk(dir); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// A disk that becomes full under a running ledger: what was acknowledged stays, what
// could not be stored was not acknowledged, and a full disk is not started on.
func TestDangerDiskFull(t *testing.T) {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), diskDir+"="+t.TempDir())
	// A mount of its own, in a namespace of its own: no rights are needed for that.
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
	out, err := c.CombinedOutput()
	if errors.Is(err, syscall.EPERM) && os.Getuid() == 0 { // no user namespaces here: root mounts
		env := c.Env
		c = exec.Command(os.Args[0])
		c.Env, c.SysProcAttr = env, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		out, err = c.CombinedOutput()
	}
	if errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "no mount") {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no small disk can be mounted: %v %s", err, out)
		}
		t.Skipf("no small disk can be mounted: %v %s", err, out)
	}
	require.NoError(t, err, string(out))
	t.Log(string(out))
}

// fillDisk runs a ledger on a disk of its own until that is full.
func fillDisk(dir string) error {
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=330m"); err != nil {
		return fmt.Errorf("no mount: %w", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	ctx := context.Background()
	data, ballast := filepath.Join(dir, "ledger"), filepath.Join(dir, "ballast")
	said, last, err := fillUp(ctx, data, ballast)
	if err != nil {
		return err
	}
	// On the full disk nothing is started.
	if _, err := Open(ctx, Options{Dir: data}); !errors.Is(err, &ledger.Error{Rule: "folder.space"}) {
		return fmt.Errorf("opened on a full disk: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	n, err := Open(ctx, Options{Dir: data, Receipts: said})
	if ledger.ClassOf(err) == ledger.Damaged {
		n.Close()
		if _, err = Recover(ctx, RecoverOptions{Options: Options{Dir: data, Receipts: said}}); err == nil {
			n, err = Open(ctx, Options{Dir: data, Receipts: said})
		}
	}
	if err != nil {
		return fmt.Errorf("with space again: %w", err)
	}
	for _, r := range said {
		record, err := n.Stream.Get(ctx, r.Sequence)
		if err != nil || r.Digest != sha256.Sum256(record.Envelope) {
			return fmt.Errorf("record %d: %v", r.Sequence, err)
		}
	}
	fmt.Printf("%d acknowledged and kept; the disk was full: %v\n", len(said), last)
	return n.Close()
}

// fillUp makes a ledger, fills the disk but for a little, and says things until
// nothing more is taken in.
func fillUp(ctx context.Context, data, ballast string) (said []ledger.SignedReceipt, last error, err error) {
	n, key, err := bare(ctx, data)
	if err != nil {
		return nil, nil, err
	}
	f, err := os.Create(ballast)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	var free unix.Statfs_t
	if err := unix.Statfs(data, &free); err != nil {
		return nil, nil, err
	}
	if err := unix.Fallocate(int(f.Fd()), 0, 0, int64(free.Bavail)*free.Bsize-(2<<20)); err != nil {
		return nil, nil, err
	}
	for i := 0; i < 20000 && last == nil; i++ {
		var r ledger.SignedReceipt
		wait, cancel := context.WithTimeout(ctx, 3*time.Second)
		r, _, last = n.Say(wait, key, ledger.Statement{Kind: "export.attested.v1", Source: "ledger", Unit: "fgw", Body: bulky(i)})
		cancel()
		if last == nil {
			said = append(said, r)
		}
	}
	switch {
	case last == nil:
		err = errors.New("the disk never was full")
	case ledger.ClassOf(last) == ledger.Internal:
		err = fmt.Errorf("a full disk gave: %w", last)
	}
	n.Close() // it may not be able to
	return said, last, err
}

// bare is an open ledger that needs no test, and its key.
func bare(ctx context.Context, dir string) (*Node, seal.PrivateKey, error) {
	const seed = 1
	key := seeds.Keys(seed)["ledger"]
	if err := Create(ctx, dir, "ja2023", key, Options{}); err != nil {
		return nil, key, err
	}
	n, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return nil, key, err
	}
	for step := range seeds.Simulate(seeds.Options{Seed: seed, Months: 1}).Steps() {
		if _, _, err := n.Submit(ctx, step.Envelope); err != nil {
			return n, key, err
		}
	}
	return n, key, nil
}

// bulky is an attestation of some 20 KB.
func bulky(i int) *ledger.ExportAttested {
	files := map[string]ledger.Digest{}
	for f := range 200 {
		files[fmt.Sprintf("材料-%d-%d", i, f)] = ledger.Digest(ledger.Hash{byte(f)}.String())
	}
	return &ledger.ExportAttested{Sequence: 1, Count: 1, Head: ledger.Digest(ledger.Hash{1}.String()), Files: files}
}
