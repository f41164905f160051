package console

import (
	"strings"

	"ducha/cmd/internal/report"
	"ducha/projections"
)

// lightWhy (为何亮此灯) is why a task has its light: the policy's expression clause by
// clause, and the figures with the records that each came from.
type lightWhy struct {
	projections.Explanation
	Figures   []figureRow // those that speak, and those that the expression names
	Hindsight bool        // by what is known now: its records need not have been there then
}

func whyOf(q *request, x projections.Explanation) lightWhy {
	return lightWhy{Explanation: x, Figures: figureRows(q, x)}
}

// Path leads to a record that speaks.
func (w lightWhy) Path(v view, sequence uint64) string {
	if path := "/records/" + itoa(sequence); w.Hindsight {
		return path
	}
	return v.Link("/records/" + itoa(sequence))
}

// Gloss is a clause in words.
func (v view) Gloss(expression string) string { return report.Gloss(expression, v.Lang) }

// figureRow is a figure with the records that it came from.
type figureRow struct {
	Name, Words, Value string
	Records            []uint64
}

// figureRows are the figures that speak for or against a task, and those that the
// expression of its light names.
func figureRows(q *request, x projections.Explanation) []figureRow {
	words := map[string]string{}
	for _, f := range projections.FigureBook() {
		words[f.Name] = q.T(f.ZH, f.EN)
	}
	var rows []figureRow
	for _, f := range x.Figures {
		if f.Says() || strings.Contains(x.When, f.Name) {
			rows = append(rows, figureRow{f.Name, words[f.Name], valueWords(q, f.Value), f.Records})
		}
	}
	return rows
}
