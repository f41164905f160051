package console_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// From a slow task to a card that is removed, each step taken from what the board offers
// whoever takes it, with what the next one then sees.
func TestEscalationFromStepToStep(t *testing.T) {
	w := newWorld(t)
	const office, unit, commander, jiwei, zuzhibu = "units/ggb", "units/fgw", "officers/zhihuizhang", "authorities/jiwei", "authorities/zuzhibu"
	board := func(party string) string {
		status, body, _ := w.get(t, w.reader(t, ledger.PartyID(party)), "/escalation")
		require.Equal(t, http.StatusOK, status)
		return body
	}
	assert.NotContains(t, board(jiwei), "T06", "nothing was brought before it yet")

	w.does(t, office, "/escalation", "reminder.sent.v1", nil, "task=T06")
	w.does(t, office, "/escalation", "notice.drafted.v1", nil, "task=T06")
	assert.NotContains(t, moves(board(commander)), "notice.issued.v1", "the unit is heard first")
	assert.Contains(t, board(unit), "有节点超期71天")
	w.does(t, unit, "/escalation", "notice.commented.v1", map[string]any{"accepts": false, "comment": "移交协议须省厅先批。"})
	assert.Contains(t, board(commander), "移交协议须省厅先批。")
	w.does(t, commander, "/", "notice.issued.v1", map[string]any{"number": "吉改攻坚通报〔2025〕2号", "answer": "省厅程序已核实,工期不受影响,不予采纳。"})
	assert.NotContains(t, moves(board("officers/fuzhi-1")), "notice.issued.v1", "a deputy approves nothing")
	assert.Contains(t, board(unit), "单位尚未签收")
	w.does(t, unit, "/", "notice.acknowledged.v1", nil)
	assert.NotContains(t, moves(board(unit)), "notice.acknowledged.v1", "it is signed for once")

	w.does(t, unit, "/escalation", "review.requested.v1", map[string]any{"grounds": "差距按旧口径计算。"}, "task=T06")
	body := board(zuzhibu)
	assert.Contains(t, body, "差距按旧口径计算。", "who is to decide reads it")
	assert.NotContains(t, moves(board(unit)), "review.requested.v1", "one review of each decision")
	w.does(t, zuzhibu, "/escalation", "review.decided.v1", map[string]any{"outcome": "upheld", "reason": "口径无误。"}, "task=T06")
	assert.Regexp(t, `<b>维持</b>: <span class="words">口径无误。`, board(unit))

	w.does(t, unit, "/escalation", "rectification.filed.v1", map[string]any{"measures": "已与两区签订移交协议。"}, "task=T06")
	w.does(t, office, "/escalation", "rectification.returned.v1", map[string]any{"reason": "缺签约文本。"})
	assert.Contains(t, board(unit), "缺签约文本。")
	w.does(t, unit, "/escalation", "rectification.filed.v1", nil, "task=T06")
	w.does(t, office, "/escalation", "rectification.accepted.v1", nil)

	_, body, _ = w.get(t, w.reader(t, commander), "/api/v1/tasks/T06/dossier?as_of=2025-12-29")
	digest := regexp.MustCompile(`"digest":"([0-9a-f]{64})"`).FindStringSubmatch(body)
	require.NotNil(t, digest)
	w.does(t, commander, "/escalation", "card.proposed.v1", map[string]any{"skipped": nil, "dossier": digest[1], "dossier_as_of": "2025-12-29"}, "task=T06", "notices=")
	dossier := regexp.MustCompile(`/tasks/T06/dossier\?[^"]+`).FindString(board(jiwei))
	_, body, _ = w.get(t, w.reader(t, jiwei), strings.ReplaceAll(dossier, "&amp;", "&"))
	assert.Contains(t, body, "核对一致")
	_, body, _ = w.get(t, w.reader(t, jiwei), strings.ReplaceAll(dossier, "&amp;", "&")+"0")
	assert.Contains(t, body, "核对不一致")
	assert.NotContains(t, moves(board(office)), "card.granted.v1", "whoever proposes does not decide")
	w.does(t, jiwei, "/", "card.returned.v1", map[string]any{"reason": "请补整改情况。"})
	assert.Contains(t, board(commander), "请补整改情况。")
	w.does(t, commander, "/escalation", "card.proposed.v1", nil, "again=")
	w.does(t, jiwei, "/escalation", "card.granted.v1", map[string]any{"duty": "限期完成移交。", "until": "2026-06-30", "criteria": []string{"全部移交", "节点补齐"}, "accepts": office, "basis": "问责办法第五条"})
	body = board(unit)
	for _, words := range []string{"限期完成移交。", "全部移交", "2026-06-30", "市委改革办", "问责办法第五条", "可申请复核至 2026-01-29", "应于此日前复查 2026-06-30"} {
		assert.Contains(t, body, words, "what the unit sees of its card")
	}

	w.does(t, unit, "/escalation", "review.requested.v1", nil, "task=T06")
	assert.NotContains(t, moves(board(jiwei)), "review.decided.v1", "it granted the card")
	assert.Contains(t, board(jiwei), "应回避复核")
	w.does(t, zuzhibu, "/", "review.decided.v1", map[string]any{"outcome": "changed", "until": "2026-05-31"})
	assert.Contains(t, board(unit), "2026-05-31")
	assert.NotContains(t, moves(board(unit)), "removal.applied.v1", "not before the rectification was accepted")
	w.does(t, unit, "/", "rectification.filed.v1", nil, "task=T06")
	assert.NotContains(t, moves(board(zuzhibu)), "rectification.accepted.v1", "the grant names the office")
	w.does(t, office, "/escalation", "rectification.accepted.v1", nil)
	w.does(t, unit, "/escalation", "removal.applied.v1", map[string]any{"answers": []string{"已全部移交。", "节点已补齐。"}})
	assert.NotContains(t, moves(board(jiwei)), "card.removed.v1", "not before the criteria were checked")
	w.does(t, office, "/escalation", "removal.checked.v1", map[string]any{"met": []bool{true, true}})
	w.does(t, jiwei, "/", "card.removed.v1", map[string]any{"reason": "标准全部达到。"})
	assert.Contains(t, board(unit), "标准全部达到。")
}

// A directive goes through its loop, each step by whoever's it is; a monthly meeting is
// packed, frozen, held and carried to the next.
func TestDispatchFromStepToStep(t *testing.T) {
	w := newWorld(t)
	const office, unit = "units/ggb", "units/sfj"
	w.does(t, office, "/dispatch", "directive.issued.v1", map[string]any{"text": "请报送执法事项清单。", "answer_by": "2026-01-09"}, "task=T08")
	board := func(query string) string {
		_, body, _ := w.get(t, w.reader(t, unit), "/dispatch"+query)
		return body
	}
	assert.Contains(t, board(""), "请报送执法事项清单。")
	w.does(t, unit, "/", "directive.acknowledged.v1", nil, "task=T08")
	w.does(t, unit, "/dispatch", "directive.answered.v1", map[string]any{"answer": "清单已报。"}, "task=T08")
	assert.Empty(t, moves(board("?only=mine"))["directive.answered.v1"], "it is the office's move")
	w.does(t, office, "/dispatch?only=mine", "directive.returned.v1", map[string]any{"reason": "缺依据。", "answer_by": "2026-01-16"}, "task=T08")
	assert.Contains(t, board("?only=mine"), "退回 1 次")
	w.does(t, unit, "/dispatch?only=mine", "directive.answered.v1", map[string]any{"answer": "已补依据。"}, "task=T08")
	w.does(t, office, "/", "directive.accepted.v1", nil, "task=T08")
	sequence, id := w.last("directive.issued.v1", "T08")
	assert.Contains(t, board(""), "/records/"+uintString(sequence))
	status, paper, _ := w.get(t, w.reader(t, unit), "/api/v1/statements/"+id.String()+"/paper?lang=zh")
	assert.Equal(t, http.StatusOK, status)
	for _, words := range []string{"交办单", "请报送执法事项清单。", "查验码", "退回重办", "办结"} {
		assert.Contains(t, paper, words)
	}

	const pack = "/meetings/pack?on=2026-01-30&cutoff=2025-12-30"
	w.does(t, office, pack, "meeting.packed.v1", nil)
	_, body, _ := w.get(t, w.reader(t, office), "/meetings")
	assert.Contains(t, body, "2026-01-30", "the pack waits for its meeting")
	frozen := regexp.MustCompile(`/meetings/pack\?[^"]*sequence=\d+`)
	_, body, _ = w.get(t, w.reader(t, office), pack)
	require.Regexp(t, frozen, body)
	assert.NotContains(t, moves(body), "meeting.packed.v1", "one pack a meeting")
	_, body, _ = w.get(t, w.reader(t, office), strings.ReplaceAll(frozen.FindString(body), "&amp;", "&"))
	assert.Contains(t, body, "已冻结", "made again to the byte")

	commander := w.reader(t, "officers/zhihuizhang")
	w.does(t, "officers/zhihuizhang", "/meetings", "meeting.held.v1", map[string]any{"attended": []string{"sfj"}, "agenda": []string{"执法改革"},
		"items": []map[string]any{{"id": "1", "text": "月底前公布清单", "unit": "sfj", "task": "T08", "due": "2026-01-31"}}}, "tier=as-needed")
	w.does(t, "officers/zhihuizhang", "/meetings", "directive.issued.v1", nil, "item=1", "task=T08")
	_, body, _ = w.get(t, commander, "/meetings")
	assert.Contains(t, body, "月底前公布清单")
	sequence, _ = w.last("directive.issued.v1", "T08")
	assert.Contains(t, body, "/records/"+uintString(sequence), "the item names its directive")
	_, body, _ = w.get(t, w.reader(t, office), "/meetings/pack?on=2026-02-27&cutoff=2025-12-30")
	assert.Contains(t, body, "月底前公布清单", "the next meeting has it before it")
}

// An inspection from its authority to the review of its conclusion.
func TestInspectionFromStepToStep(t *testing.T) {
	w := newWorld(t)
	const office, inspector, unit = "units/ggb", "inspectors/ducha-1", "units/fgw"
	nobody := w.reader(t, "")
	page := func(c *http.Client, path string) string {
		status, body, _ := w.get(t, c, path)
		require.Equal(t, http.StatusOK, status, path)
		return body
	}
	assert.Contains(t, page(nobody, "/inspections?code=DC-2025-88"), "没有这一督查码")
	w.does(t, office, "/inspections", "inspection.authorised.v1", map[string]any{"code": "DC-2025-88", "scope": "核实移交进度。", "tasks": []string{"T06"},
		"from": "2025-12-30", "to": "2026-01-10", "inspectors": []string{inspector}, "authority": "指挥长批准"})
	body := page(nobody, "/inspections?code=DC-2025-88&task=T06")
	assert.Contains(t, body, "此码有效")
	assert.NotContains(t, body, "核实移交进度。", "whoever holds a code learns whether it is good, no more")
	assert.Contains(t, page(nobody, "/inspections?code=DC-2025-88&task=T01"), "此码今日无效")
	assert.Contains(t, page(w.reader(t, unit), "/inspections?code=DC-2025-88&task=T06"), "核实移交进度。", "the unit concerned reads of it")
	assert.NotContains(t, page(w.reader(t, "units/kjj"), "/inspections"), "DC-2025-88")

	w.does(t, inspector, "/inspections", "finding.recorded.v1", map[string]any{"finding": "三区未签约。"}, "task=T06")
	w.does(t, inspector, "/inspections", "progress.verified.v1", map[string]any{"percent": 80, "method": "实地查看"}, "task=T06")
	assert.NotContains(t, moves(page(w.reader(t, unit), "/inspections")), "finding.recorded.v1")
	w.does(t, inspector, "/inspections", "inspection.concluded.v1", map[string]any{"facts": "三区未签约。", "conclusion": "限期签约。"})
	w.does(t, inspector, "/inspections", "finding.rechecked.v1", map[string]any{"resolved": false, "note": "仍未签约。"}, "task=T06")
	assert.Contains(t, page(w.reader(t, unit), "/inspections"), "未整改到位")
	w.does(t, unit, "/inspections", "conclusion.contested.v1", map[string]any{"grounds": "两区已签约。"})
	assert.Contains(t, page(w.reader(t, inspector), "/inspections"), "应回避复核")
	w.does(t, "authorities/jiwei", "/", "conclusion.reviewed.v1", map[string]any{"outcome": "upheld"})
	assert.Contains(t, page(w.reader(t, unit), "/inspections"), "<b>维持</b>")

	body = page(w.reader(t, office), "/inspections?from=2025-07-01&to=2025-12-30")
	assert.Contains(t, body, "DC-2025-88")
	for _, link := range regexp.MustCompile(`/api/v1/review\?[^"]+format=html[^"]*`).FindAllString(body, 2) {
		assert.Contains(t, page(w.reader(t, office), strings.ReplaceAll(link, "&amp;", "&")), "<table")
	}
	w.does(t, office, "/inspections?from=2025-07-01&to=2025-12-30", "report.issued.v1", nil, "sha256=")
}
