package natsd

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"ducha/ledger"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// minFree is the least free space that a server is started with: JetStream must
// never meet a full disk, where it stops answering until it is restarted.
const minFree = 256 << 20

const storeFolder = "store"

// RecoveringFile is there while a store is being put in the place of another: no
// server is started then. Whoever recovers writes it.
const RecoveringFile = "recovering.json"

// folder is a locked data folder.
type folder struct {
	dir  string
	lock *flock.Flock
}

func (f folder) store() string   { return filepath.Join(f.dir, storeFolder) }
func (f folder) running() string { return filepath.Join(f.dir, "running") }
func (f folder) guard() string   { return filepath.Join(f.dir, "guard") }

// seize locks a data folder for this process.
func seize(dir string) (*folder, error) {
	path := filepath.Join(dir, "lock")
	f := &folder{dir: dir, lock: flock.New(path)}
	ok, err := f.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if !ok {
		pid, _ := os.ReadFile(path) // only to help
		return nil, &ledger.Error{Class: ledger.Conflict, Rule: "folder.lock", Found: fmt.Sprintf("%s is in use by process %s", dir, pid),
			Want: "one process a folder: ask the running server (--server, without --data), or end it first"}
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", dir, err), f.lock.Unlock())
	}
	return f, nil
}

// Held is a data folder that nobody else can start a server on.
type Held struct{ folder *folder }

// Hold locks a data folder without a server: for whoever repairs it.
func Hold(dir string) (*Held, error) {
	f, err := seize(dir)
	if err != nil {
		return nil, err
	}
	return &Held{f}, nil
}

// Space refuses when less than so many bytes are free, beside what a server needs
// to be started.
func (h *Held) Space(need uint64) error { return h.folder.space(need + minFree) }

// Settle says that the store in the folder is one that was closed cleanly: no copy
// of it is made at the next start.
func (h *Held) Settle() error {
	err := os.Remove(h.folder.running())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, syncDir(h.folder.dir))
}

// Release lets the folder go, and leaves in it what there is.
func (h *Held) Release() error { return h.folder.lock.Unlock() }

// prepare checks the folder and puts the running mark in it.
func (f *folder) prepare(m Marker, log *slog.Logger) error {
	if _, err := os.Stat(filepath.Join(f.dir, RecoveringFile)); err == nil {
		return &ledger.Error{Class: ledger.Damaged, Rule: "folder.recovering", Found: f.dir + " is being recovered, and that was cut short", Want: "`ducha recover --data " + f.dir + "` again: it goes on where it stood"}
	}
	if err := f.space(minFree); err != nil {
		return err
	}
	if m.Mode == Standalone { // a replica may have been caught up from elsewhere
		if err := f.verify(m.Campaign); err != nil {
			return err
		}
	}
	if _, err := os.Stat(f.running()); err == nil {
		log.Warn("the last run did not end cleanly: the store is copied aside first", "copy", f.guard())
		if err := f.copyAside(); err != nil {
			return fmt.Errorf("guard copy: %w", err)
		}
	}
	return writeDurably(f.running(), nil)
}

func (f *folder) space(need uint64) error {
	var s unix.Statfs_t
	if err := unix.Statfs(f.dir, &s); err != nil {
		return fmt.Errorf("free space of %s: %w", f.dir, err)
	}
	if free := s.Bavail * uint64(s.Bsize); free < need {
		return &ledger.Error{Class: ledger.Unavailable, Rule: "folder.space", Found: fmt.Sprintf("%d MB free in %s", free>>20, f.dir), Want: fmt.Sprintf("at least %d MB", need>>20)}
	}
	return nil
}

// copyAside keeps the store as it was found: a server that recovers a stream may
// cut it short or delete it. The copy before is given up only once the new one
// is whole.
func (f *folder) copyAside() error {
	if _, err := os.Stat(f.store()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	tmp := f.guard() + ".new"
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := os.CopyFS(tmp, os.DirFS(f.store())); err != nil {
		return err
	}
	if err := syncAll(tmp); err != nil {
		return err
	}
	if err := os.RemoveAll(f.guard()); err != nil {
		return err
	}
	return os.Rename(tmp, f.guard())
}

// syncAll syncs the file system that a folder is on: one call for all of a copy.
func syncAll(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(d.Fd())), d.Close())
}

// release ends a run whose server was stopped cleanly, or never started.
func (f *folder) release() error {
	err := os.Remove(f.running())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, f.lock.Unlock())
}
