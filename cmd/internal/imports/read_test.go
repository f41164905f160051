package imports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"ducha/cmd/internal/imports"
	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// known is what a ledger knows that was opened with the Ji'an plan.
func known(t *testing.T) imports.Known {
	t.Helper()
	c := projections.CampaignProjection().Init()
	for _, u := range seeds.JiAn().Units {
		p := projections.Party{ID: ledger.PartyID("units/" + u.ID), Names: []projections.DatedName{{Name: u.Name, From: "2023-01-01"}}}
		for _, a := range u.Aliases {
			p.Aliases = append(p.Aliases, ledger.Line(a))
		}
		c.Units.Parties[p.ID] = p
	}
	for _, x := range seeds.JiAn().Tasks {
		c.Tasks[x.ID] = &projections.Task{ID: x.ID, Lead: x.Lead, Given: ledger.TaskAssigned{Name: ledger.Line(x.Name)}}
	}
	return imports.KnownOf(c, ledger.Date("2026-03-05").Start())
}

func read(t *testing.T, data []byte) imports.Sheet {
	t.Helper()
	f, err := imports.Open(data)
	require.NoError(t, err)
	return f.Read(known(t))
}

// book is a form filled in by somebody.
func book(t *testing.T, form imports.Form, rows [][]any, bend func(*excelize.File)) []byte {
	t.Helper()
	data, err := imports.Template(form)
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	defer f.Close()
	for i, row := range rows {
		require.NoError(t, f.SetSheetRow("填报", fmt.Sprintf("A%d", i+3), &row))
	}
	if bend != nil {
		bend(f)
	}
	out, err := f.WriteToBuffer()
	require.NoError(t, err)
	return out.Bytes()
}

// at is what was said of a cell.
func at(s imports.Sheet, cell string) (all string) {
	for _, p := range s.Problems {
		if p.Cell == cell {
			all += fmt.Sprintf("%t %s → %s\n", p.Doubt, p.Found, p.Want)
		}
	}
	return all
}

// What may have been meant is named: units, tasks.
func TestNearMissesAreNamed(t *testing.T) {
	s := read(t, book(t, imports.Tasks, [][]any{
		{"N1", "甲", "市发改局", "市司法厅、市商务局", "", "", "", ""},
		{"N2", "乙", "安福武功山管理委员会", "", "", "", "", ""},
		{"N3", "丙", "完全无关", "", "", "", "", ""},
	}, nil))
	assert.Contains(t, at(s, "C3"), "是否为 市发改委(fgw)")
	assert.Contains(t, at(s, "D3"), "市司法局(sfj)")
	assert.NotContains(t, at(s, "D3"), "市商务局", "that one is known")
	assert.Contains(t, at(s, "C4"), "安福武功山管委会(wgs)")
	assert.NotContains(t, at(s, "C5"), "是否为")
	s = read(t, book(t, imports.History, [][]any{{"开发区管理改革试点", "进展", "2023-09-30", "一。", "", "专报", ""}}, nil))
	assert.Contains(t, at(s, "A3"), "T06 开发区管理改革")
	assert.Equal(t, 4, read(t, book(t, imports.Tasks, [][]any{{"N1", "甲", "无此"}, {"N2", "乙", "无此"}, {"N3", "丙", "无此"}, {"N4", "丁", "无此"}}, nil)).Bad())
}

// What is quoted is quoted to the sign; what is counted is read for what it is.
func TestTextsStayAsWrittenNumbersAreRead(t *testing.T) {
	text := "完成摸底（第一轮），覆盖１３个乡镇；详见附件：《清单》。"
	s := read(t, book(t, imports.History, [][]any{{"Ｔ０６", " 进展　", "２０２３年９月３０日", text, "３５．５％", "专报（三季度）", "吉改办〔2023〕２１号"}}, nil))
	require.Empty(t, s.Problems)
	require.Len(t, s.Said, 1)
	b := s.Said[0].Body.(*ledger.HistoryDeclared)
	assert.Equal(t, ledger.Text(text), b.Text)
	assert.Equal(t, ledger.Line("专报（三季度）"), b.Document)
	assert.Equal(t, ledger.Date("2023-09-30"), b.Occurred)
	assert.Equal(t, ledger.Percent(35.5), *b.Percent)
	assert.Equal(t, ledger.TaskID("T06"), s.Said[0].Task)
}

// A spreadsheet's own ways: dates and percentages as it keeps them, days counted from
// 1904, formulas that went wrong, rows over the example, sheets and columns of one's own.
func TestASpreadsheetsOwnWays(t *testing.T) {
	rows := [][]any{{"T01", "进展", 45199, "一。", 1, "专报", ""}, {"T01", "进展", 45199, "二。", 0.125, "专报", ""}, {"T02", "进展", "2023-09-30", "三。", "", "专报", "", "旁注"}}
	s := read(t, book(t, imports.History, rows, func(f *excelize.File) {
		day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		require.NoError(t, err)
		share, err := f.NewStyle(&excelize.Style{NumFmt: 9})
		require.NoError(t, err)
		require.NoError(t, f.SetCellStyle("填报", "C3", "C3", day))
		require.NoError(t, f.SetCellStyle("填报", "E3", "E4", share))
	}))
	require.Len(t, s.Said, 3)
	assert.Empty(t, at(s, "C3"), "a date that is shown as one")
	assert.Contains(t, at(s, "C4"), "2023-09-30", "a bare number is a doubt")
	assert.Equal(t, ledger.Percent(100), *s.Said[0].Body.(*ledger.HistoryDeclared).Percent, "100% is not 1")
	assert.Equal(t, ledger.Percent(12.5), *s.Said[1].Body.(*ledger.HistoryDeclared).Percent)
	assert.Contains(t, at(s, "H5"), "true 表外的内容 旁注")

	yes := true
	s = read(t, book(t, imports.History, [][]any{{"T01", "进展", 43737, "一。", "", "专报", ""}}, func(f *excelize.File) {
		require.NoError(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
	}))
	assert.Contains(t, at(s, "C3"), "2023-09-30")

	s = read(t, book(t, imports.History, [][]any{{"T01", "进展", "2023-09-30", "#REF!", "", "专报", ""}, {"T01", "进展", "2023-09-30", "二。", "", "专报", ""}}, func(f *excelize.File) {
		require.NoError(t, f.SetCellStr("填报", "A2", "T07"))
		_, err := f.NewSheet("另一页")
		require.NoError(t, err)
		require.NoError(t, f.SetCellStr("另一页", "A1", "T01"))
	}))
	assert.Contains(t, at(s, "A2"), "第 2 行是示例", "what was written over the example is not lost in silence")
	assert.Contains(t, at(s, "A1"), "只读入工作表 填报")
	s = read(t, book(t, imports.History, [][]any{{"T01", "进展", "2023-09-30", "#REF!", "", "专报", ""}}, nil))
	assert.Contains(t, at(s, "D3"), "出错")
	assert.Empty(t, s.Said)

	s = read(t, book(t, imports.History, [][]any{{"T01", "进展", "2023-09-30", strings.Repeat("长", 4001), "", strings.Repeat("名", 201), ""}}, nil))
	assert.Contains(t, at(s, "D3"), "false", "too long for a text: by its cell")
	assert.Contains(t, at(s, "F3"), "false")
	assert.Empty(t, s.Said)
}

// A form of ten thousand rows is said to be too many at once, in no time.
func TestAFormIsRecordedAsOne(t *testing.T) {
	var rows [][]any
	for i := range 10_000 {
		rows = append(rows, []any{"T01", "进展", "2023-09-30", fmt.Sprintf("第%d条。", i), "", "专报", ""})
	}
	s := read(t, book(t, imports.History, rows, nil))
	assert.Len(t, s.Said, imports.MaxStatements)
	assert.Contains(t, at(s, "A503"), "10000 行")
	s = read(t, book(t, imports.History, rows[:imports.MaxStatements], nil))
	assert.Zero(t, s.Bad())
	assert.Len(t, s.Said, imports.MaxStatements)
}

// A table in text is read in whatever encoding it was saved, its columns in any order.
func TestATableInText(t *testing.T) {
	text := "发生日期*,任务编号*,类别*,内容*,原件名称*,当时所称进度(%)\r\n2023-09-30,T06,进展,\"镕基路、㐂来巷,两处完工。\",专报,35\r\n2023/10/12,T01,会议,例会。,纪要,\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	require.NoError(t, err)
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	require.NoError(t, err)
	for name, data := range map[string]string{"utf-8": text, "utf-8 with a mark": "\ufeff" + text, "gb18030": gb, "gb18030 with a mark": "\x84\x31\x95\x33" + gb, "utf-16": wide,
		"tabs": strings.NewReplacer(",两处", "，两处", ",", "\t").Replace(text)} {
		s := read(t, []byte(data))
		require.Empty(t, s.Problems, name)
		require.Len(t, s.Said, 2, name)
		assert.Contains(t, s.Said[0].Body.(*ledger.HistoryDeclared).Text, "㐂来巷", name)
		assert.Equal(t, "B2", s.Said[0].Cell, name)
	}
	for _, form := range []imports.Form{imports.Tasks, imports.History} {
		data, err := imports.TemplateCSV(form)
		require.NoError(t, err)
		s := read(t, data)
		assert.Equal(t, form, s.Form)
		assert.Contains(t, at(s, "A2"), "没有填报行", "the example is none")
	}
	s := read(t, []byte("任务,类别,日期,内容,原件名称\nT01,进展,2023-09-30,一。,专报\n"))
	assert.Contains(t, at(s, "A1"), "没有表头 任务编号")
	assert.Contains(t, at(s, "A1"), "是否为 任务?")
	assert.Contains(t, at(s, "C1"), "是否为 日期?")
	for _, bad := range []string{"", "甲,乙\n1,2\n", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "%PDF-1.7\n", "PK\x03\x04", "a\x00b", "任务编号,类别\n\"T01,进展\n"} {
		_, err := imports.Open([]byte(bad))
		assert.Error(t, err, "%q", bad)
	}
}
