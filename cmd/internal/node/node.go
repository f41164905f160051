// Package node wires one running ledger: the embedded server, the stream, the
// writer and whoever keeps one running, the view that everybody reads, and the
// door. Doors to the world (HTTP, the command line) are built on it.
//
// A data folder holds
//
//	ducha.json   what kind of store this is (see package natsd)
//	store/       the JetStream store; only the embedded server touches it
//	keys/        the ledger's key, and the keys that init or demo made
//	snapshots/   caches of projections; may be deleted at any time
//	mark.json    how far the stream had come (see package stream)
//	archive/     the sealed log, for anyone to read (see package archive)
//	archive.state/  what only the sealer reads
//	witnesses    who cosigns the log, if anybody (c2sp.org/tlog-policy)
//
// and for a time, where it was recovered ([Recover]),
//
//	store.new/         the new store, while it is built
//	recovering.json    what is left to do once it is proved; no server starts meanwhile
//	recovered-*        what the ledger will say of it at its next opening
//	store.damaged-*/   the old store, until somebody removes it; so archive.damaged-*
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ducha/cmd/internal/witness"
	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/evidence"
	"ducha/ledger/natsd"
	"ducha/ledger/seal"
	"ducha/ledger/stream"
	"ducha/projections"

	"github.com/nats-io/nats.go"
)

// Options say how a ledger is opened. Clock and Logger have defaults.
type Options struct {
	Dir    string
	Clock  func() time.Time // the wall clock unless a test brings its own
	Logger *slog.Logger
	// MaxBytes bounds the store of a ledger that is made, or made anew; 0: as package
	// stream has it. A full store takes nothing more in.
	MaxBytes int64
	// MaxFiles bounds the store for files of evidence likewise, MaxFile one of them.
	MaxFiles int64
	MaxFile  int64
	Scrub    time.Duration // how often the store is held against the archive; 0: every six hours

	// Who else knows how far the ledger had come; held against it at the start.
	Receipts []ledger.SignedReceipt
	Copies   []string // folders that `ducha archive sync` keeps
}

func (o Options) defaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func (o Options) snapshots() string { return filepath.Join(o.Dir, "snapshots") }
func (o Options) mark() string      { return filepath.Join(o.Dir, "mark.json") }

// What is kept of the past: some 200 MB at most, of a ledger that is as large.
const (
	factsKept = 250_000
	pastKept  = 500_000
)

// Node is one running ledger. Door takes statements in, View is what everybody
// reads, Stream is the record itself.
type Node struct {
	Door   *commands.Door
	View   *projections.View[projections.Campaign]
	Stream *stream.Stream
	// Evidence keeps files that statements name; nil for a folder from before there
	// was a store for them.
	Evidence *evidence.Store

	past      *projections.Past[projections.Campaign]
	options   Options
	campaign  ledger.LocalID
	server    *natsd.Server
	conn      *nats.Conn
	keeper    *keeper
	sealer    *sealer
	witnesses *witness.Client       // nil when there are none
	fault     atomic.Pointer[error] // why the ledger stopped
	stop      context.CancelFunc
	running   sync.WaitGroup
}

// Open opens the ledger in a data folder: it guards and starts the store, holds
// every record against the chain, and starts the writer and the view.
func Open(ctx context.Context, o Options) (n *Node, err error) {
	o = o.defaults()
	marker, err := natsd.ReadMarker(o.Dir)
	if err != nil {
		return nil, err
	}
	key, err := ReadKey(LedgerKeyFile(o.Dir))
	if err != nil {
		return nil, err
	}
	n = &Node{options: o, campaign: marker.Campaign}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
		}
	}()
	if n.server, err = natsd.Start(ctx, natsd.Options{Dir: o.Dir, Logger: o.Logger}); err != nil {
		return n, err
	}
	if n.conn, err = n.server.Connect(); err != nil {
		return n, err
	}
	if n.Stream, err = stream.Open(ctx, n.conn, n.campaign); err != nil {
		return n, err
	}
	if n.Evidence, err = evidence.Open(ctx, n.conn, n.campaign); err != nil && ledger.ClassOf(err) != ledger.NotFound {
		return n, err
	}
	if n.Evidence != nil && o.MaxFile > 0 {
		n.Evidence.MaxFile = o.MaxFile
	}
	if err := n.openWitnesses(key.Public()); err != nil {
		return n, err
	}
	if n.sealer, err = openSealer(n, key); err != nil {
		return n, err
	}
	if err := n.holdWitnesses(ctx, key); err != nil {
		return n, err
	}
	if err := n.start(ctx, key); err != nil {
		return n, err
	}
	return n, n.sayRecovered(ctx)
}

// start folds the ledger and sets the view and the writer going.
func (n *Node) start(opening context.Context, key seal.PrivateKey) error {
	chain, err := n.guard(opening, key.Public())
	if err != nil {
		return err
	}
	fold, err := n.fold(opening)
	if err != nil {
		return err
	}
	if projections.HashOf(&fold.Chain) != projections.HashOf(chain) {
		// The snapshot is another ledger's, or was changed: do without.
		n.options.Logger.Warn("the snapshots do not fit the stream and are put aside")
		if err := os.RemoveAll(n.options.snapshots()); err != nil {
			return fmt.Errorf("snapshots: %w", err)
		}
		if fold, err = n.fold(opening); err != nil {
			return err
		}
	}
	if c := fold.State.Charter; c.Adopted.Sequence > 0 {
		if named, err := seal.ParsePublicKey([]byte(c.LedgerKey)); err != nil || named.ID() != key.Public().ID() {
			return wrongKey(n.options.Dir, key, fmt.Sprintf("the ledger's key that the charter names, %s", named.ID()))
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop
	n.View = projections.NewView(fold)
	n.past = &projections.Past[projections.Campaign]{Projection: projections.CampaignProjection(), Read: n.Stream.Read, Facts: factsKept, Records: pastKept}
	n.keeper = newKeeper(n)
	if err := n.keeper.open(ctx); err != nil {
		return err
	}
	n.Door = &commands.Door{Records: n.Stream, Writer: n.keeper, Campaign: n.View, Key: key}
	n.running.Go(func() {
		if err := n.View.Run(ctx, n.Stream.Follow); err != nil {
			n.options.Logger.Error("the view stands still", "err", err)
		}
	})
	n.running.Go(func() { n.keeper.keep(ctx) })
	n.running.Go(func() { n.sealer.keep(ctx) })
	n.running.Go(func() { n.scrub(ctx) })
	return nil
}

func wrongKey(dir string, key seal.PrivateKey, want string) error {
	return &ledger.Error{Class: ledger.BadSeal, Rule: "charter.ledger-key", Found: fmt.Sprintf("%s holds the key %s", LedgerKeyFile(dir), key.Public().ID()),
		Want: want + ": receipts of any other would be worth nothing"}
}

// guard holds every record of the stream against the chain, and the stream
// against the mark and against what is sealed, before anything is served.
func (n *Node) guard(ctx context.Context, key seal.PublicKey) (*ledger.Chain, error) {
	if _, err := os.Stat(n.options.mark()); err != nil {
		return nil, &ledger.Error{Class: ledger.Damaged, Rule: "mark.file", Found: err.Error(), Want: "the mark that init made: without it a stream that lost its end looks intact"}
	}
	mark, err := stream.ReadMark(n.options.mark())
	if err != nil {
		return nil, err
	}
	known, err := newElders(ctx, n, key)
	if err != nil {
		return nil, err
	}
	chain, sealed := &ledger.Chain{}, n.sealer.log.Guard()
	for r, err := range stream.Check(chain, n.Stream.Read(ctx, 0)) {
		if err != nil {
			return nil, err
		}
		if err := errors.Join(mark.Hold(r), sealed.Add(r), known.hold(r)); err != nil {
			return nil, err
		}
	}
	return chain, errors.Join(sealed.Done(), mark.Reached(chain.Sequence()), known.reached(chain.Sequence()))
}

// fold is the campaign as it stands: from the newest snapshot and what came
// since. Each call gives a fold of its own.
func (n *Node) fold(ctx context.Context) (*projections.Fold[projections.Campaign], error) {
	last, err := n.Stream.Last(ctx)
	if err != nil {
		return nil, err
	}
	fold := projections.OpenFold(projections.CampaignProjection(), n.options.snapshots(), last)
	if err := fold.Run(n.Stream.Read(ctx, fold.Chain.Sequence())); err != nil {
		return nil, err
	}
	return fold, nil
}

// Campaign is the id of the ledger's campaign.
func (n *Node) Campaign() ledger.LocalID { return n.campaign }

// Clocked says by which time the campaign is judged.
func (n *Node) Clocked() (clock ledger.Clock) {
	n.View.Read(func(c *projections.Campaign, _ uint64) { clock = c.Charter.Clock })
	return clock
}

// Clock is the node's clock.
func (n *Node) Clock() time.Time { return n.options.Clock() }

// Submit takes an envelope in and returns once the view shows it.
func (n *Node) Submit(ctx context.Context, envelope []byte) (ledger.SignedReceipt, bool, error) {
	if err := n.Fault(); err != nil {
		return ledger.SignedReceipt{}, false, err
	}
	receipt, replayed, err := n.Door.Submit(ctx, envelope)
	if err != nil {
		return receipt, replayed, err
	}
	// It is on record whether or not the view gets there in time.
	if err := n.View.Wait(ctx, receipt.Sequence); err != nil {
		n.options.Logger.Warn("a receipt went out before the view showed it", "sequence", receipt.Sequence, "err", err)
	}
	if receipt.Kind == "content.sealed.v1" {
		n.removeSealed(ctx)
	}
	return receipt, replayed, nil
}

// SubmitAll takes many envelopes, all or none, and returns once the view shows them;
// with dry, the rules decide and nothing is recorded.
func (n *Node) SubmitAll(ctx context.Context, envelopes [][]byte, dry bool) ([]ledger.SignedReceipt, bool, error) {
	if err := n.Fault(); err != nil {
		return nil, false, err
	}
	receipts, replayed, err := n.Door.SubmitAll(ctx, envelopes, n.Clock(), dry)
	if err != nil || len(receipts) == 0 {
		return receipts, replayed, err
	}
	if err := n.View.Wait(ctx, receipts[len(receipts)-1].Sequence); err != nil {
		n.options.Logger.Warn("receipts went out before the view showed it", "err", err)
	}
	return receipts, replayed, nil
}

// AsOf is the campaign as it was known at an instant, the caller's own, but for the words
// that were sealed since: those are in no view, whatever day it shows. Whoever only looks
// at it uses [Node.Look], which need not read the whole stream.
func (n *Node) AsOf(ctx context.Context, t time.Time) (*projections.Campaign, error) {
	fold, err := projections.AsOf(projections.CampaignProjection(), n.Stream.Read(ctx, 0), t)
	if err != nil {
		return nil, err
	}
	n.redact(fold.State)
	return fold.State, nil
}

// DossierDigest is the digest of a dossier as of an instant, words that were sealed since
// and all: the one that a proposal of its day fixes.
func (n *Node) DossierDigest(ctx context.Context, task ledger.TaskID, at time.Time) (ledger.Digest, error) {
	fold, err := projections.AsOf(projections.CampaignProjection(), n.Stream.Read(ctx, 0), at)
	if err != nil {
		return "", err
	}
	d, err := fold.State.Dossier(task, at)
	return d.Digest(), err
}

// redact takes what is sealed today out of an earlier state.
func (n *Node) redact(c *projections.Campaign) {
	var sealed []ledger.Ref
	n.View.Read(func(live *projections.Campaign, _ uint64) { sealed = live.Sealings.Texts() })
	for _, id := range sealed {
		c.Redact(id)
	}
}

// Rebuild folds the campaign from the first record to where the view stands,
// and gives the hashes of both, part by part.
func (n *Node) Rebuild(ctx context.Context, progress func(sequence, last uint64)) (Rebuilt, error) {
	var r Rebuilt
	n.View.Read(func(c *projections.Campaign, sequence uint64) { r.Live, r.Sequence = c.Parts(), sequence })
	fold := projections.NewFold(projections.CampaignProjection())
	for record, err := range n.Stream.Read(ctx, 0) {
		if err == nil && record.Sequence <= r.Sequence {
			err = fold.Add(record)
		}
		if err != nil {
			return r, err
		}
		if record.Sequence == r.Sequence {
			break
		}
		progress(record.Sequence, r.Sequence)
	}
	r.Rebuilt = fold.State.Parts()
	return r, nil
}

// Rebuilt holds a rebuilt campaign against the live one.
type Rebuilt struct {
	Sequence uint64                 `json:"sequence"`
	Live     map[string]ledger.Hash `json:"live"`
	Rebuilt  map[string]ledger.Hash `json:"rebuilt"`
}

// Equal says whether every part has the hash of the live one.
func (r Rebuilt) Equal() bool {
	for part, hash := range r.Live {
		if r.Rebuilt[part] != hash {
			return false
		}
	}
	return len(r.Live) > 0 && len(r.Live) == len(r.Rebuilt)
}

// Healthy is nil while statements can be taken in.
func (n *Node) Healthy() error {
	if err := n.Fault(); err != nil {
		return err
	}
	if err := n.server.Healthz(); err != nil {
		return &ledger.Error{Class: ledger.Unavailable, Rule: "store.health", Found: err.Error(), Want: "a store that is healthy"}
	}
	if err := n.View.Err(); err != nil {
		return err
	}
	return n.keeper.healthy()
}

// Close stops the writer, snapshots the view and stops the store. It can be
// called on a node that never opened.
func (n *Node) Close() error {
	var errs []error
	if n.keeper != nil {
		errs = append(errs, n.keeper.close())
		n.sealLast()
	}
	if n.stop != nil {
		n.stop()
	}
	n.running.Wait()
	if n.sealer != nil {
		errs = append(errs, n.sealer.close())
	}
	if n.View != nil && n.View.Err() == nil {
		if _, err := n.View.Snapshot(n.options.snapshots()); err != nil {
			errs = append(errs, fmt.Errorf("snapshot: %w", err))
		}
	}
	if n.conn != nil {
		n.conn.Close()
	}
	if n.server != nil {
		errs = append(errs, n.server.Close())
	}
	return errors.Join(errs...)
}

// sealLast seals what was recorded last, if that can be done soon: the next start
// does it otherwise.
func (n *Node) sealLast() {
	const soon = 3 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	last, err := n.Stream.Last(ctx)
	if err == nil && n.Fault() == nil {
		err = n.Seal(ctx, last)
	}
	if err != nil {
		n.options.Logger.Warn("closing before all is sealed", "err", err)
	}
}
