package proof

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Range is the entries From to To, without the last, as RFC 6962 splits a tree.
type Range struct{ From, To uint64 }

// Perfect says whether the range is a whole subtree of 2^n entries: then its root
// is the same in every later tree of the log.
func (r Range) Perfect() bool {
	n := r.To - r.From
	return n > 0 && n&(n-1) == 0 && r.From&(n-1) == 0
}

// Pieces are the perfect ranges that a tree of a size is made of, from the left.
func Pieces(size uint64) (list []Range) {
	for lo := uint64(0); lo < size; {
		n := uint64(1) << (bits.Len64(size-lo) - 1)
		list = append(list, Range{lo, lo + n})
		lo += n
	}
	return list
}

// RangesOfAll is [RootOfAll] with the roots of all ranges on the way: all that a
// shared proof shows of a tree. Two proofs of one log, whatever their sizes, agree
// on every perfect range that both show; and the later one shows that the log grew
// out of the earlier tree where it shows all [Pieces] of it.
func RangesOfAll(size uint64, indexes []uint64, leaves, proof []tlog.Hash) (map[Range]tlog.Hash, error) {
	if err := ascending(size, indexes); err != nil {
		return nil, err
	}
	if err := need(len(indexes), len(leaves)); err != nil {
		return nil, err
	}
	ranges := map[Range]tlog.Hash{}
	if size == 0 {
		return ranges, need(0, len(proof))
	}
	c := climber{leaves: leaves, proof: proof, ranges: ranges}
	c.root(0, size, indexes)
	return ranges, need(c.used, len(proof))
}

// Ranges is the same for a proof of a single entry in a tree of a size; it is for
// the caller to compare the root of {0, size} with the checkpoint's.
func (i Inclusion) Ranges(entry []byte, size uint64) (map[Range]tlog.Hash, error) {
	var left, right []tlog.Hash // as the walk from the left meets them; i.Hashes begin at the leaf
	at := Range{0, size}
	for n := len(i.Hashes) - 1; n >= 0 && at.To-at.From > 1; n-- {
		mid := at.From + half(at.To-at.From)
		if i.Index < mid {
			right, at.To = append([]tlog.Hash{i.Hashes[n]}, right...), mid
		} else {
			left, at.From = append(left, i.Hashes[n]), mid
		}
	}
	if err := need(len(left)+len(right), len(i.Hashes)); err != nil {
		return nil, err
	}
	return RangesOfAll(size, []uint64{i.Index}, []tlog.Hash{tlog.RecordHash(entry)}, append(left, right...))
}
