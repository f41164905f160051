package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

var (
	//go:embed review.html
	reviewText string
	//go:embed review.css
	reviewStyle string

	reviewTemplate = template.Must(template.New("review").Funcs(template.FuncMap{"minute": minute}).Parse(reviewText))
)

// reviewSight is what the page of a review shows. Figures are noted as the page is
// written: the notes come after them.
type reviewSight struct {
	*review
	Policy string
	Style  template.CSS
	notes  []note
	known  map[string]int
}

// note (注) names the statements that a figure comes from.
type note struct {
	N      int
	Groups []group
}

// group is the statements of one part of a figure, such as a month.
type group struct {
	Label string
	From  []uint64
}

// ReviewHTML writes a review as one page that needs nothing from outside and prints
// on A4.
func ReviewHTML(in ReviewInput) ([]byte, error) {
	style := styleText + reviewStyle
	v, err := newReview(in)
	if err != nil {
		return nil, err
	}
	s := &reviewSight{review: v, Policy: policyOf(style), Style: template.CSS(style), known: map[string]int{}}
	var out bytes.Buffer
	if err := reviewTemplate.Execute(&out, s); err != nil {
		return nil, fmt.Errorf("report: review: %w", err)
	}
	return out.Bytes(), nil
}

// Note is the mark of a figure's note; a figure from nothing has none.
func (s *reviewSight) Note(from ...any) template.HTML {
	var all []uint64
	for _, f := range from {
		switch x := f.(type) {
		case uint64:
			all = append(all, x)
		case []uint64:
			all = append(all, x...)
		}
	}
	return s.mark([]group{{From: compact(all)}})
}

// MonthsNote notes a row of months.
func (s *reviewSight) MonthsNote(months []projections.ReviewMonth) template.HTML {
	var groups []group
	for _, m := range months {
		groups = append(groups, group{string(m.Month), compact(append([]uint64{m.Policy}, m.From...))})
	}
	return s.mark(groups)
}

// ReportsNote notes a row of monthly reports.
func (s *reviewSight) ReportsNote(rows []projections.ReviewReport) template.HTML {
	var groups []group
	for _, r := range rows {
		groups = append(groups, group{string(r.Period), r.From})
	}
	return s.mark(groups)
}

func (s *reviewSight) mark(groups []group) template.HTML {
	for i := range groups {
		groups[i].From = slices.DeleteFunc(groups[i].From, func(n uint64) bool { return n == 0 })
	}
	groups = slices.DeleteFunc(groups, func(g group) bool { return len(g.From) == 0 })
	if len(groups) == 0 {
		return ""
	}
	key := fmt.Sprint(groups)
	n := s.known[key]
	if n == 0 {
		n = len(s.notes) + 1
		s.known[key], s.notes = n, append(s.notes, note{n, groups})
	}
	return template.HTML(fmt.Sprintf(`<a class="note-mark" href="#n%d">[%d]</a>`, n, n)) // numbers of our own
}

// Notes are the notes so far.
func (s *reviewSight) Notes() []note { return s.notes }

// Count is a figure with its note.
func (s *reviewSight) Count(t projections.Tally) template.HTML {
	return template.HTML(fmt.Sprintf("%d", t.Count)) + s.Note(t.From) // numbers of our own
}

// Bad is a figure that is red where it is not nothing.
func (s *reviewSight) Bad(t projections.Tally) template.HTML {
	if t.Count == 0 {
		return "0"
	}
	return `<b class="bad">` + template.HTML(fmt.Sprintf("%d", t.Count)) + `</b>` + s.Note(t.From)
}

// segment is a piece of a bar.
type segment struct {
	X, W  float64
	Light string
	Tip   string
}

// Stack is tasks by light, as a bar of a hundred.
func (s *reviewSight) Stack(totals []projections.ReviewTotal) []segment {
	all := 0
	for _, t := range totals {
		all += t.Count
	}
	var list []segment
	x := 0
	for _, t := range totals {
		if t.Count > 0 {
			list = append(list, segment{X: round(100 * float64(x) / float64(all)), W: round(100 * float64(t.Count) / float64(all)), Light: t.Is, Tip: fmt.Sprintf("%s %d", s.Light(t.Is), t.Count)})
		}
		x += t.Count
	}
	return list
}

// Strip is a task's lights through the period, as a bar of its days.
func (s *reviewSight) Strip(runs []projections.ReviewRun) []segment {
	var list []segment
	for _, r := range runs {
		list = append(list, segment{X: float64(r.First.DaysSince(s.Review.From)), W: float64(r.Days), Light: string(r.Light), Tip: fmt.Sprintf("%s – %s %s", r.First, r.Last, s.Light(string(r.Light)))})
	}
	return list
}

// Days is how many days the period has, until its end or the review's.
func (s *reviewSight) Days() int { return s.Review.End.DaysSince(s.Review.From) + 1 }

// Light is a light's colour in a word, and Meaning what it means.
func (s *reviewSight) Light(l string) string {
	colour, _ := s.Lang.LightWords(ledger.Light(l))
	return colour
}

func (s *reviewSight) Meaning(l string) string {
	_, means := s.Lang.LightWords(ledger.Light(l))
	return means
}

// Months are those that the period has.
func (s *reviewSight) Months() []ledger.Month {
	var list []ledger.Month
	for m := s.Review.From.Month(); m <= s.Review.End.Month(); m = m.Add(1) {
		list = append(list, m)
	}
	return list
}

// LightIn is a task's light at the end of a month; "" before it was assigned.
func (s *reviewSight) LightIn(t aboutTask, m ledger.Month) string {
	for _, x := range t.Months {
		if x.Month == m {
			return string(x.Light)
		}
	}
	return ""
}

// DaysOf are the days of each light, in words.
func (s *reviewSight) DaysOf(t aboutTask) string {
	var parts []string
	for _, l := range []ledger.Light{ledger.Red, ledger.Yellow, ledger.Green, ledger.Blue, ledger.Grey} {
		for _, x := range t.Lights {
			if x.Light == l {
				parts = append(parts, fmt.Sprintf(s.T("%s %d 天", "%s %d d"), s.Light(string(l)), x.Days))
			}
		}
	}
	return strings.Join(parts, s.T(",", ", "))
}

// LightsFrom are the statements of those days.
func (s *reviewSight) LightsFrom(t aboutTask) []uint64 {
	var all []uint64
	for _, x := range t.Lights {
		all = append(all, x.From...)
	}
	return all
}

// Periods are the months whose reports were owed by anybody, in order.
func (s *reviewSight) Periods() []ledger.Month {
	var list []ledger.Month
	for _, t := range s.Rows {
		for _, r := range t.Reports.Rows {
			list = append(list, r.Period)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// ReportIn is how a task's report for a month came; nil where none was owed.
func (s *reviewSight) ReportIn(t aboutTask, m ledger.Month) *projections.ReviewReport {
	for i := range t.Reports.Rows {
		if t.Reports.Rows[i].Period == m {
			return &t.Reports.Rows[i]
		}
	}
	return nil
}

// The words of the review, for the template.
func (s *reviewSight) Why(t aboutTask) string                                   { return s.why(t) }
func (s *reviewSight) EvidenceOf(t aboutTask) string                            { return s.evidence(t.Progress.Evidence) }
func (s *reviewSight) ReportWord(t projections.Timely) string                   { return s.timely(t, true) }
func (s *reviewSight) NodeWord(t projections.Timely) string                     { return s.timely(t, false) }
func (s *reviewSight) Plan(p projections.PlanState) string                      { return s.plan(p) }
func (s *reviewSight) Mean(x projections.ReviewSpan) string                     { return s.mean(x) }
func (s *reviewSight) Measures(m projections.ReviewMeasures) []measure          { return s.measured(m) }
func (s *reviewSight) Looked(m projections.ReviewMeasures) []measure            { return s.looked(m) }
func (s *reviewSight) Gist(x statement) string                                  { return s.gist(x) }
func (s *reviewSight) Clean(text string) string                                 { return clean(text) }
func (s *reviewSight) Numbered(n uint64) string                                 { return s.number(n) }
func (s *reviewSight) Goal(id ledger.TaskID, t projections.ReviewTarget) string { return s.goal(id, t) }
func (s *reviewSight) Subject(id ledger.TaskID, t projections.ReviewTarget) string {
	return s.subject(id, t)
}
func (s *reviewSight) Milestone(id ledger.TaskID, m ledger.LocalID) string { return s.milestone(id, m) }
func (s *reviewSight) Readings(id ledger.TaskID, t projections.ReviewTarget) []string {
	return s.readings(id, t)
}
func (s *reviewSight) TargetWord(w string) string { return s.target(w) }

// UnitName is a unit's name at the end of the period.
func (s *reviewSight) UnitName(u ledger.UnitID) string { return s.unit(u) }

// Called are the tasks for which a measure was taken.
func (s *reviewSight) Called() []aboutTask {
	return slices.DeleteFunc(slices.Clone(s.Rows), func(t aboutTask) bool {
		for _, m := range append(s.measured(t.Measures), s.looked(t.Measures)...) {
			if m.Count > 0 && m.Word != s.T("日常调度", "dispatches") {
				return false
			}
		}
		return true
	})
}

// ReadFrom are the statements of a target's last readings.
func (s *reviewSight) ReadFrom(t projections.ReviewTarget) []uint64 {
	var all []uint64
	for _, r := range t.Readings {
		all = append(all, r.From...)
	}
	return all
}

// Some are the measures that were taken.
func (s *reviewSight) Some(list []measure) []measure {
	return slices.DeleteFunc(slices.Clone(list), func(m measure) bool { return m.Count == 0 })
}
