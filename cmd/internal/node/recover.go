package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/evidence"
	"ducha/ledger/natsd"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/ledger/stream"

	"golang.org/x/mod/sumdb/note"
)

// RecoverOptions say what a ledger's store is made anew from. Its receipts and
// copies are asked, too, how far the ledger had come.
type RecoverOptions struct {
	Options
	From       archive.Source // a copy of the log beside the folder's own; may be nil
	FromName   string         // how to call it
	Reason     string         // why, for the record
	AcceptLoss bool           // go on though records are known to be missing
	Progress   func(s Step, done, total uint64)
}

// Step is what a recovery is at.
type Step string

const (
	Filling   Step = "filling"   // records go into the new store
	Comparing Step = "comparing" // they are read back and held against what was signed
	Mending   Step = "mending"   // the archive's own files are made anew
)

// Recovery (恢复) is what came of a recovery.
type Recovery struct {
	Sequence uint64            `json:"sequence"`          // the last record there is
	Sealed   uint64            `json:"sealed"`            // so many are proved by a signed checkpoint
	Root     string            `json:"root"`              // of that, in base64
	Taken    map[string]uint64 `json:"taken"`             // how many records came from where
	Flaws    []string          `json:"flaws,omitempty"`   // what could not be read, and what was not believed
	Known    uint64            `json:"known"`             // the last record that is known to have been acknowledged
	KnownBy  string            `json:"known_by"`          // by what
	Lost     uint64            `json:"lost"`              // so many of those are nowhere to be found
	Damaged  string            `json:"damaged,omitempty"` // where the old store is kept
	Mended   []string          `json:"mended,omitempty"`  // files of the archive that were made anew
	Resumed  bool              `json:"resumed,omitempty"` // the recovery before was cut short: this one went on
}

// Recover (恢复) makes a ledger's store anew from its sealed log, beside the old one:
// the same records with the same sequences, bytes and recorded times. What was
// recorded and not sealed yet is taken from the files of the old store, where it is
// whole, fits the chain, and is signed with a key that was enrolled. The new store
// is read back, and must have the root of every checkpoint that the ledger signed,
// before it takes the place of the old one, which is kept under another name.
//
// A crash at any point leaves the old store, or a folder that no server opens until
// Recover has been called again; it goes on where it stood. Records that are known
// to have been acknowledged and are nowhere to be found are an error of class
// Damaged, with the rule recover.loss, and nothing is changed, unless the options
// accept the loss. The ledger says at its next opening, on record and signed, that it
// was recovered, how far, and what was lost.
func Recover(ctx context.Context, o RecoverOptions) (done Recovery, err error) {
	o.Options = o.Options.defaults()
	if o.Progress == nil {
		o.Progress = func(Step, uint64, uint64) {}
	}
	marker, err := natsd.ReadMarker(o.Dir)
	if err != nil {
		return done, err
	}
	if marker.Mode != natsd.Standalone {
		return done, ledger.Refuse("recover.mode", o.Dir+" is a member of a cluster", "a folder of one node: a member is caught up by the others")
	}
	key, err := ReadKey(LedgerKeyFile(o.Dir))
	if err != nil {
		return done, err
	}
	held, err := natsd.Hold(o.Dir)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	r := &recovery{o: o, marker: marker, key: key, held: held}
	if j, err := readJournal(o.Dir); err != nil || j != nil {
		if err != nil {
			return done, err
		}
		j.Recovery.Resumed = true
		return j.Recovery, r.finish(j)
	}
	return r.run(ctx)
}

// recovery is a Recover under way.
type recovery struct {
	o      RecoverOptions
	marker natsd.Marker
	key    seal.PrivateKey
	held   *natsd.Held
	log    note.Verifier
	known  knowledge
	supply *supply
	unread []string // checkpoints that are none
}

// fresh is the folder that the new store is built in.
func (r *recovery) fresh() string { return filepath.Join(r.o.Dir, "store.new") }

func (r *recovery) run(ctx context.Context) (done Recovery, err error) {
	if r.log, err = proof.LogVerifier(proof.Origin(r.marker.Campaign, r.key.Public()), r.key.Public()); err != nil {
		return done, err
	}
	if err := r.learn(ctx); err != nil {
		return done, err
	}
	if err := os.RemoveAll(r.fresh()); err != nil { // of a run that was cut short
		return done, fmt.Errorf("recover: %w", err)
	}
	if err := r.held.Space(2 * sizeOf(ArchiveDir(r.o.Dir))); err != nil {
		return done, err
	}
	if err := r.fill(ctx); err != nil {
		return done, errors.Join(err, os.RemoveAll(r.fresh()))
	}
	done, err = r.prove(ctx)
	if err == nil {
		err = r.loss(&done)
	}
	if err != nil {
		return done, errors.Join(err, os.RemoveAll(r.fresh()))
	}
	j, err := r.plan(done)
	if err != nil {
		return done, err
	}
	return j.Recovery, r.finish(j)
}

// fill makes the new store, by a server of its own.
func (r *recovery) fill(ctx context.Context) (err error) {
	marker := r.marker
	if err := natsd.Init(r.fresh(), marker); err != nil {
		return err
	}
	server, err := natsd.Start(ctx, natsd.Options{Dir: r.fresh(), Admin: true, Building: true, Logger: r.o.Logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	conn, err := server.ConnectAdmin()
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := stream.Restore(ctx, conn, stream.Config{Campaign: marker.Campaign, Replicas: 1, MaxBytes: r.o.MaxBytes}, r.supply.records(ctx),
		func(sequence uint64) { r.o.Progress(Filling, sequence, max(sequence, r.known.last)) }); err != nil {
		return err
	}
	// Files of evidence come back from a backup, or from whoever has them: statements
	// fix their digests. See `ducha attachment list --missing`.
	return evidence.Create(ctx, conn, evidence.Config{Campaign: marker.Campaign, Replicas: 1, MaxBytes: r.o.MaxFiles})
}

// prove opens the new store as the ledger does and reads every message back: each
// must be what the writer writes for its record, all must be one chain, and have the
// roots that were signed and the root of what went in. The archive's own files are
// then mended from it.
func (r *recovery) prove(ctx context.Context) (done Recovery, err error) {
	server, err := natsd.Start(ctx, natsd.Options{Dir: r.fresh(), Logger: r.o.Logger})
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	conn, err := server.Connect()
	if err != nil {
		return done, err
	}
	defer conn.Close()
	s, err := stream.Open(ctx, conn, r.marker.Campaign)
	if err != nil {
		return done, err
	}
	w := newWeigh(r.known.promises)
	for record, err := range s.Exact(ctx) {
		if err == nil {
			err = errors.Join(w.add(record), r.known.hold(record))
		}
		if err != nil {
			return done, fmt.Errorf("the new store: %w", err)
		}
		if record.Sequence%1000 == 0 || record.Sequence == r.supply.weigh.tree.Size() {
			r.o.Progress(Comparing, record.Sequence, r.supply.weigh.tree.Size())
		}
	}
	if w.tree.Size() != r.supply.weigh.tree.Size() || w.tree.Root() != r.supply.weigh.tree.Root() {
		return done, &ledger.Error{Class: ledger.Damaged, Rule: "recover.proof", Found: fmt.Sprintf("the new store gives %d records with the root %s", w.tree.Size(), w.tree.Root()),
			Want: fmt.Sprintf("%d with the root %s, as they went in: a disk that gives what it was given", r.supply.weigh.tree.Size(), r.supply.weigh.tree.Root())}
	}
	done = Recovery{Sequence: w.tree.Size(), Sealed: w.kept.Size, Root: w.kept.Root.String(), Taken: r.supply.taken, Flaws: append(r.unread, r.supply.flaws...)}
	done.Mended, err = r.mend(ctx, s, w)
	return done, err
}

// loss holds what was recovered against what is known.
func (r *recovery) loss(done *Recovery) error {
	done.Known, done.KnownBy = r.known.last, r.known.by
	if done.Known <= done.Sequence {
		return nil
	}
	done.Lost = done.Known - done.Sequence
	if r.o.AcceptLoss {
		return nil
	}
	return &ledger.Error{Class: ledger.Damaged, Rule: "recover.loss",
		Found: fmt.Sprintf("records 1 to %d can be recovered; records %d to %d were acknowledged, as %s says, and are nowhere to be found", done.Sequence, done.Sequence+1, done.Known, done.KnownBy),
		Want:  "a copy of the log that has them (--from), or the old store's files; nothing was changed. With --accept-loss the ledger goes on without them, and says so on record"}
}

// sizeOf is how many bytes the files in a folder have.
func sizeOf(dir string) (size uint64) {
	filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if info, err := e.Info(); err == nil {
				size += uint64(info.Size())
			}
		}
		return nil // an estimate
	})
	return size
}
