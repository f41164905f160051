package archive

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// guarded feeds a guard and gives its first error, and the record it came at.
func guarded(g *Guard, list []ledger.Record) (uint64, error) {
	for _, r := range list {
		if err := g.Add(r); err != nil {
			return r.Sequence, err
		}
	}
	return 0, g.Done()
}

func changed(list []ledger.Record, sequence int) []ledger.Record {
	list = slices.Clone(list)
	list[sequence-1].TaskVersion++
	return list
}

func TestTheGuardNamesTheFirstRecordThatDiffers(t *testing.T) {
	l, _ := sealedLog(t, 1300, 700)
	for _, c := range []struct{ changed, foundBy int }{{1, 256}, {256, 256}, {257, 512}, {700, 768}, {1280, 1280}, {1281, 1300}, {1300, 1300}} {
		at, err := guarded(l.Guard(), changed(records(1400), c.changed))
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.record"})
		assert.ErrorContains(t, err, "record "+strconv.Itoa(c.changed)+" ")
		assert.EqualValues(t, c.foundBy, at)
	}
	for _, n := range []int{1300, 1301, 1400} {
		_, err := guarded(l.Guard(), records(n))
		require.NoError(t, err)
	}
	_, err := guarded(l.Guard(), changed(records(1400), 1301))
	require.NoError(t, err, "what is not sealed is not held against anything")
}

func TestTheGuardMissesRecords(t *testing.T) {
	l, _ := sealedLog(t, 1300)
	for _, n := range []int{0, 1, 256, 1299} {
		_, err := guarded(l.Guard(), records(n))
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
		require.ErrorContains(t, err, "the stream ends at "+strconv.Itoa(n)+", 1300 records are sealed")
		require.ErrorContains(t, err, "ducha recover")
	}
	_, err := guarded(l.Guard(), records(1300)[1:])
	require.ErrorIs(t, err, &ledger.Error{Rule: "archive.sequence"})
	_, err = guarded(open(t, optionsIn(t.TempDir())).Guard(), nil)
	require.NoError(t, err, "nothing is sealed")
}

// A damaged archive beside a good stream is told from a stream that was changed.
func TestTheGuardBesideADamagedArchive(t *testing.T) {
	for name, do := range map[string]func(dir string){
		"a tile":    func(dir string) { tamper(t, dir, "tile/0/001", flip(9)) },
		"no tile":   func(dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "tile", "0", "001"))) },
		"all tiles": func(dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "tile"))) },
	} {
		l, o := sealedLog(t, 1300)
		do(o.Dir)
		at, err := guarded(l.Guard(), records(1400))
		require.Zero(t, at, name)
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err), name)
		require.ErrorContains(t, err, "the archive is damaged", name)

		_, err = guarded(l.Guard(), changed(records(1400), 900))
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.record"}, name)

		_, err = Rebuild(t.Context(), o.Dir, verifier(), each(records(1400)), nil)
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.lock"}, "the log is open")
		guard := l.Guard()
		require.NoError(t, l.Close())
		written, err := Rebuild(t.Context(), o.Dir, verifier(), each(records(1400)), nil)
		require.NoError(t, err)
		require.NotEmpty(t, written)
		_, err = guarded(guard, records(1400))
		require.NoError(t, err)
		open(t, o)
	}
}

// Whatever was changed in a folder but its checkpoint, the stream makes it again.
func TestRebuild(t *testing.T) {
	_, o := sealedLog(t, 1300, 3, 1030, 1100)
	good := folder(t, o.Dir)
	for name, c := range map[string]struct {
		do      func(dir string)
		written int
	}{
		"nothing":          {func(string) {}, 0},
		"an entry":         {func(dir string) { tamper(t, dir, "tile/entries/001", flip(500)) }, 1},
		"a tile, a bundle": {func(dir string) { forge(t, dir, 600, false) }, 2},
		"the edge": {func(dir string) {
			tamper(t, dir, "tile/1/000.p/5", cutBy(3))
			tamper(t, dir, "tile/entries/005.p/20", more)
		}, 2},
		"an older partial":    {func(dir string) { tamper(t, dir, "tile/1/000.p/4", flip(3)) }, 1},
		"a folder for a file": {func(dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "tile/0/001"))) }, 1},
	} {
		dir := copyOf(t, o.Dir)
		c.do(dir)
		written, err := Rebuild(t.Context(), dir, verifier(), each(records(1350)), nil)
		require.NoError(t, err, name)
		require.Len(t, written, c.written, name)
		sameFiles(t, good, folder(t, dir), name)
	}
	dir := copyOf(t, o.Dir)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "tile")))
	_, err := Rebuild(t.Context(), dir, verifier(), each(records(1350)), nil)
	require.NoError(t, err)
	sameFiles(t, filesOf(1300), folder(t, dir), "all but older partial tiles, of which nothing is known any more")
}

func TestRebuildChangesNothingFromAnotherStream(t *testing.T) {
	l, o := sealedLog(t, 1300)
	require.NoError(t, l.Close())
	tamper(t, o.Dir, "tile/entries/001", flip(500))
	require.NoError(t, os.Remove(filepath.Join(o.Dir, "tile/0/002")))
	before := folder(t, o.Dir)
	for name, list := range map[string][]ledger.Record{"another record": changed(records(1400), 300), "the last": changed(records(1400), 1300), "too few": records(1299), "a gap": records(1400)[1:], "none": nil} {
		_, err := Rebuild(t.Context(), o.Dir, verifier(), each(list), nil)
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err), name)
		sameFiles(t, before, folder(t, o.Dir), name)
	}
}
