package judges

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ducha/cmd/internal/node"
	"ducha/cmd/internal/witness"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/stretchr/testify/require"
	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/mod/sumdb/note"
)

// litewitness starts filippo.io/torchwood's witness for a log. It signs through an
// SSH agent and keeps its logs in SQLite.
func litewitness(t *testing.T, origin, vkey string) (url, name, key string) {
	t.Helper()
	need(t, "litewitness")
	need(t, "sqlite3")
	dir := t.TempDir()
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	ring := agent.NewKeyring()
	require.NoError(t, ring.Add(agent.AddedKey{PrivateKey: secret}))
	socket := filepath.Join(dir, "agent")
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(ring, c)
		}
	}()

	db := filepath.Join(dir, "db")
	sql := fmt.Sprintf(`CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL);
		CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin));
		INSERT INTO log VALUES ('%[1]s', 0, '%[3]s'); INSERT INTO key VALUES ('%[1]s', '%[2]s');`, origin, vkey, proof.EmptyRoot)
	out, err := exec.CommandContext(t.Context(), "sqlite3", db, sql).CombinedOutput()
	require.NoError(t, err, string(out))

	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	sshKey, err := ssh.NewPublicKey(public)
	require.NoError(t, err)
	const called = "witness.example/lite"
	cmd := exec.Command("litewitness", "-name", called, "-db", db, "-ssh-agent", socket, "-listen", address, "-key", ssh.FingerprintSHA256(sshKey))
	var said strings.Builder
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Signal(syscall.SIGKILL); cmd.Wait() })
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}, 10*time.Second, 20*time.Millisecond, "it does not listen")

	// Its key in words of its own kind: the same bytes as a cosignature's verifier key.
	plain, err := note.NewEd25519VerifierKey(called, public)
	require.NoError(t, err)
	key, err = fnote.VKeyToCosignatureV1(plain)
	require.NoError(t, err)
	return "http://" + address, called, key
}

// need skips a test when a tool is missing; in CI that is a failure.
func need(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing: see .ci/run", tool)
	}
	t.Skipf("%s is missing", tool)
}

// A witness in use elsewhere cosigns what the ledger publishes, goes on with it, and
// knows when the ledger's folder is an old one or another history.
func TestLitewitnessCosignsTheLedger(t *testing.T) {
	const seed = 2023
	dir, keys := filepath.Join(t.TempDir(), "ledger"), seeds.Keys(seed)
	origin := proof.Origin(seeds.JiAn().Campaign, keys["ledger"].Public())
	vkey, err := proof.VerifierKey(origin, keys["ledger"].Public())
	require.NoError(t, err)
	url, called, key := litewitness(t, origin, vkey)
	require.NoError(t, node.Create(t.Context(), dir, seeds.JiAn().Campaign, keys["ledger"], node.Options{}))
	require.NoError(t, os.WriteFile(node.WitnessFile(dir), fmt.Appendf(nil, "witness lite %s %s\nquorum lite\n", key, url), 0o600))

	theirs, err := fnote.NewVerifierForCosignatureV1(key)
	require.NoError(t, err)
	log, err := proof.LogVerifier(origin, keys["ledger"].Public())
	require.NoError(t, err)
	old := filepath.Join(t.TempDir(), "old")
	steps := seeds.Simulate(seeds.Options{Seed: seed}).Steps()
	submit := func(from, to int) (size uint64) {
		n, err := node.Open(t.Context(), node.Options{Dir: dir})
		require.NoError(t, err)
		i := 0
		var last ledger.SignedReceipt
		for step := range steps {
			if i++; i > to {
				break
			}
			if i > from {
				last, _, err = n.Submit(t.Context(), step.Envelope)
				require.NoError(t, err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		require.NoError(t, n.Seal(ctx, last.Sequence))
		_, signed, err := n.Archive().Checkpoint(t.Context())
		require.NoError(t, err)
		c, _, n2, err := flog.ParseCheckpoint(signed, origin, log, theirs)
		require.NoError(t, err)
		require.GreaterOrEqual(t, c.Size, last.Sequence)
		require.Len(t, n2.Sigs, 2, "the log's and %s's", called)
		require.NoError(t, n.Close())
		return c.Size
	}
	submit(0, 100)
	require.NoError(t, os.CopyFS(old, os.DirFS(dir)))
	size := submit(100, 300) // it goes on from where it was

	n, err := node.Open(t.Context(), node.Options{Dir: old})
	require.ErrorIs(t, err, &ledger.Error{Rule: "rollback.witness"})
	require.NoError(t, n.Close())
	forked(t, url, key, keys["ledger"], origin, size)
}

// forked asks for a cosignature over another history of the same size.
func forked(t *testing.T, url, key string, ledgerKey seal.PrivateKey, origin string, size uint64) {
	t.Helper()
	var tree proof.Tree
	for i := range size {
		tree.Add([32]byte{byte(i)})
	}
	c := proof.Checkpoint{Origin: origin, Size: tree.Size(), Root: tree.Root()}
	signed, err := c.Sign(ledgerKey)
	require.NoError(t, err)
	p, err := proof.ParsePolicy(fmt.Appendf(nil, "witness lite %s %s\nquorum lite\n", key, url))
	require.NoError(t, err)
	log, err := proof.LogVerifier(origin, ledgerKey.Public())
	require.NoError(t, err)
	client, err := witness.NewClient(p, log, time.Now)
	require.NoError(t, err)
	_, err = client.Cosign(t.Context(), archive.Ask{Signed: signed, Checkpoint: c})
	require.ErrorContains(t, err, fmt.Sprintf("refuses size %d", size))
	require.False(t, client.Status()[0].Up)
}
