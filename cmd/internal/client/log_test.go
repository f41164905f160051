package client

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"ducha/cmd/internal/tlog"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A log over the network is verified and copied like one in a folder.
func TestALogOverTheNetwork(t *testing.T) {
	key, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte("ledger")))
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "archive")
	a, err := archive.Open(archive.Options{Dir: dir, State: dir + ".state", Key: key, Campaign: "ja2023"})
	require.NoError(t, err)
	var chain ledger.Chain
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for i := range 600 {
		s := ledger.Statement{ID: uuid.UUID{15: byte(i), 6: 0x70, 8: 0x80}, Kind: "clarification.issued.v1", Campaign: "ja2023", Source: "units/ggb", Unit: ledger.HQ,
			Time: start.Add(time.Duration(i) * time.Second), Body: &ledger.ClarificationIssued{Question: "Q", Answer: "答"}}
		env, err := seal.Seal(nil, key, seal.PayloadTypeStatement, s.Encode())
		require.NoError(t, err)
		r, err := chain.Extend(s, env.Encode(), start.Add(time.Duration(i)*time.Second))
		require.NoError(t, err)
		require.NoError(t, a.Add(r))
	}
	require.NoError(t, a.Seal(t.Context()))
	require.NoError(t, a.Close())

	vkey, err := proof.VerifierKey(a.Published().Origin, key.Public())
	require.NoError(t, err)
	server := httptest.NewServer(&tlog.Handler{Log: archive.Dir(dir), VerifierKey: vkey,
		MayRead: func(r *http.Request) error {
			if r.Header.Get("Authorization") != "Bearer secret" {
				return &ledger.Error{Class: ledger.Nobody, Rule: "token.shown"}
			}
			return nil
		},
		Fail: func(w http.ResponseWriter, err error) {
			w.WriteHeader(map[ledger.Class]int{ledger.NotFound: 404, ledger.Nobody: 401}[ledger.ClassOf(err)])
			w.Write([]byte(`{"class":"` + string(ledger.ClassOf(err)) + `","rule":"a.rule"}`))
		}})
	defer server.Close()
	l := New(server.URL).Log("secret")
	shown, err := l.Key(t.Context())
	require.NoError(t, err)
	assert.Equal(t, vkey, shown)
	found, c, err := archive.Verify(t.Context(), l, a.Verifier(), func(uint64, uint64) {})
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Equal(t, uint64(600), c.Size)
	copied, err := archive.Sync(t.Context(), LogAt(server.URL+"/tlog", "secret"), filepath.Join(t.TempDir(), "copy"), a.Verifier(), func(uint64, uint64) {})
	require.NoError(t, err)
	assert.Equal(t, c, copied)

	_, err = LogAt(server.URL+"/tlog/", "").ReadFile(t.Context(), "tile/entries/000")
	assert.Equal(t, ledger.Nobody, ledger.ClassOf(err), "%v", err)
	_, err = l.ReadFile(t.Context(), "tile/0/007")
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestAnswersThatAreNoLog(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/tlog/long":
			w.Write(bytes.Repeat([]byte("x"), most+1))
		case "/tlog/cut":
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("x"))
		default:
			http.Error(w, "<html>", http.StatusBadGateway)
		}
	}))
	defer server.Close()
	for path, class := range map[string]ledger.Class{"long": ledger.TooLarge, "cut": ledger.Unavailable, "checkpoint": ledger.Internal} {
		_, err := New(server.URL).Log("").ReadFile(t.Context(), path)
		assert.Equal(t, class, ledger.ClassOf(err), "%s: %v", path, err)
	}
	server.Close()
	_, err := New(server.URL).Log("").ReadFile(t.Context(), "checkpoint")
	assert.Equal(t, ledger.Unavailable, ledger.ClassOf(err))
}
