package node

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/natsd"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/ledger/stream"
	"ducha/projections"

	"golang.org/x/mod/sumdb/tlog"
)

// weigh holds records that come one by one against a chain and against the roots
// that were signed.
type weigh struct {
	chain    ledger.Chain
	tree     proof.Tree
	promises []proof.Checkpoint
	kept     proof.Checkpoint // the largest promise that was reached
}

func newWeigh(promises []proof.Checkpoint) *weigh {
	return &weigh{promises: promises, kept: proof.Checkpoint{Root: proof.EmptyRoot}}
}

func (w *weigh) add(r ledger.Record) error {
	if err := w.chain.Add(r); err != nil {
		return err
	}
	w.tree.Add(tlog.RecordHash(r.Encode()))
	for _, p := range w.promises {
		if p.Size != w.tree.Size() {
			continue
		}
		if root := w.tree.Root(); root != p.Root {
			return &ledger.Error{Class: ledger.Damaged, Rule: "archive.fork", Found: fmt.Sprintf("the first %d records have the root %s", p.Size, root),
				Want: fmt.Sprintf("the root %s, which the ledger signed too: these are two histories. Keep both logs as evidence", p.Root)}
		}
		w.kept = p
	}
	return nil
}

// sealedLog is a log that records are taken from.
type sealedLog struct {
	name   string
	src    archive.Source
	reader *archive.Reader
	c      proof.Checkpoint
}

// entry is one record of a log, where the bundle that it is in is damaged elsewhere.
func (l sealedLog) entry(ctx context.Context, sequence uint64) (r ledger.Record, ok bool) {
	const width = 256
	index := sequence - 1
	t := archive.Tile{Level: archive.Entries, Index: index / width, Width: int(min(width, l.c.Size-index/width*width))}
	data, err := l.src.ReadFile(ctx, t.Path())
	if errors.Is(err, fs.ErrNotExist) {
		t.Width = width
		data, err = l.src.ReadFile(ctx, t.Path())
	}
	leaves, err2 := l.reader.At(ctx, l.c).ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))})
	if err != nil || err2 != nil {
		return r, false
	}
	for len(data) >= 2 {
		size := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+size {
			return r, false
		}
		entry := data[2 : 2+size]
		if tlog.RecordHash(entry) == leaves[0] {
			r, err = ledger.ParseRecord(entry)
			return r, err == nil && r.Sequence == sequence
		}
		data = data[2+size:]
	}
	return r, false
}

// supply gives a ledger's records from wherever they are still whole.
type supply struct {
	campaign ledger.LocalID
	logs     []sealedLog // the longest first
	stores   []string    // folders with files of the store
	promises []proof.Checkpoint

	weigh *weigh
	keys  *projections.Campaign // of it, the keyring
	taken map[string]uint64
	last  ledger.Hash // the digest of the last record given
	flaws []string
	found map[uint64][]candidate // what the stores have from number from on
	from  uint64
}

// candidate is a record that was found in the files of a store.
type candidate struct {
	record ledger.Record
	store  string
}

// records gives the records in their order: from the logs as long as they can be
// read there, else from the files of a store. It ends where none has the next one.
func (s *supply) records(ctx context.Context) stream.Records {
	return func(yield func(ledger.Record, error) bool) {
		s.weigh, s.taken, s.flaws, s.found = newWeigh(s.promises), map[string]uint64{}, nil, nil
		s.keys = projections.CampaignProjection().Init()
		for {
			more, given := s.sealed(ctx, yield)
			if !more {
				return
			}
			if given {
				continue
			}
			if err := ctx.Err(); err != nil {
				yield(ledger.Record{}, err)
				return
			}
			c, ok := s.salvaged(s.weigh.tree.Size() + 1)
			if !ok || !s.give(c.record, c.store, yield) {
				return
			}
		}
	}
}

// sealed gives what a log has next; given says whether there was any.
func (s *supply) sealed(ctx context.Context, yield func(ledger.Record, error) bool) (more, given bool) {
	for _, l := range s.logs {
		after := s.weigh.tree.Size()
		if l.c.Size <= after {
			continue
		}
		for r, err := range l.reader.Records(ctx, l.c, after) {
			if err != nil {
				s.flaw(fmt.Sprintf("%s: %v", l.name, err))
				break
			}
			if !s.give(r, l.name, yield) {
				return false, true
			}
		}
		if s.weigh.tree.Size() > after {
			return true, true
		}
	}
	for _, l := range s.logs {
		next := s.weigh.tree.Size() + 1
		if l.c.Size < next {
			continue
		}
		if r, ok := l.entry(ctx, next); ok {
			return s.give(r, l.name, yield), true
		}
	}
	return true, false
}

func (s *supply) give(r ledger.Record, from string, yield func(ledger.Record, error) bool) bool {
	if err := s.weigh.add(r); err != nil {
		yield(r, fmt.Errorf("%s: %w", from, err))
		return false
	}
	s.taken[from]++
	s.last = digestOf(r)
	s.learnKeys(r)
	return yield(r, nil)
}

// flaw notes what could not be read; a hole in a log is met once for each of its
// records.
func (s *supply) flaw(text string) {
	if !slices.Contains(s.flaws, text) {
		s.flaws = append(s.flaws, text)
	}
}

// learnKeys keeps the keyring: who may have signed what comes later.
func (s *supply) learnKeys(r ledger.Record) {
	if r.Place.Family != ledger.Registry {
		return
	}
	if e, err := r.Read(); err == nil {
		projections.CampaignProjection().Evolve(s.keys, projections.Fact{Event: e, At: e.Recorded})
	}
}

// salvaged is a record from the files of a store that follows what was given, in the
// chain, and that somebody signed who could.
func (s *supply) salvaged(sequence uint64) (candidate, bool) {
	const window = 1 << 16 // of records that are kept in memory
	if s.found == nil || sequence >= s.from+window {
		s.found, s.from = map[uint64][]candidate{}, sequence
		for _, store := range s.stores {
			s.search(store, sequence, sequence+window)
		}
	}
	for _, c := range s.found[sequence] {
		err := s.weigh.chain.Clone().Add(c.record)
		if err == nil {
			err = s.signed(c.record)
		}
		if err == nil {
			return c, true
		}
		s.flaw(fmt.Sprintf("%s: record %d is not taken: %v", c.store, sequence, err))
	}
	return candidate{}, false
}

// search reads what a store's files have of some sequences.
func (s *supply) search(store string, from, to uint64) {
	for m, err := range natsd.Blocks(store, s.campaign, func(f natsd.Flaw) { s.flaw(f.String()) }) {
		if err != nil {
			s.flaw(err.Error())
			return
		}
		if m.Sequence < from || m.Sequence >= to {
			continue
		}
		r, err := stream.RecordOf(m.Subject, m.Header, bytes.Clone(m.Body), m.Sequence)
		if err != nil {
			s.flaw(fmt.Sprintf("%s: %v", store, err))
			continue
		}
		s.found[m.Sequence] = append(s.found[m.Sequence], candidate{r, store})
	}
}

// signed holds a record's signature against the keyring as it stands. The door did
// that once; the files of a store may have been written to since.
func (s *supply) signed(r ledger.Record) error {
	e, err := r.Read()
	if err != nil {
		return err
	}
	if charter, ok := e.Body.(*ledger.CharterAdopted); ok && r.Sequence == 1 {
		return verifyWith(string(charter.RootKey), r.Envelope)
	}
	key, ok := s.keys.Keyring.Keys[e.Signer]
	if !ok || key.Revoked != nil || key.Party != e.Source {
		return fmt.Errorf("it is signed with the key %s, which is none of %s in force", e.Signer, e.Source)
	}
	return verifyWith(key.PEM, r.Envelope)
}

func verifyWith(pem string, envelope []byte) error {
	key, err := seal.ParsePublicKey([]byte(pem))
	if err != nil {
		return err
	}
	env, err := seal.ParseEnvelope(envelope)
	if err != nil {
		return err
	}
	return env.Verify(key)
}

// knowledge is who knows how far the ledger had come.
type knowledge struct {
	promises []proof.Checkpoint // that the ledger signed
	mark     stream.Mark
	elders   elders
	last     uint64 // the highest number that somebody knows
	by       string
}

func (k *knowledge) say(last uint64, by string) {
	if last > k.last {
		k.last, k.by = last, by
	}
}

func (k *knowledge) hold(r ledger.Record) error { return errors.Join(k.mark.Hold(r), k.elders.hold(r)) }

// learn reads all that may know of the ledger: what was signed, the mark, receipts
// and copies; and finds where records may be.
func (r *recovery) learn(ctx context.Context) error {
	r.supply = &supply{campaign: r.marker.Campaign, taken: map[string]uint64{}}
	own := archive.Dir(ArchiveDir(r.o.Dir))
	for _, path := range []string{filepath.Join(string(own), archive.CheckpointPath), filepath.Join(stateDir(r.o.Dir), "staged")} {
		if err := r.promise(path, own); err != nil {
			return err
		}
	}
	if r.o.From != nil {
		reader := archive.NewReader(r.o.From, r.log)
		c, _, err := reader.Checkpoint(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", r.o.FromName, err)
		}
		r.trust(sealedLog{r.o.FromName, r.o.From, reader, c}, "the log "+r.o.FromName)
	}
	if len(r.known.promises) == 0 {
		return &ledger.Error{Class: ledger.Damaged, Rule: "archive.missing", Found: "no checkpoint of this ledger in " + string(own) + " or " + stateDir(r.o.Dir),
			Want: "--from with a copy of the sealed log: without anything signed nobody could tell a forged history from the true one"}
	}
	slices.SortStableFunc(r.supply.logs, func(a, b sealedLog) int { return int(b.c.Size) - int(a.c.Size) })
	r.supply.promises = r.known.promises
	if err := r.stores(); err != nil {
		return err
	}
	return r.learnMark(ctx)
}

// promise reads a file with a signed checkpoint of the folder's own log.
func (r *recovery) promise(path string, own archive.Dir) error {
	signed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	c, err := proof.OpenCheckpoint(signed, r.log)
	if err != nil {
		if claimed, claim := proof.ReadCheckpoint(signed); claim == nil && claimed.Origin != r.log.Name() {
			return wrongKey(r.o.Dir, r.key, "the ledger's key, with which "+claimed.Origin+" is sealed")
		}
		r.unread = append(r.unread, fmt.Sprintf("%s: %v", path, err))
		return nil
	}
	r.trust(sealedLog{string(own), own, archive.NewReader(own, r.log), c}, "the checkpoint in "+path)
	return nil
}

func (r *recovery) trust(l sealedLog, by string) {
	if l.c.Size > 0 {
		r.supply.logs = append(r.supply.logs, l)
		r.known.promises = append(r.known.promises, l.c)
	}
	r.known.say(l.c.Size, by)
}

// stores finds the folders with files of a store, the newest state first.
func (r *recovery) stores() error {
	entries, err := os.ReadDir(r.o.Dir)
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	r.supply.stores = []string{filepath.Join(r.o.Dir, "store"), filepath.Join(r.o.Dir, "guard")}
	var older []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), damagedStore) {
			older = append(older, filepath.Join(r.o.Dir, e.Name()))
		}
	}
	slices.Sort(older)
	slices.Reverse(older)
	r.supply.stores = append(r.supply.stores, older...)
	return nil
}

// learnMark reads what the mark, receipts and copies know.
func (r *recovery) learnMark(ctx context.Context) (err error) {
	if r.known.mark, err = stream.ReadMark(r.o.mark()); err != nil {
		r.known.mark = stream.Mark{} // it is written anew
		r.o.Logger.Warn("the mark knows nothing", "err", err)
	}
	r.known.say(r.known.mark.Sequence, "the mark "+r.o.mark())
	if r.known.elders, err = newElders(ctx, &Node{options: r.o.Options, campaign: r.marker.Campaign}, r.key.Public()); err != nil {
		return err
	}
	for sequence, receipts := range r.known.elders.receipts {
		r.known.say(sequence, "the receipt of "+receipts[0].ID.String())
	}
	for dir, guard := range r.known.elders.copies {
		r.known.say(guard.Sealed(), "the copy "+dir)
	}
	return nil
}
