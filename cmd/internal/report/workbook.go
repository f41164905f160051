package report

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"
)

// Workbook writes the unit's records as an XLSX workbook (台账), one sheet each for
// what it is, the tasks, the statements, the directives and the escalations.
func Workbook(in Input) ([]byte, error) {
	p := newPaper(in)
	return p.workbook(excelize.DocProperties{
		Title: p.Name + " " + p.T("督查台账", "supervision register"), Subject: p.Title,
		Description: fmt.Sprintf("%s; %d; %s", p.Unit, p.Sequence, p.Head),
	}, (*book).sheets)
}

// workbook writes sheets, with no time but the paper's: the same sheets give the
// same bytes.
func (p *paper) workbook(about excelize.DocProperties, sheets func(*book) []sheet) ([]byte, error) {
	f := excelize.NewFile(excelize.Options{UnzipXMLSizeLimit: 1 << 30})
	defer f.Close()
	b := &book{paper: p, file: f}
	if err := b.styles(); err != nil {
		return nil, fmt.Errorf("report: styles: %w", err)
	}
	for i, s := range sheets(b) {
		if err := b.write(i, s); err != nil {
			return nil, fmt.Errorf("report: sheet %s: %w", s.name, err)
		}
	}
	if err := b.properties(about); err != nil {
		return nil, fmt.Errorf("report: properties: %w", err)
	}
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter {
		return &archive{to: w, at: p.At, parts: map[string]*bytes.Buffer{}}
	})
	data, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("report: workbook: %w", err)
	}
	return data.Bytes(), nil
}

// book is a workbook as it is written.
type book struct {
	*paper
	file *excelize.File
	look map[look]int // style by what it is for
}

// sheet is a table with a header.
type sheet struct {
	name     string
	heads    []head
	rows     [][]any
	portrait bool // the paper's
	filter   bool
}

type head struct {
	text  string
	width float64
}

// cell is a value in a look of its own.
type cell struct {
	look  look
	value any
}

func (b *book) write(i int, s sheet) error {
	if i == 0 {
		if err := b.file.SetSheetName("Sheet1", s.name); err != nil {
			return err
		}
	} else if _, err := b.file.NewSheet(s.name); err != nil {
		return err
	}
	if err := b.page(s); err != nil {
		return err
	}
	w, err := b.file.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, h := range s.heads {
		if err := w.SetColWidth(i+1, i+1, h.width); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	heads := make([]any, len(s.heads))
	for i, h := range s.heads {
		heads[i] = excelize.Cell{StyleID: b.look[header], Value: h.text}
	}
	if err := w.SetRow("A1", heads, excelize.RowOpts{Height: 24}); err != nil {
		return err
	}
	for i, row := range s.rows {
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), b.cells(row)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// page sets what a sheet looks like on paper, and the filter of its header.
func (b *book) page(s sheet) error {
	end, err := excelize.CoordinatesToCellName(len(s.heads), len(s.rows)+1)
	if err != nil {
		return err
	}
	if s.filter {
		if err := b.file.AutoFilter(s.name, "A1:"+end, nil); err != nil {
			return err
		}
	}
	a4, orientation, wide, tall, yes := 9, "landscape", 1, 0, true
	if s.portrait {
		orientation = "portrait"
	}
	if err := b.file.SetPageLayout(s.name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &tall}); err != nil {
		return err
	}
	if err := b.file.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	side, top := 0.4, 0.6
	if err := b.file.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &top}); err != nil {
		return err
	}
	if err := b.file.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{
		OddHeader: "&L" + ampersands(b.Name) + "&C&A&R" + day(b.At),
		OddFooter: "&C&P / &N",
	}); err != nil {
		return err
	}
	return b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + s.name + "'!$1:$1", Scope: s.name})
}

// ampersands keeps a name from being read as codes of a page's head.
func ampersands(s string) string {
	out := bytes.ReplaceAll([]byte(s), []byte("&"), []byte("&&"))
	return string(out[:min(len(out), 120)])
}

// cells puts each value into the look that fits it.
func (b *book) cells(row []any) []any {
	out := make([]any, len(row))
	for i, v := range row {
		c, ok := v.(cell)
		if !ok {
			c = cell{lookOf(v), v}
		}
		if s, ok := c.value.(string); ok {
			if c.look != refs {
				c.value = b.clip(s, maxCell)
			}
			if s == "" {
				c.value = nil // an empty cell, and not a text without characters
			}
			if c.look == wrapped && active(s) {
				c.look = inert
			}
		}
		if t, ok := c.value.(time.Time); ok {
			c.value = wall(t)
		}
		out[i] = excelize.Cell{StyleID: b.look[c.look], Value: c.value}
	}
	return out
}

// maxCell is how many characters a cell may show: a spreadsheet holds 32,767, but
// nobody reads them in a cell.
const maxCell = 2000

// active says whether a spreadsheet would take a text for a formula, were it typed
// in. It is written as text and stays text when the cell is edited.
func active(s string) bool {
	return s != "" && bytes.IndexByte([]byte("=+-@\t\r|%"), s[0]) >= 0
}

// properties are the document's own, with no time but the input's.
func (b *book) properties(about excelize.DocProperties) error {
	at := b.At.UTC().Format("2006-01-02T15:04:05Z")
	b.file.SetActiveSheet(0)
	if err := b.file.SetAppProps(&excelize.AppProperties{Application: "ducha"}); err != nil {
		return err
	}
	about.Creator, about.LastModifiedBy, about.Created, about.Modified, about.Language = "ducha", "ducha", at, at, b.T("zh-CN", "en")
	return b.file.SetDocProps(&about)
}
