package report_test

import (
	"html"
	"strings"
	"testing"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// first is the first statement of a kind in the story.
func (w world) first(t testing.TB, kind ledger.Kind) report.DocumentInput {
	t.Helper()
	for _, r := range w.records {
		if e, err := r.Read(); err == nil && e.Kind == kind {
			return report.DocumentInput{Campaign: w.fold.State, Event: e, At: lastDay.End(), Sequence: uint64(len(w.records)), Base: "https://ducha.example"}
		}
	}
	t.Fatal("the story has no", kind)
	return report.DocumentInput{}
}

func document(t testing.TB, in report.DocumentInput) string {
	t.Helper()
	data, err := report.Document(in)
	require.NoError(t, err)
	again, err := report.Document(in)
	require.NoError(t, err)
	require.Equal(t, string(data), string(again), "the same record gives the same paper")
	for _, bad := range []string{"<script", " src=", " style=", "url(", "ZgotmplZ", "%!", "NaN"} {
		require.NotContains(t, string(data), bad)
	}
	code := ledger.ReceiptOf(in.Event).Code()
	assert.Contains(t, string(data), string(code))
	assert.Contains(t, string(data), `<svg class="qr"`)
	assert.Contains(t, string(data), in.Event.ID.String())
	return html.UnescapeString(string(data))
}

func TestEveryPaperSaysWhatItIs(t *testing.T) {
	w := told(t)
	for kind, want := range map[ledger.Kind][]string{
		"directive.issued.v1":      {"<h1>交办单</h1>", "承办单位", "1 个工作日内", "3 个工作日内", "反馈时限", "交办签收回执", "办理经过"},
		"reminder.sent.v1":         {"<h1>催办单</h1>", "催办事项", "催办签收回执"},
		"notice.drafted.v1":        {"拟通报事实意见的函", "陈述意见回执", "是否认可事实", "所依据的记录"},
		"notice.issued.v1":         {"推进情况的通报", "单位陈述意见", "30 日内申请复核", "回避", "通报签收回执"},
		"card.proposed.v1":         {"关于提请对", "指挥部只提请，是否赋牌由贵机关决定", "逐月情况", "已采取的措施", "已印发的通报"},
		"card.granted.v1":          {"的决定", "整改责任", "摘牌标准", "验收主体"},
		"inspection.authorised.v1": {"<h1>督查通知</h1>", "督查码 DC-2024-01", "一事一码", "督查人员", "督查期限已过"},
		"report.issued.v1":         {"督查报告出具单", "ducha review verify"},
		"inspection.concluded.v1":  {"<h1>督查结论反馈</h1>", "发现、核实与存疑", "三十日内申请复核", "督查结论回执"},
		"meeting.held.v1":          {"<h1>会议纪要</h1>", "到会单位", "议题", "议定事项"},
		"progress.reported.v1":     {"<h1>受理回执</h1>", "累计进度", "受理时间"},
	} {
		in := w.first(t, kind)
		text := document(t, in)
		for _, x := range want {
			assert.Contains(t, text, x, kind)
		}
		assert.Contains(t, text, "https://ducha.example/p/"+string(ledger.ReceiptOf(in.Event).Code()))
		in.Receipt = true
		assert.Contains(t, document(t, in), "<h1>受理回执</h1>", "every statement has a receipt")
		in.Receipt, in.Lang = false, projections.English
		assert.Contains(t, document(t, in), `<html lang="en">`)
	}
}

// A paper is made of what was signed: the directive's words, the draft's facts, the
// unit's comment.
func TestAPaperQuotesTheRecord(t *testing.T) {
	w := told(t)
	in := w.first(t, "directive.issued.v1")
	b := in.Event.Body.(*ledger.DirectiveIssued)
	assert.Contains(t, document(t, in), string(b.Text))

	in = w.first(t, "notice.issued.v1")
	issued := in.Event.Body.(*ledger.NoticeIssued)
	n := w.fold.State.Escalations.Notices[issued.Notice]
	text := document(t, in)
	for _, f := range n.Facts {
		assert.Contains(t, text, string(f))
	}
	for _, c := range n.Comments {
		assert.Contains(t, text, c.Text)
	}
	assert.Contains(t, text, n.Number)
}

func TestAPaperOfWhatWasSealedShowsNoText(t *testing.T) {
	in := told(t).first(t, "directive.issued.v1")
	secret := string(in.Event.Body.(*ledger.DirectiveIssued).Text)
	require.Contains(t, document(t, in), secret)
	in.Sealed = true
	text := document(t, in)
	assert.NotContains(t, text, secret)
	assert.Contains(t, text, "已密封")
	in.Receipt = true
	assert.NotContains(t, document(t, in), secret)
}

func TestMarkupOnAPaperShowsAsText(t *testing.T) {
	w := told(t)
	const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&{{.Name}}</style></title>`
	e := w.say("fgw", "T01", 1, &ledger.DirectiveIssued{Text: evil + "\u202eabc", AnswerBy: lastDay})
	in := w.first(t, "directive.issued.v1")
	in.Event = e
	data, err := report.Document(in)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "<script")
	assert.NotContains(t, string(data), "<img")
	assert.NotContains(t, string(data), "\u202e")
	assert.Equal(t, 1, strings.Count(string(data), "</style>"))
	assert.Contains(t, html.UnescapeString(string(data)), evil)
}

func TestPraiseIsPrinted(t *testing.T) {
	w := told(t)
	in := w.first(t, "directive.issued.v1")
	in.Event = w.say("fgw", "", 1, &ledger.PraiseRecorded{About: "窗口改革", Reason: "成效明显。", Evidence: []ledger.Ref{in.Event.ID}})
	text := document(t, in)
	assert.Contains(t, text, "关于表扬市发改委的通报")
	assert.Contains(t, text, "成效明显。")
}

func TestACheckedPaperSaysSo(t *testing.T) {
	in := told(t).first(t, "inspection.authorised.v1")
	in.Checked, in.Base = true, ""
	text := document(t, in)
	assert.Contains(t, text, "查验结果")
	assert.NotContains(t, text, "https://")
}
