package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
)

// ArchiveDir is where a data folder keeps the sealed log, as outside tools read
// it.
func ArchiveDir(dir string) string { return filepath.Join(dir, "archive") }

// stateDir is beside it: what only the sealer reads.
func stateDir(dir string) string { return filepath.Join(dir, "archive.state") }

// sealer keeps the log sealed. A log that the disk failed is opened again; one that
// turns out damaged stops the node.
type sealer struct {
	node *Node
	key  seal.PrivateKey

	mu   sync.RWMutex
	log  *archive.Log
	held bool  // the log is open
	err  error // why nothing is sealed now
}

// openSealer opens the log of a ledger that init made.
func openSealer(n *Node, key seal.PrivateKey) (*sealer, error) {
	checkpoint, state := filepath.Join(ArchiveDir(n.options.Dir), archive.CheckpointPath), stateDir(n.options.Dir)
	_, err1 := os.Stat(checkpoint)
	_, err2 := os.Stat(state)
	if errors.Is(err1, fs.ErrNotExist) && errors.Is(err2, fs.ErrNotExist) {
		return nil, &ledger.Error{Class: ledger.Damaged, Rule: "archive.missing", Found: "no " + checkpoint + " and no " + state,
			Want: "the sealed log of this ledger: copy the folder archive back from where `ducha archive sync` keeps a copy"}
	}
	if err := ownLog(n, key, checkpoint); err != nil {
		return nil, err
	}
	s := &sealer{node: n, key: key}
	return s, s.open()
}

// ownLog refuses a key that is not the one that sealed so far. What is not a
// checkpoint at all is left to the log to refuse.
func ownLog(n *Node, key seal.PrivateKey, checkpoint string) error {
	signed, err := os.ReadFile(checkpoint)
	if err != nil {
		return nil
	}
	c, err := proof.ReadCheckpoint(signed)
	if origin := proof.Origin(n.campaign, key.Public()); err == nil && c.Origin != origin {
		return wrongKey(n.options.Dir, key, fmt.Sprintf("the ledger's key, with which %s is sealed", c.Origin))
	}
	return nil
}

func (s *sealer) open() error {
	o := s.node.options
	log, err := archive.Open(archive.Options{Dir: ArchiveDir(o.Dir), State: stateDir(o.Dir), Key: s.key, Campaign: s.node.campaign,
		Clock: o.Clock, Cosign: s.node.cosign(), Logger: o.Logger})
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.err = err
		return err
	}
	s.log, s.held, s.err = log, true, nil
	return nil
}

// now is the log that is open, with why it does not seal.
func (s *sealer) now() (*archive.Log, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.log, s.err
}

// keep follows the stream and seals it, until ctx ends.
func (s *sealer) keep(ctx context.Context) {
	const first, most = 200 * time.Millisecond, 10 * time.Second
	for wait := first; ; wait = min(2*wait, most) {
		log, err := s.now()
		if err == nil {
			size := log.Published().Size
			err = log.Run(ctx, s.node.Stream.Follow(ctx, log.Size()))
			if log.Published().Size > size {
				wait = first
			}
		}
		switch {
		case ctx.Err() != nil:
			return
		case ledger.ClassOf(err) == ledger.Damaged:
			s.node.fail(err)
			return
		}
		s.node.options.Logger.Error("sealing stopped", "err", err, "again", wait)
		s.down(err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := s.again(); ledger.ClassOf(err) == ledger.Damaged {
			s.node.fail(err)
			return
		}
	}
}

func (s *sealer) down(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// again opens the log once more, from what is on disk.
func (s *sealer) again() error {
	if err := s.close(); err != nil {
		return err
	}
	return s.open()
}

func (s *sealer) close() error {
	s.mu.Lock()
	held := s.held
	s.held = false
	s.mu.Unlock()
	if !held {
		return nil
	}
	return s.log.Close()
}

// Archive reads the sealed log as others do, verified.
func (n *Node) Archive() *archive.Reader {
	log, _ := n.sealer.now()
	return log.Reader()
}

// Sealing says how far the log is sealed, and why not further where something is
// wrong.
func (n *Node) Sealing() archive.Status {
	log, err := n.sealer.now()
	status := log.Status()
	if status.Err == nil {
		status.Err = err
	}
	return status
}

// Seal waits until a record is under a published checkpoint. The class of the error
// is Unavailable: it is recorded, and will be sealed.
func (n *Node) Seal(ctx context.Context, sequence uint64) error {
	for {
		log, err := n.sealer.now()
		if err == nil {
			err = log.Wait(ctx, sequence)
		}
		if err == nil || ctx.Err() != nil || n.Fault() != nil {
			return errors.Join(err, n.Fault())
		}
		select { // the log is being opened again
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// scrubEvery is how often the stream is read anew and held against what is sealed:
// a disk forgets in silence.
const scrubEvery = 6 * time.Hour

// scrub holds the stream against the archive, over and over, until ctx ends.
func (n *Node) scrub(ctx context.Context) {
	every := n.options.Scrub
	if every == 0 {
		every = scrubEvery
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		err := n.held(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case ledger.ClassOf(err) == ledger.Damaged:
			n.fail(err)
			return
		case err != nil:
			n.options.Logger.Warn("the store could not be held against the archive", "err", err)
		}
	}
}

// held reads the whole stream, slowly, and holds it against the chain and against
// what is sealed; then it reads what is sealed.
func (n *Node) held(ctx context.Context) error {
	log, err := n.sealer.now()
	if err != nil {
		return err
	}
	const slice, rest = 1000, 10 * time.Millisecond // writers and readers come first
	guard, chain := log.Guard(), &ledger.Chain{}
	for r, err := range n.Stream.Read(ctx, 0) {
		if err == nil {
			err = chain.Add(r)
		}
		if err == nil {
			err = guard.Add(r)
		}
		if err != nil {
			return err
		}
		if r.Sequence%slice == 0 {
			time.Sleep(rest)
		}
	}
	if err := guard.Done(); err != nil {
		return err
	}
	found, _, err := archive.Verify(ctx, archive.Dir(ArchiveDir(n.options.Dir)), log.Verifier(), nil)
	if err == nil && len(found) > 0 {
		err = &ledger.Error{Class: ledger.Damaged, Rule: found[0].Rule, Found: fmt.Sprintf("%d findings in the archive, the first: %s", len(found), found[0]), Want: "the archive as it was sealed: `ducha fsck` lists all, `ducha archive rebuild` makes its files anew from the stream"}
	}
	return err
}

// fail stops the ledger: it says so to everybody from now on, and takes nothing in.
func (n *Node) fail(err error) {
	n.options.Logger.Error("the store is damaged: the ledger stops", "err", err)
	n.fault.CompareAndSwap(nil, &err)
}

// Fault is why the ledger stopped, nil while it runs.
func (n *Node) Fault() error {
	if err := n.fault.Load(); err != nil {
		return fmt.Errorf("stopped: %w", *err)
	}
	return nil
}
