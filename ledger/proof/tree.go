package proof

import (
	"crypto/sha256"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// EmptyRoot is the root of a log without entries (RFC 6962, section 2.1).
var EmptyRoot = tlog.Hash(sha256.Sum256(nil))

// Tree is the running root of a log whose entries are added one by one: one hash
// for each perfect tree in it, some log2(size) in all. The zero Tree is empty.
type Tree struct {
	size  uint64
	trees []tlog.Hash // from the left, the largest first
}

// Add adds an entry by its leaf's hash.
func (t *Tree) Add(leaf tlog.Hash) {
	for range bits.TrailingZeros64(^t.size) {
		last := len(t.trees) - 1
		leaf = tlog.NodeHash(t.trees[last], leaf)
		t.trees = t.trees[:last]
	}
	t.trees = append(t.trees, leaf)
	t.size++
}

// Size is how many entries there are.
func (t *Tree) Size() uint64 { return t.size }

// Root is the tree's root.
func (t *Tree) Root() tlog.Hash {
	if t.size == 0 {
		return EmptyRoot
	}
	return fold(t.trees)
}
