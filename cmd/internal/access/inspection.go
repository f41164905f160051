package access

import (
	"slices"

	"ducha/projections"
)

// CodeCheck leaves of a check what its reader may know. Codes can be guessed: whoever
// stands outside learns whether one is good and no more, and nobody outside the
// headquarters learns of an inspection before it begins.
func (s Sight) CodeCheck(check projections.CodeCheck) projections.CodeCheck {
	i := check.Inspection
	switch {
	case i == nil || s.All():
	case s.Paper(i.ID):
		*i = s.Inspection(*i)
	case check.Good:
		check.Inspection = nil
	case i.State == projections.InspectionPlanned:
		check.Inspection, check.WhyZH, check.WhyEN = nil, "没有这一督查码", "there is no inspection with this code"
	default:
		check.Inspection, check.WhyZH, check.WhyEN = nil, "今日无此督查", "no inspection with this code may be carried out today"
	}
	return check
}

// Inspection leaves of an inspection what was found of tasks that its reader may read.
func (s Sight) Inspection(i projections.InspectionStatus) projections.InspectionStatus {
	if s.All() {
		return i
	}
	i.Findings = slices.DeleteFunc(slices.Clone(i.Findings), func(f projections.Finding) bool { return !s.Either(f.Unit, f.Task) })
	i.Contested = slices.DeleteFunc(slices.Clone(i.Contested), func(x projections.Contest) bool { return !s.Unit(x.Unit) })
	i.Open = 0
	for _, f := range i.Findings {
		if f.Kind != "progress.verified.v1" && !f.Resolved {
			i.Open++
		}
	}
	return i
}
