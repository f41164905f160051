package access

import (
	"fmt"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// Sight (可见范围) is what a reader may read, as the ledger stands now. Answers about an
// earlier day are narrowed by it too: who reads is decided today, what is read is of that
// day. The zero Sight sees nothing.
type Sight struct {
	reader Reader
	all    bool
	units  map[ledger.UnitID]bool
	tasks  map[ledger.TaskID]bool
	papers map[ledger.Ref]bool // meetings, packs and inspections
}

// Sight is what the reader may read of a campaign that stands as it does now.
func (r Reader) Sight(c *projections.Campaign, at time.Time) Sight {
	s := Sight{reader: r, all: r.SeesAll(), units: map[ledger.UnitID]bool{}, tasks: map[ledger.TaskID]bool{}, papers: map[ledger.Ref]bool{}}
	if s.all {
		return s
	}
	for _, id := range c.UnitList() {
		s.units[id] = r.SeesUnit(c, id, at)
	}
	for id, t := range c.Tasks {
		s.tasks[id] = r.SeesTask(c, t, at)
	}
	for _, m := range c.Charter.Meetings {
		s.papers[m.ID] = r.SeesMeeting(c, m, at)
	}
	for _, p := range c.Charter.Packs {
		s.papers[p.ID] = r.SeesPack(c, p, at)
	}
	for id, i := range c.Inspections {
		s.papers[id] = r.SeesInspection(c, i, at)
	}
	return s
}

// Sight is what a reader may read now.
func (g *Guard) Sight(r Reader) (s Sight) {
	g.View.Read(func(c *projections.Campaign, _ uint64) { s = r.Sight(c, c.Now(g.Clock())) })
	return s
}

// All reports whether nothing is hidden.
func (s Sight) All() bool { return s.all }

// Unit reports whether a unit's trail may be read.
func (s Sight) Unit(id ledger.UnitID) bool { return s.all || s.units[id] }

// Task reports whether a task's history may be read.
func (s Sight) Task(id ledger.TaskID) bool { return s.all || s.tasks[id] }

// Either reports whether something about a unit and a task may be read.
func (s Sight) Either(unit ledger.UnitID, task ledger.TaskID) bool {
	return s.Unit(unit) || s.Task(task)
}

// Paper reports whether a meeting, a pack on record or an inspection may be read of.
func (s Sight) Paper(id ledger.Ref) bool { return s.all || s.papers[id] }

// FindUnit is a unit of a campaign as of whatever day, by its id, a name or an alias,
// where its trail may be read.
func (s Sight) FindUnit(c *projections.Campaign, words string) (ledger.UnitID, error) {
	id, err := c.FindUnit(words)
	if !s.all && (err != nil || !s.Unit(id)) {
		return "", s.reader.errForeign(fmt.Sprintf("unit %.60q", words), "one of its own: "+s.reader.own())
	}
	return id, err
}

// FindTask is a task likewise.
func (s Sight) FindTask(c *projections.Campaign, words string) (*projections.Task, error) {
	t, err := c.FindTask(ledger.TaskID(words))
	if !s.all && (err != nil || !s.Task(t.ID)) {
		return nil, s.reader.errForeign(fmt.Sprintf("task %.60q", words), "a task that it leads or takes part in")
	}
	return t, err
}
