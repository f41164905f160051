package stream

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ducha/ledger"
)

// Mark says how far a stream had come: at least to this sequence, with this
// record. It is kept beside the store, where JetStream cannot touch it, and is
// held against the stream at every start: a stream that lost its end looks
// intact to itself.
type Mark struct {
	Sequence uint64      `json:"sequence"`
	Digest   ledger.Hash `json:"digest"` // SHA-256 of the record's canonical JSON
}

// ReadMark reads a mark; no file is the mark of an empty ledger.
func ReadMark(path string) (m Mark, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Mark{}, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		return m, &ledger.Error{Class: ledger.Damaged, Rule: "mark.file", Found: fmt.Sprintf("%s: %v", path, err), Want: "the mark as the writer wrote it"}
	}
	return m, nil
}

// Hold holds a record against the mark.
func (m Mark) Hold(r ledger.Record) error {
	if r.Sequence == m.Sequence && sha256.Sum256(r.Encode()) != m.Digest {
		return &ledger.Error{Class: ledger.Damaged, Rule: "mark.record", Found: fmt.Sprintf("record %d is another one than was recorded", r.Sequence), Want: "the record with the digest " + m.Digest.String()}
	}
	return nil
}

// Reached holds the stream's last sequence against the mark.
func (m Mark) Reached(last uint64) error {
	if last < m.Sequence {
		return &ledger.Error{Class: ledger.Damaged, Rule: "mark.short", Found: fmt.Sprintf("the stream ends with record %d, records %d to %d are missing", last, last+1, m.Sequence),
			Want: "every record that was acknowledged: run `ducha recover`"}
	}
	return nil
}

// marker writes the mark behind the writer's back, at most once a second.
type marker struct {
	path string
	log  *slog.Logger
	mu   sync.Mutex
	next *ledger.Record
	wake chan struct{}

	closing, done chan struct{}
}

const markEvery = time.Second

func newMarker(path string, log *slog.Logger) *marker {
	m := &marker{path: path, log: log, wake: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{})}
	go m.run()
	return m
}

// set says how far the stream has come.
func (m *marker) set(r ledger.Record) {
	m.mu.Lock()
	m.next = &r
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *marker) close() {
	close(m.closing)
	close(m.wake)
	<-m.done
}

func (m *marker) run() {
	defer close(m.done)
	for range m.wake {
		m.write()
		select {
		case <-time.After(markEvery):
		case <-m.closing:
		}
	}
	m.write()
}

func (m *marker) write() {
	m.mu.Lock()
	r := m.next
	m.next = nil
	m.mu.Unlock()
	if r == nil || m.path == "" {
		return
	}
	// A mark that could not be written is older than it could be, never wrong.
	if err := WriteMark(m.path, Mark{Sequence: r.Sequence, Digest: sha256.Sum256(r.Encode())}); err != nil {
		m.log.Error("the mark was not written", "err", err)
	}
}

// WriteMark writes a mark whole or not at all.
func WriteMark(path string, m Mark) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil { // the commit point
		return fmt.Errorf("mark: %w", err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("mark: %w", err)
	}
	return nil
}

// syncFolder makes a rename in a folder last. It is a variable for tests that let
// it fail.
var syncFolder = func(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
