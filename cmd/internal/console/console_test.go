package console_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/browser"
	"ducha/cmd/internal/client"
	"ducha/cmd/internal/console"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// seed of the simulated campaign that the tests' ledgers hold.
const seed = 2023

// written is when the campaign was recorded: pages show it, and are the same every time.
var written = time.Date(2026, 1, 5, 10, 0, 0, 0, ledger.Shanghai)

// prepared is a data folder with the simulated campaign, made once and copied.
var prepared = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "console-test-")
	if err != nil {
		return "", err
	}
	o := node.Options{Dir: filepath.Join(dir, "ledger"), Clock: func() time.Time { return written }}
	ctx := context.Background()
	if err := node.Create(ctx, o.Dir, seeds.JiAn().Campaign, seeds.Keys(seed)["ledger"], o); err != nil {
		return "", err
	}
	n, err := node.Open(ctx, o)
	if err != nil {
		return "", err
	}
	defer n.Close()
	for step := range seeds.Simulate(seeds.Options{Seed: seed}).Steps() {
		if _, _, err := n.Submit(ctx, step.Envelope); err != nil {
			return "", err
		}
	}
	return o.Dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	browser.Stop()
	if dir, err := prepared(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	os.Exit(code)
}

// world is the simulated campaign, served over real HTTP to readers by role.
type world struct {
	node *node.Node
	base string
	keys string // a folder with every party's key, as fgw.pem or officers-changwu.pem
	of   map[ledger.PartyID]seal.PrivateKey
}

func newWorld(t *testing.T) *world {
	t.Helper()
	from, err := prepared()
	require.NoError(t, err)
	return serve(t, from, seeds.Keys(seed))
}

// serve serves a copy of a data folder to whoever has one of the keys.
func serve(t testing.TB, from string, keys map[ledger.PartyID]seal.PrivateKey) *world {
	t.Helper()
	w := &world{keys: t.TempDir(), of: keys}
	dir := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, os.CopyFS(dir, os.DirFS(from)))
	require.NoError(t, os.Chmod(filepath.Join(dir, "keys"), 0o700))
	for party, key := range keys {
		require.NoError(t, node.WriteKey(w.key(party), key))
	}
	n, err := node.Open(t.Context(), node.Options{Dir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	w.node = n
	g := api.GuardOf(n, false)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- api.Serve(ctx, l, console.Handler(n, g, api.With(n, api.Options{Guard: g}))) }()
	t.Cleanup(func() { stop(); assert.NoError(t, <-done) })
	w.base = "http://" + l.Addr().String()
	return w
}

// key is the file with a party's key.
func (w *world) key(party ledger.PartyID) string {
	return filepath.Join(w.keys, strings.ReplaceAll(string(party), "/", "-")+".pem")
}

// reader is an HTTP client that is logged in as a party; nobody's when it is empty.
func (w *world) reader(t testing.TB, party ledger.PartyID) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if party != "" {
		require.NoError(t, client.NewWith(w.base, c).LogIn(t.Context(), w.of[party]))
	}
	return c
}

// get asks for a page.
func (w *world) get(t testing.TB, c *http.Client, path string) (status int, body string, header http.Header) {
	t.Helper()
	res, err := c.Get(w.base + path)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(data), res.Header
}

func TestPagesAreForWhoeverLoggedIn(t *testing.T) {
	w := newWorld(t)
	status, _, header := w.get(t, w.reader(t, ""), "/?as_of=2024-08-15")
	assert.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, "/login?next=%2F%3Fas_of%3D2024-08-15", header.Get("Location"))

	status, body, header := w.get(t, w.reader(t, "units/fgw"), "/")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "开发区管理改革")
	assert.NotContains(t, body, "市国资委", "a unit sees its own")
	assert.Equal(t, "no-store", header.Get("Cache-Control"))

	_, body, _ = w.get(t, w.reader(t, "units/ggb"), "/")
	assert.Contains(t, body, "市国资委")
}

// Whatever a login is said to lead to, it leads to this server.
func TestALoginLeadsNowhereElse(t *testing.T) {
	w := newWorld(t)
	for _, next := range []string{"https://elsewhere.example/", "//elsewhere.example/", `/\elsewhere.example`, "javascript:alert(1)"} {
		_, body, _ := w.get(t, w.reader(t, ""), "/login?next="+next)
		assert.Contains(t, body, `data-next="/"`, next)
	}
}
