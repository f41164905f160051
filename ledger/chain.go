package ledger

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"time"

	"github.com/go-json-experiment/json"
)

// Link is the head of a trail once record r has been added to it:
// SHA-256(head(n-1) || SHA-256(record n without its head)).
func Link(head Hash, r Record) Hash {
	return link(head, r.Digest())
}

func link(head, record Hash) Hash { return sha256.Sum256(append(head[:], record[:]...)) }

// Trail is how far a unit's trail has come.
type Trail struct {
	Version uint64 `json:"version"`
	Head    Hash   `json:"head"`
}

// Add checks that r is the trail's next record and moves the trail on to it.
func (t *Trail) Add(r Record) error { return t.AddDigest(r, r.Digest()) }

// AddDigest is [Trail.Add] for whoever has the record's digest already.
func (t *Trail) AddDigest(r Record, digest Hash) error {
	if r.TrailVersion != t.Version+1 {
		return &Error{Class: Damaged, Rule: "trail.version",
			Found: fmt.Sprintf("record %d is number %d of the trail of %s", r.Sequence, r.TrailVersion, r.Place.Unit),
			Want:  fmt.Sprintf("number %d", t.Version+1)}
	}
	if want := link(t.Head, digest); want != r.Head {
		return &Error{Class: Damaged, Rule: "trail.head",
			Found: fmt.Sprintf("record %d has the head %s", r.Sequence, r.Head), Want: want.String()}
	}
	t.Version, t.Head = r.TrailVersion, r.Head
	return nil
}

// Chain is how far the whole ledger has come. The writer asks it for the next
// record, readers hold every record against it: both run the same code.
// The zero Chain is an empty ledger.
type Chain struct {
	sequence uint64
	recorded time.Time
	trails   map[UnitID]Trail
	tasks    map[TaskID]uint64
}

// Sequence is the last record's, 0 when there is none.
func (c *Chain) Sequence() uint64 { return c.sequence }

// Recorded is the last record's time, the zero time when there is none.
func (c *Chain) Recorded() time.Time { return c.recorded }

// Trail is how far a unit's trail has come.
func (c *Chain) Trail(u UnitID) Trail { return c.trails[u] }

// Clone is a copy that goes its own way.
func (c *Chain) Clone() *Chain {
	return &Chain{sequence: c.sequence, recorded: c.recorded, trails: maps.Clone(c.trails), tasks: maps.Clone(c.tasks)}
}

// Time is the time to record with when the writer's clock says now: in
// milliseconds, and never before the last record's, so that recorded times never
// run backwards.
func (c *Chain) Time(now time.Time) time.Time {
	now = now.UTC().Truncate(time.Millisecond)
	if now.Before(c.recorded) {
		return c.recorded
	}
	return now
}

// Next is the record that follows for a statement and its envelope when the
// writer's clock says now. The chain itself does not move: [Chain.Add] or
// [Chain.Extend] moves it.
func (c *Chain) Next(s Statement, envelope []byte, now time.Time) (Record, error) {
	t := c.trails[s.Unit]
	r := Record{Sequence: c.sequence + 1, Recorded: c.Time(now), Place: PlaceOf(s), TrailVersion: t.Version + 1, Envelope: envelope}
	if s.Task != "" {
		r.TaskVersion = c.tasks[s.Task] + 1
	}
	headless := r.encode(nil)
	if n := len(headless) + headSize; n > MaxEntry {
		return Record{}, &Error{Class: TooLarge, Rule: "record.size",
			Found: fmt.Sprintf("a record of %d bytes", n), Want: fmt.Sprintf("at most %d: write the envelope compactly, name large evidence by its digest", MaxEntry)}
	}
	r.Head = link(t.Head, sha256.Sum256(headless))
	return r, nil
}

// headSize is what the head adds to a record's JSON.
const headSize = len(`"head":"",`) + 2*sha256.Size

// Extend makes the next record and moves the chain on to it.
func (c *Chain) Extend(s Statement, envelope []byte, now time.Time) (Record, error) {
	r, err := c.Next(s, envelope, now)
	if err == nil {
		c.move(r)
	}
	return r, err
}

func (c *Chain) move(r Record) {
	if c.trails == nil {
		c.trails = map[UnitID]Trail{}
	}
	c.trails[r.Place.Unit] = Trail{Version: r.TrailVersion, Head: r.Head}
	if r.Place.Task != "" {
		if c.tasks == nil {
			c.tasks = map[TaskID]uint64{}
		}
		c.tasks[r.Place.Task] = r.TaskVersion
	}
	c.sequence, c.recorded = r.Sequence, r.Recorded
}

// Add checks that r is the ledger's next record and moves the chain on to it.
// An error of class Damaged means that the store lost, changed or reordered
// something: stop.
func (c *Chain) Add(r Record) error {
	if r.Sequence != c.sequence+1 {
		return &Error{Class: Damaged, Rule: "ledger.sequence",
			Found: fmt.Sprintf("record %d after record %d", r.Sequence, c.sequence), Want: fmt.Sprintf("record %d", c.sequence+1)}
	}
	if r.Recorded.Before(c.recorded) {
		return &Error{Class: Damaged, Rule: "ledger.recorded",
			Found: fmt.Sprintf("record %d of %s", r.Sequence, FormatRecorded(r.Recorded)), Want: "a time not before " + FormatRecorded(c.recorded)}
	}
	var task uint64
	if r.Place.Task != "" {
		task = c.tasks[r.Place.Task] + 1
	}
	if r.TaskVersion != task {
		return &Error{Class: Damaged, Rule: "task.version",
			Found: fmt.Sprintf("record %d is version %d of task %q", r.Sequence, r.TaskVersion, r.Place.Task), Want: fmt.Sprintf("version %d", task)}
	}
	t := c.trails[r.Place.Unit]
	if err := t.Add(r); err != nil {
		return err
	}
	c.move(r)
	return nil
}

// chain is a Chain as JSON, for snapshots.
type chain struct {
	Sequence uint64            `json:"sequence"`
	Recorded time.Time         `json:"recorded"`
	Trails   map[UnitID]Trail  `json:"trails"`
	Tasks    map[TaskID]uint64 `json:"tasks"`
}

// MarshalJSON writes the chain for a snapshot.
func (c *Chain) MarshalJSON() ([]byte, error) {
	return json.Marshal(chain{c.sequence, c.recorded, c.trails, c.tasks}, json.Deterministic(true))
}

// UnmarshalJSON reads a chain from a snapshot.
func (c *Chain) UnmarshalJSON(data []byte) error {
	var j chain
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("chain: %w", err)
	}
	*c = Chain{j.Sequence, j.Recorded, j.Trails, j.Tasks}
	return nil
}
