package trail

import (
	"iter"

	"ducha/ledger"
)

// Select picks out of a whole ledger, read from sequence 1, what the bundle of a
// unit is made of: its own records, and of the other trails those of the registry
// family (who is who, whose key is whose, the policies). last is the sequence that
// the ledger stood at. The status of a unit needs nothing else: directives,
// notices and cards are on the unit's own trail.
func Select(records iter.Seq2[ledger.Record, error], unit ledger.UnitID) (own, context []ledger.Record, last uint64, err error) {
	for r, err := range records {
		if err != nil {
			return nil, nil, 0, err
		}
		switch {
		case r.Place.Unit == unit:
			own = append(own, r)
		case r.Place.Family == ledger.Registry:
			context = append(context, r)
		}
		last = r.Sequence
	}
	return own, context, last, nil
}
