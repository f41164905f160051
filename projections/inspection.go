package projections

import (
	"slices"

	"ducha/ledger"
)

// Inspections (督查) by the id of the statement that authorised them.
type Inspections map[ledger.Ref]*Inspection

// Inspection (督查) with its authority, scope, dates and team, and its end.
type Inspection struct {
	Stamp
	ledger.InspectionAuthorised
	Findings  []Finding      `json:"findings,omitempty"` // what was found, verified or disputed under it
	Concluded *Stamp         `json:"concluded,omitempty"`
	Contested []Contest      `json:"contested,omitempty"` // 结论异议
	Reviewed  *Stamp         `json:"reviewed,omitempty"`
	Outcome   ledger.Outcome `json:"outcome,omitempty"` // of the review
}

// Finding (督查发现) is what was found, verified or disputed, and whether it was found
// set right since.
type Finding struct {
	Stamp
	Kind      ledger.Kind   `json:"kind"`
	Unit      ledger.UnitID `json:"unit"`
	Task      ledger.TaskID `json:"task"`
	Text      string        `json:"text,omitempty"`
	Rechecked *Stamp        `json:"rechecked,omitempty"` // the last time
	Resolved  bool          `json:"resolved,omitempty"`
}

// Contest (结论异议) is a unit's request that the conclusion be reviewed.
type Contest struct {
	Stamp
	Unit ledger.UnitID `json:"unit"`
}

func (is Inspections) evolve(f Fact) {
	stamp := f.stamp()
	found := func(id ledger.Ref, text ledger.Text) {
		if i := is[id]; i != nil {
			i.Findings = append(i.Findings, Finding{Stamp: stamp, Kind: f.Kind, Unit: f.Statement.Unit, Task: f.Statement.Task, Text: string(text)})
		}
	}
	switch b := f.Body.(type) {
	case *ledger.InspectionAuthorised:
		is[f.ID] = &Inspection{Stamp: stamp, InspectionAuthorised: *b}
	case *ledger.FindingRecorded:
		found(b.Inspection, b.Finding)
	case *ledger.ProgressVerified:
		found(b.Inspection, "")
	case *ledger.ProgressDisputed:
		found(b.Inspection, b.Reason)
	case *ledger.FindingRechecked:
		if x := is.Finding(b.Finding); x != nil {
			x.Rechecked, x.Resolved = &stamp, b.Resolved
		}
	case *ledger.InspectionConcluded:
		if i := is[b.Inspection]; i != nil && i.Concluded == nil {
			i.Concluded = &stamp
		}
	case *ledger.ConclusionContested:
		if i := is.Concluded(b.Conclusion); i != nil {
			i.Contested = append(i.Contested, Contest{stamp, f.Statement.Unit})
		}
	case *ledger.ConclusionReviewed:
		if i := is.Concluded(b.Conclusion); i != nil && i.Reviewed == nil {
			i.Reviewed, i.Outcome = &stamp, b.Outcome
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

// ContestedOn reports whether the unit that leads a task asked for the review of a
// conclusion about it: then an outside authority may have to decide on it.
func (is Inspections) ContestedOn(t *Task) bool {
	for _, i := range is {
		if slices.Contains(i.Tasks, t.ID) && slices.ContainsFunc(i.Contested, func(x Contest) bool { return x.Unit == t.Lead }) {
			return true
		}
	}
	return false
}

// Finding is a finding by its statement's id, nil when there is none.
func (is Inspections) Finding(id ledger.Ref) *Finding {
	for _, i := range is {
		if x := find(i.Findings, func(x *Finding) bool { return x.ID == id }); x != nil {
			return x
		}
	}
	return nil
}

// Code is the inspection with a code (一事一码), nil when there is none.
func (is Inspections) Code(code ledger.LocalID) *Inspection {
	for _, i := range is {
		if i.InspectionAuthorised.Code == code {
			return i
		}
	}
	return nil
}
