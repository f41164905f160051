package projections

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"time"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
)

// Fact is an event with the time it counts from: the recorded time, or the
// signer's claim where the charter says that the clock is declared.
type Fact struct {
	ledger.Event
	At time.Time
}

// Projection says how facts become a state of type T. T must encode to JSON and
// back without loss. Version changes whenever Evolve or T does: snapshots of
// another version are not used.
type Projection[T any] struct {
	Name    string
	Version int
	Init    func() *T
	Evolve  func(*T, Fact) // cannot fail and depends on nothing but its arguments

	// Later, where there is one, is for a fact that an earlier day does not know of, and
	// that changes all the same how that day is shown.
	Later func(*T, Fact)
}

// Records is a run of records in the order of their sequence, such as a stream
// or the lines of an exported trail.
type Records = iter.Seq2[ledger.Record, error]

// Fold is a projection on its way over records.
type Fold[T any] struct {
	Projection[T]
	Chain ledger.Chain
	Clock ledger.Clock
	State *T
}

// NewFold starts before the first record.
func NewFold[T any](p Projection[T]) *Fold[T] {
	return &Fold[T]{Projection: p, State: p.Init()}
}

// Add folds the next record. An error means that the record is not the next one
// of an intact ledger, or cannot be read at all: stop.
func (f *Fold[T]) Add(r ledger.Record) error {
	e, err := readNext(&f.Chain, r)
	if err != nil {
		return err
	}
	f.Apply(e)
	return nil
}

// readNext reads a record and holds it against the chain.
func readNext(chain *ledger.Chain, r ledger.Record) (ledger.Event, error) {
	e, err := r.Read()
	if err != nil {
		return e, &ledger.Error{Class: ledger.Damaged, Rule: "record.unreadable", Found: err.Error(), Want: "a record as the door admitted it"}
	}
	return e, chain.Add(r)
}

// Apply folds an event that the caller has already held against a chain of its own.
func (f *Fold[T]) Apply(e ledger.Event) {
	f.Clock = clockOf(f.Clock, e)
	f.Evolve(f.State, Fact{Event: e, At: effective(f.Clock, e)})
}

// Run folds all of records.
func (f *Fold[T]) Run(records Records) error {
	for r, err := range records {
		if err != nil {
			return err
		}
		if err := f.Add(r); err != nil {
			return err
		}
	}
	return nil
}

// Hash is the SHA-256 of the state's JSON: equal for equal states.
func (f *Fold[T]) Hash() ledger.Hash { return HashOf(f.State) }

// HashOf is the SHA-256 of a value's JSON with the members of maps in order.
func HashOf(v any) ledger.Hash {
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("projections: %T does not encode: %v", v, err)) // states are made to encode
	}
	return sha256.Sum256(data)
}

// clockOf is the clock in force from e on; a charter sets it.
func clockOf(c ledger.Clock, e ledger.Event) ledger.Clock {
	if charter, ok := e.Body.(*ledger.CharterAdopted); ok && e.Sequence == 1 {
		return charter.Clock
	}
	return c
}

func effective(c ledger.Clock, e ledger.Event) time.Time {
	if c == ledger.ClockDeclared {
		return Declares(e.Statement)
	}
	return e.Recorded
}

// Declares is the instant that a statement claims for itself, in the precision of
// recorded times: a day's last millisecond has no rest that belongs to no day.
func Declares(s ledger.Statement) time.Time { return s.Time.UTC().Truncate(time.Millisecond) }

// AsOf folds what counted by the instant t, and nothing that came later: what
// the ledger knew then. Under a declared clock a record may count from earlier
// than the one before it; each is taken or left by its own time. All records
// are held against the chain, those left out too.
func AsOf[T any](p Projection[T], records Records, t time.Time) (*Fold[T], error) {
	f := NewFold(p)
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		e, err := readNext(&f.Chain, r)
		if err != nil {
			return nil, err
		}
		f.Clock = clockOf(f.Clock, e)
		if at := effective(f.Clock, e); !at.After(t) || e.Sequence == 1 {
			f.Evolve(f.State, Fact{Event: e, At: at})
		}
	}
	return f, nil
}
