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
		case belongs(r, unit):
			context = append(context, r)
		}
		last = r.Sequence
	}
	return own, context, last, nil
}

// Since picks out the same of the records that came after the last one of [Select]
// and before the attestation, in the order of the ledger: see [Bundle.Attest].
func Since(records iter.Seq2[ledger.Record, error], unit ledger.UnitID, attestation uint64) (list []ledger.Record, err error) {
	for r, err := range records {
		switch {
		case err != nil:
			return nil, err
		case r.Sequence >= attestation:
			return list, nil
		case belongs(r, unit):
			list = append(list, r)
		}
	}
	return list, nil
}

// belongs says whether a record must be in the bundles of a unit.
func belongs(r ledger.Record, unit ledger.UnitID) bool {
	return r.Place.Unit == unit || r.Place.Family == ledger.Registry
}
