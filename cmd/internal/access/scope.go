package access

import (
	"strconv"
	"time"

	"ducha/ledger"
	"ducha/projections"

	"github.com/google/uuid"
)

// Scope (阅读范围) is who may read what a route answers with.
type Scope int

// The scopes. A route that names a unit, a task, a statement or a file is for whoever
// may read that one. A list for anyone who logged in holds what the reader may read.
const (
	Headquarters Scope = iota // whoever may read every record: the default is the narrowest
	Public                    // anybody
	Anyone                    // whoever logged in
	OfSubject                 // whoever may read the unit or the task that the request names
	OfStatement
	OfFile
)

func (s Scope) String() string {
	return [...]string{"headquarters", "public", "anyone", "subject", "statement", "file"}[s]
}

// Subject is what a request names.
type Subject struct {
	Unit, Task string // an id, a name or an alias
	Statement  string // its id, or its sequence
	File       ledger.Digest
}

// Allow decides whether a reader may have what a request names. What there is not is
// for the route to say, to whoever might have read it.
func (s Scope) Allow(c *projections.Campaign, r Reader, of Subject, at time.Time) error {
	if s == Public || r.Open {
		return nil
	}
	if !r.Known() {
		return errNobody()
	}
	if s == Anyone || r.SeesAll() {
		return nil
	}
	switch s {
	case OfSubject:
		return r.subject(c, of, at)
	case OfStatement:
		if e, ok := entry(c, of.Statement); ok && r.SeesEntry(c, e, at) {
			return nil
		}
		return r.errForeign("statement "+of.Statement, "a statement of its own, on its own trail, or of a task that it takes part in")
	case OfFile:
		if r.SeesFile(c, of.File, at) {
			return nil
		}
		return r.errForeign("file "+string(of.File), "a file that a statement names which it may read")
	}
	return r.errForeign("what only the headquarters, inspectors and auditors read", "what concerns "+r.own())
}

func (r Reader) subject(c *projections.Campaign, of Subject, at time.Time) error {
	if of.Unit == "" && of.Task == "" {
		return r.errForeign("every unit's", "one of its own: "+r.own())
	}
	sight := r.Sight(c, at)
	if of.Task != "" {
		if _, err := sight.FindTask(c, of.Task); err != nil {
			return err
		}
	}
	if of.Unit != "" {
		if _, err := sight.FindUnit(c, of.Unit); err != nil {
			return err
		}
	}
	return nil
}

// entry is what a statement's id or its sequence stands for.
func entry(c *projections.Campaign, statement string) (projections.Entry, bool) {
	if id, err := uuid.Parse(statement); err == nil {
		e, ok := c.Index.Statements[id]
		return e, ok
	}
	sequence, err := strconv.ParseUint(statement, 10, 64)
	if err != nil {
		return projections.Entry{}, false
	}
	_, e, ok := c.Index.At(sequence)
	return e, ok
}

// own is how the reader asks for what it may read.
func (r Reader) own() string {
	if r.Unit != "" {
		return "unit=" + string(r.Unit)
	}
	return "task=ID of a task that a card, a review or a claim was brought before it about"
}
