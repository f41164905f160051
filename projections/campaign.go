package projections

import (
	"maps"
	"time"

	"ducha/ledger"
)

// Campaign (攻坚战) is everything that the rules decide on and the doors show,
// at one sequence. Each of its parts is a read model in a file of its own.
type Campaign struct {
	Charter     Charter     `json:"charter"`
	Keyring     Keyring     `json:"keyring"`
	Units       Units       `json:"units"`
	Questions   Questions   `json:"questions"`
	Tasks       Tasks       `json:"tasks"`
	Directives  Directives  `json:"directives"`
	Inspections Inspections `json:"inspections"`
	Escalations Escalations `json:"escalations"`
	Sealings    Sealings    `json:"sealings"`
	Files       Files       `json:"files"`
	Index       Index       `json:"index"`
}

// Index finds statements: every id that was ever recorded, what it was, and
// where; and counts the kinds. Named are, for each statement that others name, the
// sequences of these.
type Index struct {
	Statements map[ledger.Ref]Entry    `json:"statements"`
	Named      map[ledger.Ref][]uint64 `json:"named"`
	Kinds      map[ledger.Kind]int     `json:"kinds"`
	Unreadable int                     `json:"unreadable"` // kinds or data that this version does not know
	Latest     time.Time               `json:"latest"`     // the latest time that any statement counts from
}

// Entry is one statement in the index.
type Entry struct {
	Sequence uint64         `json:"seq"`
	Kind     ledger.Kind    `json:"kind"`
	Unit     ledger.UnitID  `json:"unit"`
	Task     ledger.TaskID  `json:"task,omitzero"`
	By       ledger.PartyID `json:"by"`
	Unread   bool           `json:"unread,omitzero"` // its kind or data is beyond this version
}

// Stamp says by which statement something came about.
type Stamp struct {
	ID       ledger.Ref     `json:"id"`
	Sequence uint64         `json:"seq"`
	At       time.Time      `json:"at"`
	By       ledger.PartyID `json:"by"`
}

func (f Fact) stamp() Stamp {
	return Stamp{ID: f.ID, Sequence: f.Sequence, At: f.At, By: f.Source}
}

func (s Stamp) by(t time.Time) bool { return !s.At.After(t) }

// CampaignProjection folds a whole campaign.
func CampaignProjection() Projection[Campaign] {
	return Projection[Campaign]{
		Name: "campaign", Version: 65,
		Init: func() *Campaign {
			return &Campaign{
				Keyring: newKeyring(), Units: newUnits(), Questions: Questions{}, Tasks: newTasks(),
				Directives: newDirectives(), Inspections: Inspections{}, Escalations: newEscalations(), Sealings: Sealings{}, Files: Files{},
				Index: Index{Statements: map[ledger.Ref]Entry{}, Named: map[ledger.Ref][]uint64{}, Kinds: map[ledger.Kind]int{}},
			}
		},
		Evolve: func(c *Campaign, f Fact) {
			c.Charter.evolve(f)
			c.Keyring.evolve(f)
			c.Units.evolve(f)
			c.Questions.evolve(f)
			c.Tasks.evolve(f)
			c.Directives.evolve(f)
			c.Inspections.evolve(f)
			c.Escalations.evolve(f)
			c.Files.evolve(f)
			c.Index.evolve(f)
			c.Sealings.evolve(f)
			c.hide(f)
		},
		Later: (*Campaign).hide,
	}
}

// Parts gives the hash of every read model by its name, for holding a rebuilt
// campaign against the live one.
func (c *Campaign) Parts() map[string]ledger.Hash {
	return map[string]ledger.Hash{
		"charter": HashOf(c.Charter), "keyring": HashOf(c.Keyring), "units": HashOf(c.Units), "questions": HashOf(c.Questions), "tasks": HashOf(c.Tasks),
		"directives": HashOf(c.Directives), "inspections": HashOf(c.Inspections), "escalations": HashOf(c.Escalations),
		"sealings": HashOf(c.Sealings), "files": HashOf(c.Files), "index": HashOf(c.Index),
	}
}

func (x *Index) evolve(f Fact) {
	_, unread := f.Body.(*ledger.Unknowable)
	x.Statements[f.ID] = Entry{Sequence: f.Sequence, Kind: f.Kind, Unit: f.Statement.Unit, Task: f.Statement.Task, By: f.Source, Unread: unread}
	x.Kinds[f.Kind]++
	for _, ref := range ledger.Refs(f.Body) {
		x.Named[ref] = append(x.Named[ref], f.Sequence)
	}
	if unread {
		x.Unreadable++
	}
	if f.At.After(x.Latest) {
		x.Latest = f.At
	}
}

// At is the statement with a sequence, and false where there is none.
func (x *Index) At(sequence uint64) (ledger.Ref, Entry, bool) {
	for id, e := range x.Statements {
		if e.Sequence == sequence {
			return id, e, true
		}
	}
	return ledger.Ref{}, Entry{}, false
}

// Among are the statements that have some sequences, by these.
func (x *Index) Among(sequences []uint64) map[uint64]ledger.Ref {
	found := make(map[uint64]ledger.Ref, len(sequences))
	if len(sequences) == 0 {
		return found
	}
	for _, n := range sequences {
		found[n] = ledger.Ref{}
	}
	for id, e := range x.Statements {
		if _, wanted := found[e.Sequence]; wanted {
			found[e.Sequence] = id
		}
	}
	maps.DeleteFunc(found, func(_ uint64, id ledger.Ref) bool { return id == ledger.Ref{} })
	return found
}

// Now is the instant that a campaign is judged at when nobody names one: the
// clock's, or the latest claim on record where the charter's clock is declared,
// and never after the end of the campaign's term.
func (c *Campaign) Now(clock time.Time) time.Time {
	t := clock
	if c.Charter.Clock == ledger.ClockDeclared {
		t = c.Index.Latest
	}
	if end := c.Charter.To.End(); c.Charter.To != "" && t.After(end) {
		return end
	}
	return t
}
