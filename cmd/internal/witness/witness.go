package witness

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/gofrs/flock"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Witness (见证人) cosigns the checkpoints of the logs that it knows. It may be used
// by many goroutines, its folder by one process.
type Witness struct {
	dir      string
	cosigner proof.Cosigner
	clock    func() time.Time
	lock     *flock.Flock

	mu   sync.RWMutex
	logs map[string]*log // by origin
}

// log is what a witness knows of one log.
type log struct {
	dir      string
	vkey     string
	verifier note.Verifier

	mu     sync.Mutex // held from reading the last checkpoint until the next one is on disk
	last   proof.Checkpoint
	signed []byte // with the log's signature and the cosignature; nil before the first
}

type config struct {
	Name string `json:"name"`
}

const (
	keyFile    = "witness.pem"
	configFile = "witness.json"
	// maxRefused is how many refused checkpoints are kept of a log: enough to prove a
	// fraud, too few to fill a disk.
	maxRefused = 32
)

// Create makes the folder of a witness with a key that is new.
func Create(dir, name string, key seal.PrivateKey) error {
	if _, err := proof.NewCosigner(name, key); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("make witness: %w", err)
	}
	if len(entries) > 0 {
		return ledger.Refuse("witness.folder", dir+" is not empty", "an empty folder: a witness that forgets what it signed is none")
	}
	pem, err := key.PEM()
	if err != nil {
		return fmt.Errorf("make witness: %w", err)
	}
	text, err := json.MarshalIndent(config{Name: name}, "", "  ")
	if err != nil {
		return fmt.Errorf("make witness: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
		return fmt.Errorf("make witness: %w", err)
	}
	return errors.Join(write(filepath.Join(dir, configFile), append(text, '\n')), write(filepath.Join(dir, keyFile), pem))
}

// Open opens the folder of a witness.
func Open(dir string, clock func() time.Time) (*Witness, error) {
	w := &Witness{dir: dir, clock: clock, logs: map[string]*log{}, lock: flock.New(filepath.Join(dir, "lock"))}
	if _, err := os.Stat(filepath.Join(dir, configFile)); err != nil {
		return nil, &ledger.Error{Class: ledger.NotFound, Rule: "witness.folder", Found: "no witness in " + dir, Want: "a folder that `ducha witness init` made", Err: err}
	}
	ok, err := w.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if !ok {
		return nil, &ledger.Error{Class: ledger.Conflict, Rule: "witness.lock", Found: dir + " is in use", Want: "one process: two could cosign two histories"}
	}
	if err := w.read(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Close lets the folder go.
func (w *Witness) Close() error { return w.lock.Unlock() }

func (w *Witness) read() error {
	text, err1 := os.ReadFile(filepath.Join(w.dir, configFile))
	pem, err2 := os.ReadFile(filepath.Join(w.dir, keyFile))
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("open witness: %w", err)
	}
	var c config
	key, err := seal.ParsePrivateKey(pem)
	if err := errors.Join(err, json.Unmarshal(text, &c)); err != nil {
		return damaged(w.dir, "a witness's name and key", err)
	}
	if w.cosigner, err = proof.NewCosigner(c.Name, key); err != nil {
		return err
	}
	folders, err := os.ReadDir(filepath.Join(w.dir, "logs"))
	if err != nil {
		return damaged(w.dir, "the folder logs", err)
	}
	for _, f := range folders {
		l, err := w.readLog(filepath.Join(w.dir, "logs", f.Name()))
		if err != nil {
			return err
		}
		if l != nil {
			w.logs[l.verifier.Name()] = l
		}
	}
	return nil
}

func damaged(path, want string, err error) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "witness.state", Found: path + " cannot be read", Want: want + ": a witness whose state is lost has to be taken out of every policy, and a new one made", Err: err}
}

// readLog reads the state of a log, nil for one whose adding was cut short.
func (w *Witness) readLog(dir string) (*log, error) {
	vkey, err := os.ReadFile(filepath.Join(dir, "key"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, damaged(dir, "the log's key", err)
	}
	l := &log{dir: dir, vkey: strings.TrimSpace(string(vkey))}
	if l.verifier, err = proof.NewLogVerifier(l.vkey); err != nil {
		return nil, damaged(dir, "the log's key", err)
	}
	l.last = proof.Checkpoint{Origin: l.verifier.Name(), Root: proof.EmptyRoot}
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		l.last, err = proof.OpenCheckpoint(signed, l.verifier)
	}
	if err != nil {
		return nil, damaged(dir, "the last checkpoint", err)
	}
	l.signed = signed
	return l, nil
}

// Name is the witness's name in its signature lines.
func (w *Witness) Name() string { return w.cosigner.Name() }

// VerifierKey is the witness's key as policies write it.
func (w *Witness) VerifierKey() string { return w.cosigner.VerifierKey() }

// AddLog makes the witness know a log by its verifier key. A log that it knows
// keeps its state; another key for a known name is refused.
func (w *Witness) AddLog(vkey string) error {
	v, err := proof.NewLogVerifier(vkey)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if l, ok := w.logs[v.Name()]; ok {
		if l.vkey != vkey {
			return ledger.Refuse("witness.log", fmt.Sprintf("another key for %s", v.Name()), "the key that it is known with: "+l.vkey)
		}
		return nil
	}
	l := &log{dir: filepath.Join(w.dir, "logs", OriginHash(v.Name())), vkey: vkey, verifier: v, last: proof.Checkpoint{Origin: v.Name(), Root: proof.EmptyRoot}}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return fmt.Errorf("add log: %w", err)
	}
	if err := errors.Join(write(filepath.Join(l.dir, "key"), []byte(vkey+"\n")), syncDir(filepath.Dir(l.dir))); err != nil {
		return fmt.Errorf("add log: %w", err)
	}
	w.logs[v.Name()] = l
	return nil
}

// OriginHash is the name of a log in paths: SHA-256 of its origin, in hex.
func OriginHash(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return hex.EncodeToString(sum[:])
}

// Status is what a witness knows of a log.
type Status struct {
	Origin  string   `json:"origin"`
	Key     string   `json:"key"`
	Size    uint64   `json:"size"`
	Root    string   `json:"root"`
	Forks   []string `json:"forks,omitempty"`   // files of checkpoints that the log signed, of a size that had another root: proof of fraud
	Refused []string `json:"refused,omitempty"` // files of checkpoints that the log signed and did not prove to continue the last one
}

// Status lists the logs by their names.
func (w *Witness) Status() ([]Status, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var list []Status
	for _, l := range w.logs {
		l.mu.Lock()
		s := Status{Origin: l.last.Origin, Key: l.vkey, Size: l.last.Size, Root: l.last.Root.String()}
		l.mu.Unlock()
		var err1, err2 error
		s.Forks, err1 = filepath.Glob(filepath.Join(l.dir, "fork-*"))
		s.Refused, err2 = filepath.Glob(filepath.Join(l.dir, "refused-*"))
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b Status) int { return strings.Compare(a.Origin, b.Origin) })
	return list, nil
}

// refusal is why a witness does not cosign.
type refusal struct {
	status int    // of HTTP
	size   uint64 // with a conflict: of the last checkpoint that was cosigned
	why    string
}

func (r *refusal) Error() string { return r.why }

func refuse(status int, format string, args ...any) error {
	return &refusal{status: status, why: fmt.Sprintf(format, args...)}
}

// Add takes the body of add-checkpoint and gives the signature line. The checkpoint
// is on stable storage before.
func (w *Witness) Add(body []byte) ([]byte, error) {
	a, err := proof.ParseAddCheckpoint(body)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "%v", err)
	}
	origin, rest, _ := bytes.Cut(a.Checkpoint, []byte("\n"))
	w.mu.RLock()
	l, ok := w.logs[string(origin)]
	w.mu.RUnlock()
	if !ok {
		return nil, refuse(http.StatusNotFound, "the log %.80q is not known here", origin)
	}
	if _, err := proof.ReadCheckpoint(a.Checkpoint); err != nil && bytes.HasPrefix(rest, []byte("0\n")) {
		return nil, refuse(http.StatusUnprocessableEntity, "%v", err)
	} else if err != nil {
		return nil, refuse(http.StatusBadRequest, "%v", err)
	}
	c, err := proof.OpenCheckpoint(a.Checkpoint, l.verifier)
	if err != nil {
		return nil, refuse(http.StatusForbidden, "%v", err)
	}
	if a.Old > c.Size {
		return nil, refuse(http.StatusBadRequest, "old %d is larger than the checkpoint's size %d", a.Old, c.Size)
	}
	return w.advance(l, a, c)
}

// advance moves a log on to a checkpoint that it signed, if that continues the last
// one.
func (w *Witness) advance(l *log, a proof.AddCheckpoint, c proof.Checkpoint) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Size == l.last.Size && c.Root != l.last.Root {
		// Two roots of one size, whatever old says: nothing excuses that.
		return nil, l.keep("fork", a, c, "two histories: size %d had the root %s", c.Size, l.last.Root)
	}
	if a.Old != l.last.Size {
		return nil, &refusal{status: http.StatusConflict, size: l.last.Size, why: fmt.Sprintf("the last checkpoint had size %d", l.last.Size)}
	}
	switch {
	case len(a.Proof) > 0 && (a.Old == 0 || a.Old == c.Size):
		return nil, refuse(http.StatusUnprocessableEntity, "a proof of %d hashes where none is needed", len(a.Proof))
	case a.Old > 0 && a.Old < c.Size:
		if err := tlog.CheckTree(a.Proof, int64(c.Size), c.Root, int64(a.Old), l.last.Root); err != nil {
			return nil, l.keep("refused", a, c, "the proof does not lead from size %d to %d: %v", a.Old, c.Size, err)
		}
	}
	line, err := w.cosigner.Cosign(a.Checkpoint, w.clock())
	if err != nil {
		return nil, err
	}
	signed, err := only(a.Checkpoint, l.verifier, line)
	if err != nil {
		return nil, err
	}
	if err := write(filepath.Join(l.dir, "checkpoint"), signed); err != nil {
		return nil, fmt.Errorf("keep checkpoint: %w", err)
	}
	l.last, l.signed = c, signed
	return line, nil
}

// only is a checkpoint with the log's signature and a line, and no others.
func only(signed []byte, log note.Verifier, line []byte) ([]byte, error) {
	n, err := note.Open(signed, note.VerifierList(log))
	if err != nil {
		return nil, err
	}
	n.UnverifiedSigs = nil
	plain, err := note.Sign(n)
	if err != nil {
		return nil, err
	}
	return proof.AddSignatures(plain, line)
}

// keep keeps what the log signed and what the witness knows, side by side.
func (l *log) keep(as string, a proof.AddCheckpoint, c proof.Checkpoint, format string, args ...any) error {
	err := refuse(http.StatusUnprocessableEntity, format, args...)
	kept, _ := filepath.Glob(filepath.Join(l.dir, as+"-*"))
	path := filepath.Join(l.dir, fmt.Sprintf("%s-%d-%s", as, c.Size, hex.EncodeToString(c.Root[:8])))
	if len(kept) >= maxRefused || slices.Contains(kept, path) {
		return err
	}
	return errors.Join(err, write(path, slices.Concat([]byte(err.Error()+"\n\n== refused\n"), a.Encode(), []byte("\n== cosigned before\n"), l.signed)))
}

// Checkpoint is the last checkpoint of a log, with the cosignature, nil when there
// is none; hash is [OriginHash].
func (w *Witness) Checkpoint(hash string) []byte {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for origin, l := range w.logs {
		if OriginHash(origin) == hash {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.signed
		}
	}
	return nil
}

// write puts a file in its place for good: whole, or not at all.
func write(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
