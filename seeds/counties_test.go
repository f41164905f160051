package seeds_test

import (
	"slices"
	"testing"

	"ducha/ledger"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
)

// A county's tasks are admitted as the city's are, and the city's own story has the same
// lights beside them.
func TestCountiesLeadTheTasksInTheirOwnArea(t *testing.T) {
	s := seeds.Simulate(seeds.Options{Seed: seed, Unsigned: true, Counties: 2, Daily: 4, Months: 9})
	x := tell(t, slices.Collect(s.Steps()))
	assert.Len(t, x.fold.State.TaskList(), 3*12)
	assert.Equal(t, ledger.UnitID("qyq"), x.fold.State.Tasks["T06-qyq"].Lead)
	assert.Equal(t, "青原区开发区管理改革", x.fold.State.Tasks["T06-qyq"].NameAt(x.fold.State.Index.Latest))
	assert.Equal(t, ledger.Yellow, x.on("2024-08-15")["T06"].Light)
	assert.Contains(t, s.Keys(), ledger.PartyID("units/qyq"))
	assert.NotContains(t, seeds.Keys(seed), ledger.PartyID("units/qyq"), "the demo has none")
}
