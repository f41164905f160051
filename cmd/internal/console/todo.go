package console

import (
	"cmp"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// todo is one thing that waits, as a page shows it.
type todo struct {
	projections.Pending
	Words    string // what is waited for
	TaskName string
	UnitName string
	Path     string  // where it stands on record
	LateDays int     // past its day
	Moves    []offer // what the reader may say about it
}

// also are the other answers that the same thing may have.
var also = map[ledger.Kind][]ledger.Kind{
	"directive.accepted.v1":     {"directive.returned.v1"},
	"annualplan.approved.v1":    {"annualplan.returned.v1"},
	"card.granted.v1":           {"card.refused.v1", "card.returned.v1"},
	"rectification.accepted.v1": {"rectification.returned.v1"},
}

// todoOf is what waits, with what the reader may say about it. The forms that a finding
// of the policy leads to are filled in by found.
func todoOf(q *request, c *projections.Campaign, p projections.Pending) todo {
	x := todo{Pending: p, Words: q.Lang.PendingWords(p)}
	if p.Unit != "" && p.Unit != ledger.HQ {
		x.UnitName = unitName(q, c, p.Unit)
	}
	t := c.Tasks[p.Task]
	if t != nil {
		x.TaskName = q.nameOf(t)
	}
	switch {
	case p.Since.Sequence > 0:
		x.Path = q.Link("/records/" + number(float64(p.Since.Sequence)))
	case p.Task != "":
		x.Path = q.Link("/tasks/" + string(p.Task))
	case x.UnitName != "":
		x.Path = q.Link("/units/" + string(p.Unit))
	}
	if p.Late {
		x.LateDays = ledger.DateOf(q.At).DaysSince(p.Due)
	}
	if q.Past || !turn(q, c, p) {
		return x
	}
	if t != nil && (p.Kind == "reminder.sent.v1" || p.Kind == "notice.drafted.v1" || p.Kind == "card.proposed.v1" && p.Field == "notices") {
		x.Moves = found(q, c, t, c.Judge(t, q.At)).Moves
		return x
	}
	for _, kind := range append([]ledger.Kind{p.Kind}, also[p.Kind]...) {
		x.Moves = append(x.Moves, offers(offer{q.Move(c, kind, cmp.Or(p.Unit, ledger.HQ), p.Task, p.Field, p.Value), actWords(q, kind)})...)
	}
	return x
}

// turn reports whether it is the reader's turn, at whatever day is looked at.
func turn(q *request, c *projections.Campaign, p projections.Pending) bool {
	r := q.Reader
	if r.Party == "" || slices.Contains(p.Recused, r.Party) {
		return false
	}
	if p.By != "" && p.Whom != projections.ForOutside {
		if u, ok := p.By.Unit(); ok && r.Unit != "" && c.Units.Speaks(r.Unit, u, ledger.DateOf(q.At)) {
			return true
		}
		return r.Party == p.By
	}
	switch p.Whom {
	case projections.ForUnit:
		return r.Unit != "" && c.Units.Speaks(r.Unit, p.Unit, ledger.DateOf(q.At))
	case projections.ForOffice:
		return r.Has(ledger.RoleOffice)
	case projections.ForCommander:
		return r.Has(ledger.RoleCommander) || r.Has(ledger.RoleExecutive) && c.Charter.Delegated(r.Party, q.At)
	case projections.ForAuthority:
		return r.Has(ledger.RoleAuthority)
	case projections.ForInspector:
		return r.Has(ledger.RoleInspector)
	}
	return false
}

// actWords are what a button says where the kind's term names what comes of it.
func actWords(q *request, k ledger.Kind) string {
	if k == "notice.issued.v1" {
		return q.T("审签印发", "Approve and issue")
	}
	return kindWords(q, k)
}

// kindWords are what a button says: the kind's term, or its name as words.
func kindWords(q *request, k ledger.Kind) string {
	name := string(k)
	if i := strings.LastIndex(name, ".v"); i > 0 { // its version; progress.verified has one more
		name = name[:i]
	}
	return q.T(k.Name(), strings.ReplaceAll(name, ".", " "))
}
