package imports

import (
	"bytes"
	"fmt"
	"strings"

	"ducha/ledger"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/width"
)

// File is a form that was opened, whatever kind of file it is; nothing of it is judged yet.
type File struct {
	form      Form
	sheet     string
	columns   []column
	lines     []line // below the example
	first     string // where the first of them stands, or would
	since1904 bool   // its days are counted from 1904, as old Macintoshes did
	problems  []Doubtful
}

// line is a row of a form.
type line struct {
	row    int
	values []string
	places []int // where each column of the form stands; nil: in their order
	hidden bool

	book *book // nil of a file that has neither formulas nor formats
}

func (l line) place(i int) int {
	if l.places != nil {
		return l.places[i]
	}
	return i
}

// ref is where the cell of a column stands: B5.
func (l line) ref(i int) string {
	cell, _ := excelize.CoordinatesToCellName(max(l.place(i), 0)+1, l.row)
	return cell
}

func (l line) value(i int) string {
	if x := l.place(i); x >= 0 && x < len(l.values) {
		return l.values[x]
	}
	return ""
}

func (l line) formula(i int) string {
	if l.book == nil {
		return ""
	}
	formula, _ := l.book.file.GetCellFormula(l.book.sheet, l.ref(i))
	return formula
}

// style is how a cell shows its number.
type style int

const (
	plain  style = iota
	dated        // as a day
	shared       // as a percentage
)

func (l line) style(cell string) style {
	if l.book == nil {
		return plain
	}
	return l.book.style(cell)
}

// Open opens a form, a workbook or a table in text (CSV): what it is its bytes say, not
// its name. The error is for a file that is no form.
func Open(data []byte) (*File, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK")):
		return openBook(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, ledger.Malform("import.file", "an old workbook (.xls), or one with a password", "a workbook saved as .xlsx without a password, or a CSV file")
	case bytes.HasPrefix(data, []byte("%PDF")), bytes.IndexByte(data, 0) >= 0 && !wide(data):
		return nil, ledger.Malform("import.file", "a file that is neither a workbook nor text", "an XLSX workbook or a CSV file: ducha template tasks|history")
	}
	return openText(data)
}

// heads holds a row of headings against a form's. Where they stand in another order, as
// they may in a table of text, places says where.
func (g *File) heads(row []string, ordered bool) (places []int) {
	for i, c := range g.columns {
		cell, _ := excelize.CoordinatesToCellName(i+1, 1)
		at := -1
		for x, got := range row {
			if heading(got) == c.head && (!ordered || x == i) {
				at = x
			}
		}
		places = append(places, at)
		switch {
		case at >= 0 || !ordered && !c.must:
		case ordered && i < len(row):
			g.problem(cell, false, fmt.Sprintf("表头 %q", row[i]), "表头 "+c.head+":不要改动列")
		default:
			g.problem(cell, false, "没有表头 "+c.head, orNear("表头 "+c.head, nearHeads(c.head, row)))
		}
	}
	return places
}

// nearHeads are those of the headings there that may have been meant.
func nearHeads(head string, row []string) (near []string) {
	for _, got := range row {
		if h := heading(got); h != "" && (strings.Contains(h, head) || strings.Contains(head, h)) {
			near = append(near, got)
		}
	}
	return near
}

// heading is a heading without its star.
func heading(s string) string {
	return strings.TrimFunc(strings.TrimSuffix(strings.TrimFunc(width.Fold.String(s), blank), "*"), blank)
}

func (g *File) problem(cell string, doubt bool, found, want string) {
	g.problems = append(g.problems, Doubtful{g.sheet, cell, doubt, found, want})
}

// below takes the rows under the headings: the example, which is none, and those that
// were filled in. What stands outside the form's columns is not read, and said so.
func (g *File) below(rows []line) {
	for _, l := range rows {
		used := map[int]bool{}
		example, empty := true, true
		for i, c := range g.columns {
			used[l.place(i)] = true
			value := strings.TrimFunc(l.value(i), blank)
			empty = empty && value == ""
			example = example && (l.place(i) < 0 || value == c.example)
		}
		for x, v := range l.values {
			if !used[x] && strings.TrimFunc(v, blank) != "" {
				cell, _ := excelize.CoordinatesToCellName(x+1, l.row)
				g.problem(cell, true, "表外的内容 "+v, "表内各列:表外的不会读入")
			}
		}
		if !example && !empty {
			g.lines = append(g.lines, l)
		}
	}
}
