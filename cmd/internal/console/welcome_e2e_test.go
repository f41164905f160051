package console_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/projections"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A clerk of a unit goes from no key to an accepted report: the key is made in the
// browser, the office enrols it from what the clerk's code leads to, the clerk is told
// without asking, logs in, reports with a file and keeps the receipt; the office sees it.
func TestFromNoKeyToAnAcceptedReport(t *testing.T) {
	w := newWorld(t)
	clerk, office := browser.Open(t), browser.Open(t)
	w.logIn(t, office, "units/ggb", "/")

	clerk.Go(w.base + "/login")
	clerk.Click(`a[href="/welcome"]`)
	clerk.Fill("#party", "市政府金融办")
	clerk.Fill("#holder", "李小雨")
	clerk.Fill("#post", "报送员")
	clerk.Eval(`crypto.subtle.generateKey = () => Promise.reject(new Error("an old browser"))`, nil)
	clerk.Click("#who button")
	assert.Contains(t, clerk.Text("#unable-old"), "不支持 Ed25519")
	assert.Contains(t, clerk.Text("#byfile"), "openssl genpkey", "what else there is")
	clerk.Size(390, 844)
	clerk.Shoot("welcome-old-browser-390")
	clerk.Size(1440, 900)
	clerk.Go(w.base + "/welcome") // in another one
	clerk.Until(`!document.getElementById("step-who").hidden`)
	clerk.Click("#who button")
	clerk.Shoot("welcome-key")
	clerk.Click("#make")
	clerk.Until(`document.getElementById("code").naturalWidth > 0`)
	print := clerk.Text("#fingerprint")
	assert.Regexp(t, `^([0-9a-f]{4}\s){15}[0-9a-f]{4}$`, print)
	clerk.Shoot("welcome-request")
	assert.NotEmpty(t, clerk.Print())
	clerk.Size(390, 844)
	clerk.Shoot("welcome-request-390")
	clerk.Size(1440, 900)

	// The page may be closed: who asks, and with which key, is still there.
	clerk.Go("about:blank")
	clerk.Go(w.base + "/welcome")
	clerk.Until(`document.getElementById("standing").textContent.includes("等待")`)
	assert.Equal(t, print, clerk.Text("#fingerprint"))
	assert.Equal(t, "李小雨", clerk.Text("#r-holder"))
	clerk.Eval(`window.never = "loaded anew"`, nil)

	// The code leads the office to its form; what it encodes is what the link has.
	var form string
	clerk.Eval(`document.getElementById("formlink").getAttribute("href")`, &form)
	office.Go(w.base + form)
	office.Until(`!document.getElementById("statement").hidden`)
	assert.Equal(t, print, office.Text("output.fingerprint"), "the office compares the two")
	office.Shoot("welcome-office")
	office.Click("#check")
	office.Until(`!document.getElementById("preview").hidden`)
	assert.Contains(t, office.Text("#sentence"), "市政府金融办")
	office.Click("#classified")
	office.Choose("#pem", w.key("units/ggb"))
	office.Click("#sign")
	office.Until(`!document.getElementById("receipt").hidden`)
	office.Go(w.base + "/units/jrb")

	clerk.Until(`!document.getElementById("step-enrolled").hidden && window.never === "loaded anew"`)
	clerk.Shoot("welcome-enrolled")
	clerk.Click("#enter")
	clerk.Until(`document.getElementById("reader")?.textContent === "市政府金融办"`)

	month := w.unreported(t, "T03")
	sequence, receipt := w.reportByKeyboard(t, clerk, month)
	office.Until(`Number(document.getElementById("main").dataset.sequence) >= ` + number(sequence))
	office.Shoot("welcome-office-sees")
	w.node.View.Read(func(c *projections.Campaign, _ uint64) {
		last := c.Tasks["T03"].Reports[len(c.Tasks["T03"].Reports)-1]
		assert.Equal(t, month, string(last.Period))
		assert.Nil(t, last.Returned)
		assert.Equal(t, receipt.ID, last.ID)
		status, body, _ := w.get(t, w.reader(t, "units/ggb"), "/api/v1/attachments/"+string(last.Files[0]))
		assert.Equal(t, 200, status)
		assert.Equal(t, "验收合格\n", body)
	})

	// What the office revokes neither logs in nor signs, and the page says what to do.
	w.says(t, "units/ggb", "jrb", "", &ledger.KeyRevoked{Key: ledger.Digest(strings.Join(strings.Fields(print), "")), Reason: "换岗。"})
	clerk.Go(w.base + "/welcome")
	clerk.Until(`!document.getElementById("step-revoked").hidden`)
	clerk.Click("#step-revoked [data-anew]")
	clerk.Click("#step-revoked [data-anew]")
	clerk.Until(`!document.getElementById("step-key").hidden && !document.getElementById("make").disabled`)
}

// unreported is a month that a task was not reported for.
func (w *world) unreported(t *testing.T, task ledger.TaskID) string {
	t.Helper()
	reported := map[ledger.Month]bool{}
	w.node.View.Read(func(c *projections.Campaign, _ uint64) {
		for _, r := range c.Tasks[task].Reports {
			reported[r.Period] = true
		}
	})
	for year := 2024; year <= 2025; year++ {
		for month := 1; month <= 12; month++ {
			if m := fmt.Sprintf("%d-%02d", year, month); !reported[ledger.Month(m)] {
				return m
			}
		}
	}
	t.Fatalf("%s was reported for every month", task)
	return ""
}

// reportByKeyboard reports on T03 with a file, from the first field to the receipt
// without a mouse, and gives the receipt that is saved.
func (w *world) reportByKeyboard(t *testing.T, clerk *browser.Tab, month string) (uint64, proof.SealedReceipt) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "验收单.txt")
	require.NoError(t, os.WriteFile(file, []byte("验收合格\n"), 0o600))
	clerk.Go(w.base + "/submit/progress.reported.v1")
	clerk.Until(`!document.getElementById("statement").hidden`)
	clerk.Tabs(`[data-field=period] input`)
	clerk.Eval(`document.activeElement.value = "`+month+`"`, nil)
	clerk.Tabs(`[data-field=summary] textarea`)
	clerk.Press("十二月任务全部完成。")
	clerk.Tabs(`.drop input[type=file]`)
	clerk.Choose(`.drop input[type=file]`, file) // what the file dialogue of the system gives
	clerk.Until(`document.querySelectorAll(".rows [data-field='evidence.name'] input").length === 1`)
	clerk.Shoot("welcome-form")
	clerk.Tabs("#check")
	clerk.Press(kb.Enter)
	clerk.Until(`document.activeElement.id === "preview-title"`)
	assert.Contains(t, clerk.Text("#sentence"), "市政府金融办(units/jrb)就任务 T03")
	clerk.Shoot("welcome-preview")
	clerk.Tabs("#classified")
	clerk.Press(" ")
	clerk.Tabs("#sign")
	clerk.Press(kb.Enter)
	clerk.Until(`document.activeElement.id === "receipt-title"`)
	clerk.Until(`document.getElementById("sealed-state").textContent.includes("已签名并封存") && document.getElementById("uploads").textContent.includes("已收存")`)
	clerk.Tabs("#save")
	clerk.Shoot("welcome-receipt")
	var saved string
	clerk.Eval(`decodeURIComponent(escape(atob(document.getElementById("save").href.split(",")[1])))`, &saved)
	r, err := proof.ParseSealedReceipt([]byte(saved))
	require.NoError(t, err)
	assert.True(t, r.Sealed)
	return r.Sequence, r
}
