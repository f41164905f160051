package archive

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/transparency-dev/merkle/compact"
	mproof "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// outside is a tile reader that shares no code with this package.
type outside struct{ dir string }

func (outside) Height() int                     { return 8 }
func (outside) SaveTiles([]tlog.Tile, [][]byte) {}
func (o outside) ReadTiles(tiles []tlog.Tile) (out [][]byte, err error) {
	for _, t := range tiles {
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(o.dir, path))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// Readers and provers of others agree on the log: x/mod reads the tiles, and the
// library of transparency-dev checks what it proves and what we prove.
func TestOthersAgree(t *testing.T) {
	l, o := sealedLog(t, 65_900, 300, 65_535, 65_536)
	c := l.Published()
	reader := tlog.TileHashReader(tlog.Tree{N: int64(c.Size), Hash: c.Root}, outside{o.Dir})
	hasher := rfc6962.DefaultHasher
	factory := compact.RangeFactory{Hash: hasher.HashChildren}
	r := factory.NewEmptyRange(0)
	for _, rec := range records(65_900) {
		require.NoError(t, r.Append(hasher.HashLeaf(rec.Encode()), nil))
	}
	root, err := r.GetRootHash(nil)
	require.NoError(t, err)
	require.Equal(t, root, c.Root[:])

	raw := func(hashes []tlog.Hash) (out [][]byte) {
		for _, h := range hashes {
			out = append(out, h[:])
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(0, 65_899), rapid.SampledFrom([]int64{0, 255, 256, 299, 300, 65_535, 65_536, 65_792, 65_899})).Draw(t, "index")
		theirs, err := tlog.ProveRecord(65_900, n, reader)
		require.NoError(t, err)
		ours, err := l.Reader().Prove(ctx(), uint64(n)+1)
		require.NoError(t, err)
		require.Equal(t, []tlog.Hash(theirs), ours.Hashes)
		require.NoError(t, mproof.VerifyInclusion(hasher, uint64(n), 65_900, hasher.HashLeaf(records(65_900)[n].Encode()), raw(ours.Hashes), c.Root[:]))

		old := rapid.OneOf(rapid.Int64Range(1, 65_900), rapid.SampledFrom([]int64{1, 256, 300, 65_535, 65_536})).Draw(t, "old")
		tree, err := tlog.ProveTree(65_900, old, l.Reader().Hashes(ctx(), 65_900))
		require.NoError(t, err)
		before := rootOf(int(old))
		require.NoError(t, mproof.VerifyConsistency(hasher, uint64(old), 65_900, raw(tree), before[:], c.Root[:]))
	})
}
