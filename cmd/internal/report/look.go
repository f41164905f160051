package report

import (
	"time"

	"ducha/ledger"

	"github.com/xuri/excelize/v2"
)

// look is what a cell looks like.
type look string

const (
	plain   look = "plain"   // numbers
	wrapped look = "wrapped" // texts
	inert   look = "inert"   // texts that would be formulas, were they typed in
	header  look = "header"
	label   look = "label"
	percent look = "percent"
	date    look = "date"
	instant look = "instant"
	mono    look = "mono"
	late    look = "late"
	refs    look = "refs" // numbers of records
)

// lightLook is a light's colour: the look of the cell that has its word.
func lightLook(l ledger.Light) look { return look("light-" + l) }

// lightColours are a light's ground and ink; the page and the workbook share them.
var lightColours = map[ledger.Light][2]string{
	ledger.Red: {"A8201A", "FFFFFF"}, ledger.Yellow: {"FFD54A", "3D3000"}, ledger.Green: {"1B6E3C", "FFFFFF"},
	ledger.Grey: {"E2E6EB", "39434F"}, ledger.Blue: {"1D4F91", "FFFFFF"},
}

const fontName = "微软雅黑"

func (b *book) styles() error {
	font := func(s excelize.Font) *excelize.Font { s.Family, s.Size = fontName, 10; return &s }
	var border []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "C4CBD4", Style: 1})
	}
	top := func(horizontal string, wrap bool) *excelize.Alignment {
		return &excelize.Alignment{Horizontal: horizontal, Vertical: "top", WrapText: wrap}
	}
	fill := func(colour string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	dates, instants, percents := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", `0.0"%"`
	all := map[look]excelize.Style{
		plain:   {Font: font(excelize.Font{}), Alignment: top("right", false)},
		wrapped: {Font: font(excelize.Font{}), Alignment: top("left", true)},
		inert:   {Font: font(excelize.Font{}), Alignment: top("left", true), NumFmt: 49},
		header:  {Font: font(excelize.Font{Bold: true, Color: "FFFFFF"}), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}, Fill: fill("7A1914")},
		label:   {Font: font(excelize.Font{Bold: true}), Alignment: top("left", true), Fill: fill("F3F5F8")},
		percent: {Font: font(excelize.Font{}), Alignment: top("right", false), CustomNumFmt: &percents},
		date:    {Font: font(excelize.Font{}), Alignment: top("left", false), CustomNumFmt: &dates},
		instant: {Font: font(excelize.Font{}), Alignment: top("left", false), CustomNumFmt: &instants},
		refs:    {Font: &excelize.Font{Family: fontName, Size: 8, Color: "5A6675"}, Alignment: top("left", true), NumFmt: 49},
		mono:    {Font: &excelize.Font{Family: "Consolas", Size: 9}, Alignment: top("left", true), NumFmt: 49},
		late:    {Font: font(excelize.Font{Bold: true, Color: "A8201A"}), Alignment: top("left", true)},
	}
	for l, c := range lightColours {
		all[lightLook(l)] = excelize.Style{Font: font(excelize.Font{Bold: true, Color: c[1]}), Fill: fill(c[0]), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "top", WrapText: true}}
	}
	b.look = map[look]int{}
	for _, name := range sortedKeys(all) { // numbered in one order: the same bytes
		s := all[name]
		s.Border = border
		id, err := b.file.NewStyle(&s)
		if err != nil {
			return err
		}
		b.look[name] = id
	}
	return nil
}

func lookOf(v any) look {
	switch v.(type) {
	case string:
		return wrapped
	case time.Time:
		return instant
	}
	return plain
}

// wall is the instant's wall clock in Asia/Shanghai: a spreadsheet's times have no
// zone. It shows whole seconds, and would round the last one of a day to the next.
func wall(t time.Time) time.Time { return t.In(ledger.Shanghai).Truncate(time.Second) }

// on is a day as a real date, an empty cell for none.
func on(d ledger.Date) cell {
	if d == "" {
		return cell{date, nil}
	}
	return cell{date, d.Start()}
}
