package seeds

import (
	"iter"
	"slices"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// Options say what is simulated. The zero value is the whole campaign of seed 0.
type Options struct {
	Seed     uint64
	From     ledger.Month // the first month; 2024-01 when empty, which is the one that the story was told for
	Months   int          // how many, 24 at most and when 0; a shorter run is the beginning of a longer one
	Unsigned bool         // dummy signatures: folds do not check them, doors do
	Counties int          // so many of the city's 13 lead each task in their own area too
	Daily    int          // how often a month each of them logs what it does; asked a fourth as often
}

// Step is one statement of a simulation: the step of index n is recorded as
// sequence n+1 in an empty ledger.
type Step struct {
	Envelope  []byte // DSSE, as a door takes it
	Statement ledger.Statement
	Note      string // why it is there, for whoever follows the story
}

// Simulation (模拟) is a campaign of the Ji'an plan as it might go: every
// statement signed, in the order of claimed time, and admitted by the rules.
//
// What happens in it is made up. The units' characters are scripted
// (see characters.go); what the headquarters does about them is not: reminders,
// talks, notices and proposals follow from the figures that the default policy
// finds in a fold of what was said so far. The same options give the same bytes.
type Simulation struct {
	steps []Step
	keys  map[ledger.PartyID]seal.PrivateKey
}

// Simulate makes a simulation; it takes some tenths of a second.
func Simulate(o Options) *Simulation {
	if o.From == "" {
		o.From = "2024-01"
	}
	if o.Months <= 0 || o.Months > months {
		o.Months = months
	}
	w := newWorld(o)
	w.bootstrap()
	w.year(0)
	w.year(1)
	for _, c := range characters {
		w.follow(c)
	}
	for _, t := range w.plan.Tasks {
		if county(t.ID) {
			w.follow(characterOf(t.ID))
			w.daily(t.ID)
		}
	}
	w.indicators()
	w.office()
	w.inspections()
	w.reviews()
	w.run()
	return &Simulation{w.steps, w.keys}
}

// Total is how many steps there are.
func (s *Simulation) Total() int { return len(s.steps) }

// Keys are the demo's keys as they stand at the end, those of [Keys] and the counties'.
func (s *Simulation) Keys() map[ledger.PartyID]seal.PrivateKey { return s.keys }

// Steps are the steps in their order.
func (s *Simulation) Steps() iter.Seq[Step] { return slices.Values(s.steps) }
