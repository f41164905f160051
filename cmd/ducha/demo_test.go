package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/client"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// On a bare machine the demo is up, simulated and serving within a minute.
func TestDemoIsUpWithinAMinute(t *testing.T) {
	s, _ := demo(t)
	assert.Less(t, campaign.took, time.Minute)
	h, err := s.client().Health(t.Context())
	require.NoError(t, err)
	assert.Greater(t, h.Sequence, uint64(1000))
}

func TestDemoShowsTheCampaign(t *testing.T) {
	s, _ := demo(t)
	units, err := s.client().Units(t.Context(), "")
	require.NoError(t, err)
	assert.Len(t, units.Units, 13)
	lights, leads, notices := map[ledger.Light]int{}, 0, 0
	for _, u := range units.Units {
		if u.Unit == "ggb" || u.Unit == "wglj" {
			assert.True(t, u.NoLeadTask, "trap 1: %s", u.Unit)
		}
		if len(u.Tasks) > 0 {
			leads++
		}
		for _, task := range u.Tasks {
			lights[task.Light]++
		}
		notices += u.Notices
	}
	assert.Equal(t, 11, leads)
	assert.Equal(t, 2, notices)
	for _, l := range []ledger.Light{ledger.Green, ledger.Yellow, ledger.Red, ledger.Blue, ledger.Grey} {
		assert.NotZero(t, lights[l], "no task is %s", l)
	}
	then, err := s.client().Unit(t.Context(), "fgw", "2024-08-15")
	require.NoError(t, err)
	require.Len(t, then.Tasks, 2)
	assert.Equal(t, ledger.Green, then.Tasks[0].Light, "trap 2: a late T06 does not stain T01")
	assert.Equal(t, ledger.Yellow, then.Tasks[1].Light)
	assert.NotEmpty(t, then.Tasks[1].Expression)
	assert.NotEmpty(t, then.Tasks[1].Sources["planned"])
	history, err := s.client().History(t.Context(), "T06", "2024-08-15")
	require.NoError(t, err)
	for _, st := range history.Statements {
		assert.False(t, st.Time.After(ledger.Date("2024-08-15").End()), "record %d was not known then", st.Sequence)
	}
}

// A page for people, in both languages, as of any date; what it is told it shows
// as text.
func TestOverviewPage(t *testing.T) {
	s, _ := demo(t)
	get := func(path string) (int, string) {
		res, err := http.Get(s.base + path)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		if path != "/static/style.css" {
			assert.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
		}
		return res.StatusCode, string(body)
	}
	code, page := get("/?as_of=2024-08-15")
	assert.Equal(t, 200, code)
	assert.Contains(t, page, "开发区管理改革")
	assert.Contains(t, page, `class="light yellow"`)
	_, page = get("/?lang=en")
	assert.Contains(t, page, "severely behind")
	code, page = get("/?as_of=%3Cscript%3E")
	assert.Equal(t, 400, code)
	assert.NotContains(t, page, "<script>")
	code, _ = get("/static/style.css")
	assert.Equal(t, 200, code)
}

// refusal submits a statement and wants it refused with the rule.
func refusal(t *testing.T, s *server, envelope []byte, class ledger.Class, rule string) {
	t.Helper()
	_, _, err := s.client().Submit(t.Context(), envelope)
	require.Error(t, err, "admitted, but %s should have refused it", rule)
	assert.ErrorIs(t, err, &ledger.Error{Rule: rule}, "%v", err)
	assert.Equal(t, class, ledger.ClassOf(err), "%v", err)
}

// What must be refused at the door, each with its rule.
func TestRefusals(t *testing.T) {
	s, data := demo(t)
	key := func(party ledger.PartyID) seal.PrivateKey {
		k, err := node.ReadKey(node.KeyFile(data, party))
		require.NoError(t, err)
		return k
	}
	report := func(source ledger.PartyID, unit ledger.UnitID, task ledger.TaskID, period ledger.Month, percent ledger.Percent) ledger.Statement {
		return ledger.Statement{ID: uuid.Must(uuid.NewV7()), Kind: "progress.reported.v1", Campaign: "ja2023", Source: source, Unit: unit, Task: task,
			Time: time.Date(2025, 12, 30, 10, 0, 0, 0, ledger.Shanghai), Body: &ledger.ProgressReported{Period: period, Percent: percent, Summary: "测试。"}}
	}
	signed := func(st ledger.Statement, k seal.PrivateKey) []byte {
		env, err := seal.Seal(rand.Reader, k, seal.PayloadTypeStatement, st.Encode())
		require.NoError(t, err)
		return env.Encode()
	}
	refusal(t, s, signed(report("units/jrb", "jrb", "T03", "2024-05", 30), key("units/kjj")), ledger.Forbidden, "signer.source")
	refusal(t, s, signed(report("units/jrb", "jrb", "T03", "2026-01", 30), key("units/jrb")), ledger.Refused, "progress.period")
	refusal(t, s, signed(report("units/kjj", "jrb", "T03", "2024-05", 30), key("units/kjj")), ledger.Forbidden, "speaker.progress")
	refusal(t, s, signed(report("units/swj", "swj", "T05", "2025-12", 100), key("units/swj")), ledger.Refused, "task.closed")
	refusal(t, s, signed(report("units/jrb", "jrb", "T03", "2025-11", 30), key("units/jrb")), ledger.Refused, "progress.once")
	other, err := seal.GenerateKey(seal.SM2, rand.Reader)
	require.NoError(t, err)
	refusal(t, s, signed(report("units/jrb", "jrb", "T03", "2024-05", 30), other), ledger.Forbidden, "signer.unknown")

	// A key that was good yesterday.
	old := filepath.Join(t.TempDir(), "old.pem")
	ducha(t, 0, "key", "new", "-o", old)
	k, err := node.ReadKey(old)
	require.NoError(t, err)
	office := key("units/ggb")
	registry := func(body any) {
		st := ledger.Statement{ID: uuid.Must(uuid.NewV7()), Kind: ledger.KindOf(body), Campaign: "ja2023", Source: "units/ggb", Unit: "jrb",
			Time: time.Date(2025, 12, 30, 10, 0, 0, 0, ledger.Shanghai), Body: body}
		_, _, err := s.client().Submit(t.Context(), signed(st, office))
		require.NoError(t, err)
	}
	registry(&ledger.KeyEnrolled{Party: "units/jrb", PublicKey: ledger.Text(k.Public().PEM()), Holder: "新报送员"})
	first := report("units/jrb", "jrb", "T03", "2024-05", 30)
	envelope := signed(first, k)
	receipt, replayed, err := s.client().Submit(t.Context(), envelope)
	require.NoError(t, err)
	assert.False(t, replayed)
	registry(&ledger.KeyRevoked{Key: ledger.Digest(k.Public().ID()), Reason: "离岗。"})
	refusal(t, s, signed(report("units/jrb", "jrb", "T03", "2024-05", 31), k), ledger.Forbidden, "signer.revoked")

	// The same id: the same bytes give the first receipt for ever, even now that
	// the key is revoked; other bytes are refused.
	again, replayed, err := s.client().Submit(t.Context(), envelope)
	require.NoError(t, err)
	assert.True(t, replayed)
	assert.Equal(t, receipt.Receipt, again.Receipt)
	first.Body = &ledger.ProgressReported{Period: "2024-05", Percent: 99, Summary: "改口。"}
	refusal(t, s, signed(first, key("units/jrb")), ledger.Refused, "statement.id")
}

// Errors reach people in words, programs as JSON, and both by the exit code.
func TestExitCodes(t *testing.T) {
	s, data := demo(t)
	out := ducha(t, 14, "--server", s.base, "status", "nobody")
	assert.Contains(t, out, "查无此项")
	out = ducha(t, 14, "--server", s.base, "--lang", "en", "status", "nobody")
	assert.Contains(t, out, "not found")
	_, errs := run(t, "", 14, "--server", s.base, "--json", "replay", "T99")
	var e struct {
		Error struct{ Rule, Found, Want string }
	}
	decode(t, errs, &e)
	assert.Equal(t, "task.known", e.Error.Rule)
	assert.NotEmpty(t, e.Error.Want)
	ducha(t, 2, "replay")
	ducha(t, 2, "nosuch")
	ducha(t, 2, "key", "nosuch")
	ducha(t, 2, "key", "new")
	ducha(t, 2, "export", "fgw")
	ducha(t, 2, "--lang", "xx", "status")
	ducha(t, 10, "--server", s.base, "statement", "new", "progress.reported", "--as", "units/kjj", "--task", "T09", "--data-json", "{")
	ducha(t, 13, "--server", s.base, "status", "--as-of", "2099-01-01")
	ducha(t, 14, "--data", filepath.Join(data, "keys"), "status")
	ducha(t, 2, "status", "--no-such-flag")
	ducha(t, 10, "--server", s.base, "status", "--as-of", "yesterday")
	ducha(t, 19, "--server", "http://127.0.0.1:1", "status")
	out = ducha(t, 13, "serve", "--data", t.TempDir(), "--listen", "0.0.0.0:0")
	assert.Contains(t, out, "loopback")
	ducha(t, 14, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	_, errs = run(t, "{}", 10, "--server", s.base, "statement", "submit")
	assert.Contains(t, errs, "envelope.form")
}

// Two processes on one folder: the second is told, and does no harm.
func TestOneProcessAFolder(t *testing.T) {
	_, data := demo(t)
	out := ducha(t, 15, "--data", data, "status")
	assert.Contains(t, out, "folder.lock")
}

func TestVerifyFindsAChange(t *testing.T) {
	s, _ := demo(t)
	file := filepath.Join(t.TempDir(), "sfj.zip")
	ducha(t, 0, "--server", s.base, "export", "sfj", "-o", file)
	ducha(t, 0, "verify", file)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	i := strings.Index(string(data), `"recorded":"`)
	require.Positive(t, i)
	data[i+14] ^= 1
	changed := filepath.Join(t.TempDir(), "changed.zip")
	require.NoError(t, os.WriteFile(changed, data, 0o600))
	out := ducha(t, 1, "verify", changed, "--json")
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	assert.NotEmpty(t, report)
}

// Whatever is wrong with a request is said in one form; only this machine's names
// are answered.
func TestHTTPErrors(t *testing.T) {
	s, _ := demo(t)
	for _, c := range []struct {
		method, path, host string
		status             int
		rule               string
	}{
		{"GET", "/nowhere", "", 404, "http.path"},
		{"DELETE", "/api/v1/statements", "", 404, "http.path"},
		{"GET", "/api/v1/statements?limit=0", "", 400, "http.request"},
		{"GET", "/api/v1/statements/zzz", "", 400, "http.request"},
		{"GET", "/api/v1/units/nobody/trail", "", 404, "unit.known"},
		{"GET", "/api/v1/units?as_of=9999-01-01", "", 422, "date.ahead"},
		{"GET", "/api/v1/units", "evil.example", 403, "http.host"},
		{"POST", "/api/v1/statements", "", 400, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, s.base+c.path, nil)
		require.NoError(t, err)
		req.Host = c.host
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		var p struct{ Rule, Found, Want, Class string }
		require.NoError(t, json.NewDecoder(res.Body).Decode(&p), "%s %s", c.method, c.path)
		res.Body.Close()
		assert.Equal(t, c.status, res.StatusCode, "%s %s: %+v", c.method, c.path, p)
		assert.NotEmpty(t, p.Want, "%s %s", c.method, c.path)
		if c.rule != "" {
			assert.Equal(t, c.rule, p.Rule)
		}
	}
}

// OpenAPI is served, and describes what is there.
func TestOpenAPI(t *testing.T) {
	s, _ := demo(t)
	res, err := http.Get(s.base + "/openapi.json")
	require.NoError(t, err)
	defer res.Body.Close()
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&doc))
	assert.True(t, strings.HasPrefix(doc.OpenAPI, "3.1"))
	for _, path := range []string{"/api/v1/statements", "/api/v1/units", "/api/v1/units/{unit}", "/api/v1/units/{unit}/trail", "/api/v1/tasks", "/api/v1/tasks/{task}",
		"/api/v1/tasks/{task}/statements", "/healthz", "/readyz"} {
		assert.Contains(t, doc.Paths, path)
	}
}

// Who has never seen it gets from the demo's words to being signed in: each file that they
// name is there and logs its party in, and the page to log in on says where they are.
func TestDemoSaysWithWhichKeyOneLogsIn(t *testing.T) {
	s, dir := demo(t)
	for lang, unit := range map[string]string{"zh": "市发改委", "en": "a lead unit"} {
		var out bytes.Buffer
		a := &app{Main: &Main{Out: &out}, data: dir, lang: lang}
		require.NoError(t, a.signIn(s.base))
		assert.Contains(t, out.String(), s.base+"/login")
		assert.Contains(t, out.String(), unit)
		files := regexp.MustCompile(`/\S+\.pem`).FindAllString(out.String(), -1)
		assert.Len(t, files, len(newcomers))
		for _, file := range files {
			key, err := node.ReadKey(file)
			require.NoError(t, err)
			jar, err := cookiejar.New(nil)
			require.NoError(t, err)
			require.NoError(t, client.NewWith(s.base, &http.Client{Jar: jar}).LogIn(t.Context(), key), file)
		}
	}
	res, err := http.Get(s.base + "/login")
	require.NoError(t, err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Contains(t, string(page), "units-fgw.pem")
}
