package console

import (
	"context"
	"slices"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"
)

// taskPage (任务) is all that is on record of a task: where it stands and why, what was
// known on any day, plan against actual, targets, every statement.
var taskPage = page{path: "/tasks/{task}", scope: access.OfSubject, name: "task", zh: "任务", en: "Task", fill: task, load: taskLoad}

// How many of each list a task's page shows before it says that there are more.
const (
	newShown       = 20
	directiveShown = 20
	todoShown      = 20
)

type taskBody struct {
	projections.TaskStatus // as it is judged: with what was known then, or now
	English                string
	Cite, Action           string
	LeadBy                 said
	Responsible            []said
	Bar                    bar
	Reasons                []string
	Why                    lightWhy
	Compared               *compared // with hindsight only
	Todos                  []todo
	TodoAll                int
	Moves                  []family        // what the reader may say of the task
	Directives             []directiveCard // open ones
	DirectiveAll           int
	Blockers               []blockerCard // those that wait
	Replay                 replay
	NewDay                 ledger.Date // the last day on which something was said
	New                    []row
	NewAll                 int
	Gantt                  gantt
	Targets                []targetChart
	Files                  []fileRow
	FilesAll               int
	Timeline               timeline

	newest []uint64
}

// compared is a day's light as it was known then, and as it is known now.
type compared struct {
	Then, Now projections.TaskStatus
	Since     []said // what was said since, and counts
}

func task(q *request, c *projections.Campaign) (any, error) {
	t, err := c.FindTask(ledger.TaskID(q.PathValue("task")))
	if err != nil {
		return nil, err
	}
	r := reading{q, c}
	b := &taskBody{English: string(t.Given.NameEN), Cite: projections.Visible(string(t.Given.Cite)), Action: projections.Visible(string(t.Given.Action)),
		LeadBy: r.party(ledger.PartyID("units/" + t.Lead))}
	for _, u := range t.ResponsibleAt(q.At) {
		b.Responsible = append(b.Responsible, r.party(ledger.PartyID("units/"+u)))
	}
	b.judged(q, c.Judge(t, q.At), c.Explain(t, q.At))
	b.waits(q, c, t)
	b.moves(q, c, t)
	if n := len(t.Days); n > 0 {
		b.NewDay, b.newest = t.Days[n-1].On, slices.Clone(t.Days[n-1].Sequences)
		b.NewAll = len(b.newest)
		b.newest = b.newest[max(0, b.NewAll-newShown):]
	}
	b.Gantt = ganttOf(q, c, t, c.MonthLights(t, q.At))
	b.Targets = chartsOf(q, c, t)
	b.Files, b.FilesAll = filesOf(q, c, func(n projections.Naming) bool { return n.Task == t.ID })
	b.Timeline, err = timelineOf(q, c, t)
	return b, err
}

// judged is where the task stands, and why.
func (b *taskBody) judged(q *request, s projections.TaskStatus, x projections.Explanation) {
	b.TaskStatus, b.Bar, b.Reasons, b.Why = s, barOf(q, s.Figures), q.Lang.ReasonWords(s.Figures), whyOf(q, x)
}

// waits is what waits on the task: for whom, which directives are open, what blocks it.
func (b *taskBody) waits(q *request, c *projections.Campaign, t *projections.Task) {
	for _, p := range c.PendingOf(t, q.At) {
		if b.TodoAll++; len(b.Todos) < todoShown {
			b.Todos = append(b.Todos, todoOf(q, c, p))
		}
	}
	for _, d := range c.DirectiveList(projections.DirectiveQuery{Task: t.ID, Open: true}, q.At) {
		if b.DirectiveAll++; len(b.Directives) < directiveShown {
			b.Directives = append(b.Directives, directiveOf(q, c, d))
		}
	}
	for _, x := range c.BlockerList(t.Lead, true, q.At) {
		if x.Task == t.ID {
			b.Blockers = append(b.Blockers, blockerOf(q, c, x))
		}
	}
}

// moves are the kinds that the reader may say of the task, family by family.
func (b *taskBody) moves(q *request, c *projections.Campaign, t *projections.Task) {
	for _, w := range familyWords {
		f := family{Name: q.T(w.zh, w.en)}
		for _, s := range ledger.Kinds() {
			if s.Family == w.Family && s.Scope == ledger.TaskScope && s.Kind != "task.assigned.v1" {
				f.Kinds = append(f.Kinds, offers(offer{q.Move(c, s.Kind, t.Lead, t.ID), kindName(q, s)})...)
			}
		}
		if len(f.Kinds) > 0 {
			b.Moves = append(b.Moves, f)
		}
	}
}

func taskLoad(ctx context.Context, s *site, q *request, body any) (err error) {
	b := body.(*taskBody)
	s.node.View.Read(func(c *projections.Campaign, _ uint64) {
		t := c.Tasks[b.Task]
		b.Replay = replayOf(q, c, t)
		if q.hindsight() {
			b.about(q, c, t)
		}
	})
	if b.Compared != nil {
		if err := s.read(q, b.since); err != nil {
			return err
		}
	}
	s.hold(ctx, q, b.Files)
	if b.New, err = s.rows(ctx, q, b.newest); err != nil {
		return err
	}
	b.Timeline.Rows, err = s.rows(ctx, q, b.Timeline.sequences)
	return err
}

// about judges the day with what is known now, beside what was known then.
func (b *taskBody) about(q *request, c *projections.Campaign, t *projections.Task) {
	now, why := c.JudgeAbout(t, q.At), c.ExplainAbout(t, q.At)
	b.Compared = &compared{Then: b.TaskStatus, Now: now}
	b.judged(q, now, why)
	b.Why.Hindsight = true
	present := *q // what was said since is a record of now
	present.Past = false
	var records []uint64
	for _, f := range why.Figures {
		records = append(records, f.Records...)
	}
	slices.Sort(records)
	r, at := reading{&present, c}, c.Index.Among(records)
	for _, n := range slices.Compact(records) {
		if _, mine := slices.BinarySearch(t.Sequences, n); mine {
			b.Compared.Since = append(b.Compared.Since, r.ref(at[n]))
		}
	}
}

// since leaves of the records that hindsight counts those that were not known then.
func (b *taskBody) since(then *projections.Campaign) {
	known := then.Tasks[b.Task].Sequences
	b.Compared.Since = slices.DeleteFunc(b.Compared.Since, func(s said) bool {
		_, was := slices.BinarySearch(known, s.sequence)
		return was
	})
}
