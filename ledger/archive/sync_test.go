package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counting is a source that counts what is read, and can be broken.
type counting struct {
	Dir
	bundles atomic.Int64
	broken  string
}

func (c *counting) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if path == c.broken {
		return nil, errors.New("the line is down")
	}
	if t, err := ParsePath(path); err == nil && t.Level == Entries {
		c.bundles.Add(1)
	}
	return c.Dir.ReadFile(ctx, path)
}

// The copy is a log like the source's, and grows by what is new.
func TestACopyGrows(t *testing.T) {
	l, o := sealedLog(t, 700, 3)
	dst := filepath.Join(t.TempDir(), "off", "box")
	require.NoError(t, os.Mkdir(filepath.Dir(dst), 0o755))
	src := &counting{Dir: Dir(o.Dir)}
	c, err := Sync(t.Context(), src, dst, verifier(), nil)
	require.NoError(t, err)
	require.Equal(t, checkpointOf(700), c)
	sameFiles(t, filesOf(700), folder(t, dst))
	require.EqualValues(t, 3, src.bundles.Load())

	addAll(t, l, records(1500)[700:])
	require.NoError(t, l.Seal(t.Context()))
	src.bundles.Store(0)
	var done []uint64
	c, err = Sync(t.Context(), src, dst, verifier(), func(n, total uint64) { done = append(done, n) })
	require.NoError(t, err)
	require.Equal(t, checkpointOf(1500), c)
	require.EqualValues(t, 4, src.bundles.Load(), "bundles 2 to 5")
	require.Equal(t, []uint64{768, 1024, 1280, 1500}, done)
	sameFiles(t, filesOf(700, 1500), folder(t, dst))
	sound(t, dst)

	_, err = Sync(t.Context(), src, dst, verifier(), nil)
	require.NoError(t, err, "nothing new")
	sameFiles(t, filesOf(700, 1500), folder(t, dst))
}

// What is wrong at the source does not reach the copy.
func TestACopyVerifiesWhatItCopies(t *testing.T) {
	_, o := sealedLog(t, 700)
	_, older := sealedLog(t, 300)
	for name, do := range map[string]func(dir string){
		"an entry":            func(dir string) { tamper(t, dir, "tile/entries/001", flip(500)) },
		"the last entry":      func(dir string) { tamper(t, dir, "tile/entries/002.p/188", flip(-1)) },
		"a tile":              func(dir string) { tamper(t, dir, "tile/0/001", flip(500)) },
		"a tile and a bundle": func(dir string) { forge(t, dir, 600, false) },
		"all":                 func(dir string) { forge(t, dir, 600, true) },
		"a missing bundle":    func(dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "tile/entries/001"))) },
		"the checkpoint":      func(dir string) { tamper(t, dir, CheckpointPath, flip(-9)) },
	} {
		for _, to := range []string{"", older.Dir} {
			src := copyOf(t, o.Dir)
			do(src)
			dst := filepath.Join(t.TempDir(), "copy")
			if to != "" {
				dst = copyOf(t, to)
			}
			_, err := Sync(t.Context(), Dir(src), dst, verifier(), nil)
			require.Error(t, err, name)
			require.Contains(t, []ledger.Class{ledger.Damaged, ledger.BadSeal}, ledger.ClassOf(err), "%s: %v", name, err)
			if to == "" {
				require.NoFileExists(t, filepath.Join(dst, CheckpointPath), name)
			} else {
				require.Empty(t, findingsIn(t, dst), name)
			}
			c, err := Sync(t.Context(), Dir(o.Dir), dst, verifier(), nil)
			require.NoError(t, err, "a good source mends it: %s", name)
			require.Equal(t, checkpointOf(700), c)
			sound(t, dst)
		}
	}
}

func TestACopyRefusesAnotherHistory(t *testing.T) {
	_, o := sealedLog(t, 700)
	_, older := sealedLog(t, 300)
	other := func(n int) Options { // the same key, another history
		o := optionsIn(t.TempDir())
		l := open(t, o)
		m := newMaker("another history")
		for range n {
			require.NoError(t, l.Add(m.next()))
		}
		require.NoError(t, l.Seal(t.Context()))
		return o
	}
	for _, c := range []struct {
		name     string
		src, dst string
		class    ledger.Class
		rule     string
	}{
		{"set back", older.Dir, o.Dir, ledger.Damaged, "archive.rollback"},
		{"forked, longer", other(900).Dir, o.Dir, ledger.Damaged, "archive.fork"},
		{"forked, of one size", other(700).Dir, o.Dir, ledger.Damaged, "archive.fork"},
		{"forked, shorter", other(300).Dir, o.Dir, ledger.Damaged, "archive.fork"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dst := copyOf(t, c.dst)
			before := folder(t, dst)
			_, err := Sync(t.Context(), Dir(c.src), dst, verifier(), nil)
			require.ErrorIs(t, err, &ledger.Error{Rule: c.rule})
			require.Equal(t, c.class, ledger.ClassOf(err))
			require.ErrorContains(t, err, "700")
			sameFiles(t, before, folder(t, dst))
		})
	}
	t.Run("another's log", func(t *testing.T) {
		dst := copyOf(t, o.Dir)
		signed, err := checkpointOf(700).Sign(keyOf("clerk"))
		require.NoError(t, err)
		write(t, dst, CheckpointPath, signed)
		_, err = Sync(t.Context(), Dir(o.Dir), dst, verifier(), nil)
		require.ErrorContains(t, err, "the copy")
	})
	t.Run("a folder of somebody's", func(t *testing.T) {
		dst := t.TempDir()
		write(t, dst, "letters/1.txt", []byte("dear"))
		_, err := Sync(t.Context(), Dir(o.Dir), dst, verifier(), nil)
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.copy"})
		require.Len(t, folder(t, dst), 1)
	})
	t.Run("the source itself, or a log that is sealed", func(t *testing.T) {
		_, err := Sync(t.Context(), Dir(o.Dir), o.Dir+"/../archive", verifier(), nil)
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.copy"})
		_, err = Sync(t.Context(), Dir(o.Dir), older.Dir, verifier(), nil)
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.lock"}, "its sealer has files under way")
	})
	t.Run("an empty source", func(t *testing.T) {
		_, err := Sync(t.Context(), Dir(t.TempDir()), t.TempDir(), verifier(), nil)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.Equal(t, ledger.NotFound, ledger.ClassOf(err))
	})
	t.Run("a line that breaks", func(t *testing.T) {
		dst := filepath.Join(t.TempDir(), "copy")
		src := &counting{Dir: Dir(o.Dir), broken: "tile/0/001"}
		_, err := Sync(t.Context(), src, dst, verifier(), nil)
		require.ErrorContains(t, err, "the line is down")
		require.NotEqual(t, ledger.Damaged, ledger.ClassOf(err), "nothing says that the log is damaged")
	})
}

// Stopped at every step, by a kill or a power cut, the copy has either checkpoint
// and all that belongs to it, and the next sync ends what was begun.
func TestACopySurvivesAStopAtEveryStep(t *testing.T) {
	_, o := sealedLog(t, 700)
	_, older := sealedLog(t, 300)
	try := func(dst string, m *machine) error {
		y, err := newSyncing(t.Context(), Dir(o.Dir), dst, verifier())
		require.NoError(t, err)
		y.disk.step = m.step
		return y.run(t.Context())
	}
	count := newMachine()
	dst := copyOf(t, older.Dir)
	require.NoError(t, try(dst, count))
	sameFiles(t, filesOf(300, 700), folder(t, dst))
	for _, c := range []cut{kill, power, torn} {
		for at := 1; at <= count.steps; at++ {
			for _, after := range []bool{false, true} {
				what := fmt.Sprintf("%s at step %d of %d, done: %v", c, at, count.steps, after)
				dst, done := memory(t)
				require.NoError(t, os.CopyFS(dst, os.DirFS(older.Dir)))
				m := newMachine(dst)
				m.restart(t, kill, nil)
				m.stop, m.after = at, after
				require.ErrorIs(t, try(dst, m), errDead, what)
				seed := uint64(at)
				m.restart(t, c, func() bool { seed = seed*6364136223846793005 + 1442695040888963407; return seed>>60&1 == 0 })
				have, _, err := NewReader(Dir(dst), verifier()).Checkpoint(t.Context())
				require.NoError(t, err, what)
				require.Contains(t, []proof.Checkpoint{checkpointOf(300), checkpointOf(700)}, have, what)
				for _, err := range NewReader(Dir(dst), verifier()).Entries(t.Context(), have, 0) {
					require.NoError(t, err, what)
				}
				require.NoError(t, try(dst, m), what)
				sameFiles(t, filesOf(300, 700), folder(t, dst), what)
				done()
			}
		}
	}
}

func TestTwoSyncsAtOnce(t *testing.T) {
	_, o := sealedLog(t, 700)
	dst := filepath.Join(t.TempDir(), "copy")
	src := &slow{Dir: Dir(o.Dir), enter: make(chan struct{}), pass: make(chan struct{})}
	first := make(chan error)
	go func() { _, err := Sync(t.Context(), src, dst, verifier(), nil); first <- err }()
	<-src.enter
	_, err := Sync(t.Context(), Dir(o.Dir), dst, verifier(), nil)
	assert.ErrorIs(t, err, &ledger.Error{Rule: "archive.lock"})
	close(src.pass)
	require.NoError(t, <-first)
}

// slow waits at the first bundle.
type slow struct {
	Dir
	entered     atomic.Bool
	enter, pass chan struct{}
}

func (s *slow) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if t, err := ParsePath(path); err == nil && t.Level == Entries && !s.entered.Swap(true) {
		s.enter <- struct{}{}
		<-s.pass
	}
	return s.Dir.ReadFile(ctx, path)
}
