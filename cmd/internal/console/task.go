package console

import (
	"context"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// taskPage (任务) is all that is on record of a task: where it stands and why, what was
// known on any day, plan against actual, targets, every statement.
var taskPage = page{path: "/tasks/{task}", scope: access.OfSubject, name: "task", zh: "任务", en: "Task", fill: task, load: taskLoad}

type taskBody struct {
	projections.TaskStatus
	LeadBy      said
	Responsible []said
	Bar         bar
	Reasons     []string
	Strip       strip
	Why         lightWhy
	Todos       []todo
	Directives  []directiveCard // open ones
	Blockers    []blockerCard   // those that wait
	Timeline    timeline
}

func task(q *request, c *projections.Campaign) (any, error) {
	t, err := c.FindTask(ledger.TaskID(q.PathValue("task")))
	if err != nil {
		return nil, err
	}
	r := reading{q, c}
	s := c.Judge(t, q.At)
	b := &taskBody{TaskStatus: s, LeadBy: r.party(ledger.PartyID("units/" + t.Lead)), Bar: barOf(q, s.Figures), Reasons: q.Lang.ReasonWords(s.Figures),
		Why: whyOf(q, c.Explain(t, q.At)), Strip: stripOf(q, c.MonthLights(t, q.At), c.Charter.From.Month(), c.Charter.To.Month())}
	for _, u := range t.ResponsibleAt(q.At) {
		b.Responsible = append(b.Responsible, r.party(ledger.PartyID("units/"+u)))
	}
	for _, p := range c.PendingList(q.At) {
		if p.Task == t.ID {
			b.Todos = append(b.Todos, todoOf(q, c, p))
		}
	}
	for _, d := range c.DirectiveList(projections.DirectiveQuery{Task: t.ID}, q.At) {
		if d.State != projections.Accepted {
			b.Directives = append(b.Directives, directiveOf(q, c, d))
		}
	}
	for _, x := range c.BlockerList(t.Lead, true, q.At) {
		if x.Task == t.ID {
			b.Blockers = append(b.Blockers, blockerOf(q, c, x))
		}
	}
	b.Timeline, err = timelineOf(q, c, t)
	return b, err
}

func taskLoad(ctx context.Context, s *site, q *request, body any) (err error) {
	b := body.(*taskBody)
	b.Timeline.Rows, err = s.rows(ctx, q, b.Timeline.sequences)
	return err
}
