package projections

import (
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every point comes from statements, by a scheme that somebody brought; a unit without a
// task has none, and a bound holds either way.
func TestPointsComeFromStatements(t *testing.T) {
	sums := newSums()
	sums.Reports.Missed = Tally{3, []uint64{7, 9, 12}}
	sums.Measures.Praised = Tally{4, []uint64{20, 21, 22, 23}}
	sums.Evidence[0].Tally = Tally{1, []uint64{30}}
	r := PeriodReview{Units: []ReviewUnit{{Unit: "fgw", Name: "市发改委", Sums: sums}, {Unit: "wglj", NoLeadTask: true, Sums: newSums()}}}
	five := 5.0
	s := Scheme{Name: "细则", Basis: "会议审定", Base: 100, Items: []SchemeItem{{Name: "缺报", Count: "reports.missed", Points: -1.5}, {Name: "表扬", Count: "measures.praised", Points: 2, Most: &five},
		{Name: "核实", Count: "evidence.verified", Points: 1}, {Name: "通报", Count: "measures.notices", Points: -2}}}
	list, err := s.Score(r)
	require.NoError(t, err)
	assert.Equal(t, []Score{{Unit: "fgw", Name: "市发改委", Score: 101.5, Items: []ScoreItem{{"缺报", 3, -4.5, []uint64{7, 9, 12}}, {"表扬", 4, 5, []uint64{20, 21, 22, 23}}, {"核实", 1, 1, []uint64{30}}}}}, list)
	s.Items[0].Count = "reports.forgotten"
	_, err = s.Score(r)
	assert.ErrorContains(t, err, "reports.missed", "what there is to count is named")
	_, err = Scheme{Name: "细则", Items: s.Items}.Score(r)
	assert.Equal(t, ledger.Malformed, ledger.ClassOf(err), "without a basis it is nobody's")
}
