package proof_test

import (
	"fmt"
	"testing"

	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// Every range that a proof shows is the subtree that it says, for all small trees
// and sets of indexes; and what two trees of one log show of perfect ranges agrees.
func TestAProofShowsRangesOfTheTree(t *testing.T) {
	const most = 21
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	entry := func(i uint64) []byte { return fmt.Appendf(nil, "entry %d", i) }
	for i := range int64(most) {
		h, err := tlog.StoredHashes(i, entry(uint64(i)), read)
		require.NoError(t, err)
		stored = append(stored, h...)
	}
	// subtree is the root of a range, made of leaves alone.
	subtree := func(r proof.Range) tlog.Hash {
		var tree proof.Tree
		for i := r.From; i < r.To; i++ {
			tree.Add(tlog.RecordHash(entry(i)))
		}
		return tree.Root()
	}
	for size := uint64(1); size <= most; size++ {
		for step := uint64(1); step <= size; step++ {
			for from := range step {
				var indexes []uint64
				var leaves []tlog.Hash
				for i := from; i < size; i += step {
					indexes, leaves = append(indexes, i), append(leaves, tlog.RecordHash(entry(i)))
				}
				hashes, err := proof.ProveAll(size, indexes, read)
				require.NoError(t, err)
				ranges, err := proof.RangesOfAll(size, indexes, leaves, hashes)
				require.NoError(t, err)
				root, err := proof.RootOfAll(size, indexes, leaves, hashes)
				require.NoError(t, err)
				require.Equal(t, root, ranges[proof.Range{From: 0, To: size}])
				for r, h := range ranges {
					require.Equal(t, subtree(r), h, "%d: %v", size, r)
				}
				_, err = proof.RangesOfAll(size, indexes, leaves, append(hashes, tlog.Hash{}))
				require.Error(t, err)
			}
		}
		for i := range size {
			hashes, err := tlog.ProveRecord(int64(size), int64(i), read)
			require.NoError(t, err)
			in := proof.Inclusion{Index: i, Hashes: hashes}
			ranges, err := in.Ranges(entry(i), size)
			require.NoError(t, err)
			for r, h := range ranges {
				require.Equal(t, subtree(r), h, "%d of %d: %v", i, size, r)
			}
			in.Hashes = append(hashes, tlog.Hash{})
			_, err = in.Ranges(entry(i), size)
			require.Error(t, err)
		}
	}
}

func TestPieces(t *testing.T) {
	assert.Empty(t, proof.Pieces(0))
	assert.Equal(t, []proof.Range{{From: 0, To: 8}, {From: 8, To: 12}, {From: 12, To: 13}}, proof.Pieces(13))
	for size := range uint64(300) {
		at := uint64(0)
		for _, p := range proof.Pieces(size) {
			require.True(t, p.Perfect())
			require.Equal(t, at, p.From)
			at = p.To
		}
		require.Equal(t, size, at)
	}
	assert.False(t, proof.Range{From: 4, To: 12}.Perfect())
	assert.False(t, proof.Range{From: 0, To: 3}.Perfect())
	assert.False(t, proof.Range{}.Perfect())
}
