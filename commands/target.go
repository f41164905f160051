package commands

import (
	"fmt"
	"math"
	"slices"

	"ducha/ledger"
)

// shaped checks that a target says all that its shape needs to be judged, and nothing
// that would be read otherwise than it is meant: a rank is at most, a count at least.
func shaped(t ledger.TargetSet) error {
	misfit := func(found, want string) error {
		return ledger.Refuse("target.shape", fmt.Sprintf("%s of target %s (%s)", found, t.Target, t.Shape), want)
	}
	for n, m := range t.Measures {
		if slices.ContainsFunc(t.Measures[:n], func(x ledger.Measure) bool { return x.ID == m.ID }) {
			return misfit(fmt.Sprintf("measure %s twice", m.ID), "an id of its own for each measure")
		}
	}
	if t.Shape == "pass-fail" || t.Shape == "band" {
		if t.Value != nil {
			return misfit(fmt.Sprintf("the number %g", *t.Value), "no number: whoever decides it says whether it was passed")
		}
		return nil
	}
	ops := opsOf[t.Shape]
	switch {
	case t.Value == nil:
		return misfit("no number", "the field value: the number to reach")
	case !slices.Contains(ops, t.Op):
		return misfit(fmt.Sprintf("the direction %q", t.Op), fmt.Sprintf("the field op, one of %v", ops))
	case t.Shape == "nested-count" && t.Each == nil:
		return misfit("no condition for what is counted", "the field each: what a thing must reach to be counted")
	case t.Shape != "nested-count" && t.Each != nil:
		return misfit("a condition for each thing counted", "the shape nested-count, or no field each")
	}
	return inRange(t.Shape, *t.Value, misfit)
}

// opsOf are the directions that a shape can have: 以上 ge, 以内 le, 超过 gt, and eq where
// the plan says neither.
var opsOf = map[ledger.TargetShape][]ledger.Line{
	"rank": {"le", "eq"}, "ratio": {"le", "ge", "gt", "eq"}, "count-per-year": {"ge", "gt"}, "count": {"ge", "gt"}, "average-growth": {"ge", "gt"},
	"multiple": {"ge", "gt"}, "exact": {"eq"}, "nested-count": {"ge", "gt", "eq"}, "each": {"ge", "le", "gt", "eq"},
}

// inRange refuses a goal that no reading of the shape could be.
func inRange(shape ledger.TargetShape, v float64, misfit func(found, want string) error) error {
	whole := v == math.Trunc(v)
	switch shape {
	case "rank":
		if v < 1 || !whole {
			return misfit(fmt.Sprintf("rank %g", v), "a whole number from 1")
		}
	case "count", "count-per-year", "exact", "nested-count":
		if v < 0 || !whole {
			return misfit(fmt.Sprintf("a count of %g", v), "a whole number from 0")
		}
	case "ratio":
		if v < 0 {
			return misfit(fmt.Sprintf("a ratio of %g", v), "a number from 0")
		}
	case "multiple":
		if v <= 0 {
			return misfit(fmt.Sprintf("a multiple of %g", v), "a number above 0")
		}
	}
	return nil
}

// fits checks that a reading is one of the target's shape: a rank is a whole number
// from 1, a count is never negative, growth has a base. One number for all would lie.
func fits(t ledger.TargetSet, r ledger.IndicatorReported) error {
	misfit := func(found, want string) error {
		return ledger.Refuse("indicator.shape", fmt.Sprintf("%s of target %s (%s)", found, t.Target, t.Shape), want)
	}
	named := func(m ledger.Measure) bool { return m.ID == r.Measure }
	switch {
	case r.Measure != "" && !slices.ContainsFunc(t.Measures, named):
		return misfit("measure "+string(r.Measure), "a measure that the target has")
	case r.Measure == "" && len(t.Measures) > 0:
		return misfit("a reading of no measure", fmt.Sprintf("the field measure, one of %v: each must reach it", measures(t)))
	}
	whole := r.Value == math.Trunc(r.Value)
	switch t.Shape {
	case "rank":
		if r.Value < 1 || !whole {
			return misfit(fmt.Sprintf("rank %g", r.Value), "a whole number from 1")
		}
	case "count", "exact", "nested-count":
		if t.Shape == "nested-count" && t.Each != nil && r.Of != "" {
			break // the value of one thing, held against the condition
		}
		if r.Value < 0 || !whole {
			return misfit(fmt.Sprintf("a count of %g", r.Value), "a whole number from 0")
		}
	case "count-per-year":
		if r.Value < 0 || !whole {
			return misfit(fmt.Sprintf("a count of %g", r.Value), "a whole number from 0")
		}
		if r.Year != 0 && r.Year != r.AsOf.Start().Year() && r.Year != r.AsOf.Start().Year()-1 {
			return misfit(fmt.Sprintf("a count for %d as of %s", r.Year, r.AsOf), "a count for the year of its day, or for the year before it")
		}
	case "ratio":
		if r.Value < 0 {
			return misfit(fmt.Sprintf("a ratio of %g", r.Value), "a number from 0")
		}
	case "average-growth":
		if r.Base == "" && r.BaseValue == nil && t.Base == "" {
			return misfit("growth from no base", "the field base: the year, or base_value: the value, that it is measured from")
		}
	case "multiple":
		if r.Value < 0 {
			return misfit(fmt.Sprintf("a multiple of %g", r.Value), "a number from 0")
		}
		if r.Base == "" && r.BaseValue == nil && t.Base == "" {
			return misfit("a multiple of no base", "the field base: the year, or base_value: the value, that it is measured from")
		}
	case "each":
		if len(r.Of) == 0 {
			return misfit("a reading of nothing in particular", "the field of: which county, zone or company it is about")
		}
	case "pass-fail", "band":
		if r.Met == nil {
			return misfit("a number alone", "the field met: whether it was passed, as whoever decides it says; value may hold a rank or a score")
		}
	}
	if r.BaseValue != nil && *r.BaseValue <= 0 {
		return misfit(fmt.Sprintf("a base of %g", *r.BaseValue), "a base above 0")
	}
	return nil
}

func measures(t ledger.TargetSet) (ids []ledger.LocalID) {
	for _, m := range t.Measures {
		ids = append(ids, m.ID)
	}
	return ids
}
