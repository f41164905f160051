package console

import (
	"cmp"
	"slices"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// dispatchPage (调度督办) is every directive by the step that waits, overdue first, and
// the blockers that wait for a decision.
var dispatchPage = page{path: "/dispatch", scope: access.Anyone, name: "dispatch", zh: "调度督办", en: "Dispatch", fill: dispatch}

// How many directives a column of the board shows: of accepted ones the latest, of the
// others those that are late the longest. The filters lead to the rest.
const (
	doneShown = 6
	openShown = 60
)

type dispatchBody struct {
	Unit      ledger.UnitID
	Task      ledger.TaskID
	Only      string // open, overdue or mine
	Units     []labelled
	Tasks     []labelled
	Columns   []column
	Blockers  []blockerCard
	Responses []projections.UnitResponse
	Issue     []offer // new directives, task by task
	Log       []offer // routine dispatch
}

// labelled is an id with its name, for a choice.
type labelled struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// column is one step of the loop.
type column struct {
	ID, Name, Whose string
	Cards           []directiveCard
	Total           int
	Late, More      int // More than are shown
}

type directiveCard struct {
	projections.DirectiveStatus
	UnitName, TaskName string
	Moves              []offer
	Hidden             bool // two persons sealed its text
}

// offer is something that the reader may say.
type offer struct{ Path, Name string }

// offers keeps those that are the reader's to say.
func offers(list ...offer) []offer {
	return slices.DeleteFunc(list, func(o offer) bool { return o.Path == "" })
}

type blockerCard struct {
	projections.BlockerStatus
	UnitName, TaskName, AsksName string
	Moves                        []offer
	Hidden                       bool
}

func dispatch(q *request, c *projections.Campaign) (any, error) {
	b := &dispatchBody{Task: ledger.TaskID(q.FormValue("task")), Only: q.FormValue("only")}
	if u := q.FormValue("unit"); u != "" {
		id, err := c.FindUnit(u)
		if err != nil {
			return nil, err
		}
		b.Unit = id
	}
	for _, id := range c.UnitList() {
		if q.Reader.SeesUnit(c, id, q.At) {
			b.Units = append(b.Units, labelled{string(id), unitName(q, c, id)})
		}
	}
	for _, t := range c.TaskList() {
		if q.Reader.SeesTask(c, t, q.At) {
			b.Tasks = append(b.Tasks, labelled{string(t.ID), q.nameOf(t)})
		}
		if life := t.LifeAt(q.At); life == projections.Closed || life == projections.Suspended {
			continue // nothing is asked about it until it is reopened
		}
		b.Issue = append(b.Issue, offers(offer{q.Move(c, "directive.issued.v1", t.Lead, t.ID), string(t.ID) + " " + q.nameOf(t)})...)
		b.Log = append(b.Log, offers(offer{q.Move(c, "dispatch.logged.v1", t.Lead, t.ID, "on", string(ledger.DateOf(q.At))), string(t.ID) + " " + q.nameOf(t)})...)
	}
	list := c.DirectiveList(projections.DirectiveQuery{Unit: b.Unit, Task: b.Task}, q.At)
	list = slices.DeleteFunc(list, func(d projections.DirectiveStatus) bool {
		t, ok := c.Tasks[d.Task]
		return !q.Reader.SeesUnit(c, d.Unit, q.At) && !(ok && q.Reader.SeesTask(c, t, q.At))
	})
	b.Responses = c.Responses(list, q.At)
	b.columns(q, c, list)
	for _, x := range c.BlockerList(b.Unit, true, q.At) {
		if t := c.Tasks[x.Task]; q.Reader.SeesTask(c, t, q.At) && (b.Task == "" || b.Task == x.Task) {
			b.Blockers = append(b.Blockers, blockerOf(q, c, x))
		}
	}
	return b, nil
}

func (b *dispatchBody) columns(q *request, c *projections.Campaign, list []projections.DirectiveStatus) {
	unit, office := q.T("牵头单位", "lead unit"), q.T("交办方", "whoever issued it")
	b.Columns = []column{
		{ID: "acknowledge", Name: q.T("待签收", "To be signed for"), Whose: unit},
		{ID: "answer", Name: q.T("待反馈", "To be answered"), Whose: unit},
		{ID: "decide", Name: q.T("待审核", "To be decided on"), Whose: office},
		{ID: "done", Name: q.T("已办结", "Accepted")},
	}
	at := map[projections.Step]int{projections.StepAcknowledge: 0, projections.StepAnswer: 1, projections.StepDecide: 2, "": 3}
	steps := make([][]projections.DirectiveStatus, len(b.Columns))
	for _, d := range list {
		i := at[d.Step]
		if b.Only == "overdue" && !d.Late || i == 3 && b.Only != "" || b.Only == "mine" && len(directiveOf(q, c, d).Moves) == 0 {
			continue
		}
		steps[i] = append(steps[i], d)
		b.Columns[i].Late += count(d.Late)
	}
	for i, list := range steps {
		slices.SortStableFunc(list, func(x, y projections.DirectiveStatus) int {
			if i == 3 {
				return cmp.Compare(y.Sequence, x.Sequence)
			}
			return cmp.Or(cmp.Compare(y.LateBy, x.LateBy), cmp.Compare(x.Due, y.Due), cmp.Compare(x.Sequence, y.Sequence))
		})
		shown := openShown
		if i == 3 {
			shown = doneShown
		}
		k := &b.Columns[i]
		k.Total, k.More = len(list), len(list)-shown
		for _, d := range list[:min(len(list), shown)] {
			k.Cards = append(k.Cards, directiveOf(q, c, d))
		}
	}
}

// directiveOf is a directive with what the reader may do about it now.
func directiveOf(q *request, c *projections.Campaign, d projections.DirectiveStatus) directiveCard {
	card := directiveCard{DirectiveStatus: d, UnitName: unitName(q, c, d.Unit), Hidden: c.Sealings.Statement(d.ID)}
	if t, ok := c.Tasks[d.Task]; ok {
		card.TaskName = q.nameOf(t)
	}
	if card.Hidden {
		card.Text = ""
	}
	if d.Stands != "" {
		return card
	}
	move := func(kind ledger.Kind, zh, en string) offer {
		return offer{q.Move(c, kind, d.Unit, d.Task, "directive", d.ID.String()), q.T(zh, en)}
	}
	switch d.Step {
	case projections.StepAcknowledge:
		card.Moves = offers(move("directive.acknowledged.v1", "签收", "Sign for it"))
	case projections.StepAnswer:
		card.Moves = offers(move("directive.answered.v1", "反馈", "Answer"))
	case projections.StepDecide:
		if q.Reader.Party == d.By || q.Reader.Has(ledger.RoleOffice) {
			card.Moves = offers(move("directive.accepted.v1", "办结", "Accept"), move("directive.returned.v1", "退回重办", "Return"))
		}
	}
	return card
}

func blockerOf(q *request, c *projections.Campaign, x projections.BlockerStatus) blockerCard {
	card := blockerCard{BlockerStatus: x, UnitName: unitName(q, c, x.Unit), AsksName: partyName(q, c, x.Asks), Hidden: c.Sealings.Statement(x.ID)}
	card.TaskName = q.nameOf(c.Tasks[x.Task])
	if card.Hidden {
		card.What = ""
	}
	move := func(kind ledger.Kind, zh, en string) offer {
		return offer{q.Move(c, kind, x.Unit, x.Task, "blocker", x.ID.String()), q.T(zh, en)}
	}
	if x.Decided == nil {
		card.Moves = offers(move("blocker.decided.v1", "研究答复", "Decide"))
	} else {
		card.Moves = offers(move("blocker.cleared.v1", "销号", "Clear"))
	}
	return card
}

// unitName is a unit's name on the day that is looked at.
func unitName(q *request, c *projections.Campaign, id ledger.UnitID) string {
	if id == ledger.HQ {
		return q.T("指挥部", "headquarters")
	}
	return partyName(q, c, ledger.PartyID("units/"+id))
}

// partyName is a party's name on the day that is looked at.
func partyName(q *request, c *projections.Campaign, id ledger.PartyID) string {
	p, ok := c.Units.Parties[id]
	if !ok {
		return string(id)
	}
	if q.Lang == projections.English && p.NameEN != "" {
		return p.NameEN
	}
	return p.NameAt(ledger.DateOf(q.At))
}
