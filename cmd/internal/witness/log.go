package witness

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// log is what a witness knows of one log.
type log struct {
	dir      string
	vkey     string
	verifier note.Verifier
	self     identity

	mu     sync.Mutex // held from reading the last checkpoint until the next one is on disk
	last   proof.Checkpoint
	signed []byte    // with the log's signature and the cosignature; nil before the first
	at     time.Time // of the cosignature
	stale  bool      // a write failed: only the disk knows what is there
}

const (
	logKeyFile     = "key"
	checkpointFile = "checkpoint"
	noCheckpoint   = "none\n"
	forked         = "fork-"
	refused        = "refused-"
	// maxKept is how many checkpoints of each kind are kept of a log: enough to prove a
	// fraud, too few to fill a disk.
	maxKept = 32
)

// readLog reads the state of a log.
func readLog(dir string, self identity) (*log, error) {
	vkey, err := os.ReadFile(filepath.Join(dir, logKeyFile))
	if err != nil {
		return nil, damaged(dir, "the log's key", err)
	}
	l := &log{dir: dir, vkey: strings.TrimSpace(string(vkey)), self: self}
	if l.verifier, err = proof.NewLogVerifier(l.vkey); err != nil {
		return nil, damaged(dir, "the log's key", err)
	}
	if want := OriginHash(l.verifier.Name()); filepath.Base(dir) != want {
		return nil, damaged(dir, "one folder a log, here "+want, errors.New("a copy would take the log back"))
	}
	return l, l.read()
}

// read takes the last checkpoint from the disk. It must be this witness's own: with
// another key in the folder, it is another witness.
func (l *log) read() error {
	signed, err := os.ReadFile(filepath.Join(l.dir, checkpointFile))
	if err != nil {
		return damaged(l.dir, "the last checkpoint", err)
	}
	last, at := proof.Checkpoint{Origin: l.verifier.Name(), Root: proof.EmptyRoot}, time.Time{}
	if string(signed) == noCheckpoint {
		signed = nil
	} else {
		if last, err = proof.OpenCheckpoint(signed, l.verifier); err != nil {
			return damaged(l.dir, "the last checkpoint", err)
		}
		n, err := note.Open(signed, note.VerifierList(l.self.verifier))
		if err != nil {
			return damaged(l.dir, "a checkpoint that "+l.self.cosigner.Name()+" cosigned with its key", err)
		}
		at = stamp(n.Sigs[0])
	}
	l.last, l.signed, l.at, l.stale = last, signed, at, false
	return nil
}

// stamp is when a verified cosignature says that it was made.
func stamp(s note.Signature) time.Time {
	raw, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(raw) < 12 {
		return time.Unix(0, 0)
	}
	return time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC()
}

// advance moves a log on to a checkpoint that it signed, if that continues the last
// one.
func (w *Witness) advance(l *log, a proof.AddCheckpoint, c proof.Checkpoint) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stale {
		if err := l.read(); err != nil {
			return nil, err
		}
	}
	two := c.Size == l.last.Size && c.Root != l.last.Root
	if two { // whatever old says: nothing excuses that
		w.keep(l, forked, a, c, "two histories of one log: the size %d had the root %s", c.Size, l.last.Root)
	}
	switch {
	case a.Old != l.last.Size:
		return nil, &refusal{status: http.StatusConflict, size: l.last.Size, why: fmt.Sprintf("the last checkpoint had size %d", l.last.Size)}
	case two:
		return nil, refuse(http.StatusUnprocessableEntity, "two histories of one log: the size %d had the root %s", c.Size, l.last.Root)
	case len(a.Proof) > 0 && (a.Old == 0 || a.Old == c.Size):
		return nil, refuse(http.StatusUnprocessableEntity, "a proof of %d hashes where none is needed", len(a.Proof))
	case a.Old > 0 && a.Old < c.Size:
		if err := tlog.CheckTree(a.Proof, int64(c.Size), c.Root, int64(a.Old), l.last.Root); err != nil {
			w.keep(l, refused, a, c, "the proof does not lead from size %d to %d", a.Old, c.Size)
			return nil, refuse(http.StatusUnprocessableEntity, "the proof does not lead from size %d to %d: %v", a.Old, c.Size, err)
		}
	}
	return w.cosign(l, a, c)
}

// cosign signs, keeps, and only then gives the line away.
func (w *Witness) cosign(l *log, a proof.AddCheckpoint, c proof.Checkpoint) ([]byte, error) {
	now := w.clock()
	line, err := l.self.cosigner.Cosign(a.Checkpoint, now)
	if err != nil {
		return nil, err
	}
	signed, err := only(a.Checkpoint, l.verifier, line)
	if err != nil {
		return nil, err
	}
	if err := w.put(filepath.Join(l.dir, checkpointFile), signed); err != nil {
		l.stale = true // it may be there all the same
		return nil, fmt.Errorf("keep checkpoint: %w", err)
	}
	l.last, l.signed, l.at = c, signed, now.Truncate(time.Second).UTC()
	w.settle(l)
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

// kept is the files of evidence of a kind.
func (l *log) kept(kind string) (paths []string, err error) {
	files, err := os.ReadDir(l.dir)
	for _, f := range files {
		if strings.HasPrefix(f.Name(), kind) {
			paths = append(paths, filepath.Join(l.dir, f.Name()))
		}
	}
	return paths, err
}

func (l *log) evidence(kind string, c proof.Checkpoint) string {
	return filepath.Join(l.dir, fmt.Sprintf("%s%d-%s", kind, c.Size, hex.EncodeToString(c.Root[:8])))
}

// keep keeps what the log signed and what the witness knows, side by side.
func (w *Witness) keep(l *log, kind string, a proof.AddCheckpoint, c proof.Checkpoint, format string, args ...any) {
	path := l.evidence(kind, c)
	paths, err := l.kept(kind)
	if err == nil && (len(paths) >= maxKept || slices.Contains(paths, path)) {
		return
	}
	why := fmt.Sprintf(format, args...)
	if err == nil {
		err = w.put(path, slices.Concat([]byte(why+"\n\n== refused\n"), a.Encode(), []byte("\n== cosigned before\n"), l.signed))
	}
	w.tell(kind, l, path, why, err)
}

// settle looks at what was refused of the size that is cosigned now: the same root
// had only a bad proof, and anybody can send that; another root is a second history.
func (w *Witness) settle(l *log) {
	paths, err := l.kept(fmt.Sprintf("%s%d-", refused, l.last.Size))
	for _, path := range paths {
		if path != l.evidence(refused, l.last) {
			var text []byte
			text, err = os.ReadFile(path)
			proven := filepath.Join(l.dir, forked+strings.TrimPrefix(filepath.Base(path), refused))
			if err == nil {
				err = w.put(proven, slices.Concat(text, []byte("\n== cosigned after\n"), l.signed))
			}
			w.tell(forked, l, proven, "two histories of one log: this size was cosigned with another root", err)
		}
		if err == nil {
			err = os.Remove(path)
		}
	}
	if err != nil {
		w.logger().Warn("what was refused of a log could not be looked through", "log", l.last.Origin, "err", err)
	}
}

// tell says what was kept, or that it could not be.
func (w *Witness) tell(kind string, l *log, path, why string, err error) {
	switch {
	case err != nil:
		w.logger().Error("evidence could not be kept", "log", l.last.Origin, "why", why, "err", err)
	case kind == forked:
		w.logger().Error("proof of fraud", "log", l.last.Origin, "why", why, "kept", path)
	default:
		w.logger().Warn("a checkpoint was refused", "log", l.last.Origin, "why", why, "kept", path)
	}
}

func (w *Witness) logger() *slog.Logger {
	if w.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return w.Logger
}
