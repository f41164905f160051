package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/natsd"
	"ducha/ledger/stream"
	"ducha/projections"

	"golang.org/x/mod/sumdb/tlog"
)

// storeCheck reads the store's files from the first record on, and holds what it
// reads against the chain, what is sealed, the mark, receipts and snapshots.
type storeCheck struct {
	*check
	weigh     *weigh
	fold      *projections.Fold[projections.Campaign]
	snapshots map[uint64]string // by the sequence that they stand at
	temp      string
	last      uint64
	flaws     int
	broken    bool // a record is missing or not the next one: chain, roots and folds end there

	reader *archive.Reader
	leaves []tlog.Hash // of the records after from, not held against the log yet
	from   uint64
	unread bool // the log's own tiles do not lead to its root
}

// mostFlaws is how many flaws of the files are named one by one.
const mostFlaws = 100

func newStoreCheck(_ context.Context, c *check) (s *storeCheck, err error) {
	s = &storeCheck{check: c, weigh: newWeigh(c.promises), fold: projections.NewFold(projections.CampaignProjection()),
		snapshots: map[uint64]string{}, reader: archive.NewReader(c.src, c.log)}
	if s.temp, err = os.MkdirTemp("", "ducha-fsck-"); err != nil {
		return nil, fmt.Errorf("fsck: %w", err)
	}
	if err := s.list(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.temp))
	}
	return s, nil
}

func (s *storeCheck) close() { os.RemoveAll(s.temp) }

// list finds the snapshots of this version, and those that are not what their names
// say.
func (s *storeCheck) list() error {
	dir := s.o.snapshots()
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("fsck: %w", err)
	}
	prefix := fmt.Sprintf("%s-v%d-", s.fold.Name, s.fold.Version)
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), prefix)
		seq, sum, ok := strings.Cut(strings.TrimSuffix(rest, ".json"), "-")
		if !ours {
			continue // of another version: passed over
		}
		s.report.Snapshots++
		path := filepath.Join(dir, e.Name())
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("fsck: %w", err)
		}
		digest := sha256.Sum256(data)
		n, err := strconv.ParseUint(seq, 10, 64)
		if !ok || err != nil || hex.EncodeToString(digest[:]) != sum {
			s.find("projections", DropCaches, Finding{Rule: "snapshot.digest", Path: path, Found: "a file that is not what its name says", Want: "a snapshot as it was written; it is passed over"})
			continue
		}
		s.snapshots[n] = e.Name()
	}
	return nil
}

func (s *storeCheck) run(ctx context.Context) error {
	store := filepath.Join(s.o.Dir, storeFolder)
	total := max(s.mark.Sequence, s.published.Size)
	for m, err := range natsd.Blocks(store, s.campaign, s.flaw) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("fsck: %w", err)
		}
		s.add(ctx, m)
		if s.last%1000 == 0 || s.last == total {
			s.progress(Reading, s.last, max(s.last, total))
		}
	}
	s.compare(ctx)
	s.report.Records = s.last
	s.end()
	return nil
}

func (s *storeCheck) flaw(f natsd.Flaw) {
	if s.flaws++; s.flaws <= mostFlaws {
		s.find("store", RecoverStore, Finding{Rule: "store.block", Path: f.Path, Sequence: f.After + 1, Found: fmt.Sprintf("byte %d, after record %d: %s", f.Byte, f.After, f.Found), Want: "what the server wrote"})
	}
	if s.flaws == mostFlaws+1 {
		s.find("store", RecoverStore, Finding{Rule: "store.block", Found: "and more of the kind, which are not listed"})
	}
}

// add takes the next message.
func (s *storeCheck) add(ctx context.Context, m natsd.Message) {
	if m.Sequence != s.last+1 {
		s.broken = true
		s.compare(ctx)
		s.from = m.Sequence - 1
		s.find("store", RecoverStore, Finding{Rule: "stream.gap", Sequence: s.last + 1, Found: fmt.Sprintf("records %d to %d are missing", s.last+1, m.Sequence-1), Want: "every record"})
	}
	s.last = m.Sequence
	r, err := stream.RecordOf(m.Subject, m.Header, bytes.Clone(m.Body), m.Sequence)
	if err != nil {
		s.broken = true
		s.found("store", RecoverStore, "", m.Sequence, err)
		s.leaf(ctx, tlog.Hash{})
		return
	}
	s.leaf(ctx, tlog.RecordHash(r.Encode()))
	if err := s.mark.Hold(r); err != nil {
		s.found("store", AskPeople, s.o.mark(), m.Sequence, err)
	}
	for _, h := range s.held[m.Sequence] {
		if h.Receipt.Digest != sha256.Sum256(r.Envelope) || h.Receipt.Head != r.Head {
			s.find("receipts", AskPeople, Finding{Rule: "rollback.receipt", Path: h.Path, Sequence: m.Sequence, Found: "the store's record is not the one that the receipt was given for", Want: "the record that the ledger signed for"})
		}
	}
	if !s.broken {
		s.follow(r)
	}
}

// follow goes on with the chain, the roots and the fold.
func (s *storeCheck) follow(r ledger.Record) {
	err := s.weigh.add(r)
	if err == nil {
		err = s.fold.Add(r)
	}
	if err != nil {
		s.broken = true
		s.found("store", RecoverStore, "", r.Sequence, err)
		return
	}
	name, ok := s.snapshots[r.Sequence]
	if !ok {
		return
	}
	delete(s.snapshots, r.Sequence)
	again, err := projections.NewView(s.fold).Snapshot(s.temp)
	if err != nil {
		s.found("projections", DropCaches, name, r.Sequence, err)
		return
	}
	if again != name {
		s.find("projections", DropCaches, Finding{Rule: "snapshot.state", Path: filepath.Join(s.o.snapshots(), name), Sequence: r.Sequence,
			Found: "it says something else than the records from the first on", Want: again})
	}
}

// leaf holds a record's hash against the log, a tile at a time.
func (s *storeCheck) leaf(ctx context.Context, h tlog.Hash) {
	if s.leaves = append(s.leaves, h); len(s.leaves) >= 256 {
		s.compare(ctx)
	}
}

// compare names the records whose hashes are not those in the log. Where the log
// itself is damaged its own check says so.
func (s *storeCheck) compare(ctx context.Context) {
	leaves, from := s.leaves, s.from
	s.leaves, s.from = s.leaves[:0], s.from+uint64(len(s.leaves))
	if s.published.Size <= from || s.unread {
		return
	}
	leaves = leaves[:min(uint64(len(leaves)), s.published.Size-from)]
	var indexes []int64
	for i := range leaves {
		indexes = append(indexes, leafIndex(from+uint64(i)+1))
	}
	sealed, err := s.reader.At(ctx, s.published).ReadHashes(indexes)
	if err != nil {
		s.unread = true
		return
	}
	for i, h := range sealed {
		if h != leaves[i] {
			s.find("store", RecoverStore, Finding{Rule: "archive.record", Sequence: from + uint64(i) + 1, Found: "it is not the record that was sealed", Want: "the sealed record"})
		}
	}
}

// end holds the end of the store against what is known.
func (s *storeCheck) end() {
	if s.last < s.mark.Sequence {
		s.found("store", RecoverStore, s.o.mark(), s.last+1, s.mark.Reached(s.last))
	}
	for _, p := range s.promises {
		if s.last < p.Size {
			s.find("store", RecoverStore, Finding{Rule: "archive.short", Sequence: s.last + 1, Found: fmt.Sprintf("the store ends at %d, a checkpoint of %d was signed", s.last, p.Size), Want: "all of them"})
			break
		}
	}
	for n, name := range s.snapshots {
		if n > s.last {
			s.find("projections", DropCaches, Finding{Rule: "snapshot.ahead", Path: filepath.Join(s.o.snapshots(), name), Sequence: n, Found: fmt.Sprintf("it stands at %d, the store ends at %d", n, s.last), Want: "a snapshot of what there is; it is passed over"})
		}
	}
}
