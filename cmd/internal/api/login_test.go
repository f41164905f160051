package api

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/seeds"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clock is one that tests move.
type clock struct{ now time.Time }

func (c *clock) guard(g *guarded) *clock {
	c.now = time.Now()
	g.guard.Clock = func() time.Time { return c.now }
	return c
}

// who is whoever a client is to the server.
func (g *guarded) who(t *testing.T, c *http.Client) (who access.Reader) {
	t.Helper()
	status, body, _ := g.do(t, c, "GET /api/v1/session", nil)
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, json.Unmarshal(body, &who))
	return who
}

// refusal is the status and rule that a request is refused with.
func refusal(t *testing.T, status int, body []byte) (int, string) {
	t.Helper()
	var p Problem
	require.NoError(t, json.Unmarshal(body, &p), string(body))
	assert.NotEmpty(t, p.Want, "a refusal says what would be right")
	return status, p.Rule
}

func TestLoginIsRefused(t *testing.T) {
	g := newGuarded(t)
	clock := new(clock).guard(g)
	keys := seeds.Keys(demoSeed)
	kjj := keys["units/kjj"]
	stranger, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
	require.NoError(t, err)
	answer := func(change func(*access.Answer)) access.Answer {
		a := g.answer(t)
		change(&a)
		return a
	}
	same := func(*access.Answer) {}
	elsewhere := access.NewSessions("ja2023")
	used := answerTo(t, kjj, access.PayloadType, g.answer(t))
	status, _, _ := g.do(t, http.DefaultClient, "POST /api/v1/session", used)
	require.Equal(t, http.StatusCreated, status)
	late := answerTo(t, kjj, access.PayloadType, g.answer(t))
	clock.now = clock.now.Add(access.ChallengeTerm)
	forged := strings.Replace(string(answerTo(t, kjj, access.PayloadType, g.answer(t))), string(kjj.Public().ID()), string(keys["units/fgw"].Public().ID()), 1)
	said := ledger.Statement{ID: uuid.Must(uuid.NewV7()), Kind: "question.raised.v1", Campaign: "ja2023", Source: "units/kjj", Unit: ledger.HQ, Time: clock.now, Body: &ledger.QuestionRaised{Question: "N1", Text: "问"}}
	statement, err := seal.Seal(rand.Reader, kjj, seal.PayloadTypeStatement, said.Encode())
	require.NoError(t, err)
	for name, c := range map[string]struct {
		body   []byte
		status int
		rule   string
	}{
		"of another host":               {answerTo(t, kjj, access.PayloadType, answer(func(a *access.Answer) { a.Host = "evil.example" })), 403, "session.host"},
		"of another port":               {answerTo(t, kjj, access.PayloadType, answer(func(a *access.Answer) { a.Host = "127.0.0.1:1" })), 403, "session.host"},
		"of another campaign":           {answerTo(t, kjj, access.PayloadType, answer(func(a *access.Answer) { a.Login = "zy2024" })), 403, "session.host"},
		"a statement":                   {statement.Encode(), 400, "session.form"},
		"an answer signed as statement": {answerTo(t, kjj, seal.PayloadTypeStatement, answer(same)), 400, "session.form"},
		"more than an answer":           {answerTo(t, kjj, access.PayloadType, map[string]string{"login": "ja2023", "role": "office"}), 400, "session.form"},
		"an answer given before":        {used, 401, "session.challenge"},
		"an answer too late":            {late, 401, "session.challenge"},
		"another server's challenge": {answerTo(t, kjj, access.PayloadType, answer(func(a *access.Answer) {
			a.Challenge, _ = elsewhere.Challenge(clock.now)
		})), 401, "session.challenge"},
		"a challenge with a later end": {answerTo(t, kjj, access.PayloadType, answer(func(a *access.Answer) { a.Challenge = "B" + a.Challenge[1:] })), 401, "session.challenge"},
		"no challenge":                 {answerTo(t, kjj, access.PayloadType, answer(func(a *access.Answer) { a.Challenge = "" })), 401, "session.challenge"},
		"a key that nobody enrolled":   {answerTo(t, stranger, access.PayloadType, answer(same)), 401, "session.key"},
		"the ledger's key":             {answerTo(t, keys["ledger"], access.PayloadType, answer(same)), 401, "session.key"},
		"the root key":                 {answerTo(t, keys["root"], access.PayloadType, answer(same)), 401, "session.key"},
		"another's key by name":        {[]byte(forged), 401, "session.seal"},
		"no envelope":                  {[]byte("{}"), 400, "session.form"},
		"nothing":                      {nil, 400, "session.form"},
		"too much":                     {[]byte(strings.Repeat(" ", 1<<20)), 413, "envelope.size"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body, header := g.do(t, http.DefaultClient, "POST /api/v1/session", c.body)
			status, rule := refusal(t, status, body)
			assert.Equal(t, c.status, status, string(body))
			if rule != "http.request" {
				assert.Equal(t, c.rule, rule, string(body))
			}
			assert.Empty(t, header.Get("Set-Cookie"))
		})
	}
	// What is signed to log in says nothing on the ledger.
	status, body, _ := g.do(t, http.DefaultClient, "POST /api/v1/statements", answerTo(t, kjj, access.PayloadType, g.answer(t)))
	status, _ = refusal(t, status, body)
	assert.Equal(t, http.StatusBadRequest, status)
}

func TestBothAlgorithmsLogIn(t *testing.T) {
	g := newGuarded(t)
	for party, roles := range map[ledger.PartyID][]ledger.Role{"units/kjj": {}, "units/gzw": {}, "units/ggb": {"office"}, "officers/changwu": {"executive-deputy"}} {
		who := g.who(t, g.logIn(t, seeds.Keys(demoSeed)[party])) // gzw's and ggb's are SM2
		assert.Equal(t, party, who.Party)
		assert.Equal(t, roles, who.Roles)
		assert.NotEmpty(t, who.Name)
	}
}

// A session follows the ledger: what is said of a key or a role holds at the next request.
func TestASessionFollowsTheLedger(t *testing.T) {
	g := newGuarded(t)
	keys := seeds.Keys(demoSeed)
	deputy, kjj := g.logIn(t, keys["officers/fuzhi-1"]), g.logIn(t, keys["units/kjj"])
	status, _, _ := g.do(t, deputy, "GET /api/v1/samples", nil)
	require.Equal(t, http.StatusOK, status)
	g.say(t, "units/ggb", ledger.Statement{Unit: ledger.HQ, Body: &ledger.RoleEnded{Party: "officers/fuzhi-1", Role: ledger.RoleDeputy, Reason: "调离。"}})
	status, body, _ := g.do(t, deputy, "GET /api/v1/samples", nil)
	_, rule := refusal(t, status, body)
	assert.Equal(t, "read.role", rule)
	assert.Empty(t, g.who(t, deputy).Roles)

	status, _, _ = g.do(t, kjj, "GET /api/v1/tasks/T09", nil)
	require.Equal(t, http.StatusOK, status)
	g.say(t, "units/ggb", ledger.Statement{Unit: "kjj", Body: &ledger.KeyRevoked{Key: ledger.Digest(keys["units/kjj"].Public().ID()), Reason: "遗失。"}})
	status, body, _ = g.do(t, kjj, "GET /api/v1/tasks/T09", nil)
	status, rule = refusal(t, status, body)
	assert.Equal(t, http.StatusUnauthorized, status)
	assert.Equal(t, "session.key", rule)
	status, body, _ = g.do(t, http.DefaultClient, "POST /api/v1/session", answerTo(t, keys["units/kjj"], access.PayloadType, g.answer(t)))
	_, rule = refusal(t, status, body)
	assert.Equal(t, "session.key", rule)
	assert.Empty(t, g.who(t, kjj).Party)
}

func TestASessionEnds(t *testing.T) {
	g := newGuarded(t)
	clock := new(clock).guard(g)
	fgw := seeds.Keys(demoSeed)["units/fgw"]
	ask := func(c *http.Client, watched bool) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.base+"/api/v1/units/fgw", nil)
		require.NoError(t, err)
		if watched {
			r.Header.Set(access.Watched, "yes")
		}
		res, err := c.Do(r)
		require.NoError(t, err)
		res.Body.Close()
		return res.StatusCode
	}
	began := clock.now
	busy := g.logIn(t, fgw)
	for clock.now.Sub(began) < access.SessionTerm-access.IdleTerm {
		clock.now = clock.now.Add(access.IdleTerm - time.Second)
		require.Equal(t, http.StatusOK, ask(busy, false), "in use")
	}
	clock.now = began.Add(access.SessionTerm - time.Second)
	assert.Equal(t, http.StatusOK, ask(busy, false))
	clock.now = began.Add(access.SessionTerm)
	assert.Equal(t, http.StatusUnauthorized, ask(busy, false), "after eight hours, though in use")

	idle := g.logIn(t, fgw)
	clock.now = clock.now.Add(access.IdleTerm - time.Second)
	assert.Equal(t, http.StatusOK, ask(idle, true), "a page that renews itself is answered")
	clock.now = clock.now.Add(time.Second)
	assert.Equal(t, http.StatusUnauthorized, ask(idle, true), "and keeps no session open")
	assert.Equal(t, http.StatusUnauthorized, ask(idle, false), "what is over stays so")

	one, other := g.logIn(t, fgw), g.logIn(t, fgw)
	status, _, header := g.do(t, one, "DELETE /api/v1/session", nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, header.Get("Set-Cookie"), "Max-Age=0")
	assert.Equal(t, http.StatusUnauthorized, ask(one, false), "logged out")
	assert.Equal(t, http.StatusOK, ask(other, false), "of one's own accord only where one did")
}

// Nobody chooses the secret of another's session, and it is for this server alone.
func TestTheCookie(t *testing.T) {
	g := newGuarded(t)
	fgw := seeds.Keys(demoSeed)["units/fgw"]
	logIn := func(url string, c *http.Client, cookie string) *http.Cookie {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/v1/session", strings.NewReader(string(answerTo(t, fgw, access.PayloadType, access.Answer{
			Login: "ja2023", Host: strings.SplitN(url, "//", 2)[1], Challenge: g.challenge(t).Challenge}))))
		require.NoError(t, err)
		if cookie != "" {
			r.AddCookie(&http.Cookie{Name: "ducha-ja2023", Value: cookie})
		}
		res, err := c.Do(r)
		require.NoError(t, err)
		defer res.Body.Close()
		require.Equal(t, http.StatusCreated, res.StatusCode)
		require.Len(t, res.Cookies(), 1)
		return res.Cookies()[0]
	}
	fixed := strings.Repeat("A", 43)
	first := logIn(g.base, http.DefaultClient, fixed)
	assert.Equal(t, "ducha-ja2023", first.Name, "campaigns that run side by side on a host have a cookie each")
	assert.NotEqual(t, fixed, first.Value)
	assert.Len(t, first.Value, 43, "256 bits")
	assert.True(t, first.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, first.SameSite)
	assert.Equal(t, "/", first.Path)
	assert.Empty(t, first.Domain)
	assert.Equal(t, int(access.SessionTerm/time.Second), first.MaxAge)
	assert.False(t, first.Secure, "no TLS here")

	second := logIn(g.base, http.DefaultClient, first.Value)
	assert.NotEqual(t, first.Value, second.Value)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(first)
	_, err := g.guard.Reader(r)
	assert.Error(t, err, "the session that the login replaced is over")

	secured := httptest.NewTLSServer(With(g.node, Options{Guard: g.guard}))
	defer secured.Close()
	assert.True(t, logIn(secured.URL, secured.Client(), "").Secure)
}

// One key's sessions are bounded, so that nobody keeps others out.
func TestManySessionsOfOneKey(t *testing.T) {
	g := newGuarded(t)
	clock := new(clock).guard(g)
	keys := seeds.Keys(demoSeed)
	other := g.logIn(t, keys["units/fgw"])
	first := g.logIn(t, keys["units/kjj"])
	var last *http.Client
	for range access.KeySessions {
		clock.now = clock.now.Add(time.Second)
		last = g.logIn(t, keys["units/kjj"])
	}
	assert.Empty(t, g.who(t, first).Party, "the one that was left alone longest made room")
	assert.Equal(t, ledger.PartyID("units/kjj"), g.who(t, last).Party)
	assert.Equal(t, ledger.PartyID("units/fgw"), g.who(t, other).Party)
}

// What another site's page has a browser send is refused, session or not.
func TestOtherSitesAreRefused(t *testing.T) {
	g := newGuarded(t)
	office := g.logIn(t, seeds.Keys(demoSeed)["units/ggb"])
	for _, request := range []string{"POST /api/v1/session", "DELETE /api/v1/session", "POST /api/v1/statements", "POST /api/v1/batches", "POST /api/v1/imports", "POST /api/v1/policy/trial", "PUT /api/v1/attachments/" + strings.Repeat("0", 64)} {
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			method, path, _ := strings.Cut(request, " ")
			r, err := http.NewRequestWithContext(t.Context(), method, g.base+path, nil)
			require.NoError(t, err)
			r.Header.Set(name, value)
			res, err := office.Do(r)
			require.NoError(t, err)
			res.Body.Close()
			assert.Equal(t, http.StatusForbidden, res.StatusCode, "%s with %s", request, name)
		}
	}
	assert.Equal(t, ledger.PartyID("units/ggb"), g.who(t, office).Party, "still logged in")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.base+"/api/v1/session/challenge", nil)
	require.NoError(t, err)
	r.Host = "evil.example"
	res, err := office.Do(r)
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, http.StatusForbidden, res.StatusCode, "a name that points here from elsewhere")
}
