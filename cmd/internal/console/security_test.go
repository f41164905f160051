package console_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/cmd/internal/client"
	"ducha/ledger"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inline is what a page must not hold: scripts and styles within it, handlers in
// attributes, addresses that are scripts.
var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>\s*[^<\s]|<style|<[a-z][^>]*\sstyle\s*=|<[a-z][^>]*\son[a-z]+\s*=|(?:href|src|action)\s*=\s*["']?\s*(?:javascript|vbscript|data):|<(?:iframe|object|embed|base)\b`)

// Every page, as every role has it, lets nothing run or load that is not a file of this
// server, and holds no script or style itself.
func TestNoPageHoldsAScript(t *testing.T) {
	require.Regexp(t, inline, `<p class="x" onclick="y()">`, "what is looked for would be found")
	scripts := regexp.MustCompile(`<script[^>]*>`)
	seen := map[string]bool{}
	for _, a := range crawl(t) {
		if a.status != http.StatusSeeOther {
			assert.Empty(t, inline.FindString(a.body), "%s as %s", a.path, a.role)
			for _, s := range scripts.FindAllString(a.body, -1) {
				assert.Regexp(t, `^<script type="module" src="/static/[a-z/0-9]+\.js">$`, s)
			}
			seen[a.path] = true
		}
		csp := a.header.Get("Content-Security-Policy")
		for _, must := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			assert.Contains(t, csp, must, a.path)
		}
		assert.NotContains(t, csp, "unsafe", a.path)
		assert.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"), a.path)
	}
	assert.Greater(t, len(seen), 15)
}

// What another site's page asks to be changed here is refused, whatever it says it is;
// what the ledger's own pages and programs ask is not.
func TestOtherSitesChangeNothing(t *testing.T) {
	w := readWorld(t)
	c := w.reader(t, "units/fgw")
	ask := func(method, path string, header map[string]string) int {
		req, err := http.NewRequestWithContext(t.Context(), method, w.base+path, strings.NewReader("{}"))
		require.NoError(t, err)
		for k, v := range header {
			req.Header.Set(k, v)
		}
		res, err := c.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		io.Copy(io.Discard, res.Body)
		return res.StatusCode
	}
	changes := []struct{ method, path string }{{"POST", "/api/v1/statements"}, {"POST", "/api/v1/batches"}, {"POST", "/api/v1/checks"}, {"POST", "/api/v1/session"}, {"DELETE", "/api/v1/session"}, {"PUT", "/api/v1/attachments/" + strings.Repeat("0", 64)}, {"POST", "/api/v1/imports"}}
	for _, x := range changes {
		for _, from := range []map[string]string{
			{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Origin": w.base},
			{"Origin": "https://elsewhere.example"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}, {"Origin": strings.Replace(w.base, "http:", "https:", 1) + ".elsewhere.example"},
		} {
			assert.Equal(t, http.StatusForbidden, ask(x.method, x.path, from), "%s %s from %v", x.method, x.path, from)
		}
	}
	for _, from := range []map[string]string{{"Sec-Fetch-Site": "same-origin"}, {"Origin": w.base}, {}} {
		assert.Equal(t, http.StatusBadRequest, ask("POST", "/api/v1/statements", from), "what is read, and found to be no statement: %v", from)
	}
	status, _, _ := w.get(t, c, "/units/fgw")
	assert.Equal(t, http.StatusOK, status, "the session is as it was")
}

// A session's cookie is for this server alone, is another one after each login, and is
// worth nothing after the log-out.
func TestASessionIsItsOwn(t *testing.T) {
	w := readWorld(t)
	jar := &kept{}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	jar.now = []*http.Cookie{{Name: "ducha-ja2023", Value: "fixed-by-somebody-else"}}
	require.NoError(t, client.NewWith(w.base, c).LogIn(t.Context(), seeds.Keys(seed)["units/fgw"]))
	first := jar.now[0]
	assert.NotEqual(t, "fixed-by-somebody-else", first.Value, "who fixed a cookie beforehand knows nothing")
	assert.True(t, first.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, first.SameSite)
	assert.Equal(t, "", first.Domain)
	assert.GreaterOrEqual(t, len(first.Value), 43, "256 bits")
	require.NoError(t, client.NewWith(w.base, c).LogIn(t.Context(), seeds.Keys(seed)["units/fgw"]))
	second := jar.now[0]
	assert.NotEqual(t, first.Value, second.Value)
	with := func(cookie *http.Cookie) int {
		jar.now = []*http.Cookie{cookie}
		status, _, _ := w.get(t, c, "/units/fgw")
		return status
	}
	assert.Equal(t, http.StatusSeeOther, with(first), "the session before it is over")
	assert.Equal(t, http.StatusOK, with(second))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, w.base+"/api/v1/session", nil)
	require.NoError(t, err)
	res, err := c.Do(req)
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, http.StatusSeeOther, with(second), "logged out")
}

// kept is a jar that sends and shows cookies as they are.
type kept struct{ now []*http.Cookie }

// Enemies of a page are texts that would be script, markup, or something else to read.
const (
	rtl  = "\u202etxt.exe\u202c 反向"
	long = "无空格"
)

// What is stored is text on every page that shows it, whatever it looks like; what was
// put into a page all the same would not run; a page of another origin gets nothing done
// with the session of whoever looks at it.
func TestStoredTextNeverRuns(t *testing.T) {
	w := newWorld(t)
	words := hostile + `</script><script>window.ran=1</script>"><svg onload=window.ran=2>{{.}}${window.ran=3} ` + rtl + strings.Repeat(long, 60)
	directive := w.says(t, "units/ggb", "fgw", "T06", &ledger.DirectiveIssued{Text: ledger.Text(words), AnswerBy: "2026-01-15"})
	w.says(t, "units/fgw", "fgw", "T06", &ledger.DirectiveAcknowledged{Directive: directive, Note: ledger.Text(words)})
	w.says(t, "units/fgw", "fgw", "T06", &ledger.BlockerRaised{What: ledger.Text(words), Asks: "units/ggb"})
	w.says(t, "units/fgw", "fgw", "T06", &ledger.DispatchLogged{On: "2025-12-30", Summary: ledger.Text(words)})
	tab := browser.Open(t)
	w.logIn(t, tab, "units/ggb", "/")
	shown := 0
	_, newest := w.last("directive.issued.v1", "T06")
	tab.Size(390, 844)
	for _, path := range []string{"/", "/units/fgw", "/tasks/T06", "/statements/" + newest.String(), "/dispatch", "/escalation", "/audit", "/meetings/pack?on=2025-12-30&cutoff=2025-12-30", "/submit/directive.accepted.v1?task=T06"} {
		tab.Go(w.base + path)
		tab.Until(`document.getElementById("main") !== null && (document.querySelector("#statement") === null || !document.getElementById("statement").hidden)`)
		var is struct {
			Ran           bool
			Images, Wider int
			Shows         bool
		}
		tab.Eval(`({ Ran: "ran" in window, Images: document.querySelectorAll("main img[src=x], main svg[onload]").length, Wider: document.documentElement.scrollWidth - innerWidth, Shows: document.getElementById("main").textContent.includes("onerror") })`, &is)
		assert.False(t, is.Ran, path)
		assert.Zero(t, is.Images, path)
		assert.LessOrEqual(t, is.Wider, 1, "%s is not wider than a telephone for a long word", path)
		if is.Shows {
			shown++
		}
	}
	assert.GreaterOrEqual(t, shown, 4, "it was there to be looked at")

	// Put in by force, it is blocked by the policy.
	tab.Allow("Content Security Policy")
	tab.Allow("TrustedHTML")
	tab.Allow("TrustedScript")
	var blocked []string
	tab.Eval(`(async () => {
		const met = [];
		document.addEventListener("securitypolicyviolation", (e) => met.push(e.effectiveDirective));
		const script = document.createElement("script");
		try { script.textContent = "window.ran = 4"; document.body.append(script); } catch { met.push("trusted types: script"); }
		const p = document.createElement("p");
		p.setAttribute("style", "color: red");
		document.body.append(p);
		try { p.innerHTML = "<b>x</b>"; } catch { met.push("trusted types: html"); }
		const image = new Image();
		image.src = "https://elsewhere.example/beacon";
		await fetch("https://elsewhere.example/").catch(() => {});
		try { eval("window.ran = 5"); } catch { met.push("eval"); }
		await new Promise((r) => setTimeout(r, 300));
		if ("ran" in window) met.push("ran");
		return met;
	})()`, &blocked)
	for _, must := range []string{"style-src-attr", "img-src", "connect-src", "eval", "trusted types: html"} {
		assert.Contains(t, blocked, must)
	}
	assert.NotContains(t, blocked, "ran")

	w.elsewhere(t, tab)
}

// elsewhere is a page of another origin that tries what it can with the session.
func (w *world) elsewhere(t *testing.T, tab *browser.Tab) {
	t.Helper()
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		io.WriteString(rw, `<!doctype html><title>elsewhere</title><link rel="icon" href="data:,"><iframe id="frame"></iframe>`)
	}))
	defer other.Close()
	for _, words := range []string{"CORS", "Failed to load", "frame", "ERR_", "net::"} {
		tab.Allow(words)
	}
	before := w.node.View.Sequence()
	for _, from := range []string{other.URL, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)} { // the same site; another
		tab.Go(from)
		var got []string
		tab.Eval(`(async (at) => {
			const got = [];
			const ask = (method, path, options) => fetch(at + path, { method, credentials: "include", ...options }).then((a) => got.push(method + path + " " + a.status), () => {});
			await ask("GET", "/api/v1/session");
			await ask("DELETE", "/api/v1/session");
			await ask("POST", "/api/v1/session", { mode: "no-cors", body: "{}" });
			await ask("POST", "/api/v1/statements", { headers: { "Content-Type": "application/json" }, body: "{}" });
			const frame = document.getElementById("frame");
			frame.src = at + "/";
			await new Promise((r) => { frame.onload = r; setTimeout(r, 2000); });
			try { if (frame.contentDocument?.getElementById("main")) got.push("framed"); } catch { /* another origin's, or refused */ }
			return got.filter((g) => !g.endsWith(" 0"));
		})("`+w.base+`")`, &got)
		assert.Empty(t, got, "from %s", from)
	}
	assert.Equal(t, before, w.node.View.Sequence())
	tab.Go(w.base + "/units/fgw")
	tab.Until(`document.getElementById("reader") !== null`)
}

func (k *kept) SetCookies(_ *url.URL, cookies []*http.Cookie) { k.now = cookies }
func (k *kept) Cookies(*url.URL) []*http.Cookie               { return k.now }
