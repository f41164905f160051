package console_test

import (
	"regexp"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/ledger"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sheet finds the sheets of a PDF as Chromium writes it.
var sheet = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// The wall plan is one screen on a wall, one column on a phone, one sheet of A3.
func TestTheWallPlanFits(t *testing.T) {
	w := readWorld(t)
	tab := browser.Open(t)
	w.logIn(t, tab, "units/ggb", "/")
	tab.Size(1920, 1080)
	tab.Go(w.base + "/?wall&as_of=2025-12-20")
	var size struct{ Width, Height int64 }
	tab.Eval(`({width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight})`, &size)
	assert.LessOrEqual(t, size.Width, int64(1920))
	assert.LessOrEqual(t, size.Height, int64(1080), "nobody scrolls a wall")
	var units, lights int
	tab.Eval(`document.querySelectorAll("table.plan tbody").length`, &units)
	tab.Eval(`document.querySelectorAll("table.plan .light").length`, &lights)
	assert.Equal(t, 13, units)
	assert.Equal(t, 12, lights)
	tab.Shoot("wall")

	tab.Size(390, 844)
	tab.Go(w.base + "/")
	var first int64
	tab.Eval(`Math.round(document.getElementById("needs").getBoundingClientRect().top)`, &first)
	assert.Less(t, first, int64(844), "what waits for the reader is on the first screen of a phone")
	tab.Shoot("phone")

	tab.Size(1440, 900)
	tab.Go(w.base + "/?as_of=2025-12-20")
	pdf := tab.Print()
	assert.Len(t, sheet.FindAll(pdf, -1), 1, "one sheet")
	box := regexp.MustCompile(`/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)\s*\]`).FindSubmatch(pdf)
	require.NotNil(t, box)
	assert.Regexp(t, `^1190|^1191`, string(box[1]), "of A3, the long side across")
	assert.Regexp(t, `^84[12]`, string(box[2]))
}

// Whoever has no mouse gets everywhere: the first thing is the way past the head, the
// order is that of reading, what has the focus shows it and is in sight, and where it was
// stays when something new is shown.
func TestTheKeyboardIsEnough(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	w.logIn(t, tab, "units/ggb", "/")
	tab.Size(1440, 900)
	tab.Go(w.base + "/")
	tab.Until(`document.body.dataset.live === "yes"`)
	press := func(key string) { tab.Do(chromedp.KeyEvent(key)) }
	press(kb.Tab)
	var at string
	tab.Eval(`document.activeElement.className`, &at)
	assert.Equal(t, "skip", at)
	press(kb.Enter)
	tab.Eval(`document.activeElement.id`, &at)
	assert.Equal(t, "main", at, "past the head")

	tab.Eval(`window.order = [...document.querySelectorAll("main a, main button, main input, main summary, main [tabindex='0']")].filter((e) => e.checkVisibility()); window.last = -1; window.faults = []`, nil)
	const look = `(() => { const e = document.activeElement, b = e.getBoundingClientRect(), i = order.indexOf(e), s = getComputedStyle(e);
		if (e.type === "date" && i === last) return true;
		if (i <= last) faults.push("out of order: " + e.outerHTML.slice(0, 80));
		if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) faults.push("no outline: " + e.outerHTML.slice(0, 80));
		const p = document.elementFromPoint(b.left + Math.min(b.width, 20) / 2, b.top + Math.min(b.height, 20) / 2);
		if (b.bottom < 0 || b.top > innerHeight || p && !e.contains(p) && !p.contains(e)) faults.push("out of sight: " + e.outerHTML.slice(0, 80));
		last = Math.max(i, last); return main.contains(e); })()`
	inside, steps := true, 0
	for ; inside && steps < 200; steps++ {
		press(kb.Tab)
		tab.Eval(look, &inside)
	}
	var faults []string
	tab.Eval(`faults.filter((f) => !f.includes("<footer") && order.some((e) => f.includes(e.outerHTML.slice(0, 80))))`, &faults)
	assert.Empty(t, faults)
	assert.Greater(t, steps, 20)
	assert.Less(t, steps, 200, "no trap")

	tab.Eval(`document.querySelector("#wall").focus()`, nil)
	w.says(t, "units/kjj", "kjj", "T09", newLog())
	tab.Until(`Number(document.getElementById("main").dataset.sequence) === ` + uintString(w.node.View.Sequence()))
	tab.Eval(`document.activeElement.id`, &at)
	assert.Equal(t, "wall", at, "what is new does not take the focus away")
}

func newLog() *ledger.DispatchLogged {
	return &ledger.DispatchLogged{On: "2025-12-20", Summary: "碰头会。"}
}
