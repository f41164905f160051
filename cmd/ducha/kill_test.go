package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestKill is kill -9 in the middle of concurrent submissions, twenty times:
// every acknowledged receipt is in the ledger after the restart, at its
// sequence, and nothing is doubled; what was not acknowledged is whole or absent.
func TestKill(t *testing.T) {
	const rounds, submitters = 20, 8
	data := filepath.Join(t.TempDir(), "ledger")
	ducha(t, 0, "init", "--data", data)
	office, err := node.ReadKey(node.KeyFile(data, "units/ggb"))
	require.NoError(t, err)

	var mu sync.Mutex
	acknowledged := map[ledger.Ref]ledger.SignedReceipt{}
	sent := map[ledger.Ref]bool{}
	for round := range rounds {
		s := serveRaced(t, data)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for worker := range submitters {
			running.Go(func() {
				c := s.client()
				for n := 0; ctx.Err() == nil; n++ {
					id, envelope := question(t, office, fmt.Sprintf("R%d-W%d-N%d", round, worker, n))
					mu.Lock()
					sent[id] = true
					mu.Unlock()
					receipt, _, err := c.Submit(ctx, envelope)
					if err != nil {
						continue // killed, or about to be
					}
					mu.Lock()
					acknowledged[id] = receipt
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(60+round*15) * time.Millisecond)
		s.kill()
		require.False(t, s.fell, "the server ended by itself")
		stop()
		running.Wait()
	}
	require.Greater(t, len(acknowledged), rounds*submitters/2, "too few submissions to mean anything")

	s := serve(t, data)
	c := s.client()
	found := map[ledger.Ref]uint64{}
	for after := uint64(0); ; {
		page, err := c.Feed(t.Context(), after, 500, 0)
		require.NoError(t, err)
		if len(page.Statements) == 0 {
			break
		}
		for _, st := range page.Statements {
			id := uuid.MustParse(st.ID)
			assert.Zero(t, found[id], "statement %s is on record twice", id)
			found[id] = st.Sequence
		}
		after = page.Last
	}
	for id, receipt := range acknowledged {
		assert.Equal(t, receipt.Sequence, found[id], "acknowledged statement %s", id)
	}
	unacknowledged := 0
	for id := range sent {
		if _, ok := acknowledged[id]; !ok && found[id] != 0 {
			unacknowledged++
		}
	}
	t.Logf("%d sent, %d acknowledged, %d of the others on record, whole", len(sent), len(acknowledged), unacknowledged)
	r, err := c.Projections(t.Context())
	require.NoError(t, err)
	assert.True(t, r.Equal, "rebuilt and live differ: %+v", r)
}

// question is a statement that any state of the ledger admits from the office.
func question(t *testing.T, key seal.PrivateKey, name string) (ledger.Ref, []byte) {
	id, err := uuid.NewV7()
	assert.NoError(t, err)
	s := ledger.Statement{ID: id, Kind: "question.raised.v1", Campaign: "ja2023", Source: "units/ggb", Unit: ledger.HQ,
		Time: time.Now().In(ledger.Shanghai), Body: &ledger.QuestionRaised{Question: ledger.LocalID(name), Text: "以方案原文为准?"}}
	env, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, s.Encode())
	assert.NoError(t, err)
	return id, env.Encode()
}
