package console_test

import (
	"context"
	"errors"
	"fmt"
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
	if shared.stop != nil {
		if err := shared.stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.RemoveAll(shared.dir)
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

// newWorld is one of the test's own, in which it may say things.
func newWorld(t *testing.T) *world {
	t.Helper()
	from, err := prepared()
	require.NoError(t, err)
	return serve(t, from, seeds.Keys(seed))
}

// shared is the world of the tests that say nothing, opened by the first of them: to
// open one takes longer than to look at most pages.
var shared struct {
	once  sync.Once
	world *world
	dir   string
	stop  func() error
	err   error
}

// readWorld is the world as the simulation left it: nothing is said in it.
func readWorld(t *testing.T) *world {
	t.Helper()
	shared.once.Do(func() {
		var from string
		if from, shared.err = prepared(); shared.err != nil {
			return
		}
		if shared.dir, shared.err = os.MkdirTemp("", "console-test-"); shared.err == nil {
			shared.world, shared.stop, shared.err = launch(shared.dir, from, seeds.Keys(seed))
		}
	})
	require.NoError(t, shared.err)
	n := shared.world.node.View.Sequence()
	t.Cleanup(func() {
		require.Equal(t, n, shared.world.node.View.Sequence(), "what says something has a world of its own")
	})
	return shared.world
}

// serve serves a copy of a data folder to whoever has one of the keys.
func serve(t testing.TB, from string, keys map[ledger.PartyID]seal.PrivateKey) *world {
	t.Helper()
	w, stop, err := launch(t.TempDir(), from, keys)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, stop()) })
	return w
}

// launch serves a copy of a data folder, which it makes in dir beside the keys.
func launch(dir, from string, keys map[ledger.PartyID]seal.PrivateKey) (w *world, stop func() error, err error) {
	w = &world{keys: filepath.Join(dir, "keys"), of: keys}
	data := filepath.Join(dir, "ledger")
	if err := errors.Join(os.CopyFS(data, os.DirFS(from)), os.Chmod(filepath.Join(data, "keys"), 0o700), os.Mkdir(w.keys, 0o700)); err != nil {
		return nil, nil, err
	}
	for party, key := range keys {
		if err := node.WriteKey(w.key(party), key); err != nil {
			return nil, nil, err
		}
	}
	if w.node, err = node.Open(context.Background(), node.Options{Dir: data}); err != nil {
		return nil, nil, err
	}
	g := api.GuardOf(w.node, false)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- api.Serve(ctx, l, console.Handler(w.node, g, api.With(w.node, api.Options{Guard: g}))) }()
	w.base = "http://" + l.Addr().String()
	return w, func() error {
		cancel()
		return errors.Join(<-done, w.node.Close())
	}, nil
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
	w := readWorld(t)
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
	w := readWorld(t)
	for _, next := range []string{"https://elsewhere.example/", "//elsewhere.example/", `/\elsewhere.example`, "javascript:alert(1)"} {
		_, body, _ := w.get(t, w.reader(t, ""), "/login?next="+next)
		assert.Contains(t, body, `data-next="/"`, next)
	}
}
