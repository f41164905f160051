package node

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ducha/ledger"

	"github.com/stretchr/testify/require"
)

// wentOn is a witness, and a folder that was put back from before what the witness
// cosigned last and went on by itself, past it.
func wentOn(t *testing.T) (old string, down *atomic.Bool) {
	t.Helper()
	dir := campaign(t, "2024-01-01")
	server := theWitness(t, dir)
	down = new(atomic.Bool)
	healthy := server.Config.Handler
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			panic(http.ErrAbortHandler)
		}
		healthy.ServeHTTP(w, r)
	})
	n := opened(t, dir)
	require.NoError(t, n.Seal(soon(t), n.View.Sequence()))
	require.NoError(t, n.Close())
	old = filepath.Join(t.TempDir(), "old")
	copyDir(t, dir, old)

	n = opened(t, dir)
	require.NoError(t, n.Seal(soon(t), remind(t, n).Sequence))
	require.NoError(t, n.Close())

	policy, err := os.ReadFile(WitnessFile(old))
	require.NoError(t, err)
	require.NoError(t, os.Remove(WitnessFile(old)))
	n = opened(t, old)
	remind(t, n)
	require.NoError(t, n.Seal(soon(t), remind(t, n).Sequence))
	require.NoError(t, n.Close())
	spared := strings.Replace(string(policy), "quorum sjj", "quorum none", 1)
	require.NoError(t, os.WriteFile(WitnessFile(old), []byte(spared), 0o600))
	return old, down
}

// It is longer than what the witness saw, and no continuation of it.
func TestAnOldFolderThatWentOnIsRefused(t *testing.T) {
	old, _ := wentOn(t)
	refusedWith(t, Options{Dir: old}, "archive.fork")
}

// With the witness down it starts; once the witness is back, it stops.
func TestAnOldFolderThatWentOnIsStopped(t *testing.T) {
	old, down := wentOn(t)
	down.Store(true)
	n := opened(t, old)
	t.Cleanup(func() { n.Close() })
	require.False(t, n.Witnesses()[0].Up)
	require.NoError(t, n.Seal(soon(t), remind(t, n).Sequence), "the policy can spare it")
	require.NoError(t, n.Healthy())
	down.Store(false)
	remind(t, n)
	require.Eventually(t, func() bool { return n.Fault() != nil }, 10*time.Second, 10*time.Millisecond)
	require.ErrorIs(t, n.Fault(), &ledger.Error{Rule: "archive.fork"})
	require.Equal(t, ledger.Damaged, ledger.ClassOf(n.Healthy()))
}
