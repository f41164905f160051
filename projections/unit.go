package projections

import (
	"slices"
	"time"

	"ducha/ledger"
)

// Units (单位) are the parties by their id, and the duties of units: the annual
// plans, the records that hold them to account, and who took these away.
type Units struct {
	Parties map[ledger.PartyID]Party   `json:"parties"`
	Trails  map[ledger.UnitID][]uint64 `json:"trails"` // the records on each trail, by sequence
	Plans   map[ledger.UnitID][]Plan   `json:"plans"`
	Exports map[ledger.UnitID][]Export `json:"exports,omitempty"`
}

// Party (主体) is whoever signs: a unit, an officer, an authority, an inspector,
// an auditor. Names are dated: history stays under the old one.
type Party struct {
	ID        ledger.PartyID `json:"id"`
	Names     []DatedName    `json:"names"`
	NameEN    string         `json:"name_en,omitempty"`
	Member    bool           `json:"member,omitempty"`
	Aliases   []ledger.Line  `json:"aliases,omitempty"`
	Succeeded ledger.UnitID  `json:"succeeded,omitempty"` // by which unit
	Until     ledger.Date    `json:"until,omitempty"`     // the day from which that unit acts for it
	Since     Stamp          `json:"since"`

	Officeholders []Officeholder `json:"officeholders,omitempty"`
}

// DatedName is a name from a day on.
type DatedName struct {
	Name string      `json:"name"`
	From ledger.Date `json:"from"`
}

// Plan (年度工作计划) is an annual plan as it was filed, and what became of it.
type Plan struct {
	Stamp
	Year     int               `json:"year"`
	Items    []ledger.PlanItem `json:"items"`
	Approved *Stamp            `json:"approved,omitempty"`
	Returned *Stamp            `json:"returned,omitempty"`
}

// Export (导出存证) is a trail that left the ledger: how many records it had, and who
// asked for it, where somebody had logged in.
type Export struct {
	Stamp
	Count uint64         `json:"count"`
	For   ledger.PartyID `json:"for,omitempty"`
}

func newUnits() Units {
	return Units{Parties: map[ledger.PartyID]Party{}, Trails: map[ledger.UnitID][]uint64{}, Plans: map[ledger.UnitID][]Plan{}, Exports: map[ledger.UnitID][]Export{}}
}

func (u *Units) evolve(f Fact) {
	u.Trails[f.Statement.Unit] = append(u.Trails[f.Statement.Unit], f.Sequence)
	switch b := f.Body.(type) {
	case *ledger.UnitRegistered:
		if _, ok := u.Parties[b.Party]; !ok {
			u.Parties[b.Party] = Party{ID: b.Party, Names: []DatedName{{string(b.Name), ledger.DateOf(f.At)}},
				NameEN: string(b.NameEN), Member: b.Member, Aliases: b.Aliases, Since: f.stamp()}
		}
	case *ledger.UnitRenamed:
		if p, ok := u.Parties[b.Party]; ok {
			p.Names = append(p.Names, DatedName{string(b.Name), b.From})
			u.Parties[b.Party] = p
		}
	case *ledger.UnitSucceeded:
		id := ledger.PartyID("units/" + f.Statement.Unit)
		if p, ok := u.Parties[id]; ok {
			p.Succeeded, p.Until = b.By, b.From
			u.Parties[id] = p
		}
	case *ledger.OfficeholderRecorded:
		u.officeholder(f, b)
	case *ledger.AnnualPlanFiled:
		u.Plans[f.Statement.Unit] = append(u.Plans[f.Statement.Unit], Plan{Stamp: f.stamp(), Year: b.Year, Items: b.KeyTasks})
	case *ledger.AnnualPlanApproved:
		u.plan(f, b.Plan, func(p *Plan, s *Stamp) { p.Approved = s })
	case *ledger.AnnualPlanReturned:
		u.plan(f, b.Plan, func(p *Plan, s *Stamp) { p.Returned = s })
	case *ledger.ExportAttested:
		u.Exports[f.Statement.Unit] = append(u.Exports[f.Statement.Unit], Export{f.stamp(), b.Count, b.For})
	}
}

func (u *Units) plan(f Fact, ref ledger.Ref, set func(*Plan, *Stamp)) {
	plans := u.Plans[f.Statement.Unit]
	for i := range plans {
		if plans[i].ID == ref {
			s := f.stamp()
			set(&plans[i], &s)
		}
	}
}

// Unit is a unit by its id.
func (u *Units) Unit(id ledger.UnitID) (Party, bool) {
	p, ok := u.Parties[ledger.PartyID("units/"+id)]
	return p, ok
}

// Acting is the unit that acts for a unit on a day: itself, or the last of those
// that succeeded it. Its duties and its trail stay under its own id.
func (u *Units) Acting(id ledger.UnitID, d ledger.Date) ledger.UnitID {
	for range u.Parties { // no longer than that, were there ever a ring
		p, ok := u.Unit(id)
		if !ok || p.Succeeded == "" || d < p.Until {
			break
		}
		id = p.Succeeded
	}
	return id
}

// NameAt is the party's name on a day.
func (p Party) NameAt(d ledger.Date) string {
	name := string(p.ID)
	if len(p.Names) > 0 {
		name = p.Names[0].Name
	}
	for _, n := range p.Names {
		if n.From <= d {
			name = n.Name
		}
	}
	return name
}

// PlanFor is the unit's annual plan for a year as it last stood by an instant,
// and false where none was filed or the last one was returned.
func (u *Units) PlanFor(id ledger.UnitID, year int, t time.Time) (Plan, bool) {
	plans := u.Plans[id]
	for i := len(plans) - 1; i >= 0; i-- {
		if p := plans[i]; p.Year == year && p.by(t) {
			return p, p.Returned == nil || !p.Returned.by(t)
		}
	}
	return Plan{}, false
}

// OwesPlan says whether a unit owes annual plans at an instant: plan 四(三), each
// responsible unit of a task that runs, whether it leads it or takes part in it.
func (c *Campaign) OwesPlan(id ledger.UnitID, at time.Time) bool {
	return slices.ContainsFunc(c.TaskList(), func(t *Task) bool {
		return t.Assigned.Sequence > 0 && t.Assigned.by(at) && t.runsAt(at) && (t.Lead == id || slices.Contains(t.ResponsibleAt(at), id))
	})
}

// Filed is an annual plan by its statement's id, and false where there is none.
func (u *Units) Filed(id ledger.Ref) (Plan, bool) {
	for _, plans := range u.Plans {
		for _, p := range plans {
			if p.ID == id {
				return p, true
			}
		}
	}
	return Plan{}, false
}
