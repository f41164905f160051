package console

import (
	"reflect"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// freely are the kinds by which a statement may be answered whenever somebody finds
// cause to. Those that wait for somebody are found by what waits.
var freely = []ledger.Kind{"progress.confirmed.v1", "progress.corrected.v1", "progress.returned.v1", "progress.verified.v1", "progress.disputed.v1", "indicator.judged.v1",
	"finding.rechecked.v1", "conclusion.contested.v1", "tolerance.claimed.v1", "review.requested.v1", "rectification.filed.v1", "removal.applied.v1", "card.rechecked.v1",
	"consequence.recorded.v1"}

// once are those of them that each party says once of a statement.
var once = []ledger.Kind{"progress.confirmed.v1", "progress.returned.v1", "conclusion.contested.v1", "tolerance.claimed.v1", "review.requested.v1"}

// answers are the kinds by which the reader may answer the record now. Of a notice, a
// card and a conclusion they are those of its board, which knows the clocks.
func (b *recordBody) answers(q *request, c *projections.Campaign, id ledger.Ref, e projections.Entry) {
	if list, ok := boardMoves(q, c, id, e); ok {
		b.Moves = slices.DeleteFunc(list, func(o offer) bool { return b.waitsFor(o) })
		return
	}
	said := map[ledger.Kind]bool{}
	for _, ref := range c.Index.Among(c.Index.Named[id]) {
		if by := c.Index.Statements[ref]; by.By == q.Reader.Party {
			said[by.Kind] = true
		}
	}
	for _, kind := range freely {
		if said[kind] && slices.Contains(once, kind) {
			continue
		}
		for _, field := range refFields(kind) {
			if answers(kind, field, e.Kind) {
				b.Moves = append(b.Moves, offers(offer{q.Move(c, kind, e.Unit, e.Task, field, id.String()), kindWords(q, kind)})...)
			}
		}
	}
}

// boardMoves are those of a board about a notice, a card or a conclusion.
func boardMoves(q *request, c *projections.Campaign, id ledger.Ref, e projections.Entry) ([]offer, bool) {
	switch e.Kind {
	case "notice.issued.v1":
		for _, n := range c.Escalations.Notices {
			if t := c.Tasks[n.Task]; t != nil && n.Issued != nil && n.Issued.ID == id {
				return noticeOf(q, c, n, t).Moves, true
			}
		}
	case "card.granted.v1":
		for _, s := range c.CardList(q.At) {
			if s.Grant != nil && *s.Grant == id {
				return cardMoves(q, c, s), true
			}
		}
	case "inspection.concluded.v1":
		for _, i := range c.InspectionList(q.At) {
			if i.Concluded != nil && i.Concluded.ID == id {
				return inspectionOf(q, c, q.Reader.Sight(c, q.At).Inspection(i)).Moves, true
			}
		}
	}
	return nil, false
}

// waitsFor reports whether an offer stands with what waits already.
func (b *recordBody) waitsFor(o offer) bool {
	kind, _, _ := strings.Cut(o.Path, "?")
	return slices.ContainsFunc(b.Todos, func(x todo) bool {
		return slices.ContainsFunc(x.Moves, func(m offer) bool { return strings.HasPrefix(m.Path, kind+"?") })
	})
}

// answers reports whether a field of a kind is for naming a statement of another.
func answers(kind ledger.Kind, field string, of ledger.Kind) bool {
	list, ok := namedKinds[string(kind)+"/"+field]
	if !ok {
		list = namedKinds[field]
	}
	return slices.Contains(list, of)
}

// refFields are the fields of a kind that name a statement.
func refFields(kind ledger.Kind) []string {
	spec, ok := kind.Spec()
	if !ok {
		return nil
	}
	var list []string
	t := reflect.TypeOf(spec.New()).Elem()
	for i := range t.NumField() {
		f := t.Field(i).Type
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f == reflect.TypeFor[ledger.Ref]() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			list = append(list, name)
		}
	}
	return list
}
