package projections

import (
	"maps"
	"math"
	"slices"

	"ducha/ledger"
)

// ReviewTask is a task in a review.
type ReviewTask struct {
	Task       ledger.TaskID    `json:"id"`
	Name       string           `json:"name"`
	NameEN     string           `json:"name_en,omitempty"`
	Assigned   uint64           `json:"assigned"`
	Status     ReviewStatus     `json:"status"`
	Before     *ReviewLight     `json:"before,omitempty"` // the light when the period began
	Months     []ReviewMonth    `json:"months"`
	Lights     []ReviewLights   `json:"lights"`
	Runs       []ReviewRun      `json:"runs"`
	Progress   ReviewProgress   `json:"progress"`
	Targets    []ReviewTarget   `json:"targets,omitempty"`
	Reports    ReviewReports    `json:"reports"`
	Milestones ReviewMilestones `json:"milestones"`
	Directives ReviewDirectives `json:"directives"`
	Measures   ReviewMeasures   `json:"measures"`
}

// ReviewLight is a light and all that it follows from.
type ReviewLight struct {
	Light  ledger.Light `json:"light"`
	Policy uint64       `json:"policy,omitempty"`
	From   []uint64     `json:"from,omitempty"`
}

// ReviewStatus is how a task stood at the end of the period.
type ReviewStatus struct {
	ReviewLight
	Life       Life                `json:"life"`
	Slow       bool                `json:"slow"`
	Severe     bool                `json:"severe"`
	InDoubt    bool                `json:"in_doubt,omitzero"`
	Expression string              `json:"expression,omitempty"`
	Figures    ReviewFigures       `json:"figures"`
	Sources    map[string][]uint64 `json:"sources,omitempty"` // by the names of the figures
}

// ReviewFigures are the figures of the format; a policy may come to know more.
type ReviewFigures struct {
	Milestones    int64   `json:"milestones"`
	Due           int64   `json:"due"`
	Planned       float64 `json:"planned"`
	Actual        float64 `json:"actual"`
	Claimed       float64 `json:"claimed"`
	Gap           float64 `json:"gap"`
	LateDays      int64   `json:"late_days"`
	ReportsMissed int64   `json:"reports_missed"`
	ReportsLate   int64   `json:"reports_late"`
	SlowMonths    int64   `json:"slow_months"`
	FalseReport   bool    `json:"false_report"`
	Waiting       bool    `json:"waiting"`
	WaitedDays    int64   `json:"waited_days"`
}

// reviewSources are the figures whose statements a review names.
var reviewSources = []string{"actual", "claimed", "closed", "due", "false_report", "gap", "late_days", "milestones", "planned",
	"reports_late", "reports_missed", "slow_months", "suspended", "waited_days", "waiting"}

// ReviewMonth is the light at the end of a month, or of the period.
type ReviewMonth struct {
	Month ledger.Month `json:"month"`
	ReviewLight
}

// ReviewLights is how many days of the period, and month ends in it, had a light.
type ReviewLights struct {
	Light  ledger.Light `json:"light"`
	Days   int          `json:"days"`
	Months int          `json:"months"`
	From   []uint64     `json:"from,omitempty"`
}

// ReviewRun is a run of days with one light, and what gave it on the first of them.
type ReviewRun struct {
	ReviewLight
	First ledger.Date `json:"first"`
	Last  ledger.Date `json:"last"`
	Days  int         `json:"days"`
}

// ReviewProgress holds what was claimed against what was verified on the spot.
type ReviewProgress struct {
	Evidence Evidenced      `json:"evidence"`
	Claimed  *ReviewShare   `json:"claimed,omitempty"`  // last
	Verified *ReviewChecked `json:"verified,omitempty"` // last
}

// Evidenced (佐证) says what the progress of a task rests on.
type Evidenced string

const (
	EvidenceNone     Evidenced = "no-report"   // 无报告: nothing was claimed
	EvidenceMissing  Evidenced = "no-evidence" // 无佐证: claimed, with nothing attached and nothing verified
	EvidenceAttached Evidenced = "attached"    // 有佐证: claimed, with files; nobody looked on the spot
	EvidenceVerified Evidenced = "verified"    // 已核实
	EvidenceDisputed Evidenced = "disputed"    // 存疑
)

// ReviewShare is a share of the task.
type ReviewShare struct {
	Percent float64      `json:"percent"`
	Period  ledger.Month `json:"period"` // of the report
	From    []uint64     `json:"from"`
}

// ReviewChecked is a share that was found on the spot, and what had been claimed for
// the same month. Gap is by how many points the claim was above what was found.
type ReviewChecked struct {
	ReviewShare
	On      ledger.Date `json:"on"`
	Claimed float64     `json:"claimed"`
	Gap     float64     `json:"gap"`
	False   bool        `json:"false,omitzero"` // 弄虚作假
}

func (v *reviewer) task(t *Task) ReviewTask {
	r := ReviewTask{Task: t.ID, Name: t.NameAt(v.end.End()), NameEN: string(t.Given.NameEN), Assigned: t.Assigned.Sequence,
		Status: v.status(t), Months: []ReviewMonth{}, Lights: []ReviewLights{}, Runs: []ReviewRun{},
		Progress: v.progress(t), Targets: v.targets(t), Reports: v.reports(t), Milestones: v.milestones(t), Directives: v.directives(t), Measures: v.measures(t)}
	if start := v.from.Start(); t.Assigned.At.Before(start) {
		light := lightOf(t, v.judge(t, v.from.Add(-1).End()))
		r.Before = &light
	}
	v.lights(t, &r)
	return r
}

func (v *reviewer) status(t *Task) ReviewStatus {
	s := v.judge(t, v.end.End())
	f := s.Figures
	r := ReviewStatus{ReviewLight: lightOf(t, s), Life: s.Life, Slow: s.Slow, Severe: s.Severe, InDoubt: len(s.Doubts) > 0, Expression: s.Expression,
		Sources: map[string][]uint64{}, Figures: ReviewFigures{
			Milestones: f.Milestones, Due: f.Due, Planned: hundredths(f.Planned), Actual: hundredths(f.Actual), Claimed: hundredths(f.Claimed),
			Gap: hundredths(f.Gap), LateDays: f.LateDays, ReportsMissed: f.ReportsMissed, ReportsLate: f.ReportsLate, SlowMonths: f.SlowMonths,
			FalseReport: f.FalseReport, Waiting: f.Waiting, WaitedDays: f.WaitedDays,
		}}
	for _, name := range reviewSources {
		if from := union(nil, s.Sources[name]...); len(from) > 0 {
			r.Sources[name] = from
		}
	}
	return r
}

// lightOf is a light with the policy and every statement that a figure came from;
// where there is none, it follows from the task's being there and no more.
func lightOf(t *Task, s TaskStatus) ReviewLight {
	l := ReviewLight{Light: s.Light, Policy: s.Policy}
	for _, name := range reviewSources {
		l.From = union(l.From, s.Sources[name]...)
	}
	if len(l.From) == 0 {
		l.From = []uint64{t.Assigned.Sequence}
	}
	return l
}

// lights judges every day of the period by its last moment.
func (v *reviewer) lights(t *Task, r *ReviewTask) {
	by := map[ledger.Light]*ReviewLights{}
	for d := max(v.from, ledger.DateOf(t.Assigned.At)); d <= v.end; d = d.Add(1) {
		light := lightOf(t, v.judge(t, d.End()))
		if n := len(r.Runs); n > 0 && r.Runs[n-1].Light == light.Light {
			r.Runs[n-1].Last = d
			r.Runs[n-1].Days++
		} else {
			r.Runs = append(r.Runs, ReviewRun{light, d, d, 1})
		}
		total := by[light.Light]
		if total == nil {
			total = &ReviewLights{Light: light.Light}
			by[light.Light] = total
		}
		total.Days++
		if d == d.Month().Last() || d == v.end {
			r.Months = append(r.Months, ReviewMonth{d.Month(), light})
			total.Months++
			total.From = union(total.From, light.From...)
		}
	}
	for _, run := range r.Runs {
		by[run.Light].From = union(union(by[run.Light].From, run.From...), run.Policy)
	}
	for _, l := range slices.Sorted(maps.Keys(by)) {
		r.Lights = append(r.Lights, *by[l])
	}
}

// progress takes the last claim and the last look on the spot, each by its own
// report; what the claim rests on is said of the claim's report.
func (v *reviewer) progress(t *Task) ReviewProgress {
	p := ReviewProgress{Evidence: EvidenceNone}
	then, last := v.reckoned(t), uint64(0)
	then.at = v.end.End()
	for i := range t.Reports {
		rep := &t.Reports[i]
		var claim, spot Say
		for _, s := range rep.Says {
			switch {
			case !then.counts(s) || !rep.by(then.at) && !then.stands(rep):
			case !onTheSpot(s):
				claim = s
			default:
				spot = s
			}
			if onTheSpot(s) && spot.Sequence == s.Sequence && s.Sequence > last {
				last = s.Sequence
				p.Verified = &ReviewChecked{ReviewShare: ReviewShare{Percent: hundredths(s.Percent), Period: rep.Period, From: union(nil, s.Sequence, claim.Sequence)},
					On: ledger.DateOf(s.At), Claimed: hundredths(claim.Percent), Gap: hundredths(claim.Percent - s.Percent), False: s.False}
			}
		}
		if then.stands(rep) && (p.Claimed == nil || rep.Period >= p.Claimed.Period) {
			p.Claimed = &ReviewShare{Percent: hundredths(claim.Percent), Period: rep.Period, From: union(nil, claim.Sequence)}
			p.Evidence = evidenced(rep, spot)
		}
	}
	return p
}

// evidenced is what a report rests on.
func evidenced(r *Report, spot Say) Evidenced {
	switch {
	case spot.Kind == "progress.disputed.v1":
		return EvidenceDisputed
	case spot.Kind != "":
		return EvidenceVerified
	case r.Evidence > 0:
		return EvidenceAttached
	}
	return EvidenceMissing
}

// hundredths rounds a share to two places: figures that are equal to a reader are
// equal in bytes.
func hundredths(x float64) float64 { return math.Round(x*100) / 100 }
