package seeds_test

import (
	"testing"

	"ducha/ledger"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every history is admitted by the rules in its order, and together they have
// everything that a campaign has.
func TestTheRulesAdmitEveryHistory(t *testing.T) {
	kinds := map[ledger.Kind]int{}
	total := 0
	for seed := range uint64(60) {
		h := seeds.History(seed)
		total += len(h)
		assert.LessOrEqual(t, len(h), 150)
		x := tell(t, h)
		for k, n := range x.kinds {
			kinds[k] += n
		}
		for _, s := range h[:min(len(h), 20)] {
			_, err := ledger.Parse(payload(t, s))
			require.NoError(t, err, s.Statement.Kind)
		}
		again := seeds.History(seed)
		require.Equal(t, string(x.records[len(x.records)-1].Envelope), string(again[len(again)-1].Envelope))
	}
	assert.Greater(t, total, 40*60)
	for _, k := range []ledger.Kind{"progress.reported.v1", "progress.corrected.v1", "progress.returned.v1", "progress.verified.v1",
		"progress.disputed.v1", "milestone.set.v1", "milestone.reached.v1", "extension.requested.v1", "extension.decided.v1",
		"blocker.raised.v1", "blocker.decided.v1", "blocker.cleared.v1", "completion.claimed.v1", "task.closed.v1",
		"task.suspended.v1", "task.reopened.v1", "card.granted.v1", "card.refused.v1", "policy.adopted.v1"} {
		assert.Positive(t, kinds[k], k)
	}
}

func BenchmarkHistory(b *testing.B) {
	for seed := uint64(0); b.Loop(); seed++ {
		seeds.History(seed)
	}
}
