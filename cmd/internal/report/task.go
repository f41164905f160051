package report

import (
	"fmt"
	"strings"

	"ducha/ledger"
	"ducha/projections"
)

// task is a task that the unit leads, as judged.
type task struct {
	projections.TaskStatus
	Name     string
	Action   string
	Cite     string // 方案条目
	Colour   string // of the light, in words
	Means    string
	Stage    string
	Next     *milestone // the first one not reached
	Deadline ledger.Date
	Why      string
	Gloss    string
	Sources  []source
	Nodes    []milestone

	record *projections.Task
}

// milestone is a milestone with its date in force.
type milestone struct {
	Name    string
	Percent float64
	Due     ledger.Date
	First   ledger.Date // the date it had at first, when that was another
	Set     uint64      // by which record the date was set
	Reached ledger.Date
	By      uint64
	Late    bool
}

// source names the records that a figure came from.
type source struct {
	Figure    string
	Sequences []uint64
}

func (p *paper) tasks() []task {
	var list []task
	for _, s := range p.Status.Tasks {
		t := p.Campaign.Tasks[s.Task]
		row := task{TaskStatus: s, Name: p.either(s.Name, s.NameEN), Cite: clean(string(t.Given.Cite)), Action: clean(string(t.Given.Action)),
			Stage: p.T(lives[s.Life], string(s.Life)), record: t, Gloss: p.gloss(s.Expression), Why: p.Lang.FigureWords(s.Figures), Sources: p.sources(s)}
		row.Colour, row.Means = p.Lang.StatusWords(s)
		row.Nodes = p.milestones(t)
		for i, m := range row.Nodes {
			row.Deadline = max(row.Deadline, m.Due)
			if m.Reached == "" && (row.Next == nil || m.Due < row.Next.Due) {
				row.Next = &row.Nodes[i]
			}
		}
		list = append(list, row)
	}
	return list
}

func (p *paper) milestones(t *projections.Task) []milestone {
	var list []milestone
	for i := range t.Milestones {
		m := &t.Milestones[i]
		if m.At.After(p.At) {
			continue
		}
		due := m.DueAt(p.At)
		row := milestone{Name: clean(m.Name), Percent: m.Percent, Due: due.Date, Set: due.Sequence}
		if first := m.Dues[0].Date; first != due.Date {
			row.First = first
		}
		if m.Reached != nil && !m.Reached.At.After(p.At) {
			row.Reached, row.By = m.On, m.Reached.Sequence
		}
		row.Late = row.Reached == "" && due.Date < ledger.DateOf(p.At) || row.Reached > due.Date
		list = append(list, row)
	}
	return list
}

// figureOrder is the order in which the sources of figures are named.
var figureOrder = []string{"planned", "actual", "claimed", "late_days", "reports_late", "false_report", "waiting", "waited_days", "closed"}

func (p *paper) sources(s projections.TaskStatus) []source {
	var list []source
	for _, name := range figureOrder {
		if from := s.Sources[name]; len(from) > 0 {
			list = append(list, source{p.figure(name), from})
		}
	}
	if s.Policy > 0 {
		list = append(list, source{p.T("口径", "policy"), []uint64{s.Policy}})
	}
	return list
}

// Because is why the light is what it is, in lines.
func (t task) because(p *paper) string {
	lines := []string{t.Why}
	if t.Expression != "" {
		rule := t.Expression
		if t.Gloss != "" {
			rule = t.Gloss + p.T("(", " (") + rule + p.T(")", ")")
		}
		lines = append(lines, fmt.Sprintf(p.T("依据口径(第 %d 号记录):%s", "by the policy (record %d): %s"), t.Policy, rule))
	}
	return strings.Join(lines, "\n")
}

// from is where the figures come from, in lines.
func (t task) from(p *paper) string {
	var lines []string
	for _, s := range t.Sources {
		lines = append(lines, s.Figure+p.T(":", ": ")+p.numbers(s.Sequences))
	}
	return strings.Join(lines, "\n")
}

func (p *paper) numbers(list []uint64) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = fmt.Sprint(n)
	}
	return fmt.Sprintf(p.T("第 %s 号", "record %s"), strings.Join(parts, p.T("、", ", ")))
}
