// Package report writes the two papers for people that go into every exported
// trail (导出台账) of a unit: a workbook (台账) for whoever works in a spreadsheet,
// and one page that is read, printed and kept.
//
// Both are readings of the unit's records and prove nothing by themselves: every
// figure in them names the records that it came from, and both say how those are
// verified. They depend on the unit's own records and those of the registry
// family alone, which is what a trail holds, and on no clock: the same input gives
// the same bytes, so whoever has a trail can write its papers again and compare.
//
// All text on record comes from whoever signed it, and shows as text: no formula,
// no markup, no character that turns the others around.
package report

import (
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// Input is what the papers are about.
type Input struct {
	Campaign *projections.Campaign
	Unit     ledger.UnitID
	At       time.Time      // the instant that everything is judged for
	Events   []ledger.Event // the unit's own, in order
	Sequence uint64         // the ledger stood at it
	Head     ledger.Hash    // of the unit's trail
	Lang     projections.Lang
}
