package node

import (
	"context"
	"sync"
	"time"

	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/stream"
)

// keeper keeps a writer running. A writer that could not commit has decided
// ahead of the stream and stops; the keeper opens a new one from the stream, so
// that starting and recovering are one path. The folder is locked, so whoever
// fenced a writer off was a late message of its own.
type keeper struct {
	node *Node

	mu     sync.RWMutex
	writer *stream.Writer
	err    error // why there is no writer
}

func newKeeper(n *Node) *keeper { return &keeper{node: n} }

var _ commands.Appender = (*keeper)(nil)

// Append implements [commands.Appender].
func (k *keeper) Append(ctx context.Context, d stream.Draft) (ledger.Record, error) {
	k.mu.RLock()
	w, err := k.writer, k.err
	k.mu.RUnlock()
	if w == nil {
		return ledger.Record{}, &ledger.Error{Class: ledger.Unavailable, Rule: "writer.down", Found: "the ledger takes no statements now", Want: "the same bytes again, later", Err: err}
	}
	return w.Append(ctx, d)
}

// AppendAll implements [commands.Appender].
func (k *keeper) AppendAll(ctx context.Context, d []stream.Draft) ([]ledger.Record, error) {
	k.mu.RLock()
	w, err := k.writer, k.err
	k.mu.RUnlock()
	if w == nil {
		return nil, &ledger.Error{Class: ledger.Unavailable, Rule: "writer.down", Found: "the ledger takes no statements now", Want: "the same bytes again, later", Err: err}
	}
	return w.AppendAll(ctx, d)
}

func (k *keeper) healthy() error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.writer == nil {
		return &ledger.Error{Class: ledger.Unavailable, Rule: "writer.down", Found: "no writer is running", Want: "a running writer", Err: k.err}
	}
	return nil
}

// open folds the stream and starts a writer on the fold.
func (k *keeper) open(ctx context.Context) error {
	fold, err := k.node.fold(ctx)
	if err != nil {
		return err
	}
	w, err := stream.NewWriter(ctx, k.node.Stream, fold.Chain.Clone(), commands.NewDecider(fold), stream.WriterOptions{
		Clock: k.node.options.Clock, MarkPath: k.node.options.mark(), Logger: k.node.options.Logger,
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	k.writer, k.err = w, err
	return err
}

// keep replaces a writer that stopped, until ctx ends.
func (k *keeper) keep(ctx context.Context) {
	const first, most = 200 * time.Millisecond, 10 * time.Second
	wait := first
	for {
		k.mu.RLock()
		w := k.writer
		k.mu.RUnlock()
		if w != nil {
			wait = first
			select {
			case <-ctx.Done():
				return
			case <-w.Done():
			}
			if w.Err() == nil {
				return // it was closed
			}
			k.down(w.Err())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = min(2*wait, most)
		if err := k.open(ctx); err != nil {
			k.down(err)
		}
	}
}

func (k *keeper) down(err error) {
	k.node.options.Logger.Error("the writer stopped", "err", err)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.writer, k.err = nil, err
}

func (k *keeper) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.writer == nil {
		return nil
	}
	return k.writer.Close()
}
