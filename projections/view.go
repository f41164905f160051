package projections

import (
	"context"
	"sync"

	"ducha/ledger"
)

// Follow gives the records after a sequence, and then those to come, until ctx
// ends; (*stream.Stream).Follow is one.
type Follow func(ctx context.Context, after uint64) Records

// View is a fold that follows the stream while others read it.
type View[T any] struct {
	mu    sync.RWMutex
	fold  *Fold[T]
	moved chan struct{} // closed and replaced at every move
	err   error         // why it stands still, nil while it runs
}

// NewView is a view that starts where the fold stands, at nothing or at a snapshot.
func NewView[T any](f *Fold[T]) *View[T] {
	return &View[T]{fold: f, moved: make(chan struct{})}
}

// Run follows until ctx ends, which is no error, or until a record is missing or
// damaged, which is: the view then stands still, and every Wait says why.
func (v *View[T]) Run(ctx context.Context, follow Follow) error {
	v.mu.Lock()
	v.err = nil // of a run before
	v.mu.Unlock()
	for r, err := range follow(ctx, v.Sequence()) {
		if err == nil {
			err = v.add(r)
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			v.stop(err)
			return err
		}
	}
	if ctx.Err() == nil {
		err := &ledger.Error{Class: ledger.Unavailable, Rule: "view.ended", Found: "the stream of records ended", Want: "a stream that goes on"}
		v.stop(err)
		return err
	}
	return nil
}

func (v *View[T]) add(r ledger.Record) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.fold.Add(r); err != nil {
		return err
	}
	close(v.moved)
	v.moved = make(chan struct{})
	return nil
}

func (v *View[T]) stop(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = err
	close(v.moved)
	v.moved = make(chan struct{})
}

// Read calls look with the state and the sequence it stands at. look must not
// keep the state, nor change it, nor call the view.
func (v *View[T]) Read(look func(state *T, sequence uint64)) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	look(v.fold.State, v.fold.Chain.Sequence())
}

// Sequence is the last one folded.
func (v *View[T]) Sequence() uint64 {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.fold.Chain.Sequence()
}

// Err is why the view stands still, nil while it follows.
func (v *View[T]) Err() error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.err
}

// Wait returns once the view stands at sequence or later: read your own write.
func (v *View[T]) Wait(ctx context.Context, sequence uint64) error {
	for {
		v.mu.RLock()
		at, moved, err := v.fold.Chain.Sequence(), v.moved, v.err
		v.mu.RUnlock()
		if at >= sequence {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Moved is closed at the next move: a new record, or the view's end.
func (v *View[T]) Moved() <-chan struct{} {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.moved
}

// Hash is the hash of the state, and the sequence it stands at.
func (v *View[T]) Hash() (ledger.Hash, uint64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.fold.Hash(), v.fold.Chain.Sequence()
}

// Snapshot writes the view as it stands into a folder.
func (v *View[T]) Snapshot(dir string) (string, error) {
	v.mu.RLock()
	data := encodeSnapshot(v.fold)
	name := snapshotName(v.fold, data)
	v.mu.RUnlock()
	return name, writeSnapshot(dir, name, data)
}
