package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ducha/cmd/internal/witness"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// growing is a log in memory of which any size can be asked about.
type growing struct {
	t      *testing.T
	origin string
	key    seal.PrivateKey
	stored []tlog.Hash
}

// newGrowing is a log of some size; two are the same up to where they part.
func newGrowing(t *testing.T, size, parts int, word string) *growing {
	t.Helper()
	key, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte("ledger")))
	require.NoError(t, err)
	g := &growing{t: t, key: key, origin: proof.Origin("ja2023", key.Public())}
	for i := range size {
		entry := fmt.Appendf(nil, "%d", i)
		if i >= parts {
			entry = append(entry, word...)
		}
		hashes, err := tlog.StoredHashes(int64(i), entry, g)
		require.NoError(t, err)
		g.stored = append(g.stored, hashes...)
	}
	return g
}

func (g *growing) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, g.stored[i])
	}
	return out, nil
}

func (g *growing) checkpoint(size uint64) proof.Checkpoint {
	root, err := tlog.TreeHash(int64(size), g)
	assert.NoError(g.t, err)
	return proof.Checkpoint{Origin: g.origin, Size: size, Root: root}
}

// from is the request to move on from a size.
func (g *growing) from(old, size uint64) []byte {
	signed, err := g.checkpoint(size).Sign(g.key)
	assert.NoError(g.t, err)
	a := proof.AddCheckpoint{Old: old, Checkpoint: signed}
	if old > 0 && old < size {
		a.Proof, err = tlog.ProveTree(int64(size), int64(old), g)
		assert.NoError(g.t, err)
	}
	return a.Encode()
}

// seen is all that a witness ever answered.
type seen struct {
	mu      sync.Mutex
	roots   map[uint64]tlog.Hash
	largest uint64
	backed  []string // what it should not have answered
}

func (s *seen) newest() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.largest
}

// holds holds a cosigned checkpoint against all before, given how far it had come
// when it was asked.
func (s *seen) holds(c proof.Checkpoint, before uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if root, ok := s.roots[c.Size]; ok && root != c.Root {
		s.backed = append(s.backed, fmt.Sprintf("two roots of size %d", c.Size))
	}
	if c.Size < before {
		s.backed = append(s.backed, fmt.Sprintf("size %d after %d", c.Size, before))
	}
	s.roots[c.Size], s.largest = c.Root, max(s.largest, c.Size)
}

// press asks a witness for cosignatures of a history until it is gone.
func (s *seen) press(ctx context.Context, base string, g *growing, own note.Verifier) {
	var old uint64
	for ctx.Err() == nil {
		size, before := old+mathrand.Uint64N(4), s.newest()
		if size == 0 {
			size = 1
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/add-checkpoint", bytes.NewReader(g.from(old, size)))
		if err != nil {
			return
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		switch {
		case err != nil:
			return
		case res.StatusCode == http.StatusConflict:
			old, err = strconv.ParseUint(strings.TrimSpace(string(body)), 10, 64)
			assert.NoError(g.t, err)
		case res.StatusCode == http.StatusOK:
			n, err := note.Open([]byte(g.checkpoint(size).Body()+"\n"+string(body)), note.VerifierList(own))
			if assert.NoError(g.t, err) && assert.Len(g.t, n.Sigs, 1) {
				s.holds(g.checkpoint(size), before)
			}
			old = size
		default:
			assert.Equal(g.t, http.StatusUnprocessableEntity, res.StatusCode, string(body))
		}
	}
}

// A witness that is killed at any moment, while two histories of one log are pressed
// on it from all sides, never forgets what it cosigned: it never signs two roots of
// one size, never goes back, and always starts again.
func TestAWitnessSurvivesKills(t *testing.T) {
	const kills, most, parts = 40, 60_000, 150
	g, fork := newGrowing(t, most, parts, "true"), newGrowing(t, most, parts, "false")
	vkey, err := proof.VerifierKey(g.origin, g.key.Public())
	require.NoError(t, err)
	log, err := proof.LogVerifier(g.origin, g.key.Public())
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "witness")
	var made struct {
		Key string `json:"verifier_key"`
	}
	decode(t, ducha(t, 0, "witness", "init", "--data", dir, "--name", "sjj.example/ducha", "--json"), &made)
	own, err := proof.NewCosignatureVerifier(made.Key)
	require.NoError(t, err)
	assert.Contains(t, ducha(t, 0, "witness", "log", "add", vkey, "--data", dir), g.origin)

	all := &seen{roots: map[uint64]tlog.Hash{}}
	serving := func() *server {
		s, err := await(raced("witness", "serve", "--data", dir, "--listen", "127.0.0.1:0", "--json"))
		require.NoError(t, err)
		require.NotNil(t, s, "it starts again")
		return s
	}
	shows := func(base string) {
		before := all.newest()
		res, err := http.Get(base + "/" + witness.OriginHash(g.origin) + "/checkpoint")
		require.NoError(t, err)
		defer res.Body.Close()
		signed, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		if res.StatusCode == http.StatusNotFound {
			require.Zero(t, before)
			return
		}
		c, err := proof.OpenCheckpoint(signed, log)
		require.NoError(t, err)
		all.holds(c, before) // it may have signed one more than it could answer, and no other
	}
	for round := range kills {
		s := serving()
		shows(s.base)
		if round%10 == 0 {
			assert.Contains(t, ducha(t, 15, "witness", "serve", "--data", dir, "--listen", "127.0.0.1:0"), "一个见证人只由一个进程运行")
		}
		ctx, stop := context.WithCancel(t.Context())
		var pressing sync.WaitGroup
		for i := range 6 {
			pressing.Go(func() { all.press(ctx, s.base, []*growing{g, fork}[i%2], own) })
		}
		time.Sleep(time.Duration(5+mathrand.IntN(120)) * time.Millisecond)
		s.kill()
		require.False(t, s.fell, "the witness ended by itself")
		stop()
		pressing.Wait()
	}
	s := serving()
	t.Cleanup(s.kill)
	shows(s.base)
	// However slow the machine, the last one to serve comes past where they part.
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	var pressing sync.WaitGroup
	for _, h := range []*growing{g, fork} {
		pressing.Go(func() { all.press(ctx, s.base, h, own) })
	}
	assert.Eventually(t, func() bool { return all.newest() > parts+50 }, time.Minute, 5*time.Millisecond, "it came past where they part")
	stop()
	pressing.Wait()
	require.Empty(t, all.backed)
	t.Logf("%d kills, %d sizes cosigned, up to %d", kills, len(all.roots), all.newest())

	// While it serves, its operator sees what it cosigned, and that the log signed two
	// histories.
	out := ducha(t, exitFindings, "witness", "status", "--data", dir, "--lang", "en")
	assert.Contains(t, out, fmt.Sprintf("cosigned up to %d", all.newest()))
	assert.Contains(t, out, "proof of fraud")
	left, err := filepath.Glob(filepath.Join(dir, "logs", "*", ".new-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "what kills left half done is cleared away")
}

// The logs of a witness are its operator's to see and to add to while it serves.
func TestAWitnessIsLookedAfterWhileItServes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "witness")
	ducha(t, 0, "witness", "init", "--data", dir, "--name", "sjj.example/ducha")
	s, err := start("witness", "serve", "--data", dir, "--listen", "127.0.0.1:0")
	require.NoError(t, err)
	require.NotNil(t, s)
	t.Cleanup(s.kill)
	g := newGrowing(t, 10, 10, "")
	vkey, err := proof.VerifierKey(g.origin, g.key.Public())
	require.NoError(t, err)
	asked := func() int {
		res, err := http.Post(s.base+"/add-checkpoint", "text/plain", bytes.NewReader(g.from(0, 5)))
		require.NoError(t, err)
		res.Body.Close()
		return res.StatusCode
	}
	assert.Equal(t, 404, asked())
	assert.Contains(t, ducha(t, 0, "witness", "log", "list", "--data", dir), "尚无日志")
	assert.Contains(t, ducha(t, 0, "witness", "log", "add", vkey, "--data", dir), "尚未共签")
	assert.Equal(t, 200, asked())
	assert.Contains(t, ducha(t, 0, "witness", "log", "list", "--data", dir), "共签至 5 条")
	var list []witness.Status
	decode(t, first(run(t, "", 0, "witness", "status", "--data", dir, "--json")), &list)
	require.Len(t, list, 1)
	assert.Equal(t, vkey, list[0].Key)
	assert.WithinDuration(t, time.Now(), list[0].Cosigned, time.Minute)

	impostor, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte("impostor")))
	require.NoError(t, err)
	other, err := proof.VerifierKey(g.origin, impostor.Public())
	require.NoError(t, err)
	assert.Contains(t, ducha(t, 13, "witness", "log", "add", other, "--data", dir), "一份日志只认一把公钥")
	require.NoError(t, os.Remove(filepath.Join(dir, "logs", witness.OriginHash(g.origin), "checkpoint")))
	assert.Contains(t, ducha(t, 20, "witness", "status", "--data", dir), "见证人不得忘记签过什么")
}

func TestAWitnessThatIsNotThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "w")
	assert.Contains(t, ducha(t, 14, "witness", "serve", "--data", dir), "witness init")
	assert.Contains(t, ducha(t, 2, "witness", "init", "--data", dir), "--name")
	ducha(t, 10, "witness", "init", "--data", dir, "--name", "a name with spaces")
	ducha(t, 0, "witness", "init", "--data", dir, "--name", "sjj.example/ducha")
	ducha(t, 13, "witness", "init", "--data", dir, "--name", "sjj.example/ducha")
	ducha(t, 10, "witness", "log", "add", "not a key", "--data", dir)
	assert.True(t, strings.Contains(ducha(t, 0, "witness", "status", "--data", dir), "witness log add"))
}
