package natsd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ducha/ledger"
)

// Mode is how a folder's store is run. A folder of one mode is never opened in
// the other: a clustered server deletes the streams of a standalone store.
type Mode string

const (
	Standalone Mode = "standalone"
	Clustered  Mode = "cluster"
)

const (
	markerFile   = "ducha.json"
	markerFormat = 1
)

// Marker says what a data folder holds. It is written once, into an empty folder.
type Marker struct {
	Format   int            `json:"format"`
	Mode     Mode           `json:"mode"`
	Cluster  string         `json:"cluster,omitempty"` // its name, in mode cluster
	Campaign ledger.LocalID `json:"campaign"`
	Created  time.Time      `json:"created"`
}

// Init makes an empty folder a data folder. It refuses a folder that holds
// anything: a ledger is never created over something else.
func Init(dir string, m Marker) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("init: %w", err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == markerFile+".new" }) // of an init that was cut short
	if len(entries) > 0 {
		return ledger.Refuse("folder.empty", fmt.Sprintf("%s holds %d entries already, such as %s", dir, len(entries), entries[0].Name()), "an empty folder, or one that does not exist yet")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	m.Format = markerFormat
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	return writeDurably(filepath.Join(dir, markerFile), append(data, '\n'))
}

// ReadMarker reads a data folder's marker.
func ReadMarker(dir string) (Marker, error) {
	data, err := os.ReadFile(filepath.Join(dir, markerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Marker{}, &ledger.Error{Class: ledger.NotFound, Rule: "folder.marker", Found: fmt.Sprintf("no ledger in %s", dir), Want: "a data folder made by `ducha init --data DIR` or `ducha demo --data DIR`"}
	}
	if err != nil {
		return Marker{}, fmt.Errorf("marker: %w", err)
	}
	var m Marker
	if err := json.Unmarshal(data, &m); err != nil || m.Format != markerFormat || m.Campaign == "" || (m.Mode != Standalone && m.Mode != Clustered) {
		return Marker{}, &ledger.Error{Class: ledger.Damaged, Rule: "folder.marker", Found: fmt.Sprintf("%s of format %d, mode %q", filepath.Join(dir, markerFile), m.Format, m.Mode), Want: fmt.Sprintf("a marker of format %d as init wrote it", markerFormat), Err: err}
	}
	return m, nil
}

// fits holds the marker against how the folder is to be opened.
func (m Marker) fits(dir string, c *Cluster) error {
	mode, cluster := Standalone, ""
	if c != nil {
		mode, cluster = Clustered, c.Name
	}
	if m.Mode != mode || m.Cluster != cluster {
		return ledger.Refuse("folder.mode", fmt.Sprintf("%s is a folder of mode %s %s, opened as %s %s", dir, m.Mode, m.Cluster, mode, cluster),
			"the mode it was made for: a server of the other mode would delete its streams")
	}
	return nil
}

// writeDurably writes a file so that after a power cut it is there whole or not
// at all: a file of another name, synced, renamed, and the folder synced.
func writeDurably(path string, data []byte) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	if err := os.Rename(tmp, path); err != nil { // the commit point
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename in a folder last. It is a variable for tests that let it
// fail.
var syncDir = func(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
