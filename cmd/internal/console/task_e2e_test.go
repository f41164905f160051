package console_test

import (
	"testing"

	"ducha/cmd/internal/browser"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
)

// What did the office know on 2024-08-15, and why was T06 yellow? An inspector has the
// answer two clicks from the overview, and can play on from there.
func TestWhatDidTheOfficeKnow(t *testing.T) {
	w := readWorld(t)
	tab := browser.Open(t)
	w.logIn(t, tab, "inspectors/ducha-1", "/")
	day := `document.getElementById("replay-links")?.dataset.day`

	tab.Click(`main a[href="/tasks/T06"]`)
	tab.Until(`document.getElementById("replay-run")?.hidden === false`)
	assert.Equal(t, "严重滞后", tab.Text("#light"), "as it stands now")
	tab.Fill("#asof", "2024-08-15")
	tab.Click("#replay-form button")
	tab.Until(day + ` === "2024-08-15"`)

	assert.Equal(t, "较慢", tab.Text("#light"))
	assert.Contains(t, tab.Text("#reasons"), "差 13.5 个点")
	assert.Contains(t, tab.Text("#reasons"), "节点超期 15 天")
	assert.Contains(t, tab.Text(".clauses"), "成立 进度差 > 10.0")
	assert.Contains(t, tab.Text("#banner"), "2024-08-15")
	var records string
	tab.Eval(`[...document.querySelectorAll("#known table tr")].find((r) => r.textContent.startsWith("gap")).textContent`, &records)
	assert.Contains(t, records, "184", "the milestone that was due")
	assert.Contains(t, records, "557", "the last report by then")
	assert.Contains(t, tab.Text("#new + .scroll"), "催办")
	tab.Shoot("task-replay")

	// By keyboard: one step on is the next day on which something was said, and in the address.
	tab.Eval(`document.getElementById("replay-slider").focus()`, nil)
	tab.Do(chromedp.KeyEvent(kb.ArrowRight))
	tab.Until(day + ` === "2024-08-22" && location.search === "?as_of=2024-08-22"`)
	assert.Equal(t, "2024-08-22", tab.Text("#replay-day"))
	var active, status string
	tab.Eval(`document.activeElement.id`, &active)
	assert.Equal(t, "replay-slider", active, "the slider keeps the focus")
	tab.Eval(`document.getElementById("replay-status").textContent`, &status)
	assert.Contains(t, status, "2024-08-22:较慢", "what is shown is said, for whoever does not see it")
	tab.Do(chromedp.KeyEvent(kb.ArrowLeft))
	tab.Until(day + ` === "2024-08-15"`)
	tab.Click("#replay-prev")
	tab.Until(day + ` === "2024-08-05"`)

	// Played, it goes on by itself until it is stopped, or Escape is pressed.
	tab.Eval(`document.getElementById("replay-speed").value = "400"`, nil)
	tab.Click("#replay-play")
	tab.Until(day + ` > "2024-09-01" && document.getElementById("light").textContent !== ""`)
	tab.Do(chromedp.KeyEvent(kb.Escape))
	tab.Until(`document.getElementById("replay-play").textContent === "播放"`)

	// With hindsight: a report that was claimed as 60.5 was found to be 46.5 later.
	tab.Go(w.base + "/tasks/T09?as_of=2025-03-31")
	assert.Equal(t, "按序时", tab.Text("#light"))
	tab.Click("#known-now")
	tab.Until(`document.getElementById("compare") !== null && location.search.includes("known=now")`)
	assert.Equal(t, "较慢", tab.Text("#light"))
	assert.Contains(t, tab.Text("#compare"), "当日之后才记录、现在计入的")
	assert.Contains(t, tab.Text("#banner"), "以现在所知看当日")
	tab.Click("#compare a")
	tab.Until(`document.getElementById("verified") !== null`)
	assert.Contains(t, tab.Text("#verified"), "✓ 有效")
	tab.Shoot("record")

	tab.Size(390, 800)
	tab.Shoot("record-phone")
	tab.Go(w.base + "/tasks/T06?as_of=2024-08-15")
	tab.Until(`document.getElementById("replay-run")?.hidden === false`)
	var wide bool
	tab.Eval(`document.documentElement.scrollWidth > 390`, &wide)
	assert.False(t, wide, "a phone shows it without moving the page sideways")
	tab.Shoot("task-replay-phone")
}
