package console_test

import (
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A clerk reports, and holds a receipt that others can verify; what the ledger would
// refuse is said before anything is signed.
func TestAClerkReports(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	w.logIn(t, tab, "units/jrb", "/submit")
	tab.Click(`.often a[href="/submit/progress.reported.v1"]`)
	tab.Until(`!document.getElementById("statement").hidden`)
	tab.Fill(`[data-field=period] input`, "2025-12")
	tab.Fill(`[data-field=percent] input`, "130")
	tab.Fill(`#time`, "2025-12-30T10:00")
	tab.Click("#check")
	assert.Contains(t, tab.Text(`[data-field=percent] .fault`), "0 到 100")
	assert.Contains(t, tab.Text(`[data-field=summary] .fault`), "请填写")
	tab.Fill(`[data-field=percent] input`, "31")
	tab.Fill(`[data-field=summary] textarea`, "担保集团已挂牌。")
	tab.Shoot("form")
	tab.Allow("422") // what the ledger would refuse
	tab.Click("#check")
	assert.Contains(t, tab.Text("#summary"), "每月一份月报")
	assert.Contains(t, tab.Text("#summary"), "已有月报", "what was found is said in the reader's language")
	assert.NotContains(t, tab.Text("#summary"), "the first is record")
	before := w.node.View.Sequence()

	tab.Go(w.base + "/submit/progress.corrected.v1?task=T03&percent=97&reason=核对统计口径&summary=" + hostile)
	tab.Until(`!document.getElementById("statement").hidden`)
	tab.Fill("#time", "2025-12-30T10:00")
	tab.Eval(`{const s=document.querySelector("[data-field=report] select"); s.value=s.options[1].value}`, nil)
	tab.Click("#check")
	tab.Until(`!document.getElementById("preview").hidden`)
	assert.Contains(t, tab.Text("#sentence"), hostile)
	assert.Equal(t, before, w.node.View.Sequence(), "nothing is recorded before it is signed")
	tab.Click("#classified")
	tab.Shoot("preview")
	tab.Click("#sign")
	tab.Until(`!document.getElementById("receipt").hidden`)
	tab.Until(`document.getElementById("sealed-state").textContent.includes("已签名并封存")`)
	tab.Shoot("receipt")
	assert.Greater(t, w.node.View.Sequence(), before)

	var saved struct{ Receipt string }
	tab.Eval(`({receipt: decodeURIComponent(escape(atob(document.getElementById("save").href.split(",")[1])))})`, &saved)
	r, err := proof.ParseSealedReceipt([]byte(saved.Receipt))
	require.NoError(t, err)
	assert.True(t, r.Sealed)
}

// hostile is a text that would be a script in a page that did not take it as text.
const hostile = `<img src=x onerror="alert(1)">`
