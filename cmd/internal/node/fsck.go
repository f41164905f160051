package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ducha/cmd/internal/receipts"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/natsd"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/ledger/stream"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The steps of a check.
const (
	Reading   Step = "reading"   // the store
	Verifying Step = "verifying" // the archive
)

// Remedy is what to do about a finding.
type Remedy string

const (
	RecoverStore Remedy = "recover"  // make the store anew from the archive: ducha recover
	MendArchive  Remedy = "rebuild"  // make the archive's files anew from the store: ducha archive rebuild
	DropCaches   Remedy = "caches"   // remove what is only a cache
	AskPeople    Remedy = "evidence" // keep all of it: somebody has to explain
)

// Finding (查出的问题) is one thing that is wrong with a data folder.
type Finding struct {
	Where    string `json:"where"` // folder, store, archive, projections or receipts
	Rule     string `json:"rule"`
	Path     string `json:"path,omitempty"`
	Sequence uint64 `json:"sequence,omitempty"`
	Found    string `json:"found"`
	Want     string `json:"want,omitempty"`
	Remedy   Remedy `json:"remedy"`
}

// Report is what a check found. No findings: all is well.
type Report struct {
	Records   uint64    `json:"records"` // in the store
	Sealed    uint64    `json:"sealed"`
	Receipts  int       `json:"receipts"`
	Snapshots int       `json:"snapshots"`
	Findings  []Finding `json:"findings"`
}

// OK says that nothing was found.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// FindingOf is a finding of the archive's own.
func FindingOf(f archive.Finding) Finding {
	return Finding{Where: "archive", Rule: f.Rule, Path: f.Path, Sequence: f.Sequence, Found: f.Found, Want: f.Want, Remedy: MendArchive}
}

// HeldReceipt is a receipt that somebody holds, and where it was read.
type HeldReceipt struct {
	Path    string
	Receipt proof.SealedReceipt
}

// LogVerifier verifies the checkpoints of the ledger in a data folder.
func LogVerifier(dir string) (note.Verifier, error) {
	marker, err := natsd.ReadMarker(dir)
	if err != nil {
		return nil, err
	}
	key, err := ReadKey(LedgerKeyFile(dir))
	if err != nil {
		return nil, err
	}
	return proof.LogVerifier(proof.Origin(marker.Campaign, key.Public()), key.Public())
}

// Fsck (全面核对) holds the store, the archive, the snapshots and receipts that are
// held against one another. It reads files only, starts no server and changes
// nothing; a ledger may run on the folder meanwhile.
func Fsck(ctx context.Context, o Options, held []HeldReceipt, progress func(s Step, done, total uint64)) (Report, error) {
	o = o.defaults()
	if progress == nil {
		progress = func(Step, uint64, uint64) {}
	}
	marker, err := natsd.ReadMarker(o.Dir)
	if err != nil {
		return Report{}, err
	}
	key, err := ReadKey(LedgerKeyFile(o.Dir))
	if err != nil {
		return Report{}, err
	}
	c := &check{o: o, campaign: marker.Campaign, key: key.Public(), progress: progress, src: archive.Dir(ArchiveDir(o.Dir)), held: map[uint64][]HeldReceipt{}}
	c.report.Findings = []Finding{}
	if c.log, err = proof.LogVerifier(proof.Origin(c.campaign, c.key), c.key); err != nil {
		return Report{}, err
	}
	for _, h := range held {
		c.held[h.Receipt.Sequence] = append(c.held[h.Receipt.Sequence], h)
	}
	c.report.Receipts = len(held)
	return c.report, c.run(ctx)
}

// check is a Fsck under way.
type check struct {
	o        Options
	campaign ledger.LocalID
	key      seal.PublicKey
	log      note.Verifier
	src      archive.Dir
	held     map[uint64][]HeldReceipt
	progress func(s Step, done, total uint64)
	report   Report

	published proof.Checkpoint
	promises  []proof.Checkpoint
	mark      stream.Mark
	store     *storeCheck
}

func (c *check) find(where string, remedy Remedy, f Finding) {
	f.Where, f.Remedy = where, remedy
	c.report.Findings = append(c.report.Findings, f)
}

// found adds what an error says of a thing.
func (c *check) found(where string, remedy Remedy, path string, sequence uint64, err error) {
	f := Finding{Rule: "internal", Path: path, Sequence: sequence, Found: err.Error()}
	if e, ok := errors.AsType[*ledger.Error](err); ok {
		f.Rule, f.Found, f.Want = e.Rule, e.Found, e.Want
	}
	c.find(where, remedy, f)
}

func (c *check) run(ctx context.Context) (err error) {
	now := c.o.Clock()
	c.folder()
	if c.store, err = newStoreCheck(ctx, c); err != nil {
		return err
	}
	defer c.store.close()
	if err := c.store.run(ctx); err != nil {
		return err
	}
	if err := c.archive(ctx); err != nil {
		return err
	}
	return c.receipts(ctx, now)
}

// folder reads what stands beside store and archive.
func (c *check) folder() {
	if _, err := os.Stat(journalFile(c.o.Dir)); err == nil {
		c.find("folder", RecoverStore, Finding{Rule: "folder.recovering", Path: journalFile(c.o.Dir), Found: "a recovery was cut short", Want: "one that was finished"})
	}
	var err error
	if _, missing := os.Stat(c.o.mark()); missing != nil {
		c.find("folder", RecoverStore, Finding{Rule: "mark.file", Path: c.o.mark(), Found: "there is none", Want: "the mark that init made: without it a stream that lost its end looks intact"})
	} else if c.mark, err = stream.ReadMark(c.o.mark()); err != nil {
		c.found("folder", RecoverStore, c.o.mark(), 0, err)
	}
	c.published = c.checkpoint(filepath.Join(string(c.src), archive.CheckpointPath))
	c.checkpoint(filepath.Join(stateDir(c.o.Dir), "staged"))
	c.report.Sealed = c.published.Size
}

// checkpoint reads a signed checkpoint; a missing or bad one is the empty one. What
// is wrong with the published one is for the archive's own check to say.
func (c *check) checkpoint(path string) proof.Checkpoint {
	none := proof.Checkpoint{Origin: c.log.Name(), Root: proof.EmptyRoot}
	signed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return none
	}
	var p proof.Checkpoint
	if err == nil {
		p, err = proof.OpenCheckpoint(signed, c.log)
	}
	if err != nil {
		if filepath.Base(path) != archive.CheckpointPath {
			c.found("archive", RecoverStore, path, 0, err)
		}
		return none
	}
	c.promises = append(c.promises, p)
	return p
}

// archive verifies the log by itself.
func (c *check) archive(ctx context.Context) error {
	found, _, err := archive.Verify(ctx, c.src, c.log, func(done, total uint64) { c.progress(Verifying, done, total) })
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Rule == "archive.checkpoint" && c.report.Records == 0 && f.Found == "there is none" {
			continue // nothing was recorded yet
		}
		finding := FindingOf(f)
		if f.Rule == "archive.checkpoint" {
			finding.Remedy = RecoverStore
		}
		c.report.Findings = append(c.report.Findings, finding)
	}
	return nil
}

// receipts holds what the ledger signed for against the store and the log.
func (c *check) receipts(ctx context.Context, now time.Time) error {
	for sequence, list := range c.held {
		for _, h := range list {
			if err := h.Receipt.SignedReceipt.Verify(c.key); err != nil {
				c.found("receipts", AskPeople, h.Path, sequence, &ledger.Error{Rule: "receipt.seal", Found: err.Error(), Want: "a receipt that this ledger's key signed"})
				continue
			}
			if sequence > c.report.Records {
				c.find("receipts", RecoverStore, Finding{Rule: "rollback.receipt", Path: h.Path, Sequence: sequence, Found: fmt.Sprintf("the ledger ends at record %d", c.report.Records), Want: "the record that the receipt was given for"})
			}
			if sequence > c.published.Size {
				continue
			}
			r, err := receipts.Check{Receipt: h.Receipt, Key: c.key, Log: c.src, Live: true, Now: now, Grace: receipts.Grace}.Run(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", h.Path, err)
			}
			for _, f := range r.Findings {
				c.find("receipts", AskPeople, Finding{Rule: f.Rule, Path: h.Path, Sequence: sequence, Found: f.Found, Want: f.Want})
			}
		}
	}
	return nil
}

// RebuildArchive makes the archive's missing and damaged files anew from the store,
// if that has the root that was signed, and gives their paths. The ledger must not
// be running.
func RebuildArchive(ctx context.Context, o Options, progress func(done, total uint64)) ([]string, error) {
	o = o.defaults()
	marker, err := natsd.ReadMarker(o.Dir)
	if err != nil {
		return nil, err
	}
	log, err := LogVerifier(o.Dir)
	if err != nil {
		return nil, err
	}
	held, err := natsd.Hold(o.Dir)
	if err != nil {
		return nil, err
	}
	defer held.Release()
	return archive.Rebuild(ctx, ArchiveDir(o.Dir), log, filed(filepath.Join(o.Dir, storeFolder), marker.Campaign), progress)
}

// filed gives the records in the files of a store, and an error where they are
// damaged.
func filed(store string, campaign ledger.LocalID) stream.Records {
	return func(yield func(ledger.Record, error) bool) {
		var flaws []natsd.Flaw
		for m, err := range natsd.Blocks(store, campaign, func(f natsd.Flaw) { flaws = append(flaws, f) }) {
			var r ledger.Record
			if len(flaws) > 0 {
				err = &ledger.Error{Class: ledger.Damaged, Rule: "store.block", Found: flaws[0].String(), Want: "a store that is whole: `ducha recover`"}
			}
			if err == nil {
				r, err = stream.RecordOf(m.Subject, m.Header, m.Body, m.Sequence)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// leafIndex is where a record's hash stands among the stored hashes of a log.
func leafIndex(sequence uint64) int64 { return tlog.StoredHashIndex(0, int64(sequence-1)) }
