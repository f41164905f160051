package witness

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/gofrs/flock"
	"golang.org/x/mod/sumdb/note"
)

// Witness (见证人) cosigns the checkpoints of the logs that it knows. It may be used
// by many goroutines, its folder by one process.
type Witness struct {
	// Logger hears of evidence that was kept and of a disk that fails; nil for nobody.
	// It is set before the witness is asked.
	Logger *slog.Logger

	dir   string
	self  identity
	clock func() time.Time
	lock  *flock.Flock
	put   func(path string, data []byte) error // write; tests let it fail

	mu   sync.RWMutex
	logs map[string]*log // by OriginHash
}

// identity is who cosigns.
type identity struct {
	cosigner proof.Cosigner
	verifier note.Verifier // of its own lines
}

type config struct {
	Name string `json:"name"`
}

const (
	keyFile    = "witness.pem"
	configFile = "witness.json"
	logsDir    = "logs"
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
	if err := os.MkdirAll(filepath.Join(dir, logsDir), 0o700); err != nil {
		return fmt.Errorf("make witness: %w", err)
	}
	return errors.Join(write(filepath.Join(dir, configFile), append(text, '\n')), write(filepath.Join(dir, keyFile), pem))
}

// Open opens the folder of a witness, to cosign.
func Open(dir string, clock func() time.Time) (*Witness, error) {
	self, err := identify(dir)
	if err != nil {
		return nil, err
	}
	w := &Witness{dir: dir, self: self, clock: clock, put: write, logs: map[string]*log{}, lock: flock.New(filepath.Join(dir, "lock"))}
	ok, err := w.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if !ok {
		return nil, &ledger.Error{Class: ledger.Conflict, Rule: "witness.lock", Found: dir + " is in use", Want: "one process: two could cosign two histories"}
	}
	err = sweep(dir)
	if err == nil {
		w.logs, err = readLogs(dir, self)
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Close lets the folder go.
func (w *Witness) Close() error { return w.lock.Unlock() }

// identify reads who cosigns in a folder.
func identify(dir string) (identity, error) {
	text, err1 := os.ReadFile(filepath.Join(dir, configFile))
	if errors.Is(err1, fs.ErrNotExist) {
		return identity{}, &ledger.Error{Class: ledger.NotFound, Rule: "witness.folder", Found: "no witness in " + dir, Want: "a folder that `ducha witness init` made", Err: err1}
	}
	pem, err2 := os.ReadFile(filepath.Join(dir, keyFile))
	if err := errors.Join(err1, err2); err != nil {
		return identity{}, damaged(dir, "a witness's name and key", err)
	}
	var c config
	key, err := seal.ParsePrivateKey(pem)
	if err := errors.Join(err, json.Unmarshal(text, &c)); err != nil {
		return identity{}, damaged(dir, "a witness's name and key", err)
	}
	cosigner, err := proof.NewCosigner(c.Name, key)
	if err != nil {
		return identity{}, err
	}
	verifier, err := proof.NewCosignatureVerifier(cosigner.VerifierKey())
	return identity{cosigner: cosigner, verifier: verifier}, err
}

// readLogs reads all logs of a folder. One that cannot be read is an error: to pass
// it over would be to forget it.
func readLogs(dir string, self identity) (map[string]*log, error) {
	folders, err := os.ReadDir(filepath.Join(dir, logsDir))
	if err != nil {
		return nil, damaged(dir, "the folder logs", err)
	}
	logs := map[string]*log{}
	for _, f := range folders {
		if strings.HasPrefix(f.Name(), unfinished) {
			continue // its adding was cut short
		}
		if logs[f.Name()], err = readLog(filepath.Join(dir, logsDir, f.Name()), self); err != nil {
			return nil, err
		}
	}
	return logs, nil
}

func damaged(path, want string, err error) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "witness.state", Found: path + " is not as it was left", Want: want + ": a witness whose state is lost has to be taken out of every policy, and a new one made", Err: err}
}

// Name is the witness's name in its signature lines.
func (w *Witness) Name() string { return w.self.cosigner.Name() }

// VerifierKey is the witness's key as policies write it.
func (w *Witness) VerifierKey() string { return w.self.cosigner.VerifierKey() }

// OriginHash is the name of a log in paths: SHA-256 of its origin, in hex.
func OriginHash(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return hex.EncodeToString(sum[:])
}

// AddLog makes the witness know a log by its verifier key: see the function of that
// name.
func (w *Witness) AddLog(vkey string) error { return AddLog(w.dir, vkey) }

// AddLog makes the witness of a folder know a log by its verifier key, also while it
// serves. A log that it knows keeps its state; another key for a known name is
// refused.
func AddLog(dir, vkey string) error {
	v, err := proof.NewLogVerifier(vkey)
	if err != nil {
		return err
	}
	if _, err := identify(dir); err != nil {
		return err
	}
	parent := filepath.Join(dir, logsDir)
	temporary, err := os.MkdirTemp(parent, unfinished+"*")
	if err != nil {
		return fmt.Errorf("add log: %w", err)
	}
	defer os.RemoveAll(temporary) // nothing is there once it has its name
	if err := errors.Join(write(filepath.Join(temporary, logKeyFile), []byte(vkey+"\n")), write(filepath.Join(temporary, checkpointFile), []byte(noCheckpoint))); err != nil {
		return fmt.Errorf("add log: %w", err)
	}
	named := filepath.Join(parent, OriginHash(v.Name()))
	err = os.Rename(temporary, named) // refused where there is one: this decides between two who add
	if errors.Is(err, fs.ErrExist) {
		return sameKey(named, v.Name(), vkey)
	}
	if err := errors.Join(err, syncDir(parent)); err != nil {
		return fmt.Errorf("add log: %w", err)
	}
	return nil
}

// sameKey refuses another key for a known log.
func sameKey(dir, origin, vkey string) error {
	known, err := os.ReadFile(filepath.Join(dir, logKeyFile))
	if err != nil {
		return damaged(dir, "the log's key", err)
	}
	if k := strings.TrimSpace(string(known)); k != vkey {
		return ledger.Refuse("witness.log", "another key for "+origin, "the key that it is known with: "+k)
	}
	return nil
}

// find is a log by its hash, nil for one that is not known. It may have been added
// while the witness serves.
func (w *Witness) find(hash string) (*log, error) {
	w.mu.RLock()
	l := w.logs[hash]
	w.mu.RUnlock()
	if l != nil || len(hash) != 2*sha256.Size || strings.Trim(hash, "0123456789abcdef") != "" {
		return l, nil
	}
	dir := filepath.Join(w.dir, logsDir, hash)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if l = w.logs[hash]; l != nil {
		return l, nil
	}
	l, err := readLog(dir, w.self)
	if err == nil {
		w.logs[hash] = l
	}
	return l, err
}

// Checkpoint is the last checkpoint of a log, with the cosignature, nil when there
// is none; hash is [OriginHash].
func (w *Witness) Checkpoint(hash string) ([]byte, error) {
	l, err := w.find(hash)
	if l == nil || err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.signed, nil
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
	l, err := w.find(OriginHash(string(origin)))
	if err != nil {
		return nil, err
	}
	if l == nil {
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
