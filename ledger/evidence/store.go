// Package evidence keeps what statements name by digest (佐证材料): photographs, scans
// and tables that are too large for a statement. They lie in a JetStream object store
// beside the ledger's stream, each under the SHA-256 of its bytes.
//
// The ledger never rests on it. A statement fixes the digest; whoever has the bytes
// can show that they are the ones, and bring them back if the store lost them. So
// nothing is trusted that is read from here: bytes are hashed as they go in and again
// as they come out, and what does not have its digest is an error, not a file.
//
//	store, err := evidence.Open(ctx, nc, campaign)
//	info, err := store.Put(ctx, digest, media, file)  // all of it, or nothing
//	body, info, err := store.Get(ctx, digest)         // an error at its end if it was changed
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"ducha/ledger"

	"github.com/emmansun/gmsm/sm3"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// DefaultMaxFile bounds one file, DefaultMaxBytes all of them together.
const (
	DefaultMaxFile  = 64 << 20
	DefaultMaxBytes = 16 << 30
)

// chunk is the size of the messages that a file is cut into.
const chunk = 128 << 10

// Config says how a store is created.
type Config struct {
	Campaign ledger.LocalID
	Replicas int   // 1, or 3 in a cluster
	MaxBytes int64 // 0: DefaultMaxBytes
}

// Info is what the store knows of a file.
type Info struct {
	SHA256 ledger.Digest `json:"sha256"`
	SM3    ledger.Digest `json:"sm3"` // 国密 SM3 of the same bytes
	Size   int64         `json:"size"`
	Media  string        `json:"media"`
	Stored time.Time     `json:"stored"`
}

// Store is a campaign's files.
type Store struct {
	objects jetstream.ObjectStore
	// MaxFile bounds one file; DefaultMaxFile unless set before use.
	MaxFile int64
}

// Create makes the store. The connection must be one that may create streams.
func Create(ctx context.Context, nc *nats.Conn, c Config) error {
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	_, err = js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: ledger.BucketName(c.Campaign), Description: "ducha evidence, by SHA-256",
		Storage: jetstream.FileStorage, Replicas: max(1, c.Replicas), MaxBytes: c.MaxBytes})
	if err != nil {
		return fmt.Errorf("evidence: create: %w", err)
	}
	return nil
}

// Open finds the store. A folder from before there was one has none: the error is
// then of class [ledger.NotFound].
func Open(ctx context.Context, nc *nats.Conn, campaign ledger.LocalID) (*Store, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	objects, err := js.ObjectStore(ctx, ledger.BucketName(campaign))
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil, &ledger.Error{Class: ledger.NotFound, Rule: "evidence.store", Found: "a ledger without a store for files", Want: "one that has it: `ducha attachment init` with the server stopped", Err: err}
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return &Store{objects: objects, MaxFile: DefaultMaxFile}, nil
}

func unavailable(err error) error {
	return &ledger.Error{Class: ledger.Unavailable, Rule: "evidence.store", Found: err.Error(), Want: "the same file again, later", Err: err}
}

// Put stores a file under the digest that a statement names. It is stored whole or
// not at all: bytes of another digest, or more of them than a file may have, are
// refused at their end and leave nothing. A file that is there already is left alone.
func (s *Store) Put(ctx context.Context, digest ledger.Digest, media string, body io.Reader) (Info, error) {
	if info, err := s.Stat(ctx, digest); err == nil {
		if _, err := io.Copy(io.Discard, io.LimitReader(body, s.MaxFile+1)); err != nil {
			return Info{}, fmt.Errorf("evidence: %w", err)
		}
		return info, nil
	}
	checked := &checking{from: body, want: digest, most: s.MaxFile, sha: sha256.New(), sm3: sm3.New()}
	// The other digest is known at the end only: it is added once all is stored.
	_, err := s.objects.Put(ctx, jetstream.ObjectMeta{Name: string(digest), Metadata: map[string]string{"media": media}, Opts: &jetstream.ObjectMetaOptions{ChunkSize: chunk}}, checked)
	if checked.fault != nil {
		return Info{}, checked.fault
	}
	if err != nil {
		return Info{}, s.full(err)
	}
	meta := jetstream.ObjectMeta{Name: string(digest), Metadata: map[string]string{"media": media, "sm3": sum(checked.sm3)}}
	if err := s.objects.UpdateMeta(ctx, string(digest), meta); err != nil {
		return Info{}, unavailable(err)
	}
	return s.Stat(ctx, digest)
}

func (s *Store) full(err error) error {
	if api, ok := errors.AsType[*jetstream.APIError](err); ok && (api.ErrorCode == 10077 || api.ErrorCode == 10047) {
		return &ledger.Error{Class: ledger.Unavailable, Rule: "evidence.full", Found: "the store for files is full", Want: "more room: whoever runs the ledger raises the bound; nothing was stored", Err: err}
	}
	return unavailable(err)
}

// Stat is what the store knows of a file, without its bytes.
func (s *Store) Stat(ctx context.Context, digest ledger.Digest) (Info, error) {
	o, err := s.objects.GetInfo(ctx, string(digest))
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return Info{}, missing(digest)
	}
	if err != nil {
		return Info{}, unavailable(err)
	}
	return infoOf(o), nil
}

func missing(digest ledger.Digest) error {
	return &ledger.Error{Class: ledger.NotFound, Rule: "evidence.missing", Found: fmt.Sprintf("no file with the digest %s", digest), Want: "a file that was handed in: ducha attachment list"}
}

func infoOf(o *jetstream.ObjectInfo) Info {
	return Info{SHA256: ledger.Digest(o.Name), SM3: ledger.Digest(o.Metadata["sm3"]), Size: int64(o.Size), Media: o.Metadata["media"], Stored: o.ModTime.UTC()}
}

// Get gives a file's bytes. Reading ends with an error where they do not have the
// digest: what was read until then is not the file.
func (s *Store) Get(ctx context.Context, digest ledger.Digest) (io.ReadCloser, Info, error) {
	o, err := s.objects.Get(ctx, string(digest))
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil, Info{}, missing(digest)
	}
	if err != nil {
		return nil, Info{}, unavailable(err)
	}
	info, err := o.Info()
	if err != nil {
		return nil, Info{}, errors.Join(unavailable(err), o.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{&checking{from: o, want: digest, most: int64(info.Size), sha: sha256.New(), sm3: sm3.New()}, o}, infoOf(info), nil
}

// List lists the files.
func (s *Store) List(ctx context.Context) ([]Info, error) {
	objects, err := s.objects.List(ctx)
	if errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil, nil
	}
	if err != nil {
		return nil, unavailable(err)
	}
	var list []Info
	for _, o := range objects {
		list = append(list, infoOf(o))
	}
	return list, nil
}

// Remove takes a file's bytes out of the store: it was sealed (密封). Its digest stays
// in the statements that name it.
func (s *Store) Remove(ctx context.Context, digest ledger.Digest) error {
	err := s.objects.Delete(ctx, string(digest))
	if err == nil || errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil
	}
	return unavailable(err)
}

// checking hashes what passes through, and turns the end into an error where it is
// not what was named.
type checking struct {
	from     io.Reader
	want     ledger.Digest
	most     int64
	n        int64
	sha, sm3 hash.Hash
	fault    error
}

func (c *checking) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.sha.Write(p[:n])
	c.sm3.Write(p[:n])
	switch c.n += int64(n); {
	case c.n > c.most:
		c.fault = &ledger.Error{Class: ledger.TooLarge, Rule: "evidence.size", Found: fmt.Sprintf("more than %d bytes", c.most), Want: fmt.Sprintf("a file of at most %d bytes", c.most)}
		return 0, c.fault
	case errors.Is(err, io.EOF) && sum(c.sha) != string(c.want):
		c.fault = &ledger.Error{Class: ledger.Malformed, Rule: "evidence.digest", Found: fmt.Sprintf("%d bytes with the digest %s", c.n, sum(c.sha)), Want: fmt.Sprintf("the bytes with the digest %s", c.want)}
		return 0, c.fault
	case err != nil && !errors.Is(err, io.EOF):
		c.fault = fmt.Errorf("evidence: %w", err)
	}
	return n, err
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
