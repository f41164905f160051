package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Sync brings a copy of a log in the folder dst up to date: what is new in it, each
// entry verified before anything of it is published there, by the same steps as
// [Log.Seal]. It can be killed at any point and run again. It refuses a source that
// is older than the copy or tells another history, and leaves the copy as it is.
// progress, which may be nil, is told how many records are done.
func Sync(ctx context.Context, src Source, dst string, log note.Verifier, progress func(done, total uint64)) (proof.Checkpoint, error) {
	y, err := newSyncing(ctx, src, dst, log)
	if err != nil {
		return proof.Checkpoint{}, fmt.Errorf("sync: the source: %w", err)
	}
	if progress != nil {
		y.progress = progress
	}
	if err := y.run(ctx); err != nil {
		return y.have, fmt.Errorf("sync to %s: %w", dst, err)
	}
	return y.c, nil
}

func newSyncing(ctx context.Context, src Source, dst string, log note.Verifier) (*syncing, error) {
	c, signed, err := NewReader(src, log).Checkpoint(ctx)
	return &syncing{src: src, log: log, c: c, signed: signed, disk: newDisk(dst, filepath.Join(dst, beingWritten), 0o644), progress: func(uint64, uint64) {}}, err
}

type syncing struct {
	src      Source
	log      note.Verifier
	c        proof.Checkpoint // of the source
	signed   []byte
	have     proof.Checkpoint // of the copy
	disk     *disk
	progress func(done, total uint64)
}

func (y *syncing) run(ctx context.Context) error {
	if err := errors.Join(os.MkdirAll(y.disk.root, 0o755), syncFolder(filepath.Dir(y.disk.root))); err != nil {
		return err
	}
	if y.itself() {
		return ledger.Refuse("archive.copy", "the source itself", "another folder, best on another machine")
	}
	lock, err := lockFolder(y.disk.root)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	if err := y.hold(ctx); err != nil {
		return err
	}
	if err := errors.Join(y.disk.clean(), y.disk.sweep(y.have.Size, y.have.Size, slog.New(slog.DiscardHandler))); err != nil {
		return err
	}
	if err := y.copy(ctx); err != nil {
		return err
	}
	return errors.Join(y.disk.tidy(y.have.Size, y.c.Size), os.RemoveAll(y.disk.temp))
}

// itself reports whether the copy would be the source.
func (y *syncing) itself() bool {
	dir, ok := y.src.(Dir)
	if !ok {
		return false
	}
	a, err1 := os.Stat(string(dir))
	b, err2 := os.Stat(y.disk.root)
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

// hold holds the source against what the copy has.
func (y *syncing) hold(ctx context.Context) (err error) {
	y.have, _, err = NewReader(Dir(y.disk.root), y.log).Checkpoint(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		y.have = proof.Checkpoint{Origin: y.c.Origin, Root: proof.EmptyRoot}
		return y.empty(ctx)
	}
	if err != nil {
		return fmt.Errorf("the copy: %w", err)
	}
	if y.have.Size <= y.c.Size {
		return consistent(y.have, y.c, hashesOf(ctx, y.src, y.c))
	}
	if err := consistent(y.c, y.have, hashesOf(ctx, Dir(y.disk.root), y.have)); err != nil {
		return err
	}
	return &ledger.Error{Class: ledger.Damaged, Rule: "archive.rollback", Found: fmt.Sprintf("the copy has %d records, the source ends at %d", y.have.Size, y.c.Size),
		Want: "a source that is not older than its copy: it was set back. The copy stays as it is; recover the source from it"}
}

// empty refuses a folder that has other things in it.
func (y *syncing) empty(ctx context.Context) error {
	for path, err := range Dir(y.disk.root).List(ctx) {
		if err != nil {
			return err
		}
		if _, err := ParsePath(path); err != nil && !strings.HasPrefix(path, beingWritten+"/") {
			return ledger.Refuse("archive.copy", fmt.Sprintf("a folder with other files in it, such as %s", path), "an empty folder, or an earlier copy")
		}
	}
	return nil
}

// copy copies what is new, and publishes it.
func (y *syncing) copy(ctx context.Context) error {
	f, err := loadFold(ctx, Dir(y.disk.root), y.have)
	if err != nil {
		return fmt.Errorf("the copy: %w", err)
	}
	crew := newCrew()
	defer crew.settle()
	for entry, err := range NewReader(y.src, y.log).Entries(ctx, y.c, y.have.Size) {
		if err == nil {
			err = crew.failed()
		}
		if err != nil {
			return err
		}
		for _, done := range f.add(entry, tlog.RecordHash(entry)) {
			crew.do(func() error { return y.disk.put(done.tile.Path(), done.data) })
		}
		if f.size%width == 0 {
			y.progress(f.size, y.c.Size)
		}
	}
	for _, p := range f.partial(y.have.Size) {
		if err := y.disk.put(p.tile.Path(), p.data); err != nil {
			return err
		}
	}
	if err := errors.Join(crew.settle(), y.disk.sync()); err != nil {
		return err
	}
	if err := compare(y.have, y.c, hashesOf(ctx, Dir(y.disk.root), y.c)); err != nil {
		return fmt.Errorf("the copy, read back: %w", err)
	}
	if err := errors.Join(y.disk.put(CheckpointPath, y.signed), y.disk.sync()); err != nil {
		return err
	}
	y.progress(y.c.Size, y.c.Size)
	return nil
}
