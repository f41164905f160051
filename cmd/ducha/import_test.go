package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/imports"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// fill writes a form as somebody fills it in.
func fill(t *testing.T, form imports.Form, path string, rows [][]any, bend func(*excelize.File)) {
	t.Helper()
	data, err := imports.Template(form)
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	defer f.Close()
	for y, row := range rows {
		for x, v := range row {
			cell, err := excelize.CoordinatesToCellName(x+1, y+3)
			require.NoError(t, err)
			require.NoError(t, f.SetCellValue("填报", cell, v))
		}
	}
	if bend != nil {
		bend(f)
	}
	require.NoError(t, f.SaveAs(path))
}

func (y *year) importing(words ...string) (string, int) {
	var out bytes.Buffer
	m := &Main{In: strings.NewReader(""), Out: &out, Err: &out, Args: append([]string{"--server", y.base, "import"}, words...), Clock: y.node.Clock}
	code := m.Run(y.t.Context())
	return out.String(), code
}

// officed is a year with the office's key in a file.
func officed(t *testing.T) (*year, []string) {
	t.Helper()
	y := newYear(t)
	y.opening([]string{"2024-01-01", "2024-12-31"})
	y.set("2024-03-05", "09:00")
	file := filepath.Join(y.dir, "ggb.pem")
	require.NoError(t, node.WriteKey(file, yearKey("units/ggb")))
	return y, []string{"--key", file, "--as", "units/ggb"}
}

// Paper history comes in whole, marked for what it is, once.
func TestPaperHistoryIsImported(t *testing.T) {
	y, signer := officed(t)
	form := filepath.Join(y.dir, "补录.xlsx")
	var rows [][]any
	for i := range 40 {
		rows = append(rows, []any{fmt.Sprintf("T%02d", 1+i%12), "进展", fmt.Sprintf("2023-%02d-%02d", 1+i%12, 1+i%28), fmt.Sprintf("第%d份专报摘要。", i), 12.5, "进展专报", fmt.Sprintf("〔2023〕%d号", i)})
	}
	rows = append(rows, []any{"T01", "会议", "2023年10月12日", "例会纪要。", "", "会议纪要", ""}, []any{"Ｔ０２", "通报", "2023/9/3", "全角编号。", "３５", "通报", ""})
	fill(t, imports.History, form, rows, nil)
	before := y.node.View.Sequence()
	status := y.get("/api/v1/tasks : tasks.*.light tasks.*.figures")

	out, code := y.importing(form, "--dry-run")
	require.Zero(t, code, out)
	assert.Contains(t, out, "42 行,可成 42 条记录;错误 0,存疑 0")
	out, code = y.importing(append([]string{form, "--dry-run"}, signer...)...)
	require.Zero(t, code, out)
	assert.Contains(t, out, "规则全部通过")
	assert.Equal(t, before, y.node.View.Sequence(), "nothing was recorded")

	out, code = y.importing(append([]string{form}, signer...)...)
	require.Zero(t, code, out)
	assert.Equal(t, before+42, y.node.View.Sequence())
	assert.Equal(t, status, y.get("/api/v1/tasks : tasks.*.light tasks.*.figures"), "it counts in no figure")
	out, code = y.importing(append([]string{form}, signer...)...)
	require.Zero(t, code, out)
	assert.Contains(t, out, "此前已全部记录", "once more is once")
	assert.Equal(t, before+42, y.node.View.Sequence())
	out, code = y.ducha("ledger", "--task", "T01", "--format", "csv")
	require.Zero(t, code)
	assert.Contains(t, out, "补录 2023-10-12")
}

// Every bad cell and every doubt is named by its cell, and nothing is recorded.
func TestEveryBadCellIsNamed(t *testing.T) {
	y, signer := officed(t)
	form := filepath.Join(y.dir, "补录.xlsx")
	fill(t, imports.History, form, [][]any{
		{"T01", "进展", "2023-09-30", "好的一行。", 12, "专报", ""},
		{"T99", "进展", "2023-09-30", "没有的任务。", 12, "专报", ""},
		{"T01", "汇报", "2023-02-30", "错的类别与日期。", 120, "专报", ""},
		{"T01", "进展", "9月30日", "没有年份。", "三成", "专报", ""},
		{"T01", "进展", 45199, "数字日期。", 0.35, "专报", ""},
		{"", "进展", "2024-03-05", "", 12, "", ""},
		{"T02", "会议", "2023-09-30", "同一行。", 12, "纪要", ""},
		{"T02", "会议", "2023-09-30", "同一行。", 12, "纪要", ""},
	}, func(f *excelize.File) { require.NoError(t, f.SetCellFormula("填报", "E9", "6+6")) })
	before := y.node.View.Sequence()
	var out bytes.Buffer
	m := &Main{In: strings.NewReader(""), Out: &out, Err: &out, Args: append([]string{"--server", y.base, "--json", "import", form}, signer...)}
	assert.Equal(t, exitFindings, m.Run(t.Context()))
	var read api.Import
	require.NoError(t, json.Unmarshal(out.Bytes(), &read), out.String())
	type at struct {
		cell  string
		doubt bool
	}
	found := map[at]string{}
	for _, p := range read.Problems {
		found[at{p.Cell, p.Doubt}] = p.Found
		assert.NotEmpty(t, p.Want)
	}
	for _, want := range []at{{"A4", false}, {"B5", false}, {"C5", false}, {"E5", false}, {"C6", false}, {"E6", false}, {"C7", true}, {"E7", true},
		{"A8", false}, {"C8", false}, {"D8", false}, {"F8", false}, {"E9", true}, {"A10", true}} {
		assert.Contains(t, found, want, "%v", found)
	}
	assert.Equal(t, before, y.node.View.Sequence(), "nothing was recorded")
	assert.NoFileExists(t, form+".signed")

	fill(t, imports.History, form, [][]any{{"T01", "进展", "2023-09-30", "一行。", 0.5, "专报", ""}}, nil)
	text, code := y.importing(append([]string{form}, signer...)...)
	assert.Equal(t, exitFindings, code, text)
	assert.Contains(t, text, "存疑须修正")
	text, code = y.importing(append([]string{form, "--accept-doubts"}, signer...)...)
	assert.Zero(t, code, text)
	assert.Equal(t, before+1, y.node.View.Sequence())

	fill(t, imports.History, form+"2.xlsx", [][]any{{"T01", "进展", "2023-09-30", "一行。", 50, "专报", ""}}, func(f *excelize.File) { require.NoError(t, f.MergeCell("填报", "A3", "B3")) })
	text, code = y.importing(form+"2.xlsx", "--dry-run")
	assert.Equal(t, exitFindings, code)
	assert.Contains(t, text, "合并单元格")
	require.NoError(t, os.WriteFile(form+"3.xlsx", []byte("no workbook"), 0o600))
	text, code = y.importing(form+"3.xlsx", "--dry-run")
	assert.NotZero(t, code)
	assert.Contains(t, text, "import.form")
	data, err := excelize.NewFile().WriteToBuffer()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(form+"4.xlsx", data.Bytes(), 0o600))
	text, code = y.importing(form+"4.xlsx", "--dry-run")
	assert.NotZero(t, code)
	assert.Contains(t, text, "import.form")
}

// One row that the rules refuse, in the midst of many, and none of them is recorded.
func TestAnImportIsAllOrNothing(t *testing.T) {
	y, signer := officed(t)
	form := filepath.Join(y.dir, "任务.xlsx")
	rows := [][]any{}
	for i := range 12 {
		rows = append(rows, []any{fmt.Sprintf("N%02d", i), fmt.Sprintf("新任务%d", i), "市发改委", "", "m1", "节点", "2024-06-28", 40})
	}
	rows[7][6] = "2031-06-28" // outside the campaign's term: a rule of the ledger, not of the form
	fill(t, imports.Tasks, form, rows, nil)
	before := y.node.View.Sequence()
	out, code := y.importing(append([]string{form}, signer...)...)
	assert.NotZero(t, code)
	assert.Contains(t, out, "milestone.term")
	assert.Contains(t, out, "E10: statement 16", "which one it is, and where it stands")
	assert.Equal(t, before, y.node.View.Sequence())
	require.NoError(t, os.Remove(form+".signed"))
	rows[7][6] = "2024-06-28"
	require.NoError(t, os.Remove(form))
	fill(t, imports.Tasks, form, rows, nil)
	out, code = y.importing(append([]string{form}, signer...)...)
	require.Zero(t, code, out)
	assert.Equal(t, before+24, y.node.View.Sequence())
	out, code = y.importing("--dry-run", form)
	assert.Equal(t, exitFindings, code, "they are assigned already: %s", out)
	assert.Contains(t, out, "已交办")
}

// The real plan, filled into the form, gives the tasks and lead units of the plan.
func TestThePlanAsAForm(t *testing.T) {
	y := newYear(t)
	plan := seeds.JiAn()
	bare := plan
	bare.Tasks, bare.Targets, bare.Questions = nil, nil, nil
	pem := func(p string) ledger.Text { return ledger.Text(yearKey(p).Public().PEM()) }
	charter := ledger.CharterAdopted{Campaign: plan.Campaign, Title: "导入", Clock: ledger.ClockRecorded, From: "2024-01-01", To: "2024-12-31", RootKey: pem("root"), LedgerKey: pem("ledger")}
	for _, s := range seeds.Opening(bare, charter, pem("units/ggb")) {
		if _, list := s.Body.(*ledger.ListFrozen); list {
			continue // of no tasks yet
		}
		status, answer, _ := y.submit(string(s.By), ledger.Statement{Kind: ledger.KindOf(s.Body), Unit: s.Unit, Task: s.Task, Body: s.Body})
		require.Equal(t, 201, status, answer)
	}
	y.set("2024-01-05", "09:00")
	names := map[ledger.UnitID]string{}
	for _, u := range plan.Units {
		names[u.ID] = u.Name
	}
	var rows [][]any
	for _, task := range plan.Tasks {
		rows = append(rows, []any{string(task.ID), task.Name, names[task.Lead], "", "m1", "年度节点", time.Date(2024, 6, 28, 0, 0, 0, 0, time.UTC).Format("2006年1月2日"), 40})
	}
	form := filepath.Join(y.dir, "plan.xlsx")
	fill(t, imports.Tasks, form, rows, nil)
	key := filepath.Join(y.dir, "ggb.pem")
	require.NoError(t, node.WriteKey(key, yearKey("units/ggb")))
	out, code := y.importing(form, "--key", key, "--as", "units/ggb")
	require.Zero(t, code, out)
	var tasks api.Tasks
	require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(y.get("/api/v1/tasks : tasks"), `200 tasks=`)), &tasks.Tasks))
	require.Len(t, tasks.Tasks, 12)
	for i, task := range plan.Tasks {
		assert.Equal(t, task.ID, tasks.Tasks[i].Task)
		assert.Equal(t, task.Lead, tasks.Tasks[i].Lead)
		assert.Equal(t, task.Name, tasks.Tasks[i].Name)
	}
}
