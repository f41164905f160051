package report_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// book is a workbook as a reader opens it.
type book struct {
	*excelize.File
	t testing.TB
}

func workbook(t testing.TB, in report.Input) book {
	t.Helper()
	data, err := report.Workbook(in)
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	return book{f, t}
}

// at finds the cell of a row, from 1 under the header, by its column's title.
func (b book) at(sheet, title string, row int) string {
	b.t.Helper()
	for col := 1; ; col++ {
		head, err := excelize.CoordinatesToCellName(col, 1)
		require.NoError(b.t, err)
		switch text, err := b.GetCellValue(sheet, head); {
		case err != nil || text == "":
			require.FailNow(b.t, "no column "+title)
		case text == title:
			name, err := excelize.CoordinatesToCellName(col, row+1)
			require.NoError(b.t, err)
			return name
		}
	}
}

func (b book) text(sheet, title string, row int) string {
	b.t.Helper()
	v, err := b.GetCellValue(sheet, b.at(sheet, title, row))
	require.NoError(b.t, err)
	return v
}

func (b book) number(sheet, title string, row int) float64 {
	b.t.Helper()
	v, err := b.GetCellValue(sheet, b.at(sheet, title, row), excelize.Options{RawCellValue: true})
	require.NoError(b.t, err)
	x, err := strconv.ParseFloat(v, 64)
	require.NoError(b.t, err, "%s %s %d", sheet, title, row)
	return x
}

// wall is a real date's wall clock.
func (b book) wall(sheet, title string, row int) string {
	b.t.Helper()
	at, err := excelize.ExcelDateToTime(b.number(sheet, title, row), false)
	require.NoError(b.t, err)
	return at.Round(time.Second).Format("2006-01-02 15:04:05")
}

func wall(t time.Time) string {
	return t.In(ledger.Shanghai).Truncate(time.Second).Format("2006-01-02 15:04:05")
}

var fills = map[ledger.Light]string{ledger.Red: "A8201A", ledger.Yellow: "FFD54A", ledger.Green: "1B6E3C", ledger.Grey: "E2E6EB", ledger.Blue: "1D4F91"}

func TestTheRegisterShowsWhatTheProjectionsSay(t *testing.T) {
	w := told(t)
	lights := map[ledger.Light]bool{}
	for _, day := range []ledger.Date{"2024-02-10", "2024-10-20", lastDay} {
		for _, unit := range []ledger.UnitID{"fgw", w.lead(t, "T07")} {
			in := w.input(t, unit, day)
			b := workbook(t, in)
			status := w.fold.State.UnitAt(unit, in.At)
			require.NotEmpty(t, status.Tasks)
			for i, s := range status.Tasks {
				row := i + 1
				given := w.fold.State.Tasks[s.Task].Given
				assert.Equal(t, string(s.Task), b.text("台账", "编号", row))
				assert.Equal(t, s.Name, b.text("台账", "任务", row))
				assert.Equal(t, string(given.Cite), b.text("台账", "方案条目", row))
				assert.InDelta(t, s.Figures.Planned, b.number("台账", "应达", row), 0)
				assert.InDelta(t, s.Figures.Actual, b.number("台账", "实际", row), 0)
				assert.InDelta(t, s.Figures.LateDays, b.number("台账", "超期天数", row), 0)
				colour, means := projections.Chinese.StatusWords(s)
				assert.Equal(t, colour+"·"+means, b.text("台账", "灯", row))
				assert.Equal(t, fills[s.Light], b.fill("台账", "灯", row), "%s %s", s.Task, s.Light)
				assert.Contains(t, b.text("台账", "为何", row), s.Expression)
				assert.Contains(t, b.text("台账", "为何", row), fmt.Sprintf("第 %d 号", s.Policy))
				for _, from := range s.Sources["actual"] {
					assert.Contains(t, b.text("台账", "数据出自", row), strconv.FormatUint(from, 10))
				}
				lights[s.Light] = true
			}
		}
	}
	assert.Len(t, lights, 4, "the days were chosen to show green, yellow, red and grey: %v", lights)
}

func (b book) fill(sheet, title string, row int) string {
	b.t.Helper()
	id, err := b.GetCellStyle(sheet, b.at(sheet, title, row))
	require.NoError(b.t, err)
	style, err := b.GetStyle(id)
	require.NoError(b.t, err)
	require.Len(b.t, style.Fill.Color, 1)
	return style.Fill.Color[0]
}

func TestTheDeadlineIsTheLastMilestonesDateInForce(t *testing.T) {
	w := told(t)
	in := w.input(t, "fgw", lastDay)
	b := workbook(t, in)
	for i, s := range w.fold.State.UnitAt("fgw", in.At).Tasks {
		var last ledger.Date
		for _, m := range w.fold.State.Tasks[s.Task].Milestones {
			last = max(last, m.DueAt(in.At).Date)
		}
		assert.Equal(t, string(last)+" 00:00:00", b.wall("台账", "完成时限", i+1))
	}
}

func TestTheHistoryHasEveryStatement(t *testing.T) {
	w := told(t)
	in := w.input(t, w.lead(t, "T07"), lastDay)
	b := workbook(t, in)
	rows, err := b.GetRows("履历")
	require.NoError(t, err)
	require.Len(t, rows, len(in.Events)+1)
	for i, e := range in.Events {
		row := i + 1
		require.InDelta(t, e.Sequence, b.number("履历", "记录号", row), 0)
		require.Equal(t, wall(e.Recorded), b.wall("履历", "记录时间", row))
		require.Equal(t, wall(e.Time), b.wall("履历", "所称时间", row))
		require.Equal(t, e.Kind.Name(), b.text("履历", "事项", row))
		require.Equal(t, string(e.Task), b.text("履历", "任务", row))
		require.Equal(t, e.ID.String(), b.text("履历", "陈述编号", row))
		if r, ok := e.Body.(*ledger.ProgressReported); ok {
			assert.Contains(t, b.text("履历", "内容", row), string(r.Summary))
			assert.Contains(t, b.text("履历", "内容", row), "期次:"+string(r.Period))
		}
	}
}

func TestDirectivesAndEscalationsHaveTheirSteps(t *testing.T) {
	w := told(t)
	unit := w.lead(t, "T07")
	b := workbook(t, w.input(t, unit, lastDay))
	n := 0
	for _, d := range w.fold.State.Directives {
		if d.Unit == unit {
			n++
		}
	}
	rows, err := b.GetRows("交办")
	require.NoError(t, err)
	require.Len(t, rows, n+1)
	require.NotZero(t, n)
	for row := 1; row <= n; row++ {
		d := w.directive(t, uint64(b.number("交办", "记录号", row)))
		assert.Equal(t, d.Text, b.text("交办", "交办内容", row))
		assert.Equal(t, string(d.AnswerBy)+" 00:00:00", b.wall("交办", "反馈时限", row))
		assert.Contains(t, b.text("交办", "经过", row), fmt.Sprintf("签收(第 %d 号)", d.Acknowledged.Sequence))
	}
	var whole strings.Builder
	for _, r := range must(b.GetRows("问责")) {
		whole.WriteString(strings.Join(r, "|"))
	}
	for _, step := range []string{"催办", "约谈", "拟稿", "陈述意见", "通报", "提请黄牌", "赋黄牌", "申请摘牌", "摘牌", "复核决定:维持", "整改退回", "整改认可"} {
		assert.Contains(t, whole.String(), step)
	}
}

func (w world) directive(t testing.TB, n uint64) *projections.Directive {
	t.Helper()
	for _, d := range w.fold.State.Directives {
		if d.Sequence == n {
			return d
		}
	}
	require.FailNow(t, "no directive", n)
	return nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAUnitWithNoTaskSaysSo(t *testing.T) {
	w := told(t)
	b := workbook(t, w.input(t, w.idle(t), lastDay))
	assert.Contains(t, b.text("台账", "任务", 1), "无牵头任务")
	assert.Empty(t, b.text("台账", "灯", 1))
	assert.Len(t, must(b.GetRows("交办")), 1)
}

func TestTheFirstSheetSaysWhatItIsAndHowToVerify(t *testing.T) {
	in := told(t).input(t, "fgw", lastDay)
	b := workbook(t, in)
	found := map[string]string{}
	for i, r := range must(b.GetRows("说明")) {
		if i > 0 {
			found[r[0]] = r[1]
		}
	}
	assert.Equal(t, in.Head.String(), found["链首"])
	assert.Equal(t, strconv.Itoa(len(in.Events)), found["本单位记录数"])
	assert.Contains(t, found["台账立于"], strconv.FormatUint(in.Sequence, 10))
	assert.Equal(t, "2025-12-31 23:59:59", found["评判时刻(北京时间)"], "and not the next year's first second")
	assert.Contains(t, found["怎样核验"], "ducha-verify fgw-trail.zip --root "+found["根公钥编号"])
	assert.Contains(t, found["核验说明 1"], "以签名记录为准")
}

func TestSheetsAreReadyForScreenAndPaper(t *testing.T) {
	b := workbook(t, told(t).input(t, "fgw", lastDay))
	require.Equal(t, []string{"说明", "台账", "履历", "交办", "问责"}, b.GetSheetList())
	titles, filters := map[string]string{}, map[string]bool{}
	for _, n := range b.GetDefinedName() {
		if n.Name == "_xlnm.Print_Titles" {
			titles[n.Scope] = n.RefersTo
		}
		filters[n.Scope] = filters[n.Scope] || n.Name == "_xlnm._FilterDatabase"
	}
	for i, sheet := range b.GetSheetList() {
		panes, err := b.GetPanes(sheet)
		require.NoError(t, err)
		assert.True(t, panes.Freeze, sheet)
		assert.Equal(t, 1, panes.YSplit, sheet)
		layout, err := b.GetPageLayout(sheet)
		require.NoError(t, err)
		assert.Equal(t, 9, *layout.Size, "A4")
		assert.Equal(t, i > 0, *layout.Orientation == "landscape", sheet)
		assert.Equal(t, "'"+sheet+"'!$1:$1", titles[sheet])
		assert.Equal(t, i > 0, filters[sheet], sheet)
		width, err := b.GetColWidth(sheet, "B")
		require.NoError(t, err)
		assert.Greater(t, width, 7.0)
	}
}

func TestSheetsInEnglish(t *testing.T) {
	in := told(t).input(t, "fgw", lastDay)
	in.Lang = projections.English
	b := workbook(t, in)
	assert.Equal(t, []string{"About", "Register", "History", "Directives", "Escalation"}, b.GetSheetList())
	assert.Equal(t, "red · severely behind", b.text("Register", "Light", 2))
	assert.Equal(t, "task assigned", b.text("History", "Kind", 4))
}

func TestTextIsNeverAFormula(t *testing.T) {
	w := told(t)
	for _, text := range []string{`=HYPERLINK("http://x.invalid","y")`, "+1+1", "-2+3", "@SUM(A1)", "=cmd|'/c calc'!A0", "\t=1+1", "|x", "_x003D_1", "'=1"} {
		e := w.say("fgw", "T01", 1, &ledger.DirectiveIssued{Text: ledger.Text(text), AnswerBy: lastDay})
		data, err := report.Workbook(w.retold(t, "fgw", lastDay, e))
		require.NoError(t, err)
		f := must(excelize.OpenReader(bytes.NewReader(data)))
		b := book{f, t}
		row := len(must(b.GetRows("交办"))) - 1
		assert.Equal(t, strings.ReplaceAll(text, "\t", " "), b.text("交办", "交办内容", row))
		cell := b.at("交办", "交办内容", row)
		assert.Empty(t, must(b.GetCellFormula("交办", cell)))
		kind := must(b.GetCellType("交办", cell))
		assert.Equal(t, excelize.CellTypeInlineString, kind)
		if strings.ContainsAny(text[:1], "=+-@") {
			style := must(b.GetStyle(must(b.GetCellStyle("交办", cell))))
			assert.Equal(t, 49, style.NumFmt, "%q: text, even when somebody edits the cell", text)
		}
		for _, file := range must(zip.NewReader(bytes.NewReader(data), int64(len(data)))).File {
			assert.NotContains(t, read(t, file), "<f>", file.Name)
		}
		require.NoError(t, f.Close())
	}
}

func read(t testing.TB, f *zip.File) string {
	t.Helper()
	r, err := f.Open()
	require.NoError(t, err)
	defer r.Close()
	var buf bytes.Buffer
	_, err = buf.ReadFrom(r)
	require.NoError(t, err)
	return buf.String()
}

func TestAVeryLongTextIsCutAndSaysSo(t *testing.T) {
	w := told(t)
	e := w.say("fgw", "T01", 1, &ledger.DirectiveIssued{Text: ledger.Text(strings.Repeat("长", 4000)), AnswerBy: lastDay})
	b := workbook(t, w.retold(t, "fgw", lastDay, e))
	text := b.text("交办", "交办内容", len(must(b.GetRows("交办")))-1)
	assert.Contains(t, text, "共 4000 字")
	assert.Less(t, len([]rune(text)), 2100)
}
