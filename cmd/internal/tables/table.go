// Package tables puts lists into the forms that offices work with: CSV that a
// spreadsheet opens rightly, and XLSX. Both are made of the same rows, and the same
// rows give the same bytes.
package tables

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"ducha/projections"

	"github.com/xuri/excelize/v2"
)

// Table (表) has a title, headings and rows. A cell is a string, a number, a bool or
// nil.
type Table struct {
	Title string   `json:"title"`
	Heads []string `json:"heads"`
	Rows  [][]any  `json:"rows"`
}

// CSV is the table as RFC 4180 has it, in UTF-8 with a mark at its beginning, so that
// spreadsheets read the Chinese in it. A text that a spreadsheet would take for a
// formula has an apostrophe before it.
func (t Table) CSV() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	rows := append([][]any{anys(t.Heads)}, t.Rows...)
	for _, row := range rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, plain(c))
		}
		if err := w.Write(cells); err != nil {
			return nil, fmt.Errorf("csv: %w", err)
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

func anys(list []string) (out []any) {
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

func plain(c any) string {
	switch v := c.(type) {
	case nil:
		return ""
	case string:
		v = projections.Visible(v)
		if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
			return "'" + v
		}
		return v
	}
	return fmt.Sprint(c)
}

// epoch is the time that a workbook says it was made: the same for the same rows.
const epoch = "2000-01-01T00:00:00Z"

// XLSX is the table as a workbook of one sheet, with a heading that stays in sight
// and a filter. Texts are texts: none of them is a formula.
func (t Table) XLSX() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Sheet1"
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE6F0"}}})
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	for y, row := range append([][]any{anys(t.Heads)}, t.Rows...) {
		for x, c := range row {
			cell, err := excelize.CoordinatesToCellName(x+1, y+1)
			if err != nil {
				return nil, fmt.Errorf("xlsx: %w", err)
			}
			if s, ok := c.(string); ok {
				err = f.SetCellStr(sheet, cell, projections.Visible(s))
			} else if c != nil {
				err = f.SetCellValue(sheet, cell, c)
			}
			if err != nil {
				return nil, fmt.Errorf("xlsx: %w", err)
			}
		}
	}
	last, err := excelize.ColumnNumberToName(max(1, len(t.Heads)))
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	for _, err := range []error{
		f.SetCellStyle(sheet, "A1", last+"1", bold),
		f.SetColWidth(sheet, "A", last, 18),
		f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		f.AutoFilter(sheet, fmt.Sprintf("A1:%s%d", last, len(t.Rows)+1), nil),
		f.SetDocProps(&excelize.DocProperties{Title: t.Title, Creator: "ducha", Created: epoch, Modified: epoch}),
		f.SetSheetName(sheet, sheetName(t.Title)),
	} {
		if err != nil {
			return nil, fmt.Errorf("xlsx: %w", err)
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("xlsx: %w", err)
	}
	return out.Bytes(), nil
}

// sheetName is a title as a sheet may be called.
func sheetName(title string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return -1
		}
		return r
	}, title)
	if r := []rune(name); len(r) > 31 {
		name = string(r[:31])
	}
	return name
}

// day is an instant as a table shows it, in Asia/Shanghai.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(shanghai).Format("2006-01-02 15:04")
}
