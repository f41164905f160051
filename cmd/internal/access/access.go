// Package access says who reads what (design section 11, ADR 15). A reader is
// whoever shows a session, which was opened by signing a challenge with an enrolled
// key, or a bearer token. What it may read follows from the keyring at each request:
// a key that is revoked, or a role that is ended, ends its reading at once.
//
// The headquarters (its office, commander and deputies), inspectors and auditors read
// all. A unit reads its own trail, those of the units that it acts for, the tasks that
// it leads or takes part in, and the papers of the monthly meeting, which is with all of
// them. The authority reads the tasks that something was brought before it about: a card
// proposed, a review asked for, tolerance claimed, an inspection's conclusion contested.
// What counts is how things stand now, whatever day is asked about. Handing something in needs no login:
// the signature says who speaks.
package access

import (
	"fmt"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// Reader (阅读者) is whoever asks. The zero Reader is somebody of whom nothing is known.
type Reader struct {
	Party  ledger.PartyID `json:"party,omitempty"`
	Unit   ledger.UnitID  `json:"unit,omitempty"` // of a party that is a unit
	Name   string         `json:"name,omitempty"` // the party's on the day, or the token's
	Holder string         `json:"holder,omitempty"`
	Key    seal.KeyID     `json:"key,omitempty"`
	Roles  []ledger.Role  `json:"roles"`
	Open   bool           `json:"open,omitzero"` // reading is open to whoever reaches the port
	Until  time.Time      `json:"until,omitzero"`
}

// Known reports whether the reader showed who it is.
func (r Reader) Known() bool { return r.Party != "" || r.Name != "" }

// Has reports whether the reader holds a role.
func (r Reader) Has(role ledger.Role) bool { return slices.Contains(r.Roles, role) }

// SeesAll reports whether the reader may read every record.
func (r Reader) SeesAll() bool { return r.Open || slices.ContainsFunc(r.Roles, ledger.Role.ReadsAll) }

// SeesUnit reports whether the reader may read a unit's trail.
func (r Reader) SeesUnit(c *projections.Campaign, id ledger.UnitID, at time.Time) bool {
	return r.SeesAll() || r.Unit != "" && (r.Unit == id || r.Unit == c.Units.Acting(id, ledger.DateOf(at)))
}

// SeesTask reports whether the reader may read a task's history.
func (r Reader) SeesTask(c *projections.Campaign, t *projections.Task, at time.Time) bool {
	if r.SeesAll() || r.SeesUnit(c, t.Lead, at) {
		return true
	}
	if slices.ContainsFunc(t.ResponsibleAt(at), func(id ledger.UnitID) bool { return r.SeesUnit(c, id, at) }) {
		return true
	}
	return r.Has(ledger.RoleAuthority) && (c.Escalations.Before(t.ID) || c.Inspections.ContestedOn(t))
}

// SeesEntry reports whether the reader may read a statement: what it said itself, what
// stands on a trail or belongs to a task that it may read, the papers of its meetings; and
// what everybody is judged by: the charter, policies, clarifications, the frozen lists,
// who is who.
func (r Reader) SeesEntry(c *projections.Campaign, e projections.Entry, at time.Time) bool {
	if r.SeesAll() || r.Party != "" && e.By == r.Party || e.Unit != "" && r.SeesUnit(c, e.Unit, at) {
		return true
	}
	if r.Known() && e.Unit == ledger.HQ && (e.Kind.Family() == ledger.Registry || e.Kind == "list.frozen.v1") {
		return true // what everybody is judged by
	}
	if t, ok := c.Tasks[e.Task]; ok && r.SeesTask(c, t, at) {
		return true
	}
	for _, i := range c.Inspections {
		said := i.Sequence == e.Sequence || i.Concluded != nil && i.Concluded.Sequence == e.Sequence || i.Reviewed != nil && i.Reviewed.Sequence == e.Sequence
		if said && r.SeesInspection(c, i, at) {
			return true
		}
	}
	return slices.ContainsFunc(c.Charter.Meetings, func(m projections.Meeting) bool { return m.Sequence == e.Sequence && r.SeesMeeting(c, m, at) }) ||
		slices.ContainsFunc(c.Charter.Packs, func(p projections.Packed) bool { return p.Sequence == e.Sequence && r.SeesPack(c, p, at) })
}

// SeesMeeting reports whether the reader may read the papers of a meeting: of a monthly
// one every unit that takes part in the campaign, since it is with all responsible units
// (plan, section 四); of any other the units that were called to it.
func (r Reader) SeesMeeting(c *projections.Campaign, m projections.Meeting, at time.Time) bool {
	mine := func(id ledger.UnitID) bool { return r.SeesUnit(c, id, at) }
	return r.SeesAll() || m.Tier == ledger.TierMonthly && r.takesPart(c, at) || slices.ContainsFunc(m.Attended, mine) || slices.ContainsFunc(m.Absent, mine)
}

// SeesPack reports whether the reader may read a pack on record: a monthly one, or that
// of a meeting which it may read of.
func (r Reader) SeesPack(c *projections.Campaign, p projections.Packed, at time.Time) bool {
	return r.SeesAll() || p.Tier == ledger.TierMonthly && r.takesPart(c, at) ||
		slices.ContainsFunc(c.Charter.Meetings, func(m projections.Meeting) bool { return m.Pack != nil && *m.Pack == p.ID && r.SeesMeeting(c, m, at) })
}

// SeesInspection reports whether the reader may read of an inspection: once it begins,
// whoever may read one of its tasks; its conclusion is fed back to them (decree 733).
func (r Reader) SeesInspection(c *projections.Campaign, i *projections.Inspection, at time.Time) bool {
	return r.SeesAll() || i.From <= ledger.DateOf(at) && slices.ContainsFunc(i.Tasks, func(id ledger.TaskID) bool {
		t, ok := c.Tasks[id]
		return ok && r.SeesTask(c, t, at)
	})
}

// takesPart reports whether the reader is a unit of the campaign: a member, or one with
// a part in a task.
func (r Reader) takesPart(c *projections.Campaign, at time.Time) bool {
	if p, ok := c.Units.Unit(r.Unit); r.Unit == "" || !ok || p.Member {
		return ok && p.Member
	}
	for _, t := range c.Tasks {
		if r.SeesTask(c, t, at) {
			return true
		}
	}
	return false
}

// SeesFile reports whether the reader may read a file: one that a statement names
// which it may read.
func (r Reader) SeesFile(c *projections.Campaign, d ledger.Digest, at time.Time) bool {
	if r.SeesAll() {
		return true
	}
	return slices.ContainsFunc(c.Files[d], func(n projections.Naming) bool {
		return r.SeesEntry(c, projections.Entry{Unit: n.Unit, Task: n.Task, By: n.By}, at)
	})
}

// Who is the reader in words, for a refusal.
func (r Reader) Who() string {
	switch {
	case r.Party != "":
		return string(r.Party)
	case len(r.Roles) > 0:
		return fmt.Sprintf("%s, of the role %s", r.Name, r.Roles[0])
	}
	return "somebody who did not log in"
}

// errNobody asks for a login.
func errNobody() error {
	return &ledger.Error{Class: ledger.Nobody, Rule: "read.login", Found: "a request of somebody who did not log in",
		Want: "a login with an enrolled key: in the browser at /login, on the command line with --login KEY.pem; for a program a bearer token"}
}

// errForeign refuses what is not the reader's to read.
func (r Reader) errForeign(what, want string) error {
	return ledger.Forbid("read.role", fmt.Sprintf("%s asks for %s", r.Who(), what), want)
}
