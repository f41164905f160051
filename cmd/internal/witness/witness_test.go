package witness

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func keyOf(t require.TestingT, name string) seal.PrivateKey {
	k, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte(name)))
	require.NoError(t, err)
	return k
}

// history is a log in memory; two of one campaign with other words are two
// histories of one log.
type history struct {
	t      require.TestingT
	origin string
	key    seal.PrivateKey
	words  string
	stored []tlog.Hash
}

func newHistory(t require.TestingT, campaign, words string, size int) *history {
	key := keyOf(t, "ledger of "+campaign)
	h := &history{t: t, origin: proof.Origin(ledger.LocalID(campaign), key.Public()), key: key, words: words}
	for i := range size {
		hashes, err := tlog.StoredHashes(int64(i), fmt.Appendf(nil, "%s %d", h.word(i), i), h)
		require.NoError(t, err)
		h.stored = append(h.stored, hashes...)
	}
	return h
}

// word is the same in all histories for the first three entries.
func (h *history) word(i int) string {
	if i < 3 {
		return ""
	}
	return h.words
}

func (h *history) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, h.stored[i])
	}
	return out, nil
}

func (h *history) vkey() string {
	v, err := proof.VerifierKey(h.origin, h.key.Public())
	require.NoError(h.t, err)
	return v
}

// vkeyOf is a key of somebody who calls himself as the log.
func vkeyOf(t require.TestingT, origin, who string) string {
	v, err := proof.VerifierKey(origin, keyOf(t, who).Public())
	require.NoError(t, err)
	return v
}

func (h *history) verifier() note.Verifier {
	v, err := proof.LogVerifier(h.origin, h.key.Public())
	require.NoError(h.t, err)
	return v
}

// at is the checkpoint of a size.
func (h *history) at(size uint64) archive.Ask {
	c := proof.Checkpoint{Origin: h.origin, Size: size, Root: proof.EmptyRoot}
	if size > 0 {
		root, err := tlog.TreeHash(int64(size), h)
		require.NoError(h.t, err)
		c.Root = root
	}
	signed, err := c.Sign(h.key)
	require.NoError(h.t, err)
	return archive.Ask{Signed: signed, Checkpoint: c, Hashes: h}
}

// from is the request to move on from a size.
func (h *history) from(old, size uint64) proof.AddCheckpoint {
	a := proof.AddCheckpoint{Old: old, Checkpoint: h.at(size).Signed}
	if old > 0 && old < size {
		hashes, err := tlog.ProveTree(int64(size), int64(old), h)
		require.NoError(h.t, err)
		a.Proof = hashes
	}
	return a
}

// newWitness is a witness in a folder that knows a log.
func newWitness(t *testing.T, name string, logs ...*history) (*Witness, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "witness")
	require.NoError(t, Create(dir, "witness.example/"+name, keyOf(t, "witness "+name)))
	w, err := Open(dir, clock)
	require.NoError(t, err)
	t.Cleanup(func() { w.Close() })
	for _, h := range logs {
		require.NoError(t, w.AddLog(h.vkey()))
	}
	return w, dir
}

func post(t *testing.T, url string, body []byte) (status int, contentType, text string) {
	t.Helper()
	r, err := http.Post(url+"/add-checkpoint", "text/plain", bytes.NewReader(body))
	require.NoError(t, err)
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r.StatusCode, r.Header.Get("Content-Type"), string(data)
}

// Every answer of c2sp.org/tlog-witness, over HTTP.
func TestTheProtocol(t *testing.T) {
	h, fork, stranger := newHistory(t, "ja2023", "a", 40), newHistory(t, "ja2023", "b", 40), newHistory(t, "xx2023", "a", 9)
	w, dir := newWitness(t, "W1", h)
	server := httptest.NewServer(w.Handler())
	defer server.Close()

	other := h.at(20).Checkpoint
	wrongKey, err := other.Sign(keyOf(t, "another key"))
	require.NoError(t, err)
	tampered := bytes.Replace(h.at(20).Signed, []byte("\n20\n"), []byte("\n21\n"), 1)
	proofless := h.from(10, 20)
	proofless.Proof = nil
	foreign := fork.from(10, 20)
	overlong := h.from(0, 20)
	overlong.Proof = h.from(10, 20).Proof
	same := h.from(20, 20)
	same.Proof = overlong.Proof
	emptyForged := []byte("old 0\n\n" + strings.Replace(string(h.at(0).Signed), "\n47DEQpj8", "\n57DEQpj8", 1))

	for _, step := range []struct {
		name   string
		body   []byte
		status int
		text   string
	}{
		{"garbage", []byte("garbage"), 400, "old <size>"},
		{"a checkpoint that is none", []byte("old 0\n\n" + h.origin + "\nx\n"), 400, ""},
		{"a log that is not known", stranger.from(0, 5).Encode(), 404, "not known"},
		{"no signature of the log", proof.AddCheckpoint{Checkpoint: wrongKey}.Encode(), 403, ""},
		{"a signature over something else", proof.AddCheckpoint{Checkpoint: tampered}.Encode(), 403, ""},
		{"an empty log with another root", emptyForged, 422, ""},
		{"old above the size", h.from(21, 20).Encode(), 400, "larger"},
		{"old that was never cosigned", h.from(10, 20).Encode(), 409, "0\n"},
		{"a proof where none belongs", overlong.Encode(), 422, "none is needed"},
		{"the empty log", h.from(0, 0).Encode(), 200, "— witness.example/W1 "},
		{"the first", h.from(0, 10).Encode(), 200, "— witness.example/W1 "},
		{"the first again", h.from(0, 10).Encode(), 409, "10\n"},
		{"the same once more", h.from(10, 10).Encode(), 200, "— witness.example/W1 "},
		{"no proof", proofless.Encode(), 422, "does not lead"},
		{"another history, proved from itself", foreign.Encode(), 422, "does not lead"},
		{"another history of the same size", fork.from(10, 10).Encode(), 422, "two histories"},
		{"the next", h.from(10, 20).Encode(), 200, "— witness.example/W1 "},
		{"a proof for the same size", same.Encode(), 422, "none is needed"},
		{"back to before", h.from(10, 10).Encode(), 409, "20\n"},
		{"back to before, said plainly", h.from(20, 10).Encode(), 400, "larger"},
		{"another history of the same size, old not told", fork.from(0, 20).Encode(), 409, "20\n"},
		{"and on", h.from(20, 33).Encode(), 200, "— witness.example/W1 "},
	} {
		status, contentType, text := post(t, server.URL, step.body)
		require.Equal(t, step.status, status, "%s: %s", step.name, text)
		assert.Contains(t, text, step.text, step.name)
		if status == 409 {
			assert.Equal(t, "text/x.tlog.size", contentType, step.name)
		}
	}
	status, _, _ := post(t, server.URL, make([]byte, maxRequest+1))
	assert.Equal(t, 413, status)

	// What it holds now is for anybody, with two good signatures and no others.
	r, err := http.Get(server.URL + "/" + OriginHash(h.origin) + "/checkpoint")
	require.NoError(t, err)
	defer r.Body.Close()
	signed, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	theirs, err := fnote.NewVerifierForCosignatureV1(w.VerifierKey())
	require.NoError(t, err)
	c, _, n, err := flog.ParseCheckpoint(signed, h.origin, h.verifier(), theirs)
	require.NoError(t, err)
	assert.EqualValues(t, 33, c.Size)
	assert.Len(t, n.Sigs, 2)
	assert.Empty(t, n.UnverifiedSigs)

	// And what the log should not have signed is kept.
	list, err := Look(dir)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.EqualValues(t, 33, list[0].Size)
	assert.Equal(t, noon, list[0].Cosigned)
	require.Len(t, list[0].Forks, 2, "of 10, and the one of 20 that was refused before 20 was cosigned")
	require.Empty(t, list[0].Refused, "the one without a proof was the log after all")
	forked := fork.at(10).Checkpoint.Root
	evidence, err := os.ReadFile(filepath.Join(dir, "logs", OriginHash(h.origin), fmt.Sprintf("fork-10-%x", forked[:8])))
	require.NoError(t, err)
	assert.Contains(t, string(evidence), string(fork.at(10).Signed))
	assert.Contains(t, string(evidence), "two histories")
}

func TestAWitnessRemembers(t *testing.T) {
	h, fork, second := newHistory(t, "ja2023", "a", 40), newHistory(t, "ja2023", "b", 40), newHistory(t, "ja2024", "a", 9)
	w, dir := newWitness(t, "W1", h, second)
	_, err := w.Add(h.from(0, 12).Encode())
	require.NoError(t, err)
	_, err = Open(dir, clock)
	require.Equal(t, ledger.Conflict, ledger.ClassOf(err), "one process")
	require.NoError(t, w.Close())

	w, err = Open(dir, clock)
	require.NoError(t, err)
	_, err = w.Add(fork.from(12, 12).Encode())
	require.ErrorContains(t, err, "two histories")
	_, err = w.Add(second.from(0, 9).Encode())
	require.NoError(t, err, "each log goes on by itself")
	_, err = w.Add(h.from(12, 40).Encode())
	require.NoError(t, err)
	require.ErrorIs(t, w.AddLog(vkeyOf(t, h.origin, "an impostor")), &ledger.Error{Rule: "witness.log"}, "another key for a known name")
	require.NoError(t, w.AddLog(h.vkey()))
	require.NoError(t, w.Close())

	// State that cannot be read is never taken for none.
	path := filepath.Join(dir, "logs", OriginHash(h.origin), "checkpoint")
	require.NoError(t, os.WriteFile(path, []byte("garbage\n"), 0o600))
	_, err = Open(dir, clock)
	require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
	require.Error(t, Create(dir, "other", keyOf(t, "k")), "a witness is never made over another")
}

// Many ask at once, for two histories: one of them is cosigned, and never goes back.
func TestOneHistoryWins(t *testing.T) {
	a, b := newHistory(t, "ja2023", "a", 60), newHistory(t, "ja2023", "b", 60)
	w, _ := newWitness(t, "W1", a)
	var mu sync.Mutex
	roots := map[uint64][]tlog.Hash{}
	var asking sync.WaitGroup
	for _, h := range []*history{a, b} {
		for range 4 {
			asking.Go(func() {
				for old, size := uint64(0), uint64(1); size <= 60; {
					_, err := w.Add(h.from(old, size).Encode())
					no, refused := err.(*refusal)
					switch {
					case err == nil:
						mu.Lock()
						if root := h.at(size).Checkpoint.Root; !slices.Contains(roots[size], root) {
							roots[size] = append(roots[size], root)
						}
						mu.Unlock()
						old, size = size, size+1
					case refused && no.status == 409:
						old, size = no.size, max(size, no.size)
						if old == 60 {
							return
						}
						size = max(size, old+1)
					default:
						return
					}
				}
			})
		}
	}
	asking.Wait()
	for size, list := range roots {
		assert.Len(t, list, 1, "size %d", size)
	}
	assert.NotEmpty(t, roots)
}
