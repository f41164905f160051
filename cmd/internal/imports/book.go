package imports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"ducha/ledger"

	"github.com/xuri/excelize/v2"
)

// mostUnzipped bounds what a workbook may hold once it is unpacked.
const mostUnzipped = 128 << 20

// book is a workbook that is being read.
type book struct {
	file  *excelize.File
	sheet string
}

// openBook opens a form that is a workbook. It says itself which form it is, so that an
// older one is known for what it is.
func openBook(data []byte) (*File, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: mostUnzipped, UnzipXMLSizeLimit: mostUnzipped})
	if err != nil {
		return nil, ledger.Malform("import.file", err.Error(), "an XLSX workbook: ducha template tasks|history")
	}
	defer f.Close() // what is in memory stays readable
	mark, err := f.GetCellValue(helpSheet, "B1")
	form, ok := strings.CutPrefix(strings.TrimSpace(mark), version+" ")
	if err != nil || !ok || forms[Form(form)] == nil {
		return nil, ledger.Malform("import.form", fmt.Sprintf("a workbook with the sheets %s that says %q in %s!B1", strings.Join(f.GetSheetList(), ", "), mark, helpSheet), "a form as `ducha template tasks|history` writes it, its sheets "+dataSheet+" and "+helpSheet+" kept")
	}
	if !slices.Contains(f.GetSheetList(), dataSheet) {
		return nil, ledger.Malform("import.form", "a workbook with the sheets "+strings.Join(f.GetSheetList(), ", "), "the rows in the sheet "+dataSheet+", as `ducha template` names it")
	}
	rows, err := f.GetRows(dataSheet, excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, ledger.Malform("import.form", err.Error(), "the sheet "+dataSheet)
	}
	g := &File{form: Form(form), sheet: dataSheet, columns: forms[Form(form)], problems: []Doubtful{}, first: fmt.Sprintf("A%d", firstRow)}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		g.since1904 = *props.Date1904
	}
	b := &book{f, dataSheet}
	if err := b.laid(g, rows); err != nil {
		return nil, err
	}
	return g, nil
}

// laid holds the sheet's layout to the form's, and takes its rows.
func (b *book) laid(g *File, rows [][]string) error {
	var heads []string
	if len(rows) > 0 {
		heads = rows[0]
	}
	g.heads(heads, true)
	merged, err := b.file.GetMergeCells(dataSheet)
	if err != nil {
		return ledger.Malform("import.form", err.Error(), "the sheet "+dataSheet)
	}
	for _, m := range merged {
		g.problem(m.GetStartAxis(), false, "合并单元格 "+m.GetStartAxis()+":"+m.GetEndAxis(), "不合并,逐行填写")
	}
	if len(rows) > 1 {
		example := line{row: 2, values: rows[1]}
		for i, c := range g.columns {
			if value := strings.TrimFunc(example.value(i), blank); value != "" && value != c.example {
				g.problem(example.ref(i), false, "第 2 行是示例,不会读入,而此处写了 "+value, fmt.Sprintf("填在第 %d 行及以下", firstRow))
			}
		}
	}
	for _, other := range b.file.GetSheetList() {
		if other != dataSheet && other != helpSheet {
			if more, err := b.file.GetRows(other); err == nil && len(more) > 0 {
				g.problems = append(g.problems, Doubtful{other, "A1", true, fmt.Sprintf("另有 %d 行", len(more)), "只读入工作表 " + dataSheet})
			}
		}
	}
	var below []line
	for i := firstRow - 1; i < len(rows); i++ {
		l := line{row: i + 1, values: rows[i], book: b}
		if len(below) <= MaxStatements { // there it ends: see read
			visible, err := b.file.GetRowVisible(dataSheet, l.row)
			l.hidden = err == nil && !visible
		}
		if len(rows[i]) > 0 {
			below = append(below, l)
		}
	}
	g.below(below)
	return nil
}

// style is how a cell shows its number.
func (b *book) style(cell string) style {
	id, err := b.file.GetCellStyle(b.sheet, cell)
	if err != nil {
		return plain
	}
	s, err := b.file.GetStyle(id)
	if err != nil {
		return plain
	}
	custom := ""
	if s.CustomNumFmt != nil {
		custom = strings.ToLower(*s.CustomNumFmt)
	}
	switch {
	case s.NumFmt == 9 || s.NumFmt == 10 || strings.Contains(custom, "%"):
		return shared
	case s.NumFmt >= 14 && s.NumFmt <= 17 || s.NumFmt == 22 || s.NumFmt >= 27 && s.NumFmt <= 36 || s.NumFmt >= 50 && s.NumFmt <= 58,
		strings.Contains(custom, "yy") && strings.Contains(custom, "d"):
		return dated
	}
	return plain
}
