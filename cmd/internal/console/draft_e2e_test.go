package console_test

import (
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
)

// What is filled in is there again after the page was left, after the session ended, and
// for nobody else; a statement that was signed and not answered is recorded once.
func TestADraftIsKept(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	w.logIn(t, tab, "units/fgw", "/submit")
	form := w.base + "/submit/dispatch.logged.v1?task=T06"
	tab.Go(form)
	tab.Until(`!document.getElementById("statement").hidden`)
	tab.Fill(`[data-field=on] input`, "2025-12-30")
	tab.Fill(`[data-field=summary] textarea`, "写了一半")
	kept := `(await (await import("/static/draft.js")).of("ja2023", "units/fgw"))`
	tab.Eval(`(async () => { while (`+kept+`[0]?.[1].values.summary !== "写了一半") await new Promise((r) => setTimeout(r, 20)); })()`, nil)

	// The session ends while the form is open: nothing that was typed is lost.
	tab.Allow("401")
	tab.Eval(`fetch("/api/v1/session", { method: "DELETE" }).then(() => null)`, nil)
	tab.Click("#check")
	tab.Until(`!document.getElementById("summary").hidden`)
	assert.Contains(t, tab.Text("#summary"), "所填已存为草稿")
	tab.Shoot("draft-session-over")
	tab.Click(`#summary a[href^="/login?next="]`)
	tab.Until(`document.getElementById("login")?.hidden === false`)
	tab.Choose("#pem", w.key("units/fgw"))
	tab.Click("#login button")
	tab.Until(`location.pathname.startsWith("/submit/") && document.getElementById("draft")?.hidden === false`)
	var summary string
	tab.Eval(`document.querySelector("[data-field=summary] textarea").value`, &summary)
	assert.Equal(t, "写了一半", summary)
	assert.Contains(t, tab.Text("#draft"), "丢弃草稿")
	tab.Shoot("draft-restored")

	// Whoever else logs in here sees nothing of it.
	tab.Click("#logout")
	tab.Until(`location.pathname === "/login"`)
	w.logIn(t, tab, "units/kjj", "/submit")
	tab.Until(`document.getElementById("drafts") !== null`)
	var others int
	tab.Eval(`import("/static/draft.js").then((d) => d.of("ja2023", "units/kjj")).then((l) => l.length + document.querySelectorAll("#drafts li").length)`, &others)
	assert.Zero(t, others)
	tab.Click("#logout")
	tab.Until(`location.pathname === "/login"`)
	w.logIn(t, tab, "units/fgw", "/submit")
	tab.Until(`document.querySelectorAll("#drafts li").length === 1`)
	tab.Shoot("draft-list")

	// It is signed and sent, and the answer is lost: twice before it was recorded, then after.
	before := w.node.View.Sequence()
	tab.Click(`#drafts a`)
	tab.Until(`document.getElementById("draft")?.hidden === false`)
	lose := func(sent string) {
		tab.Eval(`{ const real = window.fetch; window.fetch = async (to, ...rest) => { if (to !== "/api/v1/statements") return real(to, ...rest); `+sent+` throw new TypeError("lost"); }; }`, nil)
	}
	lose("")
	tab.Click("#check")
	tab.Until(`!document.getElementById("preview").hidden`)
	tab.Click("#classified")
	tab.Click("#sign")
	tab.Until(`document.querySelector("#signing [role=alert]")?.textContent.includes("未收到答复")`)
	tab.Allow("403") // asked whether it is on record
	tab.Go(form)
	tab.Until(`document.getElementById("unanswered") !== null`)
	assert.Equal(t, before, w.node.View.Sequence())
	tab.Shoot("draft-unanswered")
	lose("await real(to, ...rest);")
	tab.Click("#again")
	tab.Until(`document.querySelector("#signing [role=alert]")?.textContent.includes("未收到答复")`)
	tab.Go(form)
	tab.Until(`!document.getElementById("receipt").hidden`)
	assert.Equal(t, before+1, w.node.View.Sequence(), "once")
	tab.Go(w.base + "/submit")
	tab.Until(`document.getElementById("drafts") !== null`)
	tab.Eval(`import("/static/draft.js").then((d) => d.of("ja2023", "units/fgw")).then((l) => l.length)`, &others)
	assert.Zero(t, others, "what is recorded is no draft")

	// A page that is looked at says that the session is over, and stays.
	tab.Go(w.base + "/units/fgw")
	tab.Until(`document.body.dataset.live === "yes"`)
	tab.Eval(`fetch("/api/v1/session", { method: "DELETE" }).then(() => null)`, nil)
	w.says(t, "units/fgw", "fgw", "T06", &ledger.DispatchLogged{On: "2025-12-30", Summary: "再调度。"})
	tab.Until(`document.getElementById("over") !== null`)
	assert.Contains(t, tab.Text("#over"), "登录已结束")
}
