package proof

import (
	"fmt"
	"math/bits"
	"slices"

	"ducha/ledger"

	"golang.org/x/mod/sumdb/tlog"
)

// ProveAll proves many entries of a log of a size at once: the roots of all the
// largest ranges in which none of them lies, from the left to the right, each once.
// Where they lie follows from the size and the indexes, so only hashes are given:
// some log2(size/count) of them an entry, instead of log2(size). The indexes must
// ascend; r reads the tree's stored hashes.
func ProveAll(size uint64, indexes []uint64, r tlog.HashReader) ([]tlog.Hash, error) {
	if err := ascending(size, indexes); err != nil {
		return nil, err
	}
	var gaps [][2]uint64
	var stored []int64
	walk(0, size, indexes, func(lo, hi uint64, at []uint64) bool {
		if len(at) == 0 {
			gaps, stored = append(gaps, [2]uint64{lo, hi}), perfect(stored, lo, hi)
		}
		return len(at) > 0
	})
	hashes, err := r.ReadHashes(stored)
	if err != nil {
		return nil, fmt.Errorf("prove: %w", err)
	}
	if len(hashes) != len(stored) {
		return nil, fmt.Errorf("prove: %d hashes of %d", len(hashes), len(stored))
	}
	out := make([]tlog.Hash, len(gaps))
	for i, g := range gaps {
		n := len(perfect(nil, g[0], g[1]))
		out[i], hashes = fold(hashes[:n]), hashes[n:]
	}
	return out, nil
}

// RootOfAll is the root of a tree of a size that has these leaves at these indexes,
// given the hashes that [ProveAll] gave. It is an error when there are more or fewer
// hashes than belong there; whether the root is the one that was signed is for the
// caller to compare.
func RootOfAll(size uint64, indexes []uint64, leaves, proof []tlog.Hash) (tlog.Hash, error) {
	if err := ascending(size, indexes); err != nil {
		return tlog.Hash{}, err
	}
	if len(leaves) != len(indexes) {
		return tlog.Hash{}, fmt.Errorf("root: %d leaves for %d indexes", len(leaves), len(indexes))
	}
	if size == 0 {
		return EmptyRoot, need(0, len(proof))
	}
	c := climber{leaves: leaves, proof: proof}
	root := c.root(0, size, indexes)
	return root, need(c.used, len(proof))
}

func need(want, got int) error {
	if want == got {
		return nil
	}
	return ledger.Malform("inclusion.hashes", fmt.Sprintf("%d hashes", got), fmt.Sprintf("%d", want))
}

func ascending(size uint64, indexes []uint64) error {
	if size > maxSize {
		return fmt.Errorf("a log of %d entries: at most %d", size, uint64(maxSize))
	}
	for i, n := range indexes {
		if n >= size || i > 0 && n <= indexes[i-1] {
			return fmt.Errorf("index %d (number %d of %d) in a log of %d: want ascending ones below the size", n, i+1, len(indexes), size)
		}
	}
	return nil
}

// walk goes through the ranges of RFC 6962 from the left; visit is given each with
// the indexes in it and says whether to go down.
func walk(lo, hi uint64, at []uint64, visit func(lo, hi uint64, at []uint64) bool) {
	if lo == hi || !visit(lo, hi, at) || hi-lo == 1 {
		return
	}
	mid := lo + half(hi-lo)
	n := before(at, mid)
	walk(lo, mid, at[:n], visit)
	walk(mid, hi, at[n:], visit)
}

// climber goes through the ranges as walk does, and up again with their roots.
type climber struct {
	leaves, proof []tlog.Hash
	used          int                 // hashes that the proof should have had until here
	ranges        map[Range]tlog.Hash // where not nil, the root of every range
}

func (c *climber) root(lo, hi uint64, at []uint64) tlog.Hash {
	root := c.join(lo, hi, at)
	if c.ranges != nil {
		c.ranges[Range{lo, hi}] = root
	}
	return root
}

func (c *climber) join(lo, hi uint64, at []uint64) tlog.Hash {
	switch {
	case len(at) == 0:
		return c.next()
	case hi-lo == 1:
		leaf := c.leaves[0]
		c.leaves = c.leaves[1:]
		return leaf
	}
	mid := lo + half(hi-lo)
	n := before(at, mid)
	left := c.root(lo, mid, at[:n])
	return tlog.NodeHash(left, c.root(mid, hi, at[n:]))
}

func (c *climber) next() (h tlog.Hash) {
	if c.used < len(c.proof) {
		h = c.proof[c.used]
	}
	c.used++
	return h
}

// half is the largest power of two below n, which is at least 2.
func half(n uint64) uint64 { return 1 << (bits.Len64(n-1) - 1) }

// before is how many of the indexes lie below n.
func before(at []uint64, n uint64) int {
	i, _ := slices.BinarySearch(at, n)
	return i
}

// perfect adds the stored hashes of the perfect trees that make up a range, from
// the left.
func perfect(to []int64, lo, hi uint64) []int64 {
	for lo < hi {
		n := hi - lo
		level := bits.Len64(n) - 1
		to = append(to, tlog.StoredHashIndex(level, int64(lo>>level)))
		lo += 1 << level
	}
	return to
}

// fold joins the roots of perfect trees, from the left, as RFC 6962 does.
func fold(trees []tlog.Hash) tlog.Hash {
	root := trees[len(trees)-1]
	for i := len(trees) - 2; i >= 0; i-- {
		root = tlog.NodeHash(trees[i], root)
	}
	return root
}
