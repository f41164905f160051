package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
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

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// demoSeed of the simulated campaign that role tests read.
const demoSeed = 2023

// simulated is a data folder with the campaign of two years, made once and copied.
var simulated = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "api-test-")
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "ledger")
	ctx := context.Background()
	if err := node.Create(ctx, dir, seeds.JiAn().Campaign, seeds.Keys(demoSeed)["ledger"], node.Options{}); err != nil {
		return "", err
	}
	n, err := node.Open(ctx, node.Options{Dir: dir})
	if err != nil {
		return "", err
	}
	for step := range seeds.Simulate(seeds.Options{Seed: demoSeed}).Steps() {
		if _, _, err := n.Submit(ctx, step.Envelope); err != nil {
			return "", err
		}
	}
	return dir, n.Close()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := simulated(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	os.Exit(code)
}

// guarded is the simulated campaign behind a guard, over real HTTP. Its task T07 is led
// by gzw, jrb takes part in it, a card was proposed for it, and since this morning wglj
// acts for gzw.
type guarded struct {
	node  *node.Node
	guard *access.Guard
	base  string
}

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	from, err := simulated()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "ledger")
	require.NoError(t, os.CopyFS(dir, os.DirFS(from)))
	n, err := node.Open(t.Context(), node.Options{Dir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	g := &guarded{node: n, guard: GuardOf(n, false)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: Named(With(n, Options{Guard: g.guard}))}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	g.base = "http://" + l.Addr().String()
	return g
}

// say has a party of the demo say something, on the campaign's last day.
func (g *guarded) say(t *testing.T, by ledger.PartyID, s ledger.Statement) {
	t.Helper()
	s.ID, s.Kind, s.Campaign, s.Source = uuid.Must(uuid.NewV7()), ledger.KindOf(s.Body), "ja2023", by
	s.Time = time.Date(2025, 12, 30, 17, 0, 0, 0, ledger.Shanghai)
	env, err := seal.Seal(rand.Reader, seeds.Keys(demoSeed)[by], seal.PayloadTypeStatement, s.Encode())
	require.NoError(t, err)
	_, _, err = g.node.Submit(t.Context(), env.Encode())
	require.NoError(t, err)
}

// campaign reads the live state.
func (g *guarded) campaign(read func(*projections.Campaign)) {
	g.node.View.Read(func(c *projections.Campaign, _ uint64) { read(c) })
}

// answerTo signs the answer to a challenge, as a client has to.
func answerTo(t *testing.T, key seal.PrivateKey, media string, a any) []byte {
	t.Helper()
	data, err := json.Marshal(a)
	require.NoError(t, err)
	e, err := seal.Seal(rand.Reader, key, media, data)
	require.NoError(t, err)
	return e.Encode()
}

// challenge asks for one.
func (g *guarded) challenge(t *testing.T) Challenge {
	t.Helper()
	var c Challenge
	status, body, _ := g.do(t, http.DefaultClient, "GET /api/v1/session/challenge", nil)
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, json.Unmarshal(body, &c))
	return c
}

// logIn is a client in a session of a party.
func (g *guarded) logIn(t *testing.T, key seal.PrivateKey) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := &http.Client{Jar: jar}
	status, body, _ := g.do(t, c, "POST /api/v1/session", answerTo(t, key, access.PayloadType, g.answer(t)))
	require.Equal(t, http.StatusCreated, status, string(body))
	return c
}

// answer is the right one to a new challenge.
func (g *guarded) answer(t *testing.T) access.Answer {
	t.Helper()
	asked := g.challenge(t)
	return access.Answer{Login: asked.Login, Host: strings.TrimPrefix(g.base, "http://"), Challenge: asked.Challenge}
}

// bearing is a client with a token of a role.
func (g *guarded) bearing(t *testing.T, role ledger.Role) *http.Client {
	t.Helper()
	now := g.node.Clock()
	secret, _, err := g.guard.Tokens.New(rand.Reader, role, "程序 "+string(role), now, now.AddDate(0, 0, 1))
	require.NoError(t, err)
	return &http.Client{Transport: bearing{secret}}
}

type bearing struct{ secret string }

func (b bearing) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+b.secret)
	return http.DefaultTransport.RoundTrip(r)
}

// do asks "METHOD /path" and gives the whole answer.
func (g *guarded) do(t *testing.T, c *http.Client, request string, body []byte) (int, []byte, http.Header) {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, g.base+path, bytes.NewReader(body))
	require.NoError(t, err)
	res, err := c.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err, request)
	return res.StatusCode, data, res.Header
}

// readers are who asks, by their part in task T07.
func (g *guarded) readers(t *testing.T) map[string]*http.Client {
	t.Helper()
	keys := seeds.Keys(demoSeed)
	list := map[string]*http.Client{"nobody": {}}
	for name, party := range map[string]ledger.PartyID{
		"lead": "units/gzw", "responsible": "units/jrb", "successor": "units/wglj", "other": "units/kjj", "authority": "authorities/jiwei",
		"office": "units/ggb", "commander": "officers/zhihuizhang", "executive-deputy": "officers/changwu", "deputy": "officers/fuzhi-1",
		"inspector": "inspectors/ducha-1", "auditor": "auditors/shenji",
	} {
		list[name] = g.logIn(t, keys[party])
	}
	for _, role := range []ledger.Role{"office", "commander", "executive-deputy", "deputy", "inspector", "auditor", "authority"} {
		list["token of "+string(role)] = g.bearing(t, role)
	}
	return list
}

// succeed has wglj act for gzw.
func (g *guarded) succeed(t *testing.T) {
	t.Helper()
	var today ledger.Date
	g.campaign(func(c *projections.Campaign) { today = ledger.DateOf(c.Now(g.node.Clock())) })
	g.say(t, "units/ggb", ledger.Statement{Unit: "gzw", Body: &ledger.UnitSucceeded{By: "wglj", From: today, Reason: "机构改革。"}})
	g.campaign(func(c *projections.Campaign) {
		assert.Equal(t, ledger.UnitID("wglj"), c.Units.Acting("gzw", today))
	})
}
