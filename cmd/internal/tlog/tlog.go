// Package tlog serves a sealed log from its folder, as c2sp.org/tlog-tiles has it:
//
//	checkpoint                        text/plain, asked for anew every time
//	key                               the verifier key of the checkpoint's signature
//	tile/<level>/<index>[.p/<width>]  hashes; never change
//	tile/entries/<index>[.p/<width>]  entries; never change; compressed where the reader takes gzip
//
// Only these paths are opened, and only in the one way to write each. Nothing
// beyond the published checkpoint is given out, and nothing that is not whole.
package tlog

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
)

// Prefix is where the log is served.
const Prefix = "/tlog/"

// Handler serves a log under [Prefix].
type Handler struct {
	Log         archive.Source
	VerifierKey string
	// MayRead says whether whoever sent the request may read entries; nil: anybody
	// may. What it answers goes to Fail.
	MayRead func(*http.Request) error
	Fail    func(http.ResponseWriter, error)
}

// width is how many hashes or entries a full tile has.
const width = 256

const (
	immutable = "max-age=31536000, immutable"
	textType  = "text/plain; charset=utf-8"
	tileType  = "application/octet-stream"
)

// ServeHTTP answers GET and HEAD.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h.serve(w, r)
	if err == nil {
		return
	}
	for _, name := range []string{"ETag", "Content-Encoding", "Vary"} {
		w.Header().Del(name)
	}
	w.Header().Set("Cache-Control", "no-store") // a tile that is missing may come
	h.Fail(w, err)
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	path, ok := strings.CutPrefix(r.URL.Path, Prefix)
	if !ok || r.URL.RawPath != "" { // no path of ours needs an escape
		return noSuch(r.URL.Path, nil)
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch path {
	case "key":
		reply(w, r, []byte(h.VerifierKey+"\n"), textType, "no-cache")
		return nil
	case archive.CheckpointPath:
		signed, _, err := h.checkpoint(r.Context())
		if err == nil {
			reply(w, r, signed, textType, "no-cache")
		}
		return err
	}
	t, err := archive.ParsePath(path)
	if err != nil {
		return noSuch(path, err)
	}
	if t.Level == archive.Entries {
		return h.bundle(w, r, t)
	}
	data, err := h.tile(r.Context(), t)
	if err == nil {
		reply(w, r, data, tileType, "public, "+immutable)
	}
	return err
}

func noSuch(path string, err error) error {
	return &ledger.Error{Class: ledger.NotFound, Rule: "log.path", Found: fmt.Sprintf("%.100q", path), Want: "key, checkpoint, or a tile under the published checkpoint (c2sp.org/tlog-tiles)", Err: err}
}

// bundle answers with entries, to those who may read them.
func (h *Handler) bundle(w http.ResponseWriter, r *http.Request, t archive.Tile) error {
	cache := "public, " + immutable
	if h.MayRead != nil {
		if err := h.MayRead(r); err != nil {
			return err
		}
		cache = "private, " + immutable
		w.Header().Add("Vary", "Authorization")
	}
	w.Header().Add("Vary", "Accept-Encoding")
	data, err := h.tile(r.Context(), t)
	if err != nil {
		return err
	}
	if !acceptsGzip(r.Header.Get("Accept-Encoding")) {
		reply(w, r, data, tileType, cache)
		return nil
	}
	packed, err := compress(data)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Encoding", "gzip")
	reply(w, r, packed, tileType, cache)
	return nil
}

// writers are kept: each takes more memory than what it compresses.
var writers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is one
	}
	return z
}}

func compress(data []byte) ([]byte, error) {
	var b bytes.Buffer
	z := writers.Get().(*gzip.Writer)
	defer writers.Put(z)
	z.Reset(&b)
	_, err := z.Write(data)
	if err := errors.Join(err, z.Close()); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return b.Bytes(), nil
}

// acceptsGzip reads Accept-Encoding.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		q, given := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		v, err := strconv.ParseFloat(q, 64)
		return !given || err == nil && v > 0
	}
	return false
}

// reply answers with bytes that name themselves: conditional requests, ranges and
// HEAD are net/http's.
func reply(w http.ResponseWriter, r *http.Request, data []byte, contentType, cache string) {
	digest := sha256.Sum256(data)
	header := w.Header()
	header.Set("ETag", fmt.Sprintf("%q", fmt.Sprintf("%x", digest[:16])))
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", cache)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// checkpoint reads the published checkpoint: the sealer replaces it by renaming.
func (h *Handler) checkpoint(ctx context.Context) ([]byte, proof.Checkpoint, error) {
	signed, err := h.Log.ReadFile(ctx, archive.CheckpointPath)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, proof.Checkpoint{}, &ledger.Error{Class: ledger.NotFound, Rule: "archive.checkpoint", Found: "nothing has been published yet", Want: "a log with at least one sealed record: ask again", Err: err}
	}
	if err != nil {
		return nil, proof.Checkpoint{}, unreadable(archive.CheckpointPath, err)
	}
	c, err := proof.ReadCheckpoint(signed)
	if err != nil {
		return nil, c, broken(archive.CheckpointPath, err.Error(), "a signed checkpoint")
	}
	return signed, c, nil
}

func unreadable(path string, err error) error {
	return &ledger.Error{Class: ledger.Unavailable, Rule: "log.read", Found: path + " cannot be read now", Want: "a disk that gives what it holds: ask again", Err: err}
}

func broken(path, found, want string) error {
	return &ledger.Error{Class: ledger.Damaged, Rule: "log.broken", Found: path + ": " + found, Want: want}
}

// tile reads a tile or a bundle, whole, if the published checkpoint covers it. In
// place of a partial one that is gone the beginning of the full one is given.
func (h *Handler) tile(ctx context.Context, t archive.Tile) ([]byte, error) {
	_, c, err := h.checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	path, wanted := t.Path(), t.Width
	end, have := t.Index*width+uint64(wanted), hashesAt(c.Size, max(t.Level, 0))
	if end > have {
		return nil, noSuch(path, fmt.Errorf("%d entries are published", c.Size))
	}
	data, err := h.Log.ReadFile(ctx, path)
	if errors.Is(err, fs.ErrNotExist) && wanted < width {
		t.Width = width
		data, err = h.Log.ReadFile(ctx, t.Path())
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && wanted < width && end < have:
		return nil, noSuch(path, errors.New("no checkpoint of that size was published"))
	case errors.Is(err, fs.ErrNotExist):
		return nil, broken(path, "missing, and under the published checkpoint", "the file: copy it back from an off-box copy")
	case err != nil:
		return nil, unreadable(path, err)
	}
	if size(data, t, t.Width) != len(data) {
		return nil, broken(t.Path(), fmt.Sprintf("%d bytes that are not %d hashes or entries", len(data), t.Width), "the file as it was sealed")
	}
	return data[:size(data, t, wanted)], nil
}

// hashesAt is how many hashes the tiles of a level hold in a log of a size.
func hashesAt(size uint64, level int) uint64 {
	if level > 7 {
		return 0
	}
	return size >> (8 * level)
}

// size is how many bytes the first n hashes or entries of a tile take, -1 when the
// tile is cut.
func size(data []byte, t archive.Tile, n int) int {
	if t.Level != archive.Entries {
		return n * sha256.Size
	}
	at := 0
	for range n {
		if at+2 > len(data) {
			return -1
		}
		at += 2 + int(binary.BigEndian.Uint16(data[at:]))
	}
	return at
}
