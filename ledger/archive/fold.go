package archive

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/tlog"
)

// file is a tile or a bundle that is to be written.
type file struct {
	tile Tile
	data []byte
}

// fold is the open end of a log, all that is needed to go on: of every level the
// hashes of the tile that is not full, and the entries of the bundle that is not.
type fold struct {
	size   uint64
	levels [][]tlog.Hash
	bundle []byte
}

// add adds an entry and its leaf's hash, and gives what became full by it.
func (f *fold) add(entry []byte, leaf tlog.Hash) (done []file) {
	f.bundle = appendEntry(f.bundle, entry)
	if f.size++; f.size%width == 0 {
		done = append(done, file{Tile{Entries, f.size/width - 1, width}, f.bundle})
		f.bundle = make([]byte, 0, len(f.bundle)+len(f.bundle)/8)
	}
	for level := 0; ; level++ {
		if level == len(f.levels) {
			f.levels = append(f.levels, make([]tlog.Hash, 0, width))
		}
		open := append(f.levels[level], leaf)
		if len(open) < width {
			f.levels[level] = open
			return done
		}
		done = append(done, file{Tile{level, hashesAt(f.size, level)/width - 1, width}, encodeTile(open)})
		leaf, f.levels[level] = tileRoot(open), open[:0]
	}
}

// partial is the files at the right edge that a log of an older size does not have.
func (f *fold) partial(since uint64) (files []file) {
	for _, t := range edge(f.size) {
		if hashesAt(since, t.Level) == hashesAt(f.size, t.Level) {
			continue
		}
		if t.Level == 0 {
			files = append(files, file{Tile{Entries, t.Index, t.Width}, f.bundle})
		}
		files = append(files, file{t, encodeTile(f.levels[t.Level])})
	}
	return files
}

// root is the root of the tree.
func (f *fold) root() tlog.Hash {
	var trees []tlog.Hash // perfect ones, from the left
	for _, open := range slices.Backward(f.levels) {
		for i, h := range open {
			for range bits.TrailingZeros(^uint(i)) {
				h = tlog.NodeHash(trees[len(trees)-1], h)
				trees = trees[:len(trees)-1]
			}
			trees = append(trees, h)
		}
	}
	if len(trees) == 0 {
		return proof.EmptyRoot
	}
	root := trees[len(trees)-1]
	for _, h := range slices.Backward(trees[:len(trees)-1]) {
		root = tlog.NodeHash(h, root)
	}
	return root
}

// clone is a copy that stays as it is.
func (f *fold) clone() *fold {
	c := &fold{size: f.size, bundle: slices.Clip(f.bundle)} // a bundle is only ever appended to
	for _, open := range f.levels {
		c.levels = append(c.levels, slices.Clone(open))
	}
	return c
}

// loadFold reads the open end of a log from its files and holds it against the
// checkpoint's root.
func loadFold(ctx context.Context, src Source, c proof.Checkpoint) (*fold, error) {
	f := &fold{size: c.Size}
	for level := 0; hashesAt(c.Size, level) > 0; level++ {
		f.levels = append(f.levels, make([]tlog.Hash, 0, width))
	}
	for _, t := range edge(c.Size) {
		data, err := readTile(ctx, src, t)
		if err != nil {
			return nil, err
		}
		f.levels[t.Level] = append(f.levels[t.Level], decodeTile(data)...)
	}
	if root := f.root(); root != c.Root {
		return nil, &ledger.Error{Class: ledger.Damaged, Rule: "archive.root", Found: fmt.Sprintf("tiles at the right edge of %d entries that have the root %s", c.Size, root),
			Want: fmt.Sprintf("the signed root %s: one of %s is damaged", c.Root, paths(edge(c.Size)))}
	}
	if w := int(c.Size % width); w > 0 {
		t := Tile{Entries, c.Size / width, w}
		entries, err := readBundle(ctx, src, t)
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			if tlog.RecordHash(e) != f.levels[0][i] {
				return nil, wrongEntry(t, i)
			}
			f.bundle = appendEntry(f.bundle, e)
		}
	}
	return f, nil
}

func paths(tiles []Tile) (list []string) {
	for _, t := range tiles {
		list = append(list, t.Path())
	}
	return list
}
