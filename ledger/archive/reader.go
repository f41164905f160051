package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"runtime"
	"sync"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Reader reads a log and believes nothing: all that it gives has been verified
// against a checkpoint that the log signed. It may be used by many goroutines.
type Reader struct {
	src Source
	log note.Verifier
}

// NewReader reads the log whose checkpoints log verifies.
func NewReader(src Source, log note.Verifier) *Reader { return &Reader{src: src, log: log} }

// Checkpoint is the published checkpoint, and the signed note as it is. The class
// of the error is NotFound where nothing has been published yet.
func (r *Reader) Checkpoint(ctx context.Context) (proof.Checkpoint, []byte, error) {
	signed, err := r.src.ReadFile(ctx, CheckpointPath)
	if errors.Is(err, fs.ErrNotExist) {
		return proof.Checkpoint{}, nil, &ledger.Error{Class: ledger.NotFound, Rule: "archive.checkpoint", Found: "no checkpoint", Want: "a log with at least one sealed record", Err: err}
	}
	if err != nil {
		return proof.Checkpoint{}, nil, fmt.Errorf("read checkpoint: %w", err)
	}
	c, err := proof.OpenCheckpoint(signed, r.log)
	return c, signed, err
}

// Hashes reads stored hashes of the log as it was at a size, each verified against
// the root of the checkpoint that is published when the first is read.
func (r *Reader) Hashes(ctx context.Context, size uint64) tlog.HashReader {
	return &lateHashes{open: sync.OnceValues(func() (tlog.HashReader, error) {
		c, _, err := r.Checkpoint(ctx)
		if err == nil && size > c.Size {
			err = beyond(size, c.Size)
		}
		return r.At(ctx, c), err
	})}
}

// lateHashes asks for the checkpoint when it is needed.
type lateHashes struct {
	open func() (tlog.HashReader, error)
}

func (h *lateHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	r, err := h.open()
	if err != nil {
		return nil, err
	}
	return r.ReadHashes(indexes)
}

func beyond(sequence, size uint64) error {
	return &ledger.Error{Class: ledger.NotFound, Rule: "archive.sealed", Found: fmt.Sprintf("record %d of a log in which %d are sealed", sequence, size), Want: "one that is sealed: wait"}
}

// At reads the stored hashes under a checkpoint, each verified against its root.
func (r *Reader) At(ctx context.Context, c proof.Checkpoint) tlog.HashReader {
	return hashesOf(ctx, r.src, c)
}

// Prove proves that a record is in the published log.
func (r *Reader) Prove(ctx context.Context, sequence uint64) (proof.Inclusion, error) {
	c, signed, err := r.Checkpoint(ctx)
	if err != nil {
		return proof.Inclusion{}, err
	}
	if sequence == 0 || sequence > c.Size {
		return proof.Inclusion{}, beyond(sequence, c.Size)
	}
	hashes, err := tlog.ProveRecord(int64(c.Size), int64(sequence-1), r.At(ctx, c))
	if err != nil {
		return proof.Inclusion{}, fmt.Errorf("prove record %d: %w", sequence, err)
	}
	return proof.Inclusion{Index: sequence - 1, Hashes: hashes, Checkpoint: signed}, nil
}

// Entries gives the entries under a checkpoint: number after+1 first, which is
// record after+1. Each has the hash that is in the tree.
func (r *Reader) Entries(ctx context.Context, c proof.Checkpoint, after uint64) iter.Seq2[[]byte, error] {
	return flatten(ctx, r, c, after, func(_ uint64, entry []byte) ([]byte, error) { return entry, nil })
}

// Records gives the records under a checkpoint after a sequence. Each is canonical
// and stands at its place in the log; whether they make a chain is for ledger.Chain.
func (r *Reader) Records(ctx context.Context, c proof.Checkpoint, after uint64) iter.Seq2[ledger.Record, error] {
	return flatten(ctx, r, c, after, parseAt)
}

// parseAt reads the record with a sequence.
func parseAt(sequence uint64, entry []byte) (ledger.Record, error) {
	rec, err := ledger.ParseRecord(entry)
	if err != nil {
		return rec, &ledger.Error{Class: ledger.Damaged, Rule: "archive.entry", Found: fmt.Sprintf("entry %d is no record: %v", sequence-1, err), Want: "the canonical JSON of a record"}
	}
	if rec.Sequence != sequence {
		return rec, &ledger.Error{Class: ledger.Damaged, Rule: "archive.entry", Found: fmt.Sprintf("entry %d is record %d", sequence-1, rec.Sequence), Want: fmt.Sprintf("record %d", sequence)}
	}
	return rec, nil
}

// batch is what came of one bundle.
type batch[T any] struct {
	items []T
	err   error // after the items
}

// flatten reads bundles on all processors and gives what read makes of their
// entries, in order.
func flatten[T any](ctx context.Context, r *Reader, c proof.Checkpoint, after uint64, read func(sequence uint64, entry []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if after >= c.Size {
			return
		}
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		hashes := r.At(ctx, c)
		for b := range ordered(ctx, after/width, (c.Size+width-1)/width, func(n uint64) (b batch[T]) {
			t := Tile{Entries, n, int(min(width, c.Size-n*width))}
			entries, err := verifiedBundle(ctx, r.src, hashes, t)
			for i, e := range entries {
				sequence := n*width + uint64(i) + 1
				if sequence <= after {
					continue
				}
				item, err := read(sequence, e)
				if err != nil {
					return batch[T]{b.items, err}
				}
				b.items = append(b.items, item)
			}
			b.err = err
			return b
		}) {
			for _, item := range b.items {
				if !yield(item, nil) {
					return
				}
			}
			if b.err != nil {
				var none T
				yield(none, b.err)
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var none T
			yield(none, err)
		}
	}
}

// verifiedBundle reads a bundle and gives its entries up to the first that is not
// the one in the tree.
func verifiedBundle(ctx context.Context, src Source, hashes tlog.HashReader, t Tile) ([][]byte, error) {
	entries, err := readBundle(ctx, src, t)
	if err != nil {
		return nil, err
	}
	indexes := make([]int64, t.Width)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, int64(t.Index)*width+int64(i))
	}
	leaves, err := hashes.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		if tlog.RecordHash(e) != leaves[i] {
			return entries[:i], wrongEntry(t, i)
		}
	}
	return entries, nil
}

// ordered calls do for from, from+1, ... below to on all processors and gives the
// results in order. It ends early, without a word, when ctx does.
func ordered[T any](ctx context.Context, from, to uint64, do func(n uint64) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		ctx, stop := context.WithCancel(ctx)
		var working sync.WaitGroup
		defer working.Wait()
		defer stop()
		line := make(chan chan T, max(2, runtime.GOMAXPROCS(0)))
		working.Go(func() {
			defer close(line)
			for n := from; n < to; n++ {
				result := make(chan T, 1)
				select {
				case line <- result:
					working.Go(func() { result <- do(n) })
				case <-ctx.Done():
					return
				}
			}
		})
		for result := range line {
			if r := <-result; ctx.Err() != nil || !yield(r) {
				return
			}
		}
	}
}
