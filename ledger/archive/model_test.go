package archive

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ducha/ledger/proof"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// whole is the oracle of many records, made once.
var whole = sync.OnceValue(func() *oracle {
	o := &oracle{}
	for _, r := range records(66_000) {
		o.add(r)
	}
	return o
})

// rootOf is the root of the first n records, after x/mod.
func rootOf(n int) tlog.Hash {
	if n == 0 {
		return proof.EmptyRoot
	}
	h, err := tlog.TreeHash(int64(n), whole())
	if err != nil {
		panic(err)
	}
	return h
}

func checkpointOf(n int) proof.Checkpoint {
	return proof.Checkpoint{Origin: proof.Origin(campaign, keyOf("ledger").Public()), Size: uint64(n), Root: rootOf(n)}
}

// tilesOf is the tiles and bundles of a log of n records, with their bytes, after
// x/mod.
func tilesOf(n int) map[string]string {
	files := map[string]string{}
	for _, tile := range tlog.NewTiles(8, 0, int64(n)) {
		data, err := tlog.ReadTileData(tile, whole())
		if err != nil {
			panic(err)
		}
		files[tileOf(tile).Path()] = string(data)
		if tile.L == 0 {
			var bundle []byte
			for _, r := range records(n)[tile.N*256:][:tile.W] {
				e := r.Encode()
				bundle = append(append(bundle, byte(len(e)>>8), byte(len(e))), e...)
			}
			files[Tile{Entries, uint64(tile.N), tile.W}.Path()] = string(bundle)
		}
	}
	return files
}

// filesOf is what the folder of a log holds that was published at these sizes: all
// tiles of the last, and the partial ones of the others whose full one is not there.
func filesOf(sizes ...int) map[string]string {
	key := fmt.Sprint(sizes)
	if files, ok := expected.Load(key); ok {
		return files.(map[string]string)
	}
	files := makeFiles(sizes)
	expected.Store(key, files)
	return files
}

var expected sync.Map // by sizes

func makeFiles(sizes []int) map[string]string {
	last := slices.Max(sizes)
	files := tilesOf(last)
	for _, size := range sizes {
		for path, data := range tilesOf(size) {
			if t, _ := ParsePath(path); files[t.full().Path()] == "" {
				files[path] = data
			}
		}
	}
	signed, err := checkpointOf(last).Sign(keyOf("ledger"))
	if err != nil {
		panic(err)
	}
	files[CheckpointPath] = string(signed)
	return files
}

// folder is all that a folder holds.
func folder(t require.TestingT, dir string) map[string]string {
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	}))
	return files
}

// sameFiles compares folders and names what differs, not its bytes.
func sameFiles(t require.TestingT, want, got map[string]string, what ...any) {
	var list []string
	for path, data := range want {
		if have, ok := got[path]; !ok {
			list = append(list, "missing "+path)
		} else if have != data {
			list = append(list, "other bytes in "+path)
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			list = append(list, "too many: "+path)
		}
	}
	slices.Sort(list)
	require.Empty(t, strings.Join(list, "\n"), what...)
}

func sound(t require.TestingT, dir string) {
	findings, _, err := Verify(context.Background(), Dir(dir), verifier(), nil)
	require.NoError(t, err)
	require.Empty(t, findings)
}

// The open end has the root and the tiles of x/mod at every size.
func TestTheFoldIsTheTreeOfTheStandard(t *testing.T) {
	f := &fold{}
	n := 66_000
	if testing.Short() {
		n = 2000
	}
	for i, r := range records(n) {
		e := r.Encode()
		done := f.add(e, tlog.RecordHash(e))
		if i < 3000 || i > 65_000 || i%17 == 0 {
			require.Equal(t, rootOf(i+1), f.root(), i+1)
		}
		for _, d := range done {
			if d.tile.Level != Entries {
				want, err := tlog.ReadTileData(tlog.Tile{H: 8, L: d.tile.Level, N: int64(d.tile.Index), W: d.tile.Width}, whole())
				require.NoError(t, err)
				require.Equal(t, want, d.data, d.tile.Path())
			}
		}
		if i%977 == 0 || i%256 > 253 || i%256 < 2 {
			for _, p := range f.partial(0) {
				if p.tile.Level != Entries {
					want, err := tlog.ReadTileData(tlog.Tile{H: 8, L: p.tile.Level, N: int64(p.tile.Index), W: p.tile.Width}, whole())
					require.NoError(t, err)
					require.Equal(t, want, p.data, p.tile.Path())
				}
			}
		}
	}
}

// Whatever sizes a log is sealed at, its folder holds exactly what the
// specification wants, and it opens there again.
func TestTheFolderOfALog(t *testing.T) {
	for _, sizes := range [][]int{{1}, {255}, {256}, {257}, {1, 2, 3}, {255, 256, 257}, {256, 512, 513}, {200, 300, 600}, {65_535, 65_536, 65_537}, {65_537, 65_800}} {
		l, o := sealedLog(t, sizes[len(sizes)-1], sizes[:len(sizes)-1]...)
		sameFiles(t, filesOf(sizes...), folder(t, o.Dir), sizes)
		if l.Size() < 1000 || l.Size() == 65_800 {
			sound(t, o.Dir)
		}
		require.NoError(t, l.Close())
		again := open(t, o)
		require.EqualValues(t, sizes[len(sizes)-1], again.Size())
		sameFiles(t, filesOf(sizes...), folder(t, o.Dir), sizes)
	}
}
