package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// Tasks (任务) by their id.
type Tasks map[ledger.TaskID]*Task

// Task (任务) is what was said of a task: facts with the instants they count
// from, so that its status can be judged for any instant.
type Task struct {
	ID         ledger.TaskID       `json:"id"`
	Lead       ledger.UnitID       `json:"lead"` // 牵头单位
	Given      ledger.TaskAssigned `json:"given"`
	Assigned   Stamp               `json:"assigned"`
	Targets    []Target            `json:"targets,omitempty"`
	Milestones []Milestone         `json:"milestones,omitempty"`
	Extensions []Extension         `json:"extensions,omitempty"`
	Reports    []Report            `json:"reports,omitempty"`
	Blockers   []Blocker           `json:"blockers,omitempty"`
	Completion []Stamp             `json:"completion,omitempty"` // 申请销号
	Life       []Turn              `json:"life,omitempty"`       // closed, reopened, suspended
	Dispatches []Stamp             `json:"dispatches,omitempty"` // 日常调度
	Amended    []Amendment         `json:"amended,omitempty"`
	Rechecks   []Recheck           `json:"rechecks,omitempty"` // 回头看
	History    []History           `json:"history,omitempty"`  // 补录
	Sequences  []uint64            `json:"sequences"`          // of every statement on the task
	Days       []Day               `json:"days"`               // on which there were any, in their order
}

// Day (有记录之日) is a day on which something was said on a task.
type Day struct {
	On        ledger.Date `json:"on"`
	Sequences []uint64    `json:"seqs"`
}

// Target (目标) with its readings.
type Target struct {
	Stamp
	ledger.TargetSet
	Readings []Reading `json:"readings,omitempty"`
}

// Reading (指标读数) is a value with its source and date, and what others found it to be.
type Reading struct {
	Stamp
	ledger.IndicatorReported
	Judged []Judgement `json:"judged,omitempty"`
}

// Judgement (指标核定) is what somebody other than the reporter found a reading to be.
type Judgement struct {
	Stamp
	ledger.IndicatorJudged
}

// Amendment (任务调整) is a change of a task in the open.
type Amendment struct {
	Stamp
	ledger.TaskAmended
}

// Recheck (回头看) looks again after a task was closed.
type Recheck struct {
	Stamp
	ledger.TaskRechecked
}

// History (补录) is a day before the ledger, as a document has it. It counts in no
// figure.
type History struct {
	Stamp
	ledger.HistoryDeclared
}

// Milestone (节点). Dues holds its first date and every later one that an
// extension gave it: the old ones stay visible.
type Milestone struct {
	Stamp
	ID      ledger.LocalID `json:"milestone"`
	Name    string         `json:"name"`
	Percent float64        `json:"percent"`
	Dues    []Due          `json:"dues"`
	Reached *Stamp         `json:"reached,omitempty"`
	On      ledger.Date    `json:"on,omitempty"` // when the unit says it was reached

	Evidence int `json:"evidence,omitempty"` // pieces of it, of its being reached
}

// Due is a date and the statement that set it.
type Due struct {
	Stamp
	Date ledger.Date `json:"date"`
}

// Extension (延期) is a request and its decision.
type Extension struct {
	Stamp
	ledger.ExtensionRequested
	Decided *Stamp `json:"decided,omitempty"`
	Granted bool   `json:"granted,omitempty"`
	Why     string `json:"why,omitempty" said:"Decided"` // of the decision

	// Justified is what was found of the reason (正当理由): a grant finds it good.
	Justified *bool `json:"justified,omitempty"`
}

// Report (月报) is a monthly report with everything that was said of it since.
type Report struct {
	Stamp
	Period   ledger.Month    `json:"period"`
	Summary  string          `json:"summary"`
	Evidence int             `json:"evidence,omitempty"`
	Files    []ledger.Digest `json:"files,omitempty"` // of the evidence
	Says     []Say           `json:"says"`            // the claim first
	Parts    []Part          `json:"parts,omitempty"` // 责任单位确认
	Returned *Stamp          `json:"returned,omitempty"`
}

// Part (责任单位确认) is a responsible unit's word on its part of a report; its last word
// stands.
type Part struct {
	Stamp
	Agrees bool   `json:"agrees"`
	Note   string `json:"note,omitempty"`
}

// Say is one value given for a report.
type Say struct {
	Stamp
	Kind    ledger.Kind `json:"kind"`
	Percent float64     `json:"percent"`
	False   bool        `json:"false,omitempty"` // proven false (弄虚作假)
}

// Blocker (难点堵点). While it is accepted and not cleared it waits on whoever
// was asked, and the task's clock stands still.
type Blocker struct {
	Stamp
	ledger.BlockerRaised
	Decided  *Stamp `json:"decided,omitempty"`
	Accepted bool   `json:"accepted,omitempty"`
	Cleared  *Stamp `json:"cleared,omitempty"`
}

// Turn is a change in a task's life; one that was suspended until a day goes on
// after it by itself.
type Turn struct {
	Stamp
	Life  Life        `json:"life"`
	Until ledger.Date `json:"until,omitempty"`
}

// Life is where a task stands in its life.
type Life string

const (
	Open      Life = "open"      // 推进
	Claimed   Life = "claimed"   // 待核查: completion is claimed
	Closed    Life = "closed"    // 销号
	Suspended Life = "suspended" // 中止
)

func newTasks() Tasks { return Tasks{} }

func (ts Tasks) evolve(f Fact) {
	id := f.Statement.Task
	if id == "" {
		return
	}
	t := ts[id]
	if t == nil {
		t = &Task{ID: id, Lead: f.Statement.Unit}
		ts[id] = t
	}
	t.evolve(f)
}

func (t *Task) evolve(f Fact) {
	t.Sequences = append(t.Sequences, f.Sequence)
	t.note(ledger.DateOf(f.At), f.Sequence)
	stamp := f.stamp()
	switch b := f.Body.(type) {
	case *ledger.TaskAssigned:
		t.Given, t.Assigned, t.Lead = *b, stamp, f.Statement.Unit
	case *ledger.TaskAmended:
		t.Amended = append(t.Amended, Amendment{stamp, *b})
	case *ledger.TargetSet:
		t.Targets = append(t.Targets, Target{Stamp: stamp, TargetSet: *b})
	case *ledger.IndicatorReported:
		for i := range t.Targets {
			if t.Targets[i].Target == b.Target {
				t.Targets[i].Readings = append(t.Targets[i].Readings, Reading{Stamp: stamp, IndicatorReported: *b})
			}
		}
	case *ledger.IndicatorJudged:
		if _, r := t.Reading(b.Reading); r != nil {
			r.Judged = append(r.Judged, Judgement{stamp, *b})
		}
	case *ledger.MilestoneSet:
		t.Milestones = append(t.Milestones, Milestone{Stamp: stamp, ID: b.Milestone, Name: string(b.Name),
			Percent: float64(b.Percent), Dues: []Due{{stamp, b.Due}}})
	case *ledger.MilestoneReached:
		if m := t.milestone(b.Milestone); m != nil && m.Reached == nil {
			m.Reached, m.On, m.Evidence = &stamp, b.On, len(b.Evidence)
		}
	case *ledger.ExtensionRequested:
		t.Extensions = append(t.Extensions, Extension{Stamp: stamp, ExtensionRequested: *b})
	case *ledger.ExtensionDecided:
		t.extend(stamp, b)
	case *ledger.ProgressReported:
		t.Reports = append(t.Reports, Report{Stamp: stamp, Period: b.Period, Summary: string(b.Summary), Evidence: len(b.Evidence), Files: digests(b.Evidence),
			Says: []Say{{Stamp: stamp, Kind: f.Kind, Percent: float64(b.Percent)}}})
	case *ledger.ProgressConfirmed:
		if r := t.Report(b.Report); r != nil {
			r.Parts = append(r.Parts, Part{stamp, b.Agrees, string(b.Note)})
		}
	case *ledger.ProgressCorrected:
		t.say(b.Report, Say{Stamp: stamp, Kind: f.Kind, Percent: float64(b.Percent)})
	case *ledger.ProgressVerified:
		t.say(b.Report, Say{Stamp: stamp, Kind: f.Kind, Percent: float64(b.Percent)})
	case *ledger.ProgressDisputed:
		t.say(b.Report, Say{Stamp: stamp, Kind: f.Kind, Percent: float64(b.Percent), False: b.False})
	case *ledger.ProgressReturned:
		if r := t.Report(b.Report); r != nil && r.Returned == nil {
			r.Returned = &stamp
		}
	case *ledger.BlockerRaised:
		t.Blockers = append(t.Blockers, Blocker{Stamp: stamp, BlockerRaised: *b})
	case *ledger.BlockerDecided:
		if x := t.Blocker(b.Blocker); x != nil && x.Decided == nil {
			x.Decided, x.Accepted = &stamp, b.Accepted
		}
	case *ledger.BlockerCleared:
		if x := t.Blocker(b.Blocker); x != nil && x.Cleared == nil {
			x.Cleared = &stamp
		}
	case *ledger.CompletionClaimed:
		t.Completion = append(t.Completion, stamp)
		t.Life = append(t.Life, Turn{Stamp: stamp, Life: Claimed})
	case *ledger.TaskClosed:
		t.Life = append(t.Life, Turn{Stamp: stamp, Life: Closed})
	case *ledger.TaskRechecked:
		t.Rechecks = append(t.Rechecks, Recheck{stamp, *b})
	case *ledger.TaskReopened:
		t.Life = append(t.Life, Turn{Stamp: stamp, Life: Open})
	case *ledger.TaskSuspended:
		t.Life = append(t.Life, Turn{stamp, Suspended, b.Until})
	case *ledger.HistoryDeclared:
		t.History = append(t.History, History{stamp, *b})
	case *ledger.DispatchLogged:
		t.Dispatches = append(t.Dispatches, stamp)
	}
}

// note puts a statement to its day. Under a declared clock it may be an earlier one.
func (t *Task) note(day ledger.Date, sequence uint64) {
	i, known := slices.BinarySearchFunc(t.Days, day, func(d Day, day ledger.Date) int { return cmp.Compare(d.On, day) })
	if !known {
		t.Days = slices.Insert(t.Days, i, Day{On: day})
	}
	t.Days[i].Sequences = append(t.Days[i].Sequences, sequence)
}

func (t *Task) extend(stamp Stamp, b *ledger.ExtensionDecided) {
	for i := range t.Extensions {
		e := &t.Extensions[i]
		if e.ID != b.Request || e.Decided != nil {
			continue
		}
		e.Decided, e.Granted, e.Why, e.Justified = &stamp, b.Granted, string(b.Reason), b.Justified
		if b.Granted && e.Justified == nil {
			e.Justified = &b.Granted
		}
		if m := t.milestone(e.Milestone); b.Granted && m != nil {
			m.Dues = append(m.Dues, Due{stamp, b.To})
		}
	}
}

func (t *Task) say(report ledger.Ref, s Say) {
	if r := t.Report(report); r != nil {
		r.Says = append(r.Says, s)
	}
}

func (t *Task) milestone(id ledger.LocalID) *Milestone {
	return find(t.Milestones, func(m *Milestone) bool { return m.ID == id })
}

// Milestone is a milestone by its id, nil when none is set.
func (t *Task) Milestone(id ledger.LocalID) *Milestone { return t.milestone(id) }

// Report is a report by its statement's id, nil when there is none.
func (t *Task) Report(id ledger.Ref) *Report {
	return find(t.Reports, func(r *Report) bool { return r.ID == id })
}

// Said is what a statement said for one of the task's reports, nil when it said nothing.
func (t *Task) Said(id ledger.Ref) *Say {
	for i := range t.Reports {
		if s := find(t.Reports[i].Says, func(s *Say) bool { return s.ID == id }); s != nil {
			return s
		}
	}
	return nil
}

// Blocker is a blocker by its statement's id, nil when there is none.
func (t *Task) Blocker(id ledger.Ref) *Blocker {
	return find(t.Blockers, func(b *Blocker) bool { return b.ID == id })
}

// Reading is a reading by its statement's id, with its target, nil when there is none.
func (t *Task) Reading(id ledger.Ref) (*Target, *Reading) {
	for i := range t.Targets {
		if r := find(t.Targets[i].Readings, func(r *Reading) bool { return r.ID == id }); r != nil {
			return &t.Targets[i], r
		}
	}
	return nil, nil
}

// NameAt is the task's name as it stood at an instant.
func (t *Task) NameAt(at time.Time) string {
	name := t.Given.Name
	for _, a := range t.Amended {
		if a.by(at) && a.Name != "" {
			name = a.Name
		}
	}
	return string(name)
}

// ResponsibleAt are the task's responsible units as they stood at an instant.
func (t *Task) ResponsibleAt(at time.Time) []ledger.UnitID {
	units := t.Given.Responsible
	for _, a := range t.Amended {
		if a.by(at) && len(a.Responsible) > 0 {
			units = a.Responsible
		}
	}
	return units
}

func digests(list []ledger.Evidence) []ledger.Digest {
	var out []ledger.Digest
	for _, e := range list {
		out = append(out, e.SHA256)
	}
	return out
}

// find is a pointer to the first element that fits, nil when none does.
func find[S any](list []S, fits func(*S) bool) *S {
	for i := range list {
		if fits(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

// LifeAt is where the task stood in its life at an instant.
func (t *Task) LifeAt(at time.Time) Life {
	life, before := Open, Open
	for _, turn := range t.Life {
		if !turn.by(at) {
			continue
		}
		if life != Suspended {
			before = life
		}
		life = turn.Life
		if turn.Until != "" && at.After(turn.Until.End()) {
			life = before
		}
	}
	return life
}

// runsAt says whether the task was neither closed nor suspended at an instant.
func (t *Task) runsAt(at time.Time) bool {
	life := t.LifeAt(at)
	return life != Closed && life != Suspended
}

// ReportFor is the report that stands for a period at an instant: the last one
// that was not returned by then; nil when there is none.
func (t *Task) ReportFor(period ledger.Month, at time.Time) *Report {
	for i := len(t.Reports) - 1; i >= 0; i-- {
		if r := &t.Reports[i]; r.Period == period && r.standsAt(at) {
			return r
		}
	}
	return nil
}

func (r *Report) standsAt(at time.Time) bool {
	return r.by(at) && (r.Returned == nil || !r.Returned.by(at))
}

// DueAt is the milestone's date as it stood at an instant.
func (m *Milestone) DueAt(at time.Time) Due {
	due := m.Dues[0]
	for _, d := range m.Dues[1:] {
		if d.by(at) {
			due = d
		}
	}
	return due
}

// Waits are the spans in which an accepted blocker held the task up, up to an
// instant, joined where they overlap and in their order.
func (t *Task) Waits(at time.Time) []Span {
	var spans []Span
	for _, b := range t.Blockers {
		if b.Decided == nil || !b.Accepted || !b.Decided.by(at) {
			continue
		}
		s := Span{From: b.Decided.At, To: at}
		if b.Cleared != nil && b.Cleared.by(at) {
			s.To = b.Cleared.At
		}
		if s.From.Before(s.To) {
			spans = append(spans, s)
		}
	}
	return joined(spans)
}

// Span is a stretch of time.
type Span struct{ From, To time.Time }
