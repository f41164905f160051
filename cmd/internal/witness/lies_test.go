package witness

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// answering is a witness of which only the answer counts: it signs with its own key
// whatever a test makes of the checkpoint that came.
func answering(t *testing.T, name string, make func(own proof.Cosigner, checkpoint []byte) []byte) http.HandlerFunc {
	own, err := proof.NewCosigner("witness.example/"+name, keyOf(t, "witness "+name))
	require.NoError(t, err)
	return func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		a, err := proof.ParseAddCheckpoint(body)
		assert.NoError(t, err)
		rw.Write(make(own, a.Checkpoint))
	}
}

func signedBy(t *testing.T, own proof.Cosigner, checkpoint []byte, at time.Time) []byte {
	line, err := own.Cosign(checkpoint, at)
	assert.NoError(t, err)
	return line
}

// A cosignature counts when it is the witness's, over this checkpoint, with a time.
// What else is in an answer is passed over.
func TestWhatCountsAsACosignature(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 40)
	post := func(bytes int) string { return base64.StdEncoding.EncodeToString(make([]byte, bytes)) }
	for name, test := range map[string]struct {
		counts bool
		make   func(own proof.Cosigner, checkpoint []byte) []byte
	}{
		"as it should be": {true, func(own proof.Cosigner, c []byte) []byte { return signedBy(t, own, c, noon) }},
		"an ML-DSA-44 line of its own, which is not known yet, before and after": {true, func(own proof.Cosigner, c []byte) []byte {
			other := fmt.Sprintf("— %s %s\n", own.Name(), post(4+8+2420))
			return append(append([]byte(other), signedBy(t, own, c, noon)...), "— witness.example/w2 "+post(76)+"\n"...)
		}},
		"over another checkpoint": {false, func(own proof.Cosigner, _ []byte) []byte { return signedBy(t, own, h.at(39).Signed, noon) }},
		"without a time":          {false, func(own proof.Cosigner, c []byte) []byte { return signedBy(t, own, c, time.Unix(0, 0)) }},
		"one bit off": {false, func(own proof.Cosigner, c []byte) []byte {
			line := signedBy(t, own, c, noon)
			line[len(line)-12] ^= 3
			return line
		}},
		"only what is not known yet": {false, func(own proof.Cosigner, _ []byte) []byte {
			return fmt.Appendf(nil, "— %s %s\n", own.Name(), post(4+8+2420))
		}},
		"by another key of its name": {false, func(own proof.Cosigner, c []byte) []byte {
			thief, err := proof.NewCosigner(own.Name(), keyOf(t, "a thief"))
			assert.NoError(t, err)
			return signedBy(t, thief, c, noon)
		}},
		"not ended":     {false, func(own proof.Cosigner, c []byte) []byte { return bytes.TrimSpace(signedBy(t, own, c, noon)) }},
		"nothing":       {false, func(proof.Cosigner, []byte) []byte { return nil }},
		"its own note":  {false, func(own proof.Cosigner, c []byte) []byte { return append(c, signedBy(t, own, c, noon)...) }},
		"a page of XML": {false, func(proof.Cosigner, []byte) []byte { return []byte("<html>login</html>\n") }},
	} {
		t.Run(name, func(t *testing.T) {
			p, list := policyOf(t, "quorum W1\n", h, "W1")
			list[0].misbehave(answering(t, "W1", test.make))
			c, err := NewClient(p, h.verifier(), clock)
			require.NoError(t, err)
			signed, err := c.Cosign(t.Context(), h.at(20))
			if !test.counts {
				require.ErrorIs(t, err, &ledger.Error{Rule: "policy.quorum"})
				require.Contains(t, c.Status()[0].Error, "witness W1: ")
				require.NotContains(t, c.Status()[0].Error, "%!")
				return
			}
			require.NoError(t, err)
			by, met, err := p.Cosigned(signed)
			require.NoError(t, err)
			require.True(t, met)
			require.Len(t, by, 1)
			require.Equal(t, 2, bytes.Count(signed, []byte("— ")), "nothing else gets into the checkpoint")
		})
	}
}

// An old folder that went on by itself is longer than what the witness saw, and
// another history of it. With a quorum or without one, it goes no further.
func TestAnOldFolderThatWentOnIsFoundOut(t *testing.T) {
	for _, quorum := range []string{"quorum none\n", "quorum W1\n"} {
		h, other := newHistory(t, "ja2023", "a", 100), newHistory(t, "ja2023", "b", 100)
		p, _ := policyOf(t, quorum, h, "W1")
		c, err := NewClient(p, h.verifier(), clock)
		require.NoError(t, err)
		_, err = c.Cosign(t.Context(), h.at(50))
		require.NoError(t, err)

		old, err := NewClient(p, h.verifier(), clock)
		require.NoError(t, err)
		require.ErrorIs(t, old.Hold(t.Context(), other.at(60).Signed, other.at(60)), &ledger.Error{Rule: "archive.fork"}, "at its start")
		require.ErrorIs(t, old.Hold(t.Context(), other.at(60).Signed, other.at(55)), &ledger.Error{Rule: "archive.fork"}, "with more signed than is published")
		require.NoError(t, old.Hold(t.Context(), other.at(60).Signed, other.at(40)), "what is not there cannot be compared")
		_, err = old.Cosign(t.Context(), other.at(60))
		require.ErrorIs(t, err, &ledger.Error{Rule: "archive.fork"})
		require.Equal(t, ledger.Damaged, ledger.ClassOf(err))
		require.ErrorContains(t, err, h.at(50).Checkpoint.Root.String())

		// The true log goes on meanwhile.
		require.NoError(t, c.Hold(t.Context(), h.at(70).Signed, h.at(70)))
		_, err = c.Cosign(t.Context(), h.at(70))
		require.NoError(t, err)
		require.EqualValues(t, 70, c.Status()[0].Size)
	}
}

// After a start, a witness that answered is up before anything new is sealed.
func TestAStartShowsHowWitnessesDo(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 100)
	p, list := policyOf(t, "quorum none\n", h, "W1", "W2", "W3")
	c, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	_, err = c.Cosign(t.Context(), h.at(50))
	require.NoError(t, err)
	list[2].server.Close()
	c, err = NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	require.NoError(t, c.Hold(t.Context(), h.at(60).Signed, h.at(60)))
	s := c.Status()
	require.True(t, s[0].Up && s[1].Up && !s[2].Up)
	require.EqualValues(t, 50, s[0].Size)
	require.Contains(t, s[2].Error, "does not answer")
}

// brokenHashes are those of an archive whose tiles were changed.
type brokenHashes struct{}

func (brokenHashes) ReadHashes([]int64) ([]tlog.Hash, error) {
	return nil, &ledger.Error{Class: ledger.Damaged, Rule: "archive.tile", Found: "a tile", Want: "another"}
}

// Damage of our own is not put down to a witness.
func TestOurOwnDamageIsOurs(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 100)
	p, _ := policyOf(t, "quorum none\n", h, "W1")
	c, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	_, err = c.Cosign(t.Context(), h.at(50))
	require.NoError(t, err)
	a := h.at(60)
	a.Hashes = brokenHashes{}
	_, err = c.Cosign(t.Context(), a)
	require.ErrorIs(t, err, &ledger.Error{Rule: "archive.tile"})
}

// A slow answer that later ones overtook accuses nobody and shows nobody down.
func TestASlowAnswerIsOvertaken(t *testing.T) {
	for _, fails := range []bool{false, true} {
		t.Run(fmt.Sprintf("fails %v", fails), func(t *testing.T) { overtaken(t, fails) })
	}
}

func overtaken(t *testing.T, fails bool) {
	h := newHistory(t, "ja2023", "a", 100)
	p, list := policyOf(t, "group G 1 W1 W2\nquorum G\n", h, "W1", "W2")
	c, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	_, err = c.Cosign(t.Context(), h.at(10))
	require.NoError(t, err)
	handler, went := list[1].Handler(), make(chan struct{})
	var first atomic.Bool
	list[1].misbehave(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && first.CompareAndSwap(false, true) {
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			r.Body = io.NopCloser(bytes.NewReader(body))
			<-went // the later ones are answered first
			if fails {
				http.Error(rw, "too late", http.StatusServiceUnavailable)
				return
			}
		}
		handler.ServeHTTP(rw, r)
	})
	_, err = c.Cosign(t.Context(), h.at(20))
	require.NoError(t, err)
	_, err = c.Cosign(t.Context(), h.at(30))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return c.Status()[1].Size == 30 }, 5*time.Second, time.Millisecond)
	close(went)
	require.Never(t, func() bool { s := c.Status()[1]; return !s.Up || s.Size != 30 }, 200*time.Millisecond, 5*time.Millisecond)
	signed, err := c.Cosign(t.Context(), h.at(40))
	require.NoError(t, err)
	by, _, err := p.Cosigned(signed)
	require.NoError(t, err)
	require.Len(t, by, 2)
}

// Checkpoints that are asked about all at once are cosigned or overtaken, and accuse
// nobody.
func TestAskedAllAtOnce(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 100)
	p, _ := policyOf(t, "quorum none\n", h, "W1")
	c, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	done := make(chan error, 100)
	for size := uint64(100); size > 0; size-- {
		go func() {
			_, err := c.Cosign(t.Context(), h.at(size))
			done <- err
		}()
	}
	for range 100 {
		require.NoError(t, <-done)
	}
	require.NotContains(t, c.Status()[0].Error, "cosigned 1")
}

// Witnesses that the policy can spare, whatever they do, hold a checkpoint up by
// less than half a second; and connections are kept.
func TestSpareWitnessesCostLittle(t *testing.T) {
	h := newHistory(t, "ja2023", "a", 200)
	p, list := policyOf(t, "group G 1 W1 W2 W3\nquorum G\n", h, "W1", "W2", "W3")
	c, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	list[1].misbehave(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() })
	drip := func(rw http.ResponseWriter, r *http.Request) { // a byte now and then
		for r.Context().Err() == nil {
			rw.Write([]byte("x"))
			rw.(http.Flusher).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	}
	list[2].misbehave(drip)
	for size := uint64(1); size <= 3; size++ {
		began := time.Now()
		_, err := c.Cosign(t.Context(), h.at(size))
		require.NoError(t, err)
		require.Less(t, time.Since(began), 700*time.Millisecond)
	}

	var opened atomic.Int32
	w, _ := newWitness(t, "W4", h)
	server := httptest.NewUnstartedServer(w.Handler())
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	p, err = proof.ParsePolicy(fmt.Appendf(nil, "witness W4 %s %s\nquorum W4\n", w.VerifierKey(), server.URL))
	require.NoError(t, err)
	c, err = NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	began := time.Now()
	for size := uint64(1); size <= 200; size++ {
		_, err := c.Cosign(t.Context(), h.at(size))
		require.NoError(t, err)
	}
	require.EqualValues(t, 1, opened.Load(), "connections are kept")
	t.Logf("%.2f ms a checkpoint, signed, proved, synced, cosigned and verified", float64(time.Since(began).Microseconds())/1000/200)
}

// One witness process keeps logs apart, and cosigns them side by side.
func TestManyLogsAtOnce(t *testing.T) {
	var logs []*history
	for i := range 8 {
		logs = append(logs, newHistory(t, fmt.Sprintf("ja%d", 2020+i), "a", 30))
	}
	w, dir := newWitness(t, "W1", logs...)
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	p, err := proof.ParsePolicy(fmt.Appendf(nil, "witness W1 %s %s\nquorum W1\n", w.VerifierKey(), server.URL))
	require.NoError(t, err)
	done := make(chan error, len(logs))
	for _, h := range logs {
		go func() {
			c, err := NewClient(p, h.verifier(), clock)
			for size := uint64(1); err == nil && size <= 30; size++ {
				_, err = c.Cosign(t.Context(), h.at(size))
			}
			done <- err
		}()
	}
	for range logs {
		require.NoError(t, <-done)
	}
	list, err := Look(dir)
	require.NoError(t, err)
	require.Len(t, list, 8)
	for _, s := range list {
		require.EqualValues(t, 30, s.Size)
	}
}

// A ledger's SM2 key cannot be a witness's: signed notes know no SM2.
func TestAWitnessHasAnEdwardsKey(t *testing.T) {
	key, err := seal.GenerateKey(seal.SM2, rand.Reader)
	require.NoError(t, err)
	require.Error(t, Create(t.TempDir(), "sjj.example/w", key))
}
