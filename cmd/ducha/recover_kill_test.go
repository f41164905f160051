package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// acknowledge submits to a server from several goroutines until it is killed, and
// gives what was acknowledged.
func acknowledge(t *testing.T, s *server, data string, long time.Duration) (list []ledger.SignedReceipt) {
	t.Helper()
	office, err := node.ReadKey(node.KeyFile(data, "units/ggb"))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	var running sync.WaitGroup
	for worker := range 8 {
		running.Go(func() {
			c := s.client()
			for n := 0; ctx.Err() == nil; n++ {
				_, envelope := question(t, office, fmt.Sprintf("K%d-N%d", worker, n))
				if receipt, _, err := c.Submit(ctx, envelope); err == nil {
					mu.Lock()
					list = append(list, receipt)
					mu.Unlock()
				}
			}
		})
	}
	time.Sleep(long)
	s.kill()
	require.False(t, s.fell, "the server ended by itself")
	stop()
	running.Wait()
	return list
}

// The server is killed under load, with its archive a moment behind, and then a
// recovery is killed again and again, wherever it happens to be: whoever
// holds a receipt finds the record, once all is done.
func TestWhatWasAcknowledgedSurvivesKillsAndARecovery(t *testing.T) {
	data := filepath.Join(t.TempDir(), "ledger")
	ducha(t, 0, "init", "--data", data)
	receipts := acknowledge(t, serveRaced(t, data), data, 700*time.Millisecond)
	require.Greater(t, len(receipts), 50)
	held := filepath.Join(t.TempDir(), "receipts")
	require.NoError(t, os.Mkdir(held, 0o700))
	for _, r := range receipts {
		text, err := proof.SealedReceipt{SignedReceipt: r}.Encode()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(held, r.ID.String()+".json"), text, 0o600))
	}
	for round := range 12 {
		cmd := raced("recover", "--data", data)
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(10+round*25) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
	}
	said := ducha(t, 0, "recover", "--data", data)
	assert.Contains(t, said, "全部在案")
	assert.Contains(t, ducha(t, 0, "tail", "--data", data), "台账恢复")
	assert.Contains(t, ducha(t, 0, "fsck", "--data", data, "--receipts", held), fmt.Sprintf("回执 %d 份", len(receipts)))
}
