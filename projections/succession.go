package projections

import (
	"cmp"
	"slices"

	"ducha/ledger"
)

// ActsFor (代行) is a unit that another one acts for since it succeeded it. What the
// former unit owes stays under its own id; the latter speaks for it.
type ActsFor struct {
	Unit ledger.UnitID `json:"id"`
	Name string        `json:"name"` // its last
	From ledger.Date   `json:"from"`
}

// SucceededBy (承继) is the unit that acts for one that is no more.
type SucceededBy struct {
	Unit ledger.UnitID `json:"id"`
	Name string        `json:"name"`
	From ledger.Date   `json:"from"`
}

// ActsFor lists the units that a unit acts for on a day, by id: those that it
// succeeded, and those that they had.
func (u *Units) ActsFor(id ledger.UnitID, d ledger.Date) []ActsFor {
	var list []ActsFor
	for party, p := range u.Parties {
		former, ok := party.Unit()
		if !ok || p.Succeeded == "" || d < p.Until || former == id || u.Acting(former, d) != id {
			continue
		}
		list = append(list, ActsFor{former, p.NameAt(d), u.actsFrom(former, id, d)})
	}
	slices.SortFunc(list, func(a, b ActsFor) int { return cmp.Compare(a.Unit, b.Unit) })
	return list
}

// actsFrom is the day from which one unit acts for a former one: the last of the
// days of the successions between them.
func (u *Units) actsFrom(former, id ledger.UnitID, d ledger.Date) ledger.Date {
	var from ledger.Date
	for range u.Parties {
		p, ok := u.Unit(former)
		if former == id || !ok || p.Succeeded == "" || d < p.Until {
			break
		}
		from, former = max(from, p.Until), p.Succeeded
	}
	return from
}

// Speaks reports whether one unit speaks for another on a day: for itself, or for
// one that it succeeded.
func (u *Units) Speaks(by, of ledger.UnitID, d ledger.Date) bool {
	return by == of || u.Acting(of, d) == by
}

// SucceededBy is the unit that acts for a unit on a day, nil for one that does so
// itself.
func (u *Units) SucceededBy(id ledger.UnitID, d ledger.Date) *SucceededBy {
	by := u.Acting(id, d)
	if by == id {
		return nil
	}
	p, _ := u.Unit(by)
	return &SucceededBy{by, p.NameAt(d), u.actsFrom(id, by, d)}
}

// FormerName (曾用名) is a name that a party had until a day.
type FormerName struct {
	Name  string      `json:"name"`
	Until ledger.Date `json:"until"` // its last day
}

// FormerNames are the names that the party had before the one of a day, the first
// one first.
func (p Party) FormerNames(d ledger.Date) []FormerName {
	var list []FormerName
	name := ""
	for i, n := range p.Names {
		if i > 0 && n.From > d {
			break
		}
		if i > 0 {
			list = append(list, FormerName{name, n.From.Add(-1)})
		}
		name = n.Name
	}
	return list
}

// identify says who a unit is on a day: by which names it was known, who holds its
// posts, for whom it acts, and who acts for it.
func (c *Campaign) identify(s *UnitStatus, p Party, d ledger.Date) {
	s.Former = p.FormerNames(d)
	for _, a := range p.Aliases {
		s.Aliases = append(s.Aliases, string(a))
	}
	s.Holders, s.ActsFor, s.Succeeded = p.HoldersAt(d), c.Units.ActsFor(s.Unit, d), c.Units.SucceededBy(s.Unit, d)
}
