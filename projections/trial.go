package projections

import (
	"time"

	"ducha/ledger"
)

// Trial (试算) holds a policy that nobody has adopted against what is on record: what
// every light would have been, had it been in force from the first day.
type Trial struct {
	Policy ledger.Line `json:"policy"`
	Days   []TrialDay  `json:"days"`
	Doubts []string    `json:"doubts,omitempty"` // what it cannot judge, and why
}

// TrialDay is one day that was judged by both.
type TrialDay struct {
	On      ledger.Date   `json:"on"`
	Tasks   int           `json:"tasks"` // judged
	Changes []TrialChange `json:"changes,omitempty"`
}

// TrialChange is a task that the policy sees differently.
type TrialChange struct {
	Task ledger.TaskID `json:"task"`
	Name string        `json:"name"`
	Lead ledger.UnitID `json:"lead"`
	From Judged        `json:"from"`
	To   Judged        `json:"to"`
}

// Judged is what a policy finds of a task.
type Judged struct {
	Light      ledger.Light `json:"light"`
	Slow       bool         `json:"slow"`   // 较慢: whoever is would be named in a notice
	Severe     bool         `json:"severe"` // 严重滞后
	Expression string       `json:"expression"`
	Figures    Figures      `json:"figures"`
}

func judged(s TaskStatus) Judged {
	return Judged{s.Light, s.Slow, s.Severe, s.Expression, s.Figures}
}

// Try judges every task on each of the days by the policies in force then and by p
// alone. It changes nothing. The error says which expression cannot be computed.
func (c *Campaign) Try(p ledger.PolicyAdopted, days []ledger.Date) (Trial, error) {
	for _, l := range p.Lights {
		if _, err := Compile(l.When); err != nil {
			return Trial{}, err
		}
	}
	if _, err := Compile(p.Slow); err != nil {
		return Trial{}, err
	}
	tried := *c
	p.InForce = c.Charter.From
	tried.Charter.Policies = []Policy{{Stamp: Stamp{At: c.Charter.Adopted.At}, PolicyAdopted: p}}
	trial := Trial{Policy: p.Name, Days: []TrialDay{}}
	now, then := &memory{}, &memory{}
	for _, day := range days {
		d := TrialDay{On: day}
		for _, t := range c.TaskList() {
			at := day.End()
			if !t.Assigned.by(at) {
				continue
			}
			d.Tasks++
			was, is := c.judge(t, at, now), tried.judge(t, at, then)
			trial.doubt(is.Doubts)
			if was.Light != is.Light || was.Slow != is.Slow || was.Severe != is.Severe {
				d.Changes = append(d.Changes, TrialChange{t.ID, is.Name, t.Lead, judged(was), judged(is)})
			}
		}
		trial.Days = append(trial.Days, d)
	}
	return trial, nil
}

func (t *Trial) doubt(doubts []string) {
	for _, d := range doubts {
		known := false
		for _, k := range t.Doubts {
			known = known || k == d
		}
		if !known {
			t.Doubts = append(t.Doubts, d)
		}
	}
}

// TrialDays are the days to try a policy on: the last day of each month of the
// campaign's term that is over by an instant, or every day of it, and today.
func (c *Campaign) TrialDays(now time.Time, every bool) []ledger.Date {
	var days []ledger.Date
	today := min(ledger.DateOf(now), c.Charter.To)
	for d := c.Charter.From; d < today; d = d.Add(1) {
		if every || d == d.Month().Last() {
			days = append(days, d)
		}
	}
	return append(days, today)
}
