package console

import (
	"strings"

	"ducha/projections"
)

// lightWhy (为何亮此灯) is why a task has its light: the policy's expression clause by
// clause, and the figures with the records that each came from.
type lightWhy struct {
	projections.Explanation
	Figures []figureRow // those that speak, and those that the expression names
}

func whyOf(q *request, x projections.Explanation) lightWhy { return lightWhy{x, figureRows(q, x)} }

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
