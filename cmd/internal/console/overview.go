package console

import (
	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// overviewPage (挂图作战) is the campaign on one screen.
var overviewPage = page{path: "/{$}", scope: access.Anyone, name: "overview", zh: "挂图作战", en: "Overview", fill: overview}

type overviewBody struct {
	Units  []projections.UnitStatus
	Count  map[ledger.Light]int
	Lights []ledger.Light
}

func overview(q *request, c *projections.Campaign) (any, error) {
	b := overviewBody{Count: map[ledger.Light]int{}, Lights: []ledger.Light{ledger.Red, ledger.Yellow, ledger.Green, ledger.Grey, ledger.Blue}}
	for _, id := range c.UnitList() {
		if !q.Reader.SeesUnit(c, id, q.At) {
			continue
		}
		u := c.UnitAt(id, q.At)
		b.Units = append(b.Units, u)
		for _, t := range u.Tasks {
			b.Count[t.Light]++
		}
	}
	return b, nil
}
