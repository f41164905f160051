package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/witness"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// growing is a log in memory of which any size can be asked about.
type growing struct {
	t      *testing.T
	origin string
	key    seal.PrivateKey
	stored []tlog.Hash
}

func newGrowing(t *testing.T, size int, word string) *growing {
	t.Helper()
	key, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte("ledger")))
	require.NoError(t, err)
	g := &growing{t: t, key: key, origin: proof.Origin("ja2023", key.Public())}
	for i := range size {
		hashes, err := tlog.StoredHashes(int64(i), fmt.Appendf(nil, "%s %d", word, i), g)
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

func (g *growing) ask(size uint64) archive.Ask {
	root, err := tlog.TreeHash(int64(size), g)
	require.NoError(g.t, err)
	c := proof.Checkpoint{Origin: g.origin, Size: size, Root: root}
	signed, err := c.Sign(g.key)
	require.NoError(g.t, err)
	return archive.Ask{Signed: signed, Checkpoint: c, Hashes: g}
}

// A witness that is killed at any moment never forgets what it cosigned, and never
// cosigns another history of it.
func TestAWitnessSurvivesKills(t *testing.T) {
	const kills, most = 12, 20_000
	g, fork := newGrowing(t, most, "true"), newGrowing(t, most, "false")
	vkey, err := proof.VerifierKey(g.origin, g.key.Public())
	require.NoError(t, err)
	log, err := proof.LogVerifier(g.origin, g.key.Public())
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "witness")
	var made struct {
		Key string `json:"verifier_key"`
	}
	decode(t, ducha(t, 0, "witness", "init", "--data", dir, "--name", "sjj.example/ducha", "--json"), &made)
	assert.Contains(t, ducha(t, 0, "witness", "log", "add", vkey, "--data", dir), g.origin)

	var size uint64 // the last one that was answered
	for range kills {
		s, err := start("witness", "serve", "--data", dir, "--listen", "127.0.0.1:0", "--json")
		require.NoError(t, err)
		require.NotNil(t, s)
		assert.Contains(t, ducha(t, 15, "witness", "status", "--data", dir), "in use", "one process has the folder")
		p, err := proof.ParsePolicy([]byte("witness W " + made.Key + " " + s.base + "\nquorum W\n"))
		require.NoError(t, err)
		c, err := witness.NewClient(p, log, time.Now)
		require.NoError(t, err)
		require.NoError(t, c.Hold(t.Context(), g.ask(size+1).Signed), "it has no more than was asked for, and no other history")

		ctx, stop := context.WithCancel(t.Context())
		kill := time.AfterFunc(time.Duration(30+mathrand.IntN(150))*time.Millisecond, func() { s.kill(); stop() })
		for size+1 < most && ctx.Err() == nil {
			if _, err := c.Cosign(ctx, g.ask(size+1)); err != nil {
				break
			}
			size++
		}
		<-ctx.Done()
		kill.Stop()
	}
	require.Greater(t, size, uint64(50))

	s, err := start("witness", "serve", "--data", dir, "--listen", "127.0.0.1:0", "--json")
	require.NoError(t, err)
	t.Cleanup(s.kill)
	p, err := proof.ParsePolicy([]byte("witness W " + made.Key + " " + s.base + "\nquorum W\n"))
	require.NoError(t, err)
	c, err := witness.NewClient(p, log, time.Now)
	require.NoError(t, err)
	_, err = c.Cosign(t.Context(), fork.ask(size))
	require.Error(t, err)
	_, err = c.Cosign(t.Context(), g.ask(size-1))
	require.Error(t, err, "it never goes back")
	_, err = c.Cosign(t.Context(), g.ask(size+2))
	require.NoError(t, err)
	s.kill()

	out := ducha(t, 0, "witness", "status", "--data", dir, "--lang", "en")
	assert.Contains(t, out, fmt.Sprintf("cosigned up to %d", size+2))
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
