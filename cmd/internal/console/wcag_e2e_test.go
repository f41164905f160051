package console_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/cmd/internal/console"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// axe is the source of axe-core, an outside judge of WCAG (github.com/dequelabs/axe-core):
// the file that AXE_JS names. Without it a test is skipped; in CI that is a failure.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(os.Getenv("AXE_JS"))
	if err != nil {
		const missing = "axe-core is missing: npm pack axe-core, and AXE_JS names its axe.min.js: see .ci/run"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	return string(source)
}

// judge runs axe-core on the page as it is now, at levels A and AA up to WCAG 2.2. It is
// put in by the debugger: the page's own policy lets no such script in.
const judge = `axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((r) => JSON.stringify({
	rules: r.passes.length, violations: r.violations.map((v) => v.id + ": " + v.help + "\n" + v.nodes.slice(0, 4).map((n) => n.html.slice(0, 200) + "\n  " + n.failureSummary).join("\n"))}))`

// overflow is how far the page can be scrolled sideways, and by what: 0 is reflow (1.4.10).
// A table has a region of its own to scroll in.
const overflow = `(() => { const d = document.documentElement; const over = d.scrollWidth - d.clientWidth; if (over <= 0) return "";
	const by = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > d.clientWidth + 1 && !e.closest(".scroll, pre, .offscreen, .skip") );
	return over + "px by " + by.slice(0, 5).map((e) => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 40)).join(" | "); })()`

// small finds what is pressed and is smaller than 24 CSS pixels without the room around
// it that 2.5.8 wants; a link within a sentence or a list of figures is excepted there.
const small = `[...document.querySelectorAll("main button, main input:not([type=hidden]), main select, main summary, main a.button, header a, header button, footer a")].filter((e) => e.offsetParent !== null)
	.filter((e) => { const b = e.getBoundingClientRect(); return b.width < 24 || b.height < 24; }).map((e) => e.outerHTML.slice(0, 120) + " " + Math.round(e.getBoundingClientRect().height)).join("\n")`

// Every page is held to WCAG 2.2 AA by somebody else's rules, in both languages, on a
// wide screen and at 320 CSS pixels, where nothing scrolls sideways. No page asks any
// server but its own for anything, and each says in its title what it is.
func TestEveryPageIsForEverybody(t *testing.T) {
	source := axe(t)
	w := readWorld(t)
	for _, lang := range []string{"zh", "en"} {
		var tab *browser.Tab
		var titles map[string]string
		enter := func(party ledger.PartyID) {
			tab, titles = browser.Open(t), map[string]string{}
			tab.Within(w.base)
			tab.Allow("404 (Not Found)") // of the page that says what is wrong
			w.logIn(t, tab, party, "/?lang="+lang)
		}
		look := func(path string) {
			tab.Size(1440, 900)
			tab.Go(w.base + path)
			var at, title, spoken string
			tab.Eval(`location.pathname + location.search`, &at)
			tab.Eval(`document.title`, &title)
			tab.Eval(`document.documentElement.lang`, &spoken)
			assert.Equal(t, map[string]string{"zh": "zh-CN", "en": "en"}[lang], spoken, path)
			if other, ok := titles[title]; ok && other != at {
				assert.Fail(t, "two pages with one title", "%s: %s and %s", title, other, at)
			}
			titles[title] = at
			tab.Eval(source+";0", nil)
			widths := []int64{1440, 320}
			if lang == "en" { // a wide page is the same in both but for its words
				widths = widths[1:]
			}
			for _, width := range widths {
				tab.Size(width, 900)
				var found struct {
					Rules      int
					Violations []string
				}
				var said, over, tiny string
				tab.Eval(judge, &said)
				require.NoError(t, json.Unmarshal([]byte(said), &found))
				for _, v := range found.Violations {
					t.Errorf("%s (%s, %d px): %s", path, lang, width, v)
				}
				assert.Greater(t, found.Rules, 8, "%s: the judge looked at it", path)
				tab.Eval(overflow, &over)
				assert.Empty(t, over, "%s (%s, %d px) scrolls sideways", path, lang, width)
				tab.Eval(small, &tiny)
				assert.Empty(t, tiny, "%s (%s, %d px): too small to press", path, lang, width)
			}
		}
		enter("units/fgw")
		for _, path := range []string{"/", "/submit/progress.reported.v1?task=T06", "/submit/directive.answered.v1?task=T06"} {
			look(path)
		}
		enter("units/ggb")
		for _, pattern := range console.Paths() {
			path := w.filled(t, samples[pattern][0])
			if strings.HasPrefix(path, "/submit/") {
				path = "/submit/notice.drafted.v1?task=T07" // the office's
			}
			look(path)
		}
		look("/?as_of=2024-08-15")
		look("/units/nosuch")
	}
}

// No page, style or script names another server but in text: nothing to load, nothing to
// be sent to.
func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	w := readWorld(t)
	c := w.reader(t, "units/ggb")
	loads := []string{"src=\"http", "src=\"//", "href=\"http", "href=\"//", "action=\"http", "url(http", "url(//", "@import", "from \"http", "import(\"http", "fetch(\"http", "@font-face"}
	seen := map[string]bool{}
	var follow func(path string)
	follow = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		status, body, _ := w.get(t, c, path)
		require.Equal(t, 200, status, path)
		for _, l := range loads {
			assert.NotContains(t, body, l, path)
		}
		for _, part := range strings.Split(body, `"/static/`)[1:] {
			file, _, _ := strings.Cut(part, `"`)
			follow("/static/" + file)
		}
		if strings.HasSuffix(path, ".js") {
			dir := path[:strings.LastIndex(path, "/")+1]
			for _, part := range strings.Split(body, `from "./`)[1:] {
				file, _, _ := strings.Cut(part, `"`)
				follow(dir + file)
			}
		}
	}
	for _, pattern := range console.Paths() {
		if path := w.filled(t, samples[pattern][0]); pattern != "/submit/{kind}" && pattern != "/statements/{id}" {
			follow(path)
		}
	}
	follow("/submit/directive.issued.v1?task=T06")
	assert.Greater(t, len(seen), 20, fmt.Sprint(seen))
}
