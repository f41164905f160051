package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Rebuild makes the tiles and bundles of a log in a folder anew, where they are
// missing or damaged, from the ledger's records, read from the first on. Nothing is
// changed unless the records have the root that the published checkpoint says. It
// gives the paths that it wrote. The log must not be open; progress may be nil.
func Rebuild(ctx context.Context, dir string, log note.Verifier, records iter.Seq2[ledger.Record, error], progress func(done, total uint64)) ([]string, error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("rebuild: %w", err)
	}
	defer lock.Unlock()
	b, err := newRebuilding(ctx, dir, log)
	if err == nil {
		if progress != nil {
			b.progress = progress
		}
		err = errors.Join(b.run(ctx, records), os.RemoveAll(b.disk.temp))
	}
	if err != nil {
		return nil, fmt.Errorf("rebuild: %w", err)
	}
	return b.written, nil
}

func newRebuilding(ctx context.Context, dir string, log note.Verifier) (*rebuilding, error) {
	c, _, err := NewReader(Dir(dir), log).Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	b := &rebuilding{disk: newDisk(dir, filepath.Join(dir, beingWritten), 0o644), c: c, partial: map[Tile][]int{}, ready: map[string]string{}, progress: func(uint64, uint64) {}}
	return b, b.disk.clean()
}

type rebuilding struct {
	disk    *disk
	c       proof.Checkpoint
	partial map[Tile][]int    // by the full tile: the widths that are there
	ready   map[string]string // files that are to be put in place, by path
	written []string

	progress func(done, total uint64)
}

func (b *rebuilding) run(ctx context.Context, records iter.Seq2[ledger.Record, error]) error {
	for path, err := range Dir(b.disk.root).List(ctx) {
		if err != nil {
			return err
		}
		if t, err := ParsePath(path); err == nil && t.Width < width && t.covered(b.c.Size) {
			b.partial[t.full()] = append(b.partial[t.full()], t.Width)
		}
	}
	f := &fold{}
	for r, err := range records {
		if err == nil && r.Sequence != f.size+1 {
			err = &ledger.Error{Class: ledger.Damaged, Rule: "archive.sequence", Found: fmt.Sprintf("record %d", r.Sequence), Want: fmt.Sprintf("record %d", f.size+1)}
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if err := b.add(f, r); err != nil {
			return err
		}
		if f.size%width == 0 || f.size == b.c.Size {
			b.progress(f.size, b.c.Size)
		}
		if f.size == b.c.Size {
			break
		}
	}
	if f.size < b.c.Size {
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.short", Found: fmt.Sprintf("the stream ends at %d, %d records are sealed", f.size, b.c.Size), Want: "all of them: nothing was changed"}
	}
	for _, p := range f.partial(0) {
		if err := b.hold(p); err != nil {
			return err
		}
	}
	if root := f.root(); root != b.c.Root {
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.record", Found: fmt.Sprintf("the first %d records of the stream give the root %s", f.size, root),
			Want: fmt.Sprintf("the signed root %s: the stream is not the sealed history. Nothing was changed", b.c.Root)}
	}
	return b.place()
}

func (b *rebuilding) add(f *fold, r ledger.Record) error {
	entry := r.Encode()
	for _, done := range f.add(entry, tlog.RecordHash(entry)) {
		if err := b.hold(done); err != nil {
			return err
		}
	}
	return nil
}

// hold holds a file and its partial forms against what the records give.
func (b *rebuilding) hold(f file) error {
	if err := b.holdOne(f.tile.Path(), f.data); err != nil {
		return err
	}
	for _, w := range b.partial[f.tile.full()] {
		if w >= f.tile.Width {
			continue
		}
		data := f.data[:min(len(f.data), w*tlog.HashSize)]
		if f.tile.Level == Entries {
			entries, err := parseBundle(f.data, f.tile.Width)
			if err != nil {
				return err
			}
			data = f.data[:bundleSize(entries[:w])]
		}
		if err := b.holdOne(Tile{f.tile.Level, f.tile.Index, w}.Path(), data); err != nil {
			return err
		}
	}
	return nil
}

func (b *rebuilding) holdOne(path string, data []byte) error {
	if have, err := os.ReadFile(b.disk.at(path)); err == nil && bytes.Equal(have, data) {
		return nil // one that cannot be read is made anew
	}
	temp := b.disk.name()
	b.ready[path] = temp
	return b.disk.create(temp, data)
}

// place puts the files in place. When it is cut short, the next run goes on.
func (b *rebuilding) place() error {
	for path, temp := range b.ready {
		if err := b.disk.place(temp, path); err != nil {
			return err
		}
		b.written = append(b.written, path)
	}
	slices.Sort(b.written)
	return b.disk.sync()
}
