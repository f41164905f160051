package tlog

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// files is a log of 300 entries that was published at 255 and 300, in memory; it
// remembers what was opened.
type files struct {
	data   map[string][]byte
	opened []string
}

func (f *files) ReadFile(_ context.Context, path string) ([]byte, error) {
	f.opened = append(f.opened, path)
	if data, ok := f.data[path]; ok {
		return data, nil
	}
	return nil, fs.ErrNotExist
}

func entry(i int) []byte {
	e := fmt.Appendf(nil, "entry %d", i)
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(e))), e...)
}

func bundle(from, to int) (out []byte) {
	for i := from; i < to; i++ {
		out = append(out, entry(i)...)
	}
	return out
}

func newLog(t require.TestingT, size uint64) *files {
	key, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte("ledger")))
	require.NoError(t, err)
	signed, err := proof.Checkpoint{Origin: proof.Origin("ja2023", key.Public()), Size: size, Root: proof.EmptyRoot}.Sign(key)
	require.NoError(t, err)
	hashes := make([]byte, 256*32)
	for i := range hashes {
		hashes[i] = byte(i)
	}
	return &files{data: map[string][]byte{
		"checkpoint": signed,
		"tile/0/000": hashes, "tile/0/001.p/44": hashes[:44*32], "tile/1/000.p/1": hashes[:32],
		"tile/entries/000": bundle(0, 256), "tile/entries/001.p/44": bundle(256, 300),
		"../secret": []byte("secret"), "secret": []byte("secret"),
	}}
}

func ask(h http.Handler, path string, header ...string) *http.Response {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://127.0.0.1/", nil)
	r.URL = &url.URL{Path: Prefix + path}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	h.ServeHTTP(w, r)
	return w.Result()
}

func handler(f *files) *Handler {
	return &Handler{Log: f, VerifierKey: "key", Fail: func(w http.ResponseWriter, err error) {
		status := map[ledger.Class]int{ledger.NotFound: 404, ledger.Damaged: 500, ledger.Unavailable: 503, ledger.Nobody: 401}[ledger.ClassOf(err)]
		w.WriteHeader(max(status, 1))
	}}
}

func TestOnlyWhatIsPublishedIsServed(t *testing.T) {
	f := newLog(t, 300)
	h := handler(f)
	for path, length := range map[string]int{
		"tile/0/000": 8192, "tile/0/001.p/44": 44 * 32, "tile/1/000.p/1": 32, "tile/entries/000": len(bundle(0, 256)), "tile/entries/001.p/44": len(bundle(256, 300)),
		// Partial ones that went away when the full one came.
		"tile/0/000.p/255": 255 * 32, "tile/0/000.p/1": 32, "tile/entries/000.p/255": len(bundle(0, 255)), "tile/entries/000.p/1": len(bundle(0, 1)),
	} {
		res := ask(h, path)
		assert.Equal(t, 200, res.StatusCode, path)
		assert.Equal(t, fmt.Sprint(length), res.Header.Get("Content-Length"), path)
	}
	for path, status := range map[string]int{
		"tile/0/001": 404, "tile/0/001.p/45": 404, "tile/0/002.p/1": 404, "tile/1/000": 404, "tile/1/000.p/2": 404, "tile/2/000.p/1": 404, "tile/63/000.p/1": 404, "tile/entries/001.p/45": 404,
		"tile/0/001.p/43": 404, // never published, and the tile is not full
	} {
		assert.Equal(t, status, ask(h, path).StatusCode, path)
	}
	// What was written ahead of the checkpoint is there, and is not given out.
	f.data["checkpoint"] = newLog(t, 255).data["checkpoint"]
	for path, status := range map[string]int{"tile/0/000": 404, "tile/entries/000": 404, "tile/1/000.p/1": 404, "tile/0/000.p/255": 200} {
		assert.Equal(t, status, ask(h, path).StatusCode, path)
	}
	delete(f.data, "checkpoint")
	assert.Equal(t, 404, ask(h, "tile/0/000").StatusCode, "nothing is published yet")
	assert.Equal(t, 404, ask(h, "checkpoint").StatusCode)
	f.data["checkpoint"] = []byte("half a check")
	assert.Equal(t, 500, ask(h, "checkpoint").StatusCode)
}

type failing struct{ *files }

func (f failing) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if path != "checkpoint" {
		return nil, errors.New("the disk is ill")
	}
	return f.files.ReadFile(ctx, path)
}

func TestADiskThatFailsIsNoMissingTile(t *testing.T) {
	h := handler(newLog(t, 300))
	h.Log = failing{newLog(t, 300)}
	assert.Equal(t, 503, ask(h, "tile/0/000").StatusCode)
}

func TestGzipIsAskedFor(t *testing.T) {
	for header, want := range map[string]bool{"": false, "gzip": true, "GZIP": true, "br, gzip": true, "gzip;q=0": false, "gzip; q=0.0": false, "gzip;q=1.0, identity; q=0.5": true, "gzipped": false, "*": false, "gzip;q=x": false} {
		assert.Equal(t, want, acceptsGzip(header), header)
	}
	h := handler(newLog(t, 300))
	plain, packed := ask(h, "tile/entries/000"), ask(h, "tile/entries/000", "Accept-Encoding", "gzip")
	assert.NotEqual(t, plain.Header.Get("ETag"), packed.Header.Get("ETag"), "two representations, two names")
	same := ask(h, "tile/entries/000", "Accept-Encoding", "gzip", "If-None-Match", packed.Header.Get("ETag"))
	assert.Equal(t, 304, same.StatusCode)
	assert.Empty(t, same.Header.Get("Content-Encoding"))
}

// wellFormed is c2sp.org/tlog-tiles in a regular expression, by hand.
var wellFormed = regexp.MustCompile(`^(checkpoint|tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/)*[0-9]{3}(\.p/([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?)$`)

// FuzzPath: whatever is asked for, nothing but well-formed paths is ever opened, and
// what is answered is whole.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"checkpoint", "key", "tile/0/000", "tile/0/x001/234", "tile/0/000.p/1", "tile/0/x000/000", "tile/entries/001.p/44", "tile/entries/000.p/00", "../secret", "tile/../secret",
		"tile/0/000.p/256", "tile/64/000", "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/18446744073709551616", "tile/0/٠٠٠", "tile/-1/000", "tile/0/000\x00", "tile/0//000", "tile/0/x1/000"} {
		f.Add(s)
	}
	log := newLog(f, 300)
	f.Fuzz(func(t *testing.T, path string) {
		log.opened = nil
		res := ask(handler(log), path)
		require.Contains(t, []int{200, 404}, res.StatusCode)
		for _, opened := range log.opened {
			require.Regexp(t, wellFormed, opened)
		}
		if res.StatusCode == 200 && path != "key" {
			require.Regexp(t, wellFormed, path)
		}
		if res.StatusCode == 404 {
			_, there := log.data[path]
			require.False(t, there && !strings.Contains(path, "secret"), path)
		}
	})
}
