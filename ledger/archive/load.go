package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/tlog"
)

// load reads the published and the staged checkpoint and decides where to go on.
func (l *Log) load(ctx context.Context) error {
	src := Dir(l.options.Dir)
	var err error
	if l.published, l.note, err = l.checkpoint(filepath.Join(l.options.Dir, CheckpointPath)); err != nil {
		return err
	}
	staged, file, err := l.checkpoint(filepath.Join(l.options.State, stagedPath))
	if err != nil {
		return err
	}
	l.staged, l.newest = file, l.published
	if staged.Size > l.published.Size {
		l.newest = staged
	}
	if l.note == nil && file == nil {
		l.fold = &fold{}
		return l.begin(ctx)
	}
	if staged.Size <= l.published.Size {
		if l.fold, err = loadFold(ctx, src, l.published); err != nil {
			return err
		}
		return l.prefix(staged, l.published)
	}
	if l.fold, err = loadFold(ctx, src, staged); err == nil {
		signal(l.news) // it waits to be published
		return l.prefix(l.published, staged)
	}
	// The folder is older than the promise: the records must lead to it.
	l.logger.Warn("the files of the staged checkpoint are not there: the records are added again", "size", staged.Size, "published", l.published.Size, "err", err)
	l.promised = &staged
	l.fold, err = loadFold(ctx, src, l.published)
	return err
}

// checkpoint reads a file with a checkpoint that this log signed. Without a file
// it is that of the empty log.
func (l *Log) checkpoint(path string) (proof.Checkpoint, []byte, error) {
	signed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return proof.Checkpoint{Origin: l.origin, Root: proof.EmptyRoot}, nil, nil
	}
	if err != nil {
		return proof.Checkpoint{}, nil, err
	}
	c, err := proof.OpenCheckpoint(signed, l.log)
	if err != nil {
		return c, nil, &ledger.Error{Class: ledger.Damaged, Rule: "archive.checkpoint", Found: path + " is not a checkpoint of this ledger", Want: "one that its key signed as " + l.origin, Err: err}
	}
	return c, signed, nil
}

// begin starts a log in an empty folder. Where it was begun before and nothing was
// signed yet, tiles are what a crash left; otherwise they may be a log that lost its
// checkpoint, and nothing is touched.
func (l *Log) begin(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(l.options.State, begunPath)); err == nil {
		return nil
	}
	for path, err := range Dir(l.options.Dir).List(ctx) {
		if err != nil {
			return err
		}
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.checkpoint", Found: fmt.Sprintf("%s has files, such as %s, and no checkpoint", l.options.Dir, path),
			Want: "the checkpoint with them, or an empty folder"}
	}
	return errors.Join(l.state.put(begunPath, nil), l.state.sync())
}

// prefix checks that one tree is the beginning of another, whose files are there.
func (l *Log) prefix(old, c proof.Checkpoint) error {
	return consistent(old, c, hashesOf(context.Background(), Dir(l.options.Dir), c))
}

// consistent checks that the tree of old is the beginning of that of c, of which
// hashes are given.
func consistent(old, c proof.Checkpoint, hashes tlog.HashReader) error {
	switch {
	case old.Size == 0:
		return nil
	case old.Size == c.Size:
		if old.Root != c.Root {
			return forked(old, c, nil)
		}
		return nil
	}
	p, err := tlog.ProveTree(int64(c.Size), int64(old.Size), hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(p, int64(c.Size), c.Root, int64(old.Size), old.Root); err != nil {
		return forked(old, c, err)
	}
	return nil
}

func forked(old, c proof.Checkpoint, err error) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "archive.fork", Found: fmt.Sprintf("two histories: the log of %d entries with the root %s does not begin with the one of %d entries with the root %s", c.Size, c.Root, old.Size, old.Root),
		Want: "one log that only grows. Both checkpoints are signed: keep them as evidence", Err: err}
}
