package node

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/natsd"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/ledger/stream"

	"github.com/google/uuid"
)

// What was found damaged is kept under these names, with the time.
const (
	damagedStore   = "store.damaged-"
	damagedArchive = "archive.damaged-"
	damagedStaged  = "staged.damaged-"
)

// journal says what is left to do once the new store is proved: it is written
// before anything of the old one is touched, and removed last. While it is there no
// server opens the folder.
type journal struct {
	Store     string      `json:"store"`             // the old store's name from now on
	Archive   string      `json:"archive,omitempty"` // that of the archive, when it is of no use any more
	Copied    bool        `json:"copied,omitempty"`  // archive.new takes its place
	Staged    string      `json:"staged,omitempty"`  // that of a staged checkpoint that cannot be reached
	Mark      stream.Mark `json:"mark"`
	Said      string      `json:"said,omitempty"`      // the file of the statement, until it is on record
	Statement string      `json:"statement,omitempty"` // its envelope
	Recovery  Recovery    `json:"recovery"`
}

func journalFile(dir string) string { return filepath.Join(dir, natsd.RecoveringFile) }

// statementFiles hold statements until they are on record: one for each recovery
// since the last opening, in their order.
func statementFiles(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "recovered-*.dsse.json"))
	slices.Sort(names)
	return names, err
}

// readJournal reads the journal of a recovery that was cut short, nil for none.
func readJournal(dir string) (*journal, error) {
	data, err := os.ReadFile(journalFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var j journal
	if err == nil {
		err = json.Unmarshal(data, &j)
	}
	if err == nil && j.Store == "" {
		err = errors.New("it names no store")
	}
	if err != nil {
		return nil, &ledger.Error{Class: ledger.Damaged, Rule: "recover.journal", Found: fmt.Sprintf("%s: %v", journalFile(dir), err),
			Want: "the journal as the recovery wrote it. If store/ is the old store, remove the journal and begin anew"}
	}
	return &j, nil
}

// mend makes the archive's own files anew where they could not be read, from the
// new store. A log that cannot be gone on from is replaced by plan.
func (r *recovery) mend(ctx context.Context, s *stream.Stream, w *weigh) ([]string, error) {
	own := ArchiveDir(r.o.Dir)
	c, _, err := archive.NewReader(archive.Dir(own), r.log).Checkpoint(ctx)
	if err != nil || c.Size > w.tree.Size() || r.supply.taken[own] == r.supply.weigh.tree.Size() {
		return nil, nil
	}
	return archive.Rebuild(ctx, own, r.log, s.Read(ctx, 0), func(done, total uint64) { r.o.Progress(Mending, done, total) })
}

// plan prepares what takes the old one's place, and writes the journal: from here on
// the recovery goes forward only.
func (r *recovery) plan(done Recovery) (*journal, error) {
	at := r.o.Clock().UTC().Format("20060102T150405.000Z")
	j := &journal{Store: damagedStore + at, Mark: stream.Mark{Sequence: done.Sequence, Digest: r.supply.last}, Recovery: done}
	if _, err := os.Stat(filepath.Join(r.o.Dir, storeFolder)); err == nil {
		j.Recovery.Damaged = filepath.Join(r.o.Dir, j.Store)
	}
	if err := r.planArchive(j, at); err != nil {
		return nil, err
	}
	var err error
	if j.Statement, err = r.statement(done); err != nil {
		return nil, err
	}
	j.Said = "recovered-" + at + ".dsse.json"
	data, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("recover: %w", err)
	}
	return j, durably(journalFile(r.o.Dir), data) // the commit point
}

// planArchive puts aside what the sealer could not go on from: a checkpoint that is
// none, or one of more records than there are now.
func (r *recovery) planArchive(j *journal, at string) error {
	good := func(path string) (bool, error) {
		signed, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		if err != nil {
			return false, fmt.Errorf("recover: %w", err)
		}
		c, err := proof.OpenCheckpoint(signed, r.log)
		return err == nil && c.Size <= j.Recovery.Sequence, nil
	}
	own := ArchiveDir(r.o.Dir)
	checkpoint := filepath.Join(own, archive.CheckpointPath)
	ok, err := good(checkpoint)
	if err != nil {
		return err
	}
	_, missing := os.Stat(checkpoint)
	if missing != nil || !ok {
		if _, err := os.Stat(own); err == nil {
			j.Archive = damagedArchive + at
		}
		if r.o.From != nil {
			fresh := own + ".new"
			if err := os.RemoveAll(fresh); err != nil {
				return fmt.Errorf("recover: %w", err)
			}
			if _, err := archive.Sync(context.Background(), r.o.From, fresh, r.log, nil); err != nil {
				return fmt.Errorf("recover: %w", err)
			}
			j.Copied = true
		}
	}
	staged, err := good(filepath.Join(stateDir(r.o.Dir), "staged"))
	if err == nil && !staged {
		j.Staged = damagedStaged + at
	}
	return err
}

// statement is what the ledger says of the recovery, signed now, so that it is the
// same statement whenever it is put on record. A ledger without a charter says
// nothing.
func (r *recovery) statement(done Recovery) (string, error) {
	if done.Sequence == 0 {
		return "", nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("id: %w", err)
	}
	kept := r.supply.weigh.kept
	reason := r.o.Reason
	if reason == "" {
		reason = "存储受损,自封存日志恢复。"
	}
	s := ledger.Statement{ID: id, Kind: ledger.KindOf(ledger.LedgerRecovered{}), Campaign: r.marker.Campaign, Source: "ledger", Unit: ledger.HQ,
		Time: r.o.Clock().In(ledger.Shanghai).Truncate(time.Second), Basis: done.Sequence,
		Body: &ledger.LedgerRecovered{Sequence: done.Sequence, Sealed: kept.Size, Root: ledger.Digest(hex.EncodeToString(kept.Root[:])), Lost: done.Lost, Reason: ledger.Text(reason)}}
	if _, err := ledger.Parse(s.Encode()); err != nil {
		return "", err // such as a reason that is too long
	}
	env, err := seal.Seal(rand.Reader, r.key, seal.PayloadTypeStatement, s.Encode())
	return string(env.Encode()), err
}

// before is called before each thing that finish does. It is a variable for tests
// that stop there.
var before = func(step string) error { return nil }

// finish puts the new store in the place of the old one. Each thing is done unless
// it is done already: it can be cut short anywhere and called again.
func (r *recovery) finish(j *journal) error {
	dir := r.o.Dir
	at := func(name string) string { return filepath.Join(dir, name) }
	steps := []struct {
		name string
		do   func() error
	}{
		{"old store", func() error { return replace(at(storeFolder), at(j.Store), filepath.Join(r.fresh(), storeFolder)) }},
		{"new store", func() error { return place(filepath.Join(r.fresh(), storeFolder), at(storeFolder)) }},
		{"mark", func() error { return stream.WriteMark(r.o.mark(), j.Mark) }},
		{"snapshots", func() error { return os.RemoveAll(r.o.snapshots()) }},
		{"old archive", func() error { return aside(ArchiveDir(dir), at(j.Archive), j.Archive != "") }},
		{"new archive", func() error {
			if !j.Copied {
				return nil
			}
			return place(ArchiveDir(dir)+".new", ArchiveDir(dir))
		}},
		{"staged", func() error {
			return aside(filepath.Join(stateDir(dir), "staged"), filepath.Join(stateDir(dir), j.Staged), j.Staged != "")
		}},
		{"statement", func() error {
			if j.Statement == "" {
				return nil
			}
			return durably(at(j.Said), []byte(j.Statement))
		}},
		{"settle", r.held.Settle},
		{"sweep", func() error { return os.RemoveAll(r.fresh()) }},
		{"journal", func() error { return errors.Join(os.Remove(journalFile(dir)), syncFolder(dir)) }},
	}
	for _, s := range steps {
		if err := before(s.name); err != nil {
			return err
		}
		if err := errors.Join(s.do(), syncFolder(dir)); err != nil {
			return fmt.Errorf("recover, %s: %w", s.name, err)
		}
	}
	return nil
}

const storeFolder = "store"

// replace moves an old thing aside when there is a new one that waits for its place.
func replace(old, name, fresh string) error {
	_, err := os.Stat(fresh)
	return aside(old, name, err == nil)
}

// aside moves a thing to another name, when it is wanted, there, and not moved yet.
func aside(path, name string, wanted bool) error {
	if !wanted {
		return nil
	}
	if _, err := os.Lstat(name); err == nil {
		return nil // by the run before
	}
	if err := os.Rename(path, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// place moves a new thing to its place, unless that was done.
func place(fresh, path string) error {
	if _, err := os.Stat(fresh); errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(path)
		return err
	}
	return os.Rename(fresh, path)
}

// durably writes a file whole or not at all, and so that it stays.
func durably(path string, data []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sayRecovered puts on record that the ledger was recovered, if it was since the
// last opening. It is said once, whatever happens in between: a statement has one id
// and one form.
func (n *Node) sayRecovered(ctx context.Context) error {
	files, err := statementFiles(n.options.Dir)
	for _, path := range files {
		var envelope []byte
		if envelope, err = os.ReadFile(path); err == nil {
			_, _, err = n.Submit(ctx, envelope)
		}
		if err == nil {
			err = errors.Join(os.Remove(path), syncFolder(n.options.Dir))
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("put the recovery on record: %w", err)
	}
	return nil
}

// digestOf is the digest that a mark has of a record.
func digestOf(r ledger.Record) ledger.Hash { return sha256.Sum256(r.Encode()) }
