package projections

import (
	"slices"
	"time"

	"ducha/ledger"
)

// Charter (章程) is the campaign's frame: its term and clock, the policies and
// delegations on record, the frozen lists, the meetings.
type Charter struct {
	ledger.CharterAdopted
	Adopted     Stamp        `json:"adopted"`
	Policies    []Policy     `json:"policies,omitempty"`
	Delegations []Delegation `json:"delegations,omitempty"`
	Lists       []List       `json:"lists,omitempty"`
	Packs       []Packed     `json:"packs,omitempty"`
	Meetings    []Meeting    `json:"meetings,omitempty"`
}

// Policy (口径) is a policy as it was adopted.
type Policy struct {
	Stamp
	ledger.PolicyAdopted
}

// Delegation (委托) lets a party convene and approve for the commander.
type Delegation struct {
	Stamp
	ledger.DelegationRecorded
}

// List (清单) is a frozen list of tasks.
type List struct {
	Stamp
	ledger.ListFrozen
}

// Packed (例会材料) is what a meeting has before it, frozen.
type Packed struct {
	Stamp
	ledger.MeetingPacked
}

// Meeting (会议) is a meeting of tier 2 or 3.
type Meeting struct {
	Stamp
	ledger.MeetingHeld
}

func (c *Charter) evolve(f Fact) {
	switch b := f.Body.(type) {
	case *ledger.CharterAdopted:
		if c.Adopted.Sequence == 0 {
			c.CharterAdopted, c.Adopted = *b, f.stamp()
		}
	case *ledger.PolicyAdopted:
		c.Policies = append(c.Policies, Policy{f.stamp(), *b})
	case *ledger.DelegationRecorded:
		c.Delegations = append(c.Delegations, Delegation{f.stamp(), *b})
	case *ledger.ListFrozen:
		c.Lists = append(c.Lists, List{f.stamp(), *b})
	case *ledger.MeetingPacked:
		c.Packs = append(c.Packs, Packed{f.stamp(), *b})
	case *ledger.MeetingHeld:
		c.Meetings = append(c.Meetings, Meeting{f.stamp(), *b})
	}
}

// PolicyAt is the policy in force at an instant: of those adopted by then and in
// force by then, the one that was adopted last.
func (c *Charter) PolicyAt(t time.Time) (Policy, bool) {
	for i := len(c.Policies) - 1; i >= 0; i-- {
		if p := c.Policies[i]; p.by(t) && p.InForce <= ledger.DateOf(t) {
			return p, true
		}
	}
	return Policy{}, false
}

// Delegated says whether a party acts for the commander at an instant.
func (c *Charter) Delegated(to ledger.PartyID, t time.Time) bool {
	day := ledger.DateOf(t)
	for _, d := range c.Delegations {
		if d.To == to && d.by(t) && d.From <= day && day <= d.Until {
			return true
		}
	}
	return false
}

// DelegatedOn says whether a delegation on record covers a day.
func (c *Charter) DelegatedOn(to ledger.PartyID, day ledger.Date) bool {
	return slices.ContainsFunc(c.Delegations, func(d Delegation) bool { return d.To == to && d.From <= day && day <= d.Until })
}

// Frozen is the year's list of tasks as it was last frozen by an instant.
func (c *Charter) Frozen(year int, t time.Time) (List, bool) {
	for i := len(c.Lists) - 1; i >= 0; i-- {
		if l := c.Lists[i]; l.Year == year && l.by(t) {
			return l, true
		}
	}
	return List{}, false
}
