package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"ducha/ledger"

	"github.com/gofrs/flock"
)

// disk writes files so that they are there whole, or not at all, after a crash or a
// power cut: under another name, synced, renamed; then the folders, by sync.
type disk struct {
	root string // where files go
	temp string // where they are written, on the same file system
	mode fs.FileMode

	// step does one thing to the disk. Tests put another in its place, which fails.
	step func(op, path string, do func() error) error

	names   *atomic.Uint64
	mu      sync.Mutex
	made    map[string]bool // folders that are known to be there
	touched map[string]bool // folders that are not synced since they changed
}

// newDisk is a disk for files under root that are written in temp first.
func newDisk(root, temp string, mode fs.FileMode) *disk {
	return &disk{root: root, temp: temp, mode: mode, step: func(_, _ string, do func() error) error { return do() },
		names: new(atomic.Uint64), made: map[string]bool{}, touched: map[string]bool{}}
}

// folderMode is the mode of a folder for files of a mode.
func folderMode(mode fs.FileMode) fs.FileMode { return mode | mode>>2&0o111 }

func (d *disk) at(path string) string { return filepath.Join(d.root, filepath.FromSlash(path)) }

// put writes a file and syncs it. It is there for good after the next sync.
func (d *disk) put(path string, data []byte) error {
	if err := d.write(path, data); err != nil {
		return &ledger.Error{Class: ledger.Unavailable, Rule: "archive.disk", Found: "the archive cannot write " + d.at(path), Want: "a disk that takes files", Err: err}
	}
	return nil
}

func (d *disk) write(path string, data []byte) error {
	temp := d.name()
	if err := d.create(temp, data); err != nil {
		return err
	}
	return d.place(temp, path)
}

// name is a name for a file that is being written.
func (d *disk) name() string { return filepath.Join(d.temp, strconv.FormatUint(d.names.Add(1), 10)) }

// place moves a file that was created to where it belongs.
func (d *disk) place(temp, path string) error {
	target := d.at(path)
	if err := d.makeFolder(filepath.Dir(target)); err != nil {
		return err
	}
	if err := d.step("rename", target, func() error { return os.Rename(temp, target) }); err != nil {
		return err
	}
	d.touch(filepath.Dir(target))
	return nil
}

func (d *disk) create(temp string, data []byte) (err error) {
	var f *os.File
	err = d.step("create", temp, func() error {
		if f, err = os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, d.mode); err == nil {
			_, err = f.Write(data)
		}
		return err
	})
	if err == nil {
		err = d.step("sync", temp, func() error { return f.Sync() })
	}
	if f != nil {
		err = errors.Join(err, f.Close())
	}
	return err
}

// makeFolder makes a folder and those above it that are missing.
func (d *disk) makeFolder(path string) error {
	d.mu.Lock()
	known := d.made[path]
	d.mu.Unlock()
	if known {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := d.makeFolder(filepath.Dir(path)); err != nil {
			return err
		}
		err := d.step("mkdir", path, func() error { return os.Mkdir(path, folderMode(d.mode)) })
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	} else if err != nil {
		return err
	}
	// It may have been made just before a crash, by us or by another goroutine.
	d.touch(filepath.Dir(path))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.made[path] = true
	return nil
}

func (d *disk) touch(folder string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.touched[folder] = true
}

// sync makes the names of what was put last.
func (d *disk) sync() error {
	d.mu.Lock()
	folders := d.touched
	d.touched = map[string]bool{}
	d.mu.Unlock()
	for folder := range folders {
		if err := d.step("syncdir", folder, func() error { return syncFolder(folder) }); err != nil {
			return &ledger.Error{Class: ledger.Unavailable, Rule: "archive.disk", Found: "the archive cannot sync " + folder, Want: "a disk that takes files", Err: err}
		}
	}
	return nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// lockFolder keeps other processes from writing to a folder of a log. It leaves no
// file in it: the folder is served as it is.
func lockFolder(dir string) (*flock.Flock, error) {
	lock := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if !ok {
		return nil, &ledger.Error{Class: ledger.Conflict, Rule: "archive.lock", Found: dir + " is being written", Want: "one that writes to it: the ledger that seals, a sync to it, or a rebuild"}
	}
	return lock, nil
}

// remove takes a file away, or a folder with all in it, if it is there. A crash may
// bring it back.
func (d *disk) remove(path string) error {
	target := d.at(path)
	if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	d.mu.Lock()
	delete(d.made, target)
	d.mu.Unlock()
	return d.step("remove", target, func() error { return os.RemoveAll(target) })
}

// same reports whether a file is there with these bytes; differing ones are an
// error.
func (d *disk) same(path string, data []byte) (bool, error) {
	have, err := os.ReadFile(d.at(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, &ledger.Error{Class: ledger.Unavailable, Rule: "archive.disk", Found: "the archive cannot read " + d.at(path), Want: "a disk that gives what it holds", Err: err}
	case !bytes.Equal(have, data):
		return false, &ledger.Error{Class: ledger.Damaged, Rule: "archive.written", Found: fmt.Sprintf("%s holds other bytes than the records give", d.at(path)),
			Want: "the bytes under the signed checkpoint: a file that was sealed is never written over. Find out which of the two was changed"}
	}
	return true, nil
}

// clean makes the folder for files that are being written, and empties it.
func (d *disk) clean() error {
	left, err := os.ReadDir(d.temp)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(d.temp, 0o700)
	}
	for _, e := range left {
		err = errors.Join(err, os.RemoveAll(filepath.Join(d.temp, e.Name())))
	}
	return err
}

// crew writes files, a few at once: a sync waits, mostly.
type crew struct {
	slots chan struct{}
	mu    sync.Mutex
	err   error
}

func newCrew() *crew { return &crew{slots: make(chan struct{}, 8)} }

// do has a thing done, soon. It waits for a slot.
func (c *crew) do(f func() error) {
	c.slots <- struct{}{}
	go func() {
		defer func() { <-c.slots }()
		if err := f(); err != nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.err == nil {
				c.err = err
			}
		}
	}()
}

// failed is the first error so far.
func (c *crew) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// settle waits for all that was begun. One may wait at a time.
func (c *crew) settle() error {
	for range cap(c.slots) {
		c.slots <- struct{}{}
	}
	for range cap(c.slots) {
		<-c.slots
	}
	return c.failed()
}
