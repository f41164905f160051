package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/tlog"
)

// Seal puts what was added under a published checkpoint; see the package comment
// for the order. It does nothing when nothing is new. An error of class Unavailable
// with the rule archive.cosign can be tried again; after any other the log has
// stopped and must be opened again.
func (l *Log) Seal(ctx context.Context) error {
	select {
	case l.sealing <- struct{}{}:
		defer func() { <-l.sealing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	f, published, err := l.snapshot()
	if err != nil || f == nil {
		return err
	}
	err = l.seal(ctx, f, published)
	if err != nil && !again(err) {
		l.fail(err)
	}
	return err
}

// again reports whether a seal that failed can be tried again.
func again(err error) bool { return errors.Is(err, &ledger.Error{Rule: "archive.cosign"}) }

// snapshot is the log as it stands, nil when there is nothing to seal.
func (l *Log) snapshot() (*fold, proof.Checkpoint, error) {
	l.adding.Lock()
	defer l.adding.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil || l.fold.size == l.published.Size || l.promised != nil {
		return nil, l.published, l.err
	}
	return l.fold.clone(), l.published, nil
}

func (l *Log) seal(ctx context.Context, f *fold, published proof.Checkpoint) error {
	for _, p := range f.partial(published.Size) {
		if err := l.put(p); err != nil {
			return err
		}
	}
	if err := l.crew.settle(); err != nil {
		return err
	}
	if err := l.files.sync(); err != nil {
		return err
	}
	c := proof.Checkpoint{Origin: l.origin, Size: f.size, Root: f.root()}
	hashes := hashesOf(context.WithoutCancel(ctx), Dir(l.options.Dir), c)
	if err := compare(published, c, hashes); err != nil {
		return err
	}
	if err := l.stage(c); err != nil {
		return err
	}
	signed, err := l.ask(ctx, Ask{Signed: l.staged, Checkpoint: c, Hashes: hashes})
	if err != nil {
		return err
	}
	if err := l.publish(c, signed); err != nil {
		return err
	}
	if err := l.files.tidy(published.Size, c.Size); err != nil {
		l.logger.Warn("partial tiles that are not needed any more stay until the next start", "err", err)
	}
	return nil
}

// compare reads back what was written: the edge of the tree must have the root, and
// the published tree must be its beginning.
func compare(published, c proof.Checkpoint, hashes tlog.HashReader) error {
	root, err := tlog.TreeHash(int64(c.Size), hashes)
	if err != nil {
		return err
	}
	if root != c.Root {
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.root", Found: fmt.Sprintf("files of %d entries that have the root %s", c.Size, root), Want: c.Root.String()}
	}
	return consistent(published, c, hashes)
}

// stage signs a checkpoint and keeps it. From here on it is a promise.
func (l *Log) stage(c proof.Checkpoint) error {
	signed, err := c.Sign(l.options.Key)
	if err != nil {
		return err
	}
	if bytes.Equal(signed, l.staged) {
		return nil
	}
	if err := errors.Join(l.state.put(stagedPath, signed), l.state.sync()); err != nil {
		return err
	}
	l.staged = signed
	l.mu.Lock()
	l.newest = c
	l.mu.Unlock()
	return l.state.remove(begunPath) // from here on tiles without a checkpoint are damage
}

// ask asks the witnesses and holds what they give against what they were given.
func (l *Log) ask(ctx context.Context, a Ask) ([]byte, error) {
	if l.options.Cosign == nil {
		return a.Signed, nil
	}
	signed, err := l.options.Cosign(ctx, a)
	if err == nil {
		var c proof.Checkpoint
		if c, err = proof.OpenCheckpoint(signed, l.log); err == nil && c != a.Checkpoint {
			err = fmt.Errorf("the witnesses gave another checkpoint: %d %s", c.Size, c.Root)
		}
	}
	if err != nil {
		err = &ledger.Error{Class: ledger.Unavailable, Rule: "archive.cosign", Found: fmt.Sprintf("checkpoint %d lacks cosignatures", a.Checkpoint.Size), Want: "as many as the witness policy asks for: it is asked for again", Err: err}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cosign = err
	return signed, err
}

// publish shows the checkpoint to readers: the commit point is the rename.
func (l *Log) publish(c proof.Checkpoint, signed []byte) error {
	l.mu.Lock()
	before := l.note
	l.mu.Unlock()
	have, err := os.ReadFile(l.files.at(CheckpointPath))
	if before != nil && err != nil || !bytes.Equal(have, before) {
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.checkpoint", Found: "the published checkpoint was changed by somebody else", Want: "one that seals, and nobody else who writes to " + l.options.Dir, Err: err}
	}
	if err := errors.Join(l.files.put(CheckpointPath, signed), l.files.sync()); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.published, l.note, l.since = c, signed, l.options.Clock()
	l.wake()
	return nil
}
