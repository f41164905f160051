package api

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// world is a real ledger with its charter and tasks, served over real HTTP.
type world struct {
	node   *node.Node
	dir    string
	base   string
	office seal.PrivateKey
	asked  int
}

func newWorld(t *testing.T, o Options) *world {
	t.Helper()
	w := &world{dir: filepath.Join(t.TempDir(), "ledger")}
	keys := map[ledger.PartyID]seal.PrivateKey{}
	for _, p := range []ledger.PartyID{"root", "ledger", "units/ggb"} {
		k, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
		require.NoError(t, err)
		keys[p] = k
	}
	w.office = keys["units/ggb"]
	require.NoError(t, node.Create(t.Context(), w.dir, "ja2023", keys["ledger"], node.Options{}))
	n, err := node.Open(t.Context(), node.Options{Dir: w.dir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	w.node = n
	charter := ledger.CharterAdopted{Campaign: "ja2023", Title: "测试", Clock: ledger.ClockRecorded, From: "2026-01-01", To: "2030-12-31",
		RootKey: ledger.Text(keys["root"].Public().PEM()), LedgerKey: ledger.Text(keys["ledger"].Public().PEM())}
	for _, s := range seeds.Opening(seeds.JiAn(), charter, ledger.Text(w.office.Public().PEM())) {
		_, _, err := n.Say(t.Context(), keys[s.By], ledger.Statement{Kind: ledger.KindOf(s.Body), Source: s.By, Unit: s.Unit, Task: s.Task, Body: s.Body})
		require.NoError(t, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: Named(With(n, o))}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	w.base = "http://" + l.Addr().String()
	return w
}

// statement is a statement of the office that any state of the ledger admits.
func (w *world) statement(t *testing.T) []byte {
	t.Helper()
	w.asked++
	s := ledger.Statement{ID: uuid.Must(uuid.NewV7()), Kind: "question.raised.v1", Campaign: "ja2023", Source: "units/ggb", Unit: ledger.HQ,
		Time: w.node.Clock().In(ledger.Shanghai), Body: &ledger.QuestionRaised{Question: ledger.LocalID(fmt.Sprintf("N%d", w.asked)), Text: "以方案原文为准 <&>。"}}
	env, err := seal.Seal(rand.Reader, w.office, seal.PayloadTypeStatement, s.Encode())
	require.NoError(t, err)
	return env.Encode()
}

// say has a party say something on the trail of the headquarters.
func (w *world) say(t *testing.T, key seal.PrivateKey, by ledger.PartyID, body any) ledger.SignedReceipt {
	t.Helper()
	r, _, err := w.node.Say(t.Context(), key, ledger.Statement{Kind: ledger.KindOf(body), Source: by, Unit: ledger.HQ, Body: body})
	require.NoError(t, err)
	return r
}
