package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/gofrs/flock"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Options say whose log this is and who cosigns. Clock is for [Log.Status] only: a
// checkpoint has no time.
type Options struct {
	Dir, State string // the served folder, and the sealer's own, on one file system
	Key        seal.PrivateKey
	Campaign   ledger.LocalID
	Clock      func() time.Time
	// Cosign asks the witnesses; nil: there are none. It returns the note with the
	// cosignatures that it got. An error says: not enough, publish nothing yet and
	// ask again later. It may be asked about the same checkpoint again.
	Cosign func(ctx context.Context, a Ask) (signed []byte, err error)
	Logger *slog.Logger
}

// Ask is a checkpoint that wants cosignatures. Hashes are of its tree, read from
// disk: consistency with any older size can be proved from them.
type Ask struct {
	Signed     []byte
	Checkpoint proof.Checkpoint
	Hashes     tlog.HashReader
}

// In the sealer's own folder: the newest signed checkpoint, and a mark that says that
// the served folder was empty once, so that tiles without a checkpoint are leftovers.
const (
	stagedPath = "staged"
	begunPath  = "begun"
)

// Log is the log of a ledger that is being sealed (封存): the only one that writes
// it. Its methods may be called by many goroutines, Add by one at a time.
type Log struct {
	options Options
	origin  string
	log     note.Verifier
	logger  *slog.Logger
	lock    *flock.Flock // of the sealer's own folder
	served  *flock.Flock // of the served one: no sync goes to it
	files   *disk
	state   *disk
	crew    *crew

	adding  sync.Mutex    // of Add: what is full is on its way to the disk when it is let go
	sealing chan struct{} // holds one: whoever has it seals
	staged  []byte        // the file; of whoever seals

	mu        sync.Mutex
	fold      *fold
	published proof.Checkpoint
	note      []byte            // the published checkpoint's file, nil for none
	promised  *proof.Checkpoint // staged once, and its files are not there: to be reached
	newest    proof.Checkpoint  // that was signed: published, or staged
	err       error             // why it stopped
	cosign    error             // why the newest checkpoint is not published yet
	since     time.Time         // when the log was last published, or opened
	waiting   map[uint64]int    // sequences that somebody waits for
	changed   chan struct{}     // closed at each change that waiters want to know

	news   chan struct{} // holds one: there is something to seal
	urgent chan struct{} // holds one: somebody waits for it
}

// Open opens the log in a folder; an empty folder is an empty log. It holds the
// right edge of the tree against the published root, and sweeps away what a crash
// left. A staged checkpoint that was never published is gone on from. Close it to
// open it again.
func Open(o Options) (*Log, error) {
	l, err := newLog(o)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return l, nil
}

func newLog(o Options) (*Log, error) {
	l := &Log{options: o, origin: proof.Origin(o.Campaign, o.Key.Public()), logger: o.Logger,
		crew: newCrew(), sealing: make(chan struct{}, 1), waiting: map[uint64]int{}, changed: make(chan struct{}),
		news: make(chan struct{}, 1), urgent: make(chan struct{}, 1)}
	if l.logger == nil {
		l.logger = slog.New(slog.DiscardHandler)
	}
	if l.options.Clock == nil {
		l.options.Clock = func() time.Time { return time.Time{} }
	}
	l.since = l.options.Clock()
	var err error
	if l.log, err = proof.LogVerifier(l.origin, o.Key.Public()); err != nil {
		return nil, err
	}
	temp := filepath.Join(o.State, "new")
	l.files, l.state = newDisk(o.Dir, temp, 0o644), newDisk(o.State, temp, 0o600)
	l.state.names = l.files.names
	return l, nil
}

// open is Open once the log is made.
func (l *Log) open() (err error) {
	if err := os.MkdirAll(l.options.State, 0o700); err != nil {
		return err
	}
	if err := os.MkdirAll(l.options.Dir, 0o755); err != nil {
		return err
	}
	if err := l.seize(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.release())
		}
	}()
	if err := errors.Join(l.files.clean(),
		syncFolder(l.options.State), syncFolder(filepath.Dir(l.options.State)), syncFolder(filepath.Dir(l.options.Dir))); err != nil {
		return err
	}
	if err := l.load(context.Background()); err != nil {
		return err
	}
	return l.files.sweep(l.newest.Size, l.published.Size, l.logger)
}

// seize keeps other processes out.
func (l *Log) seize() error {
	l.lock = flock.New(filepath.Join(l.options.State, "lock"))
	ok, err := l.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock %s: %w", l.options.State, err)
	}
	if !ok {
		return &ledger.Error{Class: ledger.Conflict, Rule: "archive.lock", Found: l.options.State + " is in use", Want: "one that seals: two would sign two histories"}
	}
	if l.served, err = lockFolder(l.options.Dir); err != nil {
		return errors.Join(err, l.lock.Unlock())
	}
	return nil
}

func (l *Log) release() error { return errors.Join(l.served.Unlock(), l.lock.Unlock()) }

// Close lets the log go. What is not sealed is not lost: the stream has it.
func (l *Log) Close() error {
	l.fail(&ledger.Error{Class: ledger.Unavailable, Rule: "archive.closed", Found: "the archive was closed", Want: "a ledger that runs"})
	l.sealing <- struct{}{} // whoever seals ends first
	defer func() { <-l.sealing }()
	l.crew.settle() // whatever failed is known
	return l.release()
}

// Size is how many entries are in the log, sealed or not: the next record to add
// is number Size()+1.
func (l *Log) Size() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fold.size
}

// Published is the checkpoint that readers see; its size is 0 before the first.
func (l *Log) Published() proof.Checkpoint {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.published
}

// Reader reads the log as others do.
func (l *Log) Reader() *Reader { return NewReader(Dir(l.options.Dir), l.log) }

// Verifier verifies the log's checkpoints.
func (l *Log) Verifier() note.Verifier { return l.log }

// Status is how the log does, for those who watch over it.
type Status struct {
	Size      uint64 // entries in it
	Published uint64 // of them under the published checkpoint
	Promised  uint64 // the size of a checkpoint that was signed before and must be reached first, 0 for none
	Since     time.Time
	Cosign    error // why the newest checkpoint is not published, nil when all is well
	Err       error // why it stopped for good, nil while it runs
}

// Status says how the log does. Since is when it last published.
func (l *Log) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Status{Size: l.fold.size, Published: l.published.Size, Since: l.since, Cosign: l.cosign, Err: l.err}
	if l.promised != nil {
		s.Promised = l.promised.Size
	}
	return s
}

// Add adds a record to the log; it is sealed by the next Seal. What becomes full
// is written at once.
func (l *Log) Add(r ledger.Record) error {
	entry := r.Encode()
	if len(entry) > ledger.MaxEntry {
		return &ledger.Error{Class: ledger.TooLarge, Rule: "record.size", Found: fmt.Sprintf("record %d of %d bytes", r.Sequence, len(entry)), Want: fmt.Sprintf("at most %d", ledger.MaxEntry)}
	}
	leaf := tlog.RecordHash(entry)
	l.adding.Lock()
	defer l.adding.Unlock()
	done, err := l.append(r, entry, leaf)
	if err != nil {
		return err
	}
	for _, f := range done {
		l.crew.do(func() error {
			err := l.put(f)
			if err != nil {
				l.fail(err)
			}
			return err
		})
	}
	return nil
}

func (l *Log) append(r ledger.Record, entry []byte, leaf tlog.Hash) ([]file, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.err != nil:
		return nil, l.err
	case r.Place.Campaign != l.options.Campaign:
		return nil, &ledger.Error{Class: ledger.Damaged, Rule: "archive.campaign", Found: fmt.Sprintf("record %d of %q", r.Sequence, r.Place.Campaign), Want: fmt.Sprintf("a record of %q", l.options.Campaign)}
	case r.Sequence != l.fold.size+1:
		return nil, &ledger.Error{Class: ledger.Damaged, Rule: "archive.sequence", Found: fmt.Sprintf("record %d after %d", r.Sequence, l.fold.size), Want: fmt.Sprintf("record %d", l.fold.size+1)}
	}
	done := l.fold.add(entry, leaf)
	if p := l.promised; p != nil && l.fold.size == p.Size {
		if root := l.fold.root(); root != p.Root {
			l.err = broken(*p, root)
			l.wake()
			return nil, l.err
		}
		l.promised = nil
	}
	signal(l.news)
	if l.waiting[l.fold.size] > 0 {
		signal(l.urgent)
	}
	return done, nil
}

func broken(p proof.Checkpoint, root tlog.Hash) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "archive.promise", Found: fmt.Sprintf("the first %d records give the root %s", p.Size, root),
		Want: fmt.Sprintf("the root %s: that checkpoint was signed and staged, witnesses may have seen it", p.Root)}
}

// put writes a file of the log, unless it is there and covered by a checkpoint.
func (l *Log) put(f file) error {
	path := f.tile.Path()
	if f.tile.covered(l.signed()) {
		if same, err := l.files.same(path, f.data); same || err != nil {
			return err
		}
	}
	return l.files.put(path, f.data)
}

// signed is the size of the newest checkpoint that was signed.
func (l *Log) signed() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest.Size
}

// fail stops the log for good: a disk that failed once is not trusted with what
// was on the way to it. Opening it again starts from what is there.
func (l *Log) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
	l.wake()
}

// wake tells waiters that something changed. The lock is held.
func (l *Log) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// Err is why the log stopped, nil while it runs.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
