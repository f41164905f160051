package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"ducha/ledger"

	"golang.org/x/mod/sumdb/tlog"
)

// Source is where the files of a log are. A path is CheckpointPath or one that
// [ParsePath] takes; fs.ErrNotExist says that there is no such file.
type Source interface {
	ReadFile(ctx context.Context, path string) ([]byte, error)
}

// Lister is a source that can name its files. [Verify] finds strays in it.
type Lister interface {
	Source
	List(ctx context.Context) iter.Seq2[string, error]
}

// Dir is a log in a folder.
type Dir string

// ReadFile reads the checkpoint, a tile or a bundle, and no other file.
func (d Dir) ReadFile(_ context.Context, path string) ([]byte, error) {
	if path != CheckpointPath {
		if _, err := ParsePath(path); err != nil {
			return nil, errors.Join(err, fs.ErrNotExist)
		}
	}
	return os.ReadFile(filepath.Join(string(d), filepath.FromSlash(path)))
}

// List gives the paths of all files of the folder, in no particular order.
func (d Dir) List(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		stop := errors.New("stop")
		err := filepath.WalkDir(string(d), func(path string, e fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil // the log is alive: partial tiles come and go
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case e.IsDir():
				return nil
			}
			rel, err := filepath.Rel(string(d), path)
			if err != nil {
				return err
			}
			if !yield(filepath.ToSlash(rel), nil) {
				return stop
			}
			return nil
		})
		if err != nil && err != stop {
			yield("", fmt.Errorf("list %s: %w", string(d), err))
		}
	}
}

// readTile reads a tile of hashes at its width. Partial tiles go away once there is
// the full one, which begins with them (c2sp.org/tlog-tiles).
func readTile(ctx context.Context, src Source, t Tile) ([]byte, error) {
	data, err := src.ReadFile(ctx, t.Path())
	want := t.Width * tlog.HashSize
	if errors.Is(err, fs.ErrNotExist) && t.Width < width {
		if data, err = src.ReadFile(ctx, t.full().Path()); err == nil && len(data) == width*tlog.HashSize {
			data = data[:want]
		}
	}
	if err != nil {
		return nil, unreadable(t, err)
	}
	if len(data) != want {
		return nil, &ledger.Error{Class: ledger.Damaged, Rule: "archive.tile", Found: fmt.Sprintf("%s has %d bytes", t.Path(), len(data)), Want: fmt.Sprintf("%d", want)}
	}
	return data, nil
}

// readBundle reads as many entries of a bundle as it is wide.
func readBundle(ctx context.Context, src Source, t Tile) ([][]byte, error) {
	data, err := src.ReadFile(ctx, t.Path())
	count := t.Width
	if errors.Is(err, fs.ErrNotExist) && t.Width < width {
		data, err = src.ReadFile(ctx, t.full().Path())
		count = width
	}
	if err != nil {
		return nil, unreadable(t, err)
	}
	entries, err := parseBundle(data, count)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Path(), err)
	}
	return entries[:t.Width], nil
}

func unreadable(t Tile, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.missing", Found: "no file " + t.Path(),
			Want: "all files that the checkpoint covers: make the archive anew from the stream, or copy it from an off-box copy", Err: err}
	}
	return fmt.Errorf("read %s: %w", t.Path(), err)
}

// wrongEntry says that an entry is not the one that was sealed.
func wrongEntry(t Tile, i int) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "archive.bundle", Found: fmt.Sprintf("%s: entry %d (record %d) was changed", t.Path(), i, t.Index*width+uint64(i)+1),
		Want: "the entry whose hash is in the tree"}
}
