package projections

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
)

// DossierFormat names how a dossier is put into bytes.
const DossierFormat = "ducha-dossier/1"

// Dossier (提请案卷) is all that the ledger has for and against a card on a task at an
// instant: facts with the records that they come from, and what the unit said. It
// depends on nothing but the records that counted by then, so that whoever decides
// can have it made again and hold it against the digest in the proposal.
type Dossier struct {
	Format   string          `json:"format"`
	Campaign ledger.LocalID  `json:"campaign"`
	Task     ledger.TaskID   `json:"task"`
	Name     string          `json:"name"`
	Unit     ledger.UnitID   `json:"unit"`
	UnitName string          `json:"unit_name"`
	AsOf     time.Time       `json:"as_of"`
	Policy   string          `json:"policy"`
	Status   DossierStatus   `json:"status"`
	Months   []DossierMonth  `json:"months"` // the light of each month's end
	Reports  []DossierReport `json:"reports"`
	Waited   int64           `json:"waited_days"` // that the unit is not to answer for
	Steps    []DossierStep   `json:"steps"`       // what was done about it, in order
	Answers  []DossierStep   `json:"answers"`     // what the unit said
	Findings []DossierStep   `json:"findings"`    // what inspectors found
}

// DossierStatus is the light, and why.
type DossierStatus struct {
	Light      ledger.Light `json:"light"`
	Severe     bool         `json:"severe"`
	Expression string       `json:"expression"`
	Figures    Figures      `json:"figures"`
	Sources    Sources      `json:"sources"`
}

// DossierMonth is the light that a month ended with.
type DossierMonth struct {
	Month   ledger.Month `json:"month"`
	Light   ledger.Light `json:"light"`
	Gap     float64      `json:"gap"`
	Late    int64        `json:"late_days"`
	Actual  float64      `json:"actual"`
	Planned float64      `json:"planned"`
}

// DossierReport is what was claimed for a month, and what was found.
type DossierReport struct {
	Period  ledger.Month `json:"period"`
	Record  uint64       `json:"record"`
	Filed   time.Time    `json:"filed"`
	Claimed float64      `json:"claimed"`
	Found   *float64     `json:"found,omitempty"` // on the spot
	By      uint64       `json:"by,omitempty"`    // the record that found it
	False   bool         `json:"false,omitzero"`
}

// DossierStep is something that was done or said, with its record.
type DossierStep struct {
	Record uint64         `json:"record"`
	At     time.Time      `json:"at"`
	By     ledger.PartyID `json:"by"`
	What   string         `json:"what"` // the kind's term
	Text   string         `json:"text,omitempty"`
}

// Digest is the SHA-256 of the dossier's canonical JSON.
func (d Dossier) Digest() ledger.Digest {
	data, err := json.Marshal(d, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("projections: a dossier does not encode: %v", err)) // it is made to encode
	}
	sum := sha256.Sum256(data)
	return ledger.Digest(hex.EncodeToString(sum[:]))
}

// Dossier gathers the dossier of a task at an instant.
func (c *Campaign) Dossier(id ledger.TaskID, at time.Time) (Dossier, error) {
	t, err := c.FindTask(id)
	if err != nil {
		return Dossier{}, err
	}
	s := c.Judge(t, at)
	unit, _ := c.Units.Unit(t.Lead)
	d := Dossier{Format: DossierFormat, Campaign: c.Charter.Campaign, Task: t.ID, Name: s.Name, Unit: t.Lead, UnitName: unit.NameAt(ledger.DateOf(at)), AsOf: at.UTC(),
		Status: DossierStatus{s.Light, s.Severe, s.Expression, s.Figures, s.Sources}, Waited: s.Figures.WaitedDays,
		Months: []DossierMonth{}, Reports: []DossierReport{}, Steps: []DossierStep{}, Answers: []DossierStep{}, Findings: []DossierStep{}}
	if p, ok := c.Charter.PolicyAt(at); ok {
		d.Policy = string(p.Name)
	}
	for m := ledger.MonthOf(t.Assigned.At); m.Last().End().Before(at); m = m.Add(1) {
		x := c.Judge(t, m.Last().End())
		d.Months = append(d.Months, DossierMonth{m, x.Light, x.Figures.Gap, x.Figures.LateDays, x.Figures.Actual, x.Figures.Planned})
	}
	for _, r := range t.Reports {
		if r.standsAt(at) {
			d.Reports = append(d.Reports, dossierReport(r, at))
		}
	}
	slices.SortStableFunc(d.Reports, func(a, b DossierReport) int {
		return cmp.Or(cmp.Compare(a.Period, b.Period), cmp.Compare(a.Record, b.Record))
	})
	c.dossierSteps(&d, t, at)
	return d, nil
}

func dossierReport(r Report, at time.Time) DossierReport {
	x := DossierReport{Period: r.Period, Record: r.Sequence, Filed: r.At.UTC()}
	for _, s := range r.Says {
		switch {
		case !s.by(at):
		case onTheSpot(s):
			percent := s.Percent
			x.Found, x.By, x.False = &percent, s.Sequence, s.False
		default:
			x.Claimed = s.Percent
		}
	}
	return x
}

func (c *Campaign) dossierSteps(d *Dossier, t *Task, at time.Time) {
	step := func(to *[]DossierStep, s Stamp, kind ledger.Kind, text string) {
		if s.by(at) {
			*to = append(*to, DossierStep{s.Sequence, s.At.UTC(), s.By, kind.Name(), text})
		}
	}
	e := &c.Escalations
	for _, r := range e.Reminders {
		if r.Task == t.ID {
			step(&d.Steps, r.Stamp, "reminder.sent.v1", string(r.About))
		}
	}
	for _, x := range e.Talks {
		if x.Task == t.ID {
			step(&d.Steps, x.Stamp, "talk.held.v1", string(x.Summary))
		}
	}
	for _, n := range e.Notices {
		if n.Task != t.ID {
			continue
		}
		for _, f := range n.Facts {
			step(&d.Steps, n.Stamp, "notice.drafted.v1", string(f))
		}
		for _, x := range n.Comments {
			step(&d.Answers, x.Stamp, "notice.commented.v1", x.Text)
		}
		if n.Issued != nil {
			step(&d.Steps, *n.Issued, "notice.issued.v1", n.Number)
		}
	}
	for _, x := range e.Claims {
		if x.Task == t.ID {
			step(&d.Answers, x.Stamp, "tolerance.claimed.v1", "")
		}
	}
	for _, x := range e.Repairs {
		if x.Task == t.ID {
			step(&d.Answers, x.Stamp, "rectification.filed.v1", "")
		}
	}
	for _, b := range t.Blockers {
		step(&d.Answers, b.Stamp, "blocker.raised.v1", string(b.What))
	}
	for _, x := range t.Extensions {
		step(&d.Answers, x.Stamp, "extension.requested.v1", string(x.Reason))
		if x.Decided != nil {
			step(&d.Answers, *x.Decided, "extension.decided.v1", x.Why)
		}
	}
	for _, i := range c.Inspections {
		for _, f := range i.Findings {
			if f.Task == t.ID {
				step(&d.Findings, f.Stamp, f.Kind, f.Text)
			}
		}
	}
	for _, list := range [][]DossierStep{d.Steps, d.Answers, d.Findings} {
		slices.SortStableFunc(list, func(a, b DossierStep) int {
			return cmp.Or(cmp.Compare(a.Record, b.Record), cmp.Compare(a.Text, b.Text))
		})
	}
}
