// Package imports reads what offices have on paper and in spreadsheets: a list of
// tasks, and paper history. A form is written ([Template]), filled in by people, and
// read back ([Read]): every cell that is wrong, and everything that is doubtful, is
// named by its sheet and cell, with what was found and what would be right.
package imports

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"ducha/ledger"

	"github.com/xuri/excelize/v2"
)

// Form is which form it is.
type Form string

const (
	Tasks   Form = "tasks"   // 任务清单
	History Form = "history" // 补录
)

// version stands in each form, so that an older one is known for what it is.
const version = "ducha-form/1"

const (
	dataSheet = "填报"
	helpSheet = "说明"
	firstRow  = 3 // headings are row 1, an example is row 2
)

// column is a column of a form.
type column struct {
	key, head, help string
	must            bool
	example         string
	choices         []string
	verbatim        bool // 照录: read as it is written
}

var forms = map[Form][]column{
	Tasks: {
		{"task", "任务编号", "字母、数字、连字符,如 T13;同一任务的多个节点,每行一个节点,任务编号相同", true, "T13", nil, false},
		{"name", "任务名称", "任务的第一行必填,其后各行可空", false, "示例任务", nil, true},
		{"lead", "牵头单位", "单位编号、名称或已登记的别名;任务的第一行必填", false, "市发改委", nil, false},
		{"responsible", "责任单位", "多个用顿号分开", false, "市司法局、市商务局", nil, false},
		{"milestone", "节点编号", "如 m1;没有节点可空", false, "m1", nil, false},
		{"milestone_name", "节点名称", "有节点编号时必填", false, "印发方案", nil, true},
		{"due", "完成时限", "2026-06-30 或 2026年6月30日;有节点编号时必填", false, "2026-06-30", nil, false},
		{"percent", "届时应达进度(%)", "0 至 100", false, "40", nil, false},
	},
	History: {
		{"task", "任务编号", "已交办的任务,如 T01", true, "T01", nil, false},
		{"what", "类别", "进展、调度、会议、通报、决定、其他", true, "进展", []string{"进展", "调度", "会议", "通报", "决定", "其他"}, false},
		{"occurred", "发生日期", "2023-09-30 或 2023年9月30日,须早于录入之日", true, "2023-09-30", nil, false},
		{"text", "内容", "照录原件要点", true, "三季度完成摸底。", nil, true},
		{"percent", "当时所称进度(%)", "0 至 100,可空", false, "12.5", nil, false},
		{"document", "原件名称", "", true, "三季度进展专报", nil, true},
		{"number", "原件文号", "可空", false, "吉改办〔2023〕21号", nil, true},
	},
}

var kinds = map[string]ledger.HistoryKind{"进展": ledger.HistoryProgress, "调度": ledger.HistoryDispatch, "会议": ledger.HistoryMeeting,
	"通报": ledger.HistoryNotice, "决定": ledger.HistoryDecision, "其他": ledger.HistoryOther}

// Template (填报表) writes an empty form as a workbook: headings, an example that is
// read over, choices where there are some, and what each column wants.
func Template(form Form) ([]byte, error) {
	columns, ok := forms[form]
	if !ok {
		return nil, ledger.Malform("import.form", fmt.Sprintf("form %q", form), "tasks or history")
	}
	f := excelize.NewFile()
	defer f.Close()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE6F0"}}})
	if err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	grey, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Italic: true, Color: "888888"}})
	if err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // text: what is typed is what is read
	if err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	w := &filler{file: f}
	w.do(f.SetSheetName("Sheet1", dataSheet))
	_, err = f.NewSheet(helpSheet)
	w.do(err)
	w.set(helpSheet, 1, 1, "格式")
	w.set(helpSheet, 2, 1, version+" "+string(form))
	w.set(helpSheet, 1, 2, fmt.Sprintf("第 2 行为示例,请保留,不会读入;从第 3 行填起,一份表至多成 %d 条记录。不要合并单元格,不要用公式。", MaxStatements))
	for i, c := range columns {
		head := c.heading()
		w.set(dataSheet, i+1, 1, head)
		w.set(dataSheet, i+1, 2, c.example)
		w.set(helpSheet, 1, i+4, head)
		w.set(helpSheet, 2, i+4, c.help)
		name, err := excelize.ColumnNumberToName(i + 1)
		w.do(err)
		w.do(f.SetColStyle(dataSheet, name, text))
		w.do(f.SetColWidth(dataSheet, name, name, 20))
		if len(c.choices) > 0 {
			v := excelize.NewDataValidation(true)
			v.SetSqref(fmt.Sprintf("%s%d:%s2000", name, firstRow, name))
			w.do(v.SetDropList(c.choices))
			w.do(f.AddDataValidation(dataSheet, v))
		}
	}
	last, err := excelize.ColumnNumberToName(len(columns))
	w.do(err)
	w.do(f.SetCellStyle(dataSheet, "A1", last+"1", bold))
	w.do(f.SetCellStyle(dataSheet, "A2", last+"2", grey))
	w.do(f.SetColWidth(helpSheet, "A", "B", 40))
	w.do(f.SetPanes(dataSheet, &excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}))
	if w.err != nil {
		return nil, fmt.Errorf("form: %w", w.err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	return out.Bytes(), nil
}

// filler keeps the first error.
type filler struct {
	file *excelize.File
	err  error
}

func (w *filler) do(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *filler) set(sheet string, x, y int, v string) {
	cell, err := excelize.CoordinatesToCellName(x, y)
	w.do(err)
	w.do(w.file.SetCellStr(sheet, cell, v))
}

// TemplateCSV is the same form as a table in text, for whoever has no spreadsheet.
func TemplateCSV(form Form) ([]byte, error) {
	columns, ok := forms[form]
	if !ok {
		return nil, ledger.Malform("import.form", fmt.Sprintf("form %q", form), "tasks or history")
	}
	var heads, example []string
	for _, c := range columns {
		heads, example = append(heads, c.heading()), append(example, c.example)
	}
	var out bytes.Buffer
	out.WriteString("\ufeff") // by which spreadsheets know the encoding
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	if err := w.WriteAll([][]string{heads, example}); err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	return out.Bytes(), nil
}

// heading is a column's head as a form has it; a star marks what must be filled in.
func (c column) heading() string {
	if c.must {
		return c.head + "*"
	}
	return c.head
}
