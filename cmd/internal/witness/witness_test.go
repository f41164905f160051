package witness

import (
	"bytes"
	"context"
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
	"sync/atomic"
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
	list, err := w.Status()
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.EqualValues(t, 33, list[0].Size)
	require.Len(t, list[0].Forks, 1)
	require.Len(t, list[0].Refused, 2)
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
	_, err = w.Add(fork.from(0, 12).Encode())
	require.ErrorContains(t, err, "two histories")
	_, err = w.Add(second.from(0, 9).Encode())
	require.NoError(t, err, "each log goes on by itself")
	_, err = w.Add(h.from(12, 40).Encode())
	require.NoError(t, err)
	require.Error(t, w.AddLog(strings.Replace(second.vkey(), second.origin, h.origin, 1)), "another key for a known name")
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

// wit is a witness behind HTTP, which can be told to misbehave.
type wit struct {
	*Witness
	server *httptest.Server
	does   atomic.Pointer[http.HandlerFunc] // instead of answering, nil for as it should
}

// misbehave makes it do something else than it should, nil for as it should.
func (w *wit) misbehave(does http.HandlerFunc) {
	if does == nil {
		w.does.Store(nil)
		return
	}
	w.does.Store(&does)
}

func policyOf(t *testing.T, quorum string, h *history, names ...string) (proof.Policy, []*wit) {
	t.Helper()
	text := ""
	var list []*wit
	for _, name := range names {
		w, _ := newWitness(t, name, h)
		one := &wit{Witness: w}
		handler := w.Handler()
		one.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if does := one.does.Load(); does != nil {
				(*does)(rw, r)
				return
			}
			handler.ServeHTTP(rw, r)
		}))
		t.Cleanup(one.server.Close)
		list = append(list, one)
		text += fmt.Sprintf("witness %s %s %s\n", name, w.VerifierKey(), one.server.URL)
	}
	p, err := proof.ParsePolicy([]byte(text + quorum))
	require.NoError(t, err)
	return p, list
}

func TestTheLedgerCarriesOnWithoutOne(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 100)
	p, list := policyOf(t, "group G 2 W1 W2 W3\nquorum G\n", h, "W1", "W2", "W3")
	c, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	cosigned := func(size uint64, want int) {
		t.Helper()
		signed, err := c.Cosign(t.Context(), h.at(size))
		require.NoError(t, err)
		by, met, err := p.Cosigned(signed)
		require.NoError(t, err)
		assert.True(t, met)
		assert.Len(t, by, want)
	}
	cosigned(10, 3)
	lies, err := h.at(3).Checkpoint.Sign(keyOf(t, "another key"))
	require.NoError(t, err)
	for name, does := range map[string]http.HandlerFunc{
		"down":              func(rw http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		"slow":              func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() },
		"an error":          func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "no", 500) },
		"garbage":           func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "garbage") },
		"without end":       func(rw http.ResponseWriter, _ *http.Request) { rw.Write(make([]byte, 4*maxAnswer)) },
		"another's line":    func(rw http.ResponseWriter, _ *http.Request) { rw.Write(lies[bytes.Index(lies, []byte("— ")):]) },
		"a size without it": func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(409) },
		"ever another size": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/x.tlog.size")
			rw.WriteHeader(409)
			fmt.Fprintln(rw, 7)
		},
		"a larger size, not shown": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/x.tlog.size")
			rw.WriteHeader(409)
			fmt.Fprintln(rw, 7000)
		},
		"a fork, not shown": func(rw http.ResponseWriter, _ *http.Request) {
			http.Error(rw, "two histories", http.StatusUnprocessableEntity)
		},
		"a redirect": func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/elsewhere", http.StatusFound) },
	} {
		list[1].misbehave(does)
		size := c.Status()[0].Size + 1
		cosigned(size, 2)
		require.Eventually(t, func() bool { return name == "slow" || c.Status()[1].Error != "" }, 10*time.Second, 5*time.Millisecond, name)
		assert.True(t, c.Status()[0].Up)
	}
	list[1].misbehave(nil)
	cosigned(50, 3)
	assert.True(t, c.Status()[1].Up)
	assert.EqualValues(t, 50, c.Status()[1].Size)

	// Two of three down is too few; nothing is lost, and it goes on once one is back.
	down := func(rw http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	list[0].misbehave(down)
	list[2].misbehave(down)
	_, err = c.Cosign(t.Context(), h.at(60))
	require.ErrorIs(t, err, &ledger.Error{Rule: "policy.quorum"})
	require.Equal(t, ledger.Unavailable, ledger.ClassOf(err))
	list[2].misbehave(nil)
	cosigned(61, 2)
}

func TestAnOldFolderIsFoundOut(t *testing.T) {
	h, fork := newHistory(t, "ja2023", "a", 100), newHistory(t, "ja2023", "b", 100)
	p, _ := policyOf(t, "quorum none\n", h, "W1", "W2")
	c, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	require.NoError(t, c.Hold(t.Context(), h.at(0).Signed), "nobody has seen anything")
	_, err = c.Cosign(t.Context(), h.at(50))
	require.NoError(t, err)

	again, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	require.NoError(t, again.Hold(t.Context(), h.at(50).Signed))
	require.NoError(t, again.Hold(t.Context(), h.at(60).Signed), "newer than what they saw")
	require.ErrorIs(t, again.Hold(t.Context(), h.at(40).Signed), &ledger.Error{Rule: "rollback.witness"})
	require.ErrorIs(t, again.Hold(t.Context(), h.at(0).Signed), &ledger.Error{Rule: "rollback.witness"})
	require.ErrorIs(t, again.Hold(t.Context(), fork.at(50).Signed), &ledger.Error{Rule: "archive.fork"})

	// While it runs, a witness that shows what the log signed stops it.
	_, err = again.Cosign(t.Context(), h.at(40))
	require.Equal(t, ledger.Damaged, ledger.ClassOf(err), "%v", err)
	_, err = again.Cosign(t.Context(), fork.at(50))
	require.Equal(t, ledger.Damaged, ledger.ClassOf(err), "%v", err)
}

func TestAWitnessWithoutAnAddressCannotBeAsked(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 1)
	w, _ := newWitness(t, "W1", h)
	for _, url := range []string{"", "127.0.0.1:80", "file:///etc/passwd"} {
		p, err := proof.ParsePolicy([]byte("witness W1 " + w.VerifierKey() + " " + url + "\nquorum W1\n"))
		require.NoError(t, err)
		_, err = NewClient(p, h.verifier(), clock)
		require.ErrorIs(t, err, &ledger.Error{Rule: "witness.url"})
	}
	_, err := proof.NewCosigner("a name with spaces", keyOf(t, "k"))
	require.Error(t, err)
}

// A checkpoint is asked for with a context that ends.
func TestAskingEnds(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 10)
	p, list := policyOf(t, "quorum W1\n", h, "W1")
	list[0].misbehave(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() })
	c, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Cosign(ctx, h.at(5))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	list[0].server.CloseClientConnections()
}
