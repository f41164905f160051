package console_test

import (
	"slices"
	"strconv"
	"testing"

	"ducha/cmd/internal/browser"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// What is submitted in one browser appears in the other within a second, by itself: from
// the answer to the one to the change of the page in the other. A machine under load, or
// the race detector, takes its time to make a page at all: how long is measured beside
// it, by asking for the page, and granted.
func TestWhatOneSubmitsTheOtherSees(t *testing.T) {
	w := newWorld(t)
	unit, office := browser.Open(t), browser.Open(t)
	w.logIn(t, unit, "units/fgw", "/")
	w.logIn(t, office, "units/ggb", "/")
	office.Until(`document.body.dataset.live === "yes"`)
	office.Eval(`{
		window.seen = {};
		const main = document.getElementById("main");
		new MutationObserver(() => { window.seen[main.dataset.sequence] ??= Date.now(); }).observe(main, { childList: true, attributes: true });
	}`, nil)
	var times, pages []float64
	for i := range 5 {
		var said struct{ Sequence, At float64 }
		unit.Eval(`(async () => {
			const { current, seal } = await import("/static/key.js");
			const { key } = await (await fetch("/api/v1/session")).json();
			const id = (() => { const b = crypto.getRandomValues(new Uint8Array(16)); b[6] = b[6] & 15 | 112; b[8] = b[8] & 63 | 128; const h = [...b].map((x) => x.toString(16).padStart(2, "0")).join(""); return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-"); })();
			const said = { specversion: "1.0", id, type: "dispatch.logged.v1", source: "/ja2023/units/fgw", subject: "tasks/T06", time: "2025-12-30T17:0`+strconv.Itoa(i)+`:00+08:00",
				datacontenttype: "application/json", unit: "fgw", basis: 1, data: { on: "2025-12-30", summary: "第`+strconv.Itoa(i)+`次调度。" } };
			const answer = await fetch("/api/v1/statements", { method: "POST", headers: { "Content-Type": "application/json" }, body: await seal(await current(key), "application/cloudevents+json", JSON.stringify(said)) });
			const at = Date.now(), given = await answer.json();
			if (!answer.ok) throw new Error(given.detail);
			return { Sequence: given.sequence, At: at };
		})()`, &said)
		at := strconv.FormatFloat(said.Sequence, 'f', 0, 64)
		office.Until(`Object.keys(window.seen).some((s) => Number(s) >= ` + at + `)`)
		var seen float64
		office.Eval(`Math.min(...Object.entries(window.seen).filter(([s]) => Number(s) >= `+at+`).map(([, t]) => t))`, &seen)
		times = append(times, seen-said.At)
		var page float64
		office.Eval(`(async () => { const began = Date.now(); await (await fetch("/", { headers: { "Ducha-Watched": "yes" } })).text(); return Date.now() - began; })()`, &page)
		pages = append(pages, page)
	}
	slices.Sort(times)
	slices.Sort(pages)
	t.Logf("from the answer to the change, ms: %v; to ask for the page, ms: %v", times, pages)
	require.Len(t, times, 5)
	assert.Less(t, times[2], 1000+4*pages[2], "the median of %v", times)
	var loads int
	office.Eval(`performance.getEntriesByType("navigation").length + (window.seen ? 0 : 9)`, &loads)
	assert.Equal(t, 1, loads, "the page was never loaded anew")
}
