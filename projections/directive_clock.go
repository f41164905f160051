package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// DecideDays (审核反馈) is the office's own term for accepting or returning an answer,
// in working days, where the policy names none.
const DecideDays = 3

// Step (环节) is one step of a directive's loop, each with a clock of its own.
type Step string

const (
	StepAcknowledge Step = "acknowledge" // 签收
	StepAnswer      Step = "answer"      // 反馈
	StepDecide      Step = "decide"      // 审核: accepted or returned
)

// Side is whose move a step is.
type Side string

const (
	UnitSide         Side = "unit"         // 牵头单位
	HeadquartersSide Side = "headquarters" // 指挥部: whoever issued it
)

// DirectiveStep is a step with its clock. Due is the day that the policy in force
// when the step began gives it, in working days; an answer has the directive's own
// limit besides, and it is that limit which makes it overdue. A step done after its
// day, or not done by then, is late by so many working days.
type DirectiveStep struct {
	Step      Step        `json:"step"`
	Whose     Side        `json:"whose"`
	Began     Stamp       `json:"began"`
	Due       ledger.Date `json:"due,omitempty"`   // by the policy's clock; none where no calendar knows the year
	Limit     ledger.Date `json:"limit,omitempty"` // of an answer, as the directive or its return set it
	Done      *Stamp      `json:"done,omitempty"`
	Days      int         `json:"days"`                // working days that it took, or has taken so far
	Late      bool        `json:"late,omitzero"`       // past Due
	LateBy    int         `json:"late_by,omitzero"`    // working days past Due
	Overdue   bool        `json:"overdue,omitzero"`    // past Limit
	OverdueBy int         `json:"overdue_by,omitzero"` // working days past Limit
}

// DirectiveStatus (交办状态) is a directive as judged for one instant: every step
// so far, the one that waits last. Those before a return stay as they were.
type DirectiveStatus struct {
	ID       ledger.Ref      `json:"id"`
	Sequence uint64          `json:"sequence"`
	Unit     ledger.UnitID   `json:"unit"`
	Acting   ledger.UnitID   `json:"acting,omitempty"` // who acts for it since it was succeeded
	Task     ledger.TaskID   `json:"task"`
	By       ledger.PartyID  `json:"by"`
	Issued   time.Time       `json:"issued"`
	Text     string          `json:"text"`
	Meeting  *ledger.Ref     `json:"meeting,omitempty"`
	Item     ledger.LocalID  `json:"item,omitempty"` // 议定事项 of that meeting
	State    DirectiveState  `json:"state"`
	AnswerBy ledger.Date     `json:"answer_by"`
	Former   []ledger.Date   `json:"former_limits,omitempty"` // before a return set another
	Returned int             `json:"returned,omitzero"`
	Step     Step            `json:"step,omitempty"`  // that waits; none once it is accepted
	Whose    Side            `json:"whose,omitempty"` // move it is
	Due      ledger.Date     `json:"due,omitempty"`   // of the step that waits: an answer's limit, the clock's day of the others
	Late     bool            `json:"late,omitzero"`   // the step that waits is past its day
	LateBy   int             `json:"late_by,omitzero"`
	Overdue  bool            `json:"overdue,omitzero"` // the unit's answer is past its limit
	Stands   Life            `json:"stands,omitempty"` // the task is closed or suspended: nothing can be done, nothing is late
	Steps    []DirectiveStep `json:"steps"`
	Doubts   []string        `json:"doubts,omitempty"`
}

// DirectiveAt judges a directive for an instant.
func (c *Campaign) DirectiveAt(d *Directive, at time.Time) DirectiveStatus {
	return c.directiveAt(d, at, &memory{})
}

func (c *Campaign) directiveAt(d *Directive, at time.Time, known *memory) DirectiveStatus {
	s := DirectiveStatus{ID: d.ID, Sequence: d.Sequence, Unit: d.Unit, Task: d.Task, By: d.By, Issued: d.At.In(ledger.Shanghai), Text: d.Text,
		Meeting: d.Meeting, Item: d.Item, State: d.StateAt(at), AnswerBy: d.LimitAt(at), Returned: stamped(d.Returns, at)}
	if by := c.Units.Acting(d.Unit, ledger.DateOf(at)); by != d.Unit {
		s.Acting = by
	}
	for _, l := range d.Limits {
		if l.by(at) && l.Date != s.AnswerBy {
			s.Former = append(s.Former, l.Date)
		}
	}
	l := loop{Campaign: c, at: at, status: &s, known: known}
	l.walk(d)
	if t := c.Tasks[d.Task]; t != nil && !t.runsAt(at) && s.State != Accepted {
		s.Stands = t.LifeAt(at)
	}
	s.Overdue = c.overdue(d, at)
	if n := len(s.Steps); n > 0 && s.Steps[n-1].Done == nil {
		open := &s.Steps[n-1]
		s.Step, s.Whose, s.Due = open.Step, open.Whose, cmp.Or(open.Limit, open.Due)
		if s.Stands != "" {
			open.Late, open.LateBy, open.Overdue, open.OverdueBy = false, 0, false, 0
		}
		if s.Late, s.LateBy = open.Late, open.LateBy; open.Step == StepAnswer {
			s.Late, s.LateBy = open.Overdue, open.OverdueBy
		}
	}
	return s
}

// overdue says whether the unit's answer is late; nobody can answer for a task that is
// closed or suspended.
func (c *Campaign) overdue(d *Directive, at time.Time) bool {
	t := c.Tasks[d.Task]
	return d.Overdue(at) && (t == nil || t.runsAt(at))
}

// loop walks a directive's loop for one instant.
type loop struct {
	*Campaign
	at     time.Time
	status *DirectiveStatus
	known  *memory
}

// walk lists the steps in their order: signed for; answered and decided on, again
// after each return.
func (l *loop) walk(d *Directive) {
	l.add(StepAcknowledge, d.Stamp, "", d.Acknowledged)
	if !d.Acknowledged.was(l.at) {
		return
	}
	for round := range d.Limits {
		began := d.Limits[round].Stamp // the directive, or the return
		if !began.by(l.at) {
			return
		}
		answer := nth(d.Answers, round)
		l.add(StepAnswer, began, d.Limits[round].Date, answer)
		if !answer.was(l.at) {
			return
		}
		decided := nth(d.Returns, round)
		if decided == nil {
			decided = d.Accepted
		}
		l.add(StepDecide, *answer, "", decided)
	}
}

func nth(list []Stamp, n int) *Stamp {
	if n < len(list) {
		return &list[n]
	}
	return nil
}

// add adds a step. Its clock is that of the policy in force when it began, so that a
// later policy moves no deadline.
func (l *loop) add(step Step, began Stamp, limit ledger.Date, done *Stamp) {
	s := DirectiveStep{Step: step, Whose: UnitSide, Began: began, Limit: limit}
	if step == StepDecide {
		s.Whose = HeadquartersSide
	}
	end := l.at
	if done.was(l.at) {
		s.Done, end = done, done.At
	}
	from, to := ledger.DateOf(began.At), ledger.DateOf(end)
	s.Days = l.between(from, to)
	if policy, ok := l.Charter.PolicyAt(began.At); ok {
		s.Due = l.after(policy, from, clockOfStep(policy.Clocks, step))
	}
	if s.Due != "" && to > s.Due {
		s.Late, s.LateBy = true, l.between(s.Due, to)
	}
	if limit != "" && to > limit {
		s.Overdue, s.OverdueBy = true, l.between(limit, to)
	}
	l.status.Steps = append(l.status.Steps, s)
}

func clockOfStep(c ledger.Clocks, step Step) int {
	switch step {
	case StepAcknowledge:
		return c.Acknowledge
	case StepAnswer:
		return c.Answer
	}
	return cmp.Or(c.Decide, DecideDays)
}

// calendars are that of a policy, and the present one: it may have a year that the
// other lacks.
func (l *loop) calendars(p Policy) []Calendar {
	list := []Calendar{CalendarOf(p.PolicyAdopted)}
	if now, ok := l.Charter.PolicyAt(l.at); ok && now.Sequence != p.Sequence {
		list = append(list, CalendarOf(now.PolicyAdopted))
	}
	return list
}

// term is a term in working days: from a day, of so many of them, by a policy.
type term struct {
	policy uint64
	from   ledger.Date
	days   int
}

// span is the working days between two days, by a policy.
type span struct {
	policy   uint64
	from, to ledger.Date
}

func (l *loop) after(p Policy, d ledger.Date, n int) ledger.Date {
	key := term{p.Sequence, d, n}
	if due, ok := l.known.terms[key]; ok {
		return due
	}
	var err error
	for _, c := range l.calendars(p) {
		var due ledger.Date
		if due, err = c.After(d, n); err == nil {
			if l.known.terms == nil {
				l.known.terms = map[term]ledger.Date{}
			}
			l.known.terms[key] = due
			return due
		}
	}
	l.doubt(err)
	return ""
}

func (l *loop) between(from, to ledger.Date) int {
	p, ok := l.Charter.PolicyAt(l.at)
	if !ok {
		return 0
	}
	key := span{p.Sequence, from, to}
	if n, ok := l.known.spans[key]; ok {
		return n
	}
	n, err := CalendarOf(p.PolicyAdopted).Between(from, to)
	if err != nil {
		l.doubt(err)
		return 0
	}
	if l.known.spans == nil {
		l.known.spans = map[span]int{}
	}
	l.known.spans[key] = n
	return n
}

func (l *loop) doubt(err error) {
	if !slices.Contains(l.status.Doubts, err.Error()) {
		l.status.Doubts = append(l.status.Doubts, err.Error())
	}
}

// DirectiveQuery narrows a list of directives; the zero one takes all.
type DirectiveQuery struct {
	Unit    ledger.UnitID // it, and those that it acts for
	Task    ledger.TaskID
	Open    bool // not accepted yet
	Overdue bool // the step that waits is past its day
}

// DirectiveList lists the directives that were issued by an instant, as they stood
// then, in their order.
func (c *Campaign) DirectiveList(q DirectiveQuery, at time.Time) []DirectiveStatus {
	list := []DirectiveStatus{}
	known := &memory{}
	for _, d := range c.directives(q, at) {
		if s := c.directiveAt(d, at, known); !q.Overdue || s.Late {
			list = append(list, s)
		}
	}
	return list
}

// directives are those of a query, in their order. Most of them are accepted, in time:
// where only open ones are asked for, the clocks of the others need not be reckoned.
func (c *Campaign) directives(q DirectiveQuery, at time.Time) []*Directive {
	var list []*Directive
	today, speaks := ledger.DateOf(at), map[ledger.UnitID]bool{}
	for _, d := range c.Directives {
		if !d.by(at) || q.Task != "" && d.Task != q.Task || (q.Open || q.Overdue) && d.StateAt(at) == Accepted {
			continue
		}
		if _, known := speaks[d.Unit]; !known {
			speaks[d.Unit] = q.Unit == "" || c.Units.Speaks(q.Unit, d.Unit, today)
		}
		if speaks[d.Unit] {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b *Directive) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return list
}

// ResponseTime (办理用时) sums up how long a side took for a step, in working days;
// the step on the day on which it began took none. Only steps that were done count.
type ResponseTime struct {
	Count   int     `json:"count"`
	Mean    float64 `json:"mean"`
	Median  float64 `json:"median"`
	Longest int     `json:"longest"`
	Late    int     `json:"late"` // of them, after the policy's clock
}

// UnitResponse (单位办理用时) is how quickly a unit signs for and answers, and how
// quickly it is told whether the answer will do.
type UnitResponse struct {
	Unit        ledger.UnitID `json:"unit"`
	Name        string        `json:"name"`
	NameEN      string        `json:"name_en,omitempty"`
	Acknowledge ResponseTime  `json:"acknowledge"`
	Answer      ResponseTime  `json:"answer"`
	Decide      ResponseTime  `json:"decide"` // the headquarters' own
}

// Responses sums up a list of directives, unit by unit.
func (c *Campaign) Responses(list []DirectiveStatus, at time.Time) []UnitResponse {
	steps := map[ledger.UnitID]map[Step][]DirectiveStep{}
	for _, d := range list {
		for _, s := range d.Steps {
			if steps[d.Unit] == nil {
				steps[d.Unit] = map[Step][]DirectiveStep{}
			}
			if s.Done != nil {
				steps[d.Unit][s.Step] = append(steps[d.Unit][s.Step], s)
			}
		}
	}
	out := []UnitResponse{}
	for u, by := range steps {
		p, _ := c.Units.Unit(u)
		out = append(out, UnitResponse{Unit: u, Name: p.NameAt(ledger.DateOf(at)), NameEN: p.NameEN,
			Acknowledge: responseTime(by[StepAcknowledge]), Answer: responseTime(by[StepAnswer]), Decide: responseTime(by[StepDecide])})
	}
	slices.SortFunc(out, func(a, b UnitResponse) int { return cmp.Compare(a.Unit, b.Unit) })
	return out
}

func responseTime(steps []DirectiveStep) (r ResponseTime) {
	var days []int
	for _, s := range steps {
		days = append(days, s.Days)
		r.Count++
		r.Mean += float64(s.Days)
		if s.Late {
			r.Late++
		}
	}
	if r.Count == 0 {
		return r
	}
	slices.Sort(days)
	r.Mean = hundredths(r.Mean / float64(r.Count))
	r.Longest = days[r.Count-1]
	r.Median = hundredths(float64(days[(r.Count-1)/2]+days[r.Count/2]) / 2)
	return r
}
