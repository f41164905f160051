package seeds_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
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

	changed := 0
	for _, b := range issued {
		whole, err := x.fold.State.Review(projections.ReviewOf(b))
		require.NoError(t, err)
		if whole.Digest() != b.SHA256 {
			changed++
		}
	}
	assert.Positive(t, changed, "what came later would have changed some")
}

// The pack of a meeting is frozen at its cut-off: it is built again from the records
// alone to the byte, whatever was said since, and it is the one that the meeting had.
func TestPacksFrozenAreRebuiltFromTheLedgerAlone(t *testing.T) {
	x := story(t)
	var packs, carried, with int
	for _, r := range x.records {
		e, err := r.Read()
		require.NoError(t, err)
		if m, ok := e.Body.(*ledger.MeetingHeld); ok && m.Pack != nil {
			with++
		}
		b, ok := e.Body.(*ledger.MeetingPacked)
		if !ok {
			continue
		}
		packs++
		again, err := projections.PackOf(*b).Rebuild(x.all())
		require.NoError(t, err)
		assert.Equal(t, b.SHA256, again.Digest(), "%s %s", b.Tier, b.On)
		if b.Tier == ledger.TierMonthly {
			assert.Len(t, again.Units, 13)
		}
		if packs%6 == 1 { // of those records alone that it knew
			alone, err := projections.PackOf(*b).Rebuild(told{records: x.records[:b.Records]}.all())
			require.NoError(t, err)
			assert.Equal(t, again.Encode(), alone.Encode())
		}
		if len(again.Carried) > 0 {
			carried++
		}
	}
	assert.Equal(t, 29, packs, "24 monthly, 5 as needed")
	assert.Equal(t, packs, with, "every meeting had its pack before it")
	assert.Positive(t, carried, "items were carried from meeting to meeting")
	assert.NotEmpty(t, x.fold.State.ItemList(x.fold.State.Index.Latest))
}

var update = flag.Bool("update", false, "write the golden files anew, to be reviewed like code")

// The reviews of the seeded simulation have these digests. Where the story was
// changed, so do they; where it was not (the head of the trail that it ends on is the
// same), the bytes of a review have changed, and reviews on record would no longer be
// found.
func TestTheReviewsOfTheSeedAreFrozen(t *testing.T) {
	const golden = "testdata/reviews.golden"
	x := story(t)
	var b strings.Builder
	fmt.Fprintf(&b, "head %s\n", x.records[len(x.records)-1].Head)
	for _, r := range x.records {
		e, err := r.Read()
		require.NoError(t, err)
		if i, ok := e.Body.(*ledger.ReportIssued); ok {
			fmt.Fprintf(&b, "%d %s %s %s %s\n", e.Sequence, i.Format, i.From, i.To, i.SHA256)
		}
	}
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "go test ./seeds -update, if the story was changed on purpose")
}
