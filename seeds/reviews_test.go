package seeds_test

import (
	"slices"
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (x told) all() projections.Records {
	return func(yield func(ledger.Record, error) bool) {
		for r := range slices.Values(x.records) {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// "A review issued in the simulation, rebuilt from the ledger alone, has the same
// digest": from all of it, though much was said since, and from no more than the
// review knew.
func TestReviewsIssuedAreRebuiltFromTheLedgerAlone(t *testing.T) {
	x := story(t)
	var issued []ledger.ReportIssued
	for _, r := range x.records {
		e, err := r.Read()
		require.NoError(t, err)
		b, ok := e.Body.(*ledger.ReportIssued)
		if !ok {
			continue
		}
		issued = append(issued, *b)
		require.Equal(t, e.Sequence-1, b.Sequence)
		for _, records := range []projections.Records{x.all(), told{records: x.records[:b.Sequence]}.all()} {
			again, err := projections.ReviewOf(*b).Rebuild(records)
			require.NoError(t, err)
			assert.Equal(t, b.SHA256, again.Digest(), b.Title)
		}
	}
	require.Len(t, issued, 4, "one each half-year")
	assert.Equal(t, ledger.Line("2024年1月至2024年6月督查报告"), issued[0].Title)
	assert.Equal(t, ledger.Date("2025-12-31"), issued[3].To)

	whole, err := x.fold.State.Review(projections.ReviewOf(issued[0]))
	require.NoError(t, err)
	assert.NotEqual(t, issued[0].SHA256, whole.Digest(), "what came later would have changed it")
}
