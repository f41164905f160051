package archive

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/tlog"
)

// hashesOf reads the stored hashes of the tree under a checkpoint. Every tile is
// verified on the way down from the root.
func hashesOf(ctx context.Context, src Source, c proof.Checkpoint) tlog.HashReader {
	return &hashes{c: c, inner: tlog.TileHashReader(tlog.Tree{N: int64(c.Size), Hash: c.Root}, &tiles{ctx: ctx, src: src, kept: map[tlog.Tile][]byte{}})}
}

type hashes struct {
	c     proof.Checkpoint
	inner tlog.HashReader
}

// ReadHashes says of a tile that does not verify that the archive is damaged.
func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	out, err := h.inner.ReadHashes(indexes)
	if read, ok := errors.AsType[*readError](err); ok {
		return nil, read.err
	}
	if err != nil {
		err = &ledger.Error{Class: ledger.Damaged, Rule: "archive.tile", Found: fmt.Sprintf("tiles that do not lead to the root of the checkpoint of %d entries", h.c.Size), Want: "root " + h.c.Root.String(), Err: err}
	}
	return out, err
}

// tiles lets tlog read our paths.
type tiles struct {
	ctx context.Context
	src Source

	mu   sync.Mutex
	kept map[tlog.Tile][]byte // verified tiles above the leaves
}

// keep is the most tiles that are kept: readers go from the left to the right.
const keep = 64

func (r *tiles) Height() int { return height }

func (r *tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, t := range list {
		r.mu.Lock()
		out[i] = r.kept[t]
		r.mu.Unlock()
		if out[i] != nil {
			continue
		}
		var err error
		if out[i], err = readTile(r.ctx, r.src, tileOf(t)); err != nil {
			return nil, &readError{err}
		}
	}
	return out, nil
}

// readError tells a tile that could not be read from one that was read and is wrong.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }

// SaveTiles is told which tiles were found good.
func (r *tiles) SaveTiles(list []tlog.Tile, data [][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, t := range list {
		if t.L == 0 && t.W == width {
			continue
		}
		if len(r.kept) >= keep {
			clear(r.kept)
		}
		r.kept[t] = data[i]
	}
}
