package projections

import "ducha/ledger"

// Inspections (督查) by the id of the statement that authorised them.
type Inspections map[ledger.Ref]*Inspection

// Inspection (督查) with its authority, scope, dates and team, and its end.
type Inspection struct {
	Stamp
	ledger.InspectionAuthorised
	Findings  []Stamp `json:"findings,omitempty"` // what was found, verified or disputed under it
	Concluded *Stamp  `json:"concluded,omitempty"`
	Reviewed  *Stamp  `json:"reviewed,omitempty"`
}

func (is Inspections) evolve(f Fact) {
	stamp := f.stamp()
	found := func(id ledger.Ref) {
		if i := is[id]; i != nil {
			i.Findings = append(i.Findings, stamp)
		}
	}
	switch b := f.Body.(type) {
	case *ledger.InspectionAuthorised:
		is[f.ID] = &Inspection{Stamp: stamp, InspectionAuthorised: *b}
	case *ledger.FindingRecorded:
		found(b.Inspection)
	case *ledger.ProgressVerified:
		found(b.Inspection)
	case *ledger.ProgressDisputed:
		found(b.Inspection)
	case *ledger.InspectionConcluded:
		if i := is[b.Inspection]; i != nil && i.Concluded == nil {
			i.Concluded = &stamp
		}
	case *ledger.ConclusionReviewed:
		if i := is.Concluded(b.Conclusion); i != nil && i.Reviewed == nil {
			i.Reviewed = &stamp
		}
	}
}

// Concluded is the inspection that a conclusion ended, nil when there is none.
func (is Inspections) Concluded(conclusion ledger.Ref) *Inspection {
	for _, i := range is {
		if i.Concluded != nil && i.Concluded.ID == conclusion {
			return i
		}
	}
	return nil
}
