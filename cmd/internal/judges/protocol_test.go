package judges

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/witness"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sumdb "golang.org/x/mod/sumdb/tlog"
)

// entries is a log in memory; those with other words are other histories of it.
type entries struct{ stored []sumdb.Hash }

func newEntries(t *testing.T, size int, word string) *entries {
	t.Helper()
	e := &entries{}
	for i := range size {
		hashes, err := sumdb.StoredHashes(int64(i), fmt.Appendf(nil, "%s %d", word, i), e)
		require.NoError(t, err)
		e.stored = append(e.stored, hashes...)
	}
	return e
}

func (e *entries) ReadHashes(indexes []int64) (out []sumdb.Hash, err error) {
	for _, i := range indexes {
		out = append(out, e.stored[i])
	}
	return out, nil
}

// request asks for the cosignature of a size, with a proof from an old one.
func (e *entries) request(t *testing.T, origin string, key seal.PrivateKey, old, size uint64) proof.AddCheckpoint {
	t.Helper()
	c := proof.Checkpoint{Origin: origin, Size: size, Root: proof.EmptyRoot}
	var err error
	if size > 0 {
		c.Root, err = sumdb.TreeHash(int64(size), e)
		require.NoError(t, err)
	}
	a := proof.AddCheckpoint{Old: old}
	a.Checkpoint, err = c.Sign(key)
	require.NoError(t, err)
	if old > 0 && old < size {
		a.Proof, err = sumdb.ProveTree(int64(size), int64(old), e)
		require.NoError(t, err)
	}
	return a
}

// What one witness answers the other does: the same requests, one after the other,
// to ours and to litewitness. Left out are two that litewitness v0.9.0 cosigns and
// the specification does not allow: an old size with a zero before it (400), and
// hashes with an old size of 0 (422).
func TestOurWitnessAnswersAsLitewitness(t *testing.T) {
	key, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
	require.NoError(t, err)
	stranger, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
	require.NoError(t, err)
	origin := proof.Origin("ja2023", key.Public())
	vkey, err := proof.VerifierKey(origin, key.Public())
	require.NoError(t, err)
	theirs, _, _ := litewitness(t, origin, vkey)

	dir := filepath.Join(t.TempDir(), "witness")
	require.NoError(t, witness.Create(dir, "witness.example/ours", stranger))
	w, err := witness.Open(dir, time.Now)
	require.NoError(t, err)
	t.Cleanup(func() { w.Close() })
	require.NoError(t, w.AddLog(vkey))
	ours := served(t, w.Handler())

	h, f := newEntries(t, 80, "a"), newEntries(t, 80, "b")
	ask := func(e *entries, old, size uint64) proof.AddCheckpoint { return e.request(t, origin, key, old, size) }
	with := func(a proof.AddCheckpoint, hashes []sumdb.Hash) []byte { a.Proof = hashes; return a.Encode() }
	unsigned := h.request(t, origin, stranger, 0, 5)
	unknown := h.request(t, "ducha/elsewhere/0", key, 0, 5)
	tampered := bytes.Replace(ask(h, 0, 5).Encode(), []byte("\n5\n"), []byte("\n6\n"), 1)

	for _, step := range []struct {
		name   string
		status int
		body   []byte
	}{
		{"nothing", 400, nil},
		{"garbage", 400, []byte("garbage\n\n")},
		{"a hash that is none", 400, bytes.Replace(ask(h, 0, 5).Encode(), []byte("old 0\n"), []byte("old 0\nAAAA\n"), 1)},
		{"64 hashes", 400, with(ask(h, 0, 5), make([]sumdb.Hash, 64))},
		{"a log that is not known", 404, unknown.Encode()},
		{"another's signature", 403, unsigned.Encode()},
		{"a signature over something else", 403, tampered},
		{"old above the size", 400, ask(h, 9, 5).Encode()},
		{"old that was never cosigned", 409, ask(h, 3, 5).Encode()},
		{"the first", 200, ask(h, 0, 5).Encode()},
		{"the first again", 409, ask(h, 0, 5).Encode()},
		{"the same once more", 200, ask(h, 5, 5).Encode()},
		{"another history of the same size", 422, ask(f, 5, 5).Encode()},
		{"another history of the same size, old not told", 409, ask(f, 0, 5).Encode()},
		{"another history, larger", 422, ask(f, 5, 20).Encode()},
		{"no proof", 422, with(ask(h, 5, 20), nil)},
		{"a proof too long", 422, with(ask(h, 5, 20), append(ask(h, 5, 20).Proof, sumdb.Hash{}))},
		{"the proof of another size", 422, with(ask(h, 5, 20), ask(h, 5, 19).Proof)},
		{"the next", 200, ask(h, 5, 20).Encode()},
		{"back", 409, ask(h, 5, 20).Encode()},
		{"back to a smaller one", 409, ask(h, 5, 5).Encode()},
		{"and on", 200, ask(h, 20, 64).Encode()},
		{"and on, to no power of two", 200, ask(h, 64, 79).Encode()},
	} {
		t.Run(step.name, func(t *testing.T) {
			status, kind, text := posted(t, ours, step.body)
			status2, kind2, text2 := posted(t, theirs, step.body)
			assert.Equal(t, step.status, status, "ours: %s", text)
			assert.Equal(t, step.status, status2, "litewitness: %s", text2)
			if step.status == http.StatusConflict {
				assert.Equal(t, text2, text)
				assert.Equal(t, kind2, kind)
			}
			if step.status == http.StatusOK {
				assert.True(t, strings.HasPrefix(text, "— ") && strings.HasPrefix(text2, "— "))
			}
		})
	}
}

// Ours refuses what litewitness lets through.
func TestOurWitnessIsNoLaxer(t *testing.T) {
	key, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
	require.NoError(t, err)
	dir, origin := filepath.Join(t.TempDir(), "witness"), proof.Origin("ja2023", key.Public())
	own, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
	require.NoError(t, err)
	require.NoError(t, witness.Create(dir, "witness.example/ours", own))
	w, err := witness.Open(dir, time.Now)
	require.NoError(t, err)
	t.Cleanup(func() { w.Close() })
	vkey, err := proof.VerifierKey(origin, key.Public())
	require.NoError(t, err)
	require.NoError(t, w.AddLog(vkey))
	url, first := served(t, w.Handler()), newEntries(t, 5, "a").request(t, origin, key, 0, 5)
	status, _, _ := posted(t, url, bytes.Replace(first.Encode(), []byte("old 0"), []byte("old 00"), 1))
	assert.Equal(t, 400, status)
	more := first
	more.Proof = make([]sumdb.Hash, 2)
	status, _, _ = posted(t, url, more.Encode())
	assert.Equal(t, 422, status)
	status, _, _ = posted(t, url, first.Encode())
	assert.Equal(t, 200, status)
}

func posted(t *testing.T, url string, body []byte) (status int, kind, text string) {
	t.Helper()
	r, err := http.Post(url+"/add-checkpoint", "text/plain", bytes.NewReader(body))
	require.NoError(t, err)
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r.StatusCode, r.Header.Get("Content-Type"), string(data)
}
