package console_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// signs fills in the form that is open, and signs and hands in what it makes, as people
// do: field by field, then the preview, then the signature.
func (w *world) signs(t *testing.T, tab *browser.Tab, party ledger.PartyID, fields ...string) {
	t.Helper()
	tab.Until(`document.getElementById("statement") !== null && !document.getElementById("statement").hidden`)
	for i := 0; i+1 < len(fields); i += 2 {
		tab.Fill(fmt.Sprintf(`[data-field=%q] :is(input, textarea, select)`, fields[i]), fields[i+1])
	}
	tab.Click("#check")
	tab.Until(`!document.getElementById("preview").hidden || !document.getElementById("summary").hidden`)
	var wrong string
	tab.Eval(`document.getElementById("summary").hidden ? "" : document.getElementById("summary").innerText`, &wrong)
	require.Empty(t, wrong)
	tab.Click("#classified")
	var asks bool
	if tab.Eval(`document.getElementById("pem") !== null`, &asks); asks { // a key that the browser cannot keep
		tab.Choose("#pem", w.key(party))
	}
	tab.Click("#sign")
	tab.Until(`!document.getElementById("receipt").hidden`)
}

// move is the button of a page that leads to a kind about a task.
func move(kind, task string) string {
	return fmt.Sprintf(`a[href^="/submit/%s?"][href*="task=%s"]`, kind, task)
}

// shows is what a page shows of an element, whether or not it is put in its place anew
// just then.
func shows(tab *browser.Tab, selector string) string {
	tab.Until(fmt.Sprintf(`document.querySelector(%q) !== null`, selector))
	var text string
	tab.Eval(fmt.Sprintf(`document.querySelector(%q).innerText`, selector), &text)
	return text
}

// press presses a link or a button, whether or not it is put in its place anew just then.
func press(tab *browser.Tab, selector string) {
	tab.Until(fmt.Sprintf(`document.querySelector(%q) !== null`, selector))
	tab.Eval(fmt.Sprintf(`document.querySelector(%q).click()`, selector), nil)
}

// narrow takes a picture as a phone shows it, and holds that nothing runs out of it.
func narrow(t *testing.T, tab *browser.Tab, name string) {
	t.Helper()
	tab.Size(390, 844)
	tab.Shoot(name + "-390")
	var over int
	tab.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over)
	assert.LessOrEqual(t, over, 0, "%s is wider than a phone", name)
	tab.Size(1440, 900)
}

// keep writes a paper as it is printed beside the pictures.
func keep(t *testing.T, name string, pdf []byte) {
	t.Helper()
	if dir := os.Getenv("DUCHA_SCREENSHOTS"); dir != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644))
	}
}

// The office finds a slow unit on the board, drafts the notice with the facts and their
// records filled in, the unit is heard, the commander approves on the screen that shows
// what needs him, and the notice is printed; then the authority checks the dossier of the
// card that is proposed, refuses it with a reason, and everybody reads that.
func TestFromASlowUnitToARefusedCard(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	tab.Size(1440, 900)
	w.logIn(t, tab, "units/ggb", "/escalation")
	tab.Until(`document.querySelector("h1").textContent === "督办问责"`)
	tab.Shoot("escalation")
	narrow(t, tab, "escalation")
	press(tab, move("notice.drafted.v1", "T06"))
	w.signs(t, tab, "units/ggb")
	w.does(t, "units/fgw", "/escalation", "notice.commented.v1", map[string]any{"accepts": true, "comment": "数据属实,正在倒排时间。"})

	w.logIn(t, tab, "officers/zhihuizhang", "/")
	tab.Until(`document.querySelector(".needs") !== null`)
	assert.Contains(t, shows(tab, ".needs"), "通报")
	tab.Shoot("commander")
	press(tab, ".needs "+move("notice.issued.v1", "T06"))
	var filled string
	tab.Until(`document.getElementById("statement")?.hidden === false`)
	tab.Eval(`document.querySelector("[data-field=text] textarea").value`, &filled)
	assert.Contains(t, filled, "有节点超期71天", "the facts on which the unit was heard")
	w.signs(t, tab, "officers/zhihuizhang", "text", "“开发区管理改革”严重滞后,现予通报。")
	w.does(t, "units/fgw", "/escalation", "notice.acknowledged.v1", nil, "task=T06")
	tab.Go(w.base + "/escalation")
	var paper string
	tab.Eval(`document.querySelector("a.paper").href`, &paper)
	tab.Go(paper)
	shown := shows(tab, "body")
	for _, words := range []string{"吉改攻坚通报〔2025〕2号", "市发改委", "查验码", "严重滞后,现予通报", "有节点超期71天", "签收"} {
		assert.Contains(t, shown, words)
	}
	tab.Shoot("notice-printed")
	pdf := tab.Print()
	keep(t, "notice-printed", pdf)
	assert.LessOrEqual(t, len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)), 2, "a notice is a sheet")

	tab.Go(w.base + "/escalation")
	press(tab, move("card.proposed.v1", "T06"))
	w.signs(t, tab, "officers/zhihuizhang")
	w.logIn(t, tab, "authorities/jiwei", "/escalation")
	tab.Until(`document.querySelector("h1").textContent === "督办问责"`)
	assert.NotContains(t, shows(tab, "main"), "T10", "it sees what is brought before it")
	press(tab, `a[href*="/tasks/T06/dossier?"][href*="digest="]`)
	tab.Until(`document.querySelector(".good")?.textContent.includes("核对一致")`)
	tab.Shoot("dossier")
	narrow(t, tab, "dossier")
	tab.Go(w.base + "/escalation")
	press(tab, move("card.refused.v1", "T06"))
	w.signs(t, tab, "authorities/jiwei", "reason", "移交受省级审批影响,暂不赋牌,限两个月整改。")
	tab.Go(w.base + "/escalation")
	assert.Contains(t, shows(tab, "main"), "暂不赋牌,限两个月整改")
	tab.Shoot("authority-refuses")
	narrow(t, tab, "authority-refuses")

	w.logIn(t, tab, "units/fgw", "/escalation")
	tab.Until(`document.querySelector("h1").textContent === "督办问责"`)
	assert.Contains(t, shows(tab, "main"), "暂不赋牌,限两个月整改")
	press(tab, move("review.requested.v1", "T06"))
	w.signs(t, tab, "units/fgw", "grounds", "通报所列差距未扣除省级审批等待的时间。")
	tab.Go(w.base + "/escalation?lang=en")
	tab.Shoot("unit-review-en")
	tab.Go(w.base + "/escalation?lang=zh")
	assert.Contains(t, shows(tab, "main"), "前作出复核决定")
	tab.Shoot("unit-review")
}

// The office issues a directive on the board, makes the pack of the monthly meeting,
// freezes it, and records the meeting on a form that the ledger filled in.
func TestTheOfficeDispatchesAndMeets(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	tab.Size(1440, 900)
	w.logIn(t, tab, "units/ggb", "/dispatch")
	press(tab, "#issue summary")
	press(tab, "#issue "+move("directive.issued.v1", "T08"))
	w.signs(t, tab, "units/ggb", "text", "请报送执法事项清单。", "answer_by", "2026-01-09")
	tab.Go(w.base + "/dispatch")
	assert.Contains(t, shows(tab, "#col-acknowledge"), "1")
	tab.Shoot("dispatch")
	narrow(t, tab, "dispatch")
	press(tab, `a.paper`)
	tab.Until(`document.querySelector(".slip") !== null`)
	tab.Shoot("directive-printed")
	keep(t, "directive-printed", tab.Print())

	tab.Go(w.base + "/meetings/pack?tier=monthly&on=2026-01-30&cutoff=2025-12-30")
	tab.Shoot("meeting-pack")
	narrow(t, tab, "meeting-pack")
	keep(t, "meeting-pack", tab.Print())
	press(tab, `a[href^="/submit/meeting.packed.v1?"]`)
	w.signs(t, tab, "units/ggb")
	tab.Go(w.base + "/meetings")
	tab.Shoot("meetings")
	narrow(t, tab, "meetings")
	press(tab, `a[href^="/submit/meeting.held.v1?"]`)
	tab.Until(`!document.getElementById("statement").hidden`)
	var agenda []string
	tab.Eval(`[...document.querySelectorAll("[data-field=agenda] :is(input, textarea)")].map((x) => x.value)`, &agenda)
	assert.Contains(t, strings.Join(agenda, "\n"), "上次议定事项落实情况(未办结2项)")
	assert.Contains(t, strings.Join(agenda, "\n"), "T06 开发区管理改革")
	tab.Shoot("meeting-form")
}

// An inspector sees where to look and why; a unit checks the code on a phone at the door,
// without a login.
func TestInspectionsInTheBrowser(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	tab.Size(1440, 900)
	w.does(t, "units/ggb", "/inspections", "inspection.authorised.v1", map[string]any{"code": "DC-2025-88", "scope": "核实移交进度。", "tasks": []string{"T06"},
		"from": "2025-12-30", "to": "2026-01-10", "inspectors": []string{"inspectors/ducha-1"}, "authority": "指挥长批准"})
	tab.Go(w.base + "/inspections")
	tab.Fill("#check [name=code]", "DC-2025-88")
	tab.Fill("#check [name=task]", "T06")
	press(tab, "#check button")
	tab.Until(`document.getElementById("checked") !== null`)
	assert.Contains(t, shows(tab, "#checked"), "此码有效")
	narrow(t, tab, "inspection-code")
	w.logIn(t, tab, "inspectors/ducha-1", "/inspections")
	tab.Until(`document.getElementById("samples") !== null`)
	press(tab, move("finding.recorded.v1", "T06"))
	photo := filepath.Join(t.TempDir(), "现场.jpg")
	require.NoError(t, os.WriteFile(photo, []byte("a photograph"), 0o644))
	tab.Until(`document.querySelector("[data-field=evidence] input[type=file]") !== null && !document.getElementById("statement").hidden`)
	tab.Choose("[data-field=evidence] input[type=file]", photo)
	tab.Until(`document.querySelectorAll("[data-field=evidence] ol > li").length === 1`)
	w.signs(t, tab, "inspectors/ducha-1", "finding", "三区未签约。")
	tab.Go(w.base + "/inspections?from=2025-07-01&to=2025-12-30")
	assert.Contains(t, shows(tab, "main"), "三区未签约。")
	tab.Shoot("inspections")
	narrow(t, tab, "inspections")
}

// An auditor exports a unit's trail from the unit's page, sees it verify, changes one
// byte of it and sees which; and the export is on record with who asked for it.
func TestAnAuditorCatchesAByte(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	tab.Size(1440, 900)
	w.logIn(t, tab, "auditors/shenji", "/units/fgw")
	tab.Until(`document.getElementById("export") !== null`)
	var href string
	tab.Eval(`document.getElementById("export").getAttribute("href")`, &href)
	tab.Go(w.base + "/verify")
	tab.Until(`document.getElementById("file") !== null`)
	drop := `{
		const dropped = new DataTransfer();
		dropped.items.add(new File([window.trail], "fgw-trail.zip"));
		document.getElementById("results").replaceChildren();
		document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
	}`
	tab.Eval(fmt.Sprintf(`(async () => { window.trail = new Uint8Array(await (await fetch(%q)).arrayBuffer()); return window.trail.length })()`, href), nil)
	tab.Eval(drop, nil)
	tab.Until(checked)
	assert.Contains(t, shows(tab, "#results .verdict"), "自洽")
	tab.Eval(`{
		const text = new TextDecoder("latin1").decode(window.trail), at = text.indexOf('"task_version":');
		window.trail[at + 3] ^= 1;
	}`, nil)
	tab.Eval(drop, nil)
	tab.Until(checked)
	assert.Contains(t, shows(tab, "#results .verdict"), "核验不通过")
	assert.Contains(t, shows(tab, "#results"), "records.ndjson")
	tab.Shoot("auditor-tampered")
	narrow(t, tab, "auditor-tampered")
	tab.Go(w.base + "/audit")
	tab.Until(`document.querySelector("main table td") !== null`)
	assert.Contains(t, shows(tab, "main"), "市审计局")
	tab.Shoot("audit")
	narrow(t, tab, "audit")
}
