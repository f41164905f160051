package console

import (
	"math"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// bar is planned against actual: a bar with a line where the plan stands, and the claim
// behind it where that is another one. All are percent of the task.
type bar struct {
	Planned, Actual, Claimed float64
	Words                    string // what it shows, for whoever does not see it
}

func barOf(q *request, f projections.Figures) bar {
	b := bar{math.Min(f.Planned, 100), math.Min(f.Actual, 100), math.Min(f.Claimed, 100), ""}
	b.Words = q.T("应达 ", "due ") + percent(f.Planned) + q.T(",实际 ", ", actual ") + percent(f.Actual)
	if f.Claimed != f.Actual {
		b.Words += q.T(",所报 ", ", claimed ") + percent(f.Claimed)
	}
	return b
}

func percent(f float64) string { return number(f) + "%" }

// strip is a task's lights month by month. Each month has a height of its own for each
// light, so that the strip reads without its colours.
type strip struct {
	Cells []cell
	Width int
	Words string
}

type cell struct {
	X, Y, Height int
	Light        ledger.Light
	Words        string
}

const (
	cellWidth   = 6
	stripHeight = 12
)

// heights of the lights in a strip: the worse, the higher.
var heights = map[ledger.Light]int{ledger.Red: 12, ledger.Yellow: 9, ledger.Green: 6, ledger.Blue: 4, ledger.Grey: 2}

// stripOf is a strip over the whole term of the campaign, so that strips stand under one
// another month by month; what is still to come is empty.
func stripOf(q *request, months []projections.MonthLight, from, to ledger.Month) strip {
	place := map[ledger.Month]int{}
	for m := from; m <= to; m = m.Add(1) {
		place[m] = len(place)
	}
	s := strip{Width: max(1, len(place)*cellWidth)}
	var words []string
	for _, m := range months {
		i, ok := place[m.Month]
		if !ok {
			continue // outside of the term
		}
		_, means := q.Lang.StatusWords(projections.TaskStatus{Light: m.Light, Life: m.Life})
		h := heights[m.Light]
		s.Cells = append(s.Cells, cell{X: i * cellWidth, Y: stripHeight - h, Height: h, Light: m.Light, Words: string(m.Month) + " " + means})
		words = append(words, string(m.Month)+" "+means)
	}
	s.Words = strings.Join(words, q.T("、", ", "))
	return s
}

// monthBar is one month of a chart of counts.
type monthBar struct {
	X, Y, Height int
	Month        ledger.Month
	Count        int
}

// burdenChart draws how much was asked of a unit month by month, over the months of the
// campaign that have passed.
type burdenChart struct {
	Bars   []monthBar
	Width  int
	Height int
	Most   int
}

func burdenOf(b projections.UnitBurden, from, to ledger.Month) burdenChart {
	counts := map[ledger.Month]int{}
	c := burdenChart{Height: 60}
	for _, m := range b.Months {
		counts[m.Month] = m.Total
		c.Most = max(c.Most, m.Total)
	}
	for m := from; m <= to; m = m.Add(1) {
		h := 0
		if c.Most > 0 {
			h = counts[m] * c.Height / c.Most
		}
		c.Bars = append(c.Bars, monthBar{X: len(c.Bars) * 14, Y: c.Height - h, Height: h, Month: m, Count: counts[m]})
	}
	c.Width = max(1, len(c.Bars)*14)
	return c
}
