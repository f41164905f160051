package witness

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
		t.Cleanup(func() { one.server.CloseClientConnections(); one.server.Close() })
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
	require.NoError(t, c.Hold(t.Context(), h.at(0).Signed, archive.Ask{}), "nobody has seen anything")
	_, err = c.Cosign(t.Context(), h.at(50))
	require.NoError(t, err)

	again, err := NewClient(p, h.verifier(), clock)
	require.NoError(t, err)
	require.NoError(t, again.Hold(t.Context(), h.at(50).Signed, h.at(50)))
	require.NoError(t, again.Hold(t.Context(), h.at(60).Signed, h.at(60)), "newer than what they saw")
	require.ErrorIs(t, again.Hold(t.Context(), h.at(40).Signed, h.at(40)), &ledger.Error{Rule: "rollback.witness"})
	require.ErrorIs(t, again.Hold(t.Context(), h.at(0).Signed, h.at(0)), &ledger.Error{Rule: "rollback.witness"})
	require.ErrorIs(t, again.Hold(t.Context(), fork.at(50).Signed, fork.at(50)), &ledger.Error{Rule: "archive.fork"})

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
