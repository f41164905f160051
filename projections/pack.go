package projections

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ducha/ledger"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// PackFormat names how a pack is put into bytes. Whatever changes the bytes for the
// same records is another format.
const PackFormat = "ducha-pack/1"

// PackAhead is how far ahead of its cut-off a pack looks for milestones, in days.
const PackAhead = 31

// PackQuery says what a pack is of: the meeting, the days From to Cutoff, and the
// records up to Sequence, of these what counts by the last moment of Cutoff. The same
// query over the same records gives the same bytes, on any machine, at any later time.
type PackQuery struct {
	Tier             ledger.MeetingTier
	On, From, Cutoff ledger.Date
	Sequence         uint64
}

// PackOf is the query that a frozen pack answers.
func PackOf(b ledger.MeetingPacked) PackQuery {
	return PackQuery{Tier: b.Tier, On: b.On, From: b.From, Cutoff: b.Cutoff, Sequence: b.Records}
}

// MeetingPack (例会材料) is what a meeting has before it: data without words, so that
// nothing that is sealed later stands in it; every row names its statements.
type MeetingPack struct {
	Version  string             `json:"version"`
	Campaign ledger.LocalID     `json:"campaign"`
	Title    string             `json:"title"`
	TitleEN  string             `json:"title_en,omitempty"`
	Clock    ledger.Clock       `json:"clock"`
	Tier     ledger.MeetingTier `json:"tier"`
	On       ledger.Date        `json:"on"`
	From     ledger.Date        `json:"from"`
	Cutoff   ledger.Date        `json:"cutoff"`
	Sequence uint64             `json:"sequence"`
	Policy   uint64             `json:"policy,omitempty"` // in force at the cut-off
	Sums     PackSums           `json:"sums"`
	Carried  []PackItem         `json:"carried"` // 议定事项 of earlier meetings, not done
	Settled  []PackItem         `json:"settled"` // done since From
	Decide   []PackBlocker      `json:"decide"`  // blockers that wait for a decision
	Units    []PackUnit         `json:"units"`
}

// PackSums (汇总) counts what the pack holds.
type PackSums struct {
	Lights     []ReviewTotal `json:"lights"`
	Promised   int           `json:"promised"` // milestones due in the days of the pack
	Reached    int           `json:"reached"`
	Late       int           `json:"late"`   // milestones past their day and not reached, of whenever
	Missed     int           `json:"missed"` // monthly reports due in those days that did not come
	Directives int           `json:"directives"`
	Overdue    int           `json:"overdue"` // directives whose step that waits is past its day
	Decide     int           `json:"decide"`
	Carried    int           `json:"carried"`
}

// PackItem is an item (议定事项) of a meeting.
type PackItem struct {
	Meeting    uint64         `json:"meeting"` // its record
	On         ledger.Date    `json:"on"`
	Item       ledger.LocalID `json:"item"`
	Unit       ledger.UnitID  `json:"unit,omitempty"`
	Task       ledger.TaskID  `json:"task,omitempty"`
	Due        ledger.Date    `json:"due,omitempty"`
	Overdue    bool           `json:"overdue,omitzero"`
	Carried    int            `json:"carried"` // monthly meetings since
	Directives []uint64       `json:"directives,omitempty"`
	Done       uint64         `json:"done,omitzero"` // the record by which it was done
}

// PackBlocker is a blocker (难点堵点) that stands in a task's way.
type PackBlocker struct {
	Task     ledger.TaskID  `json:"task"`
	Unit     ledger.UnitID  `json:"unit"`
	Blocker  uint64         `json:"blocker"` // its record
	Raised   ledger.Date    `json:"raised"`
	Asks     ledger.PartyID `json:"asks"`
	WantedBy ledger.Date    `json:"wanted_by,omitempty"`
	Accepted uint64         `json:"accepted,omitzero"` // the record by which it was accepted: the clock stands still
	Days     int            `json:"days"`              // since it was raised, or accepted
}

// PackUnit is a unit in a pack.
type PackUnit struct {
	Unit       ledger.UnitID `json:"id"`
	Name       string        `json:"name"`
	NameEN     string        `json:"name_en,omitempty"`
	NoLeadTask bool          `json:"no_lead_task,omitzero"` // 无牵头任务: neither good nor bad
	Plans      []ReviewPlan  `json:"plans,omitempty"`
	Tasks      []PackTask    `json:"tasks,omitempty"`
}

// PackTask is a task in a pack: promised, claimed, verified, late.
type PackTask struct {
	Task       ledger.TaskID     `json:"id"`
	Name       string            `json:"name"`
	NameEN     string            `json:"name_en,omitempty"`
	Life       Life              `json:"life"`
	Light      ReviewLight       `json:"light"`
	Slow       bool              `json:"slow"`
	Severe     bool              `json:"severe"`
	Planned    float64           `json:"planned"`
	Actual     float64           `json:"actual"`
	Promised   []ReviewMilestone `json:"promised,omitempty"` // due in the days of the pack
	Late       []ReviewMilestone `json:"late,omitempty"`     // due before, and not reached
	Ahead      []ReviewMilestone `json:"ahead,omitempty"`    // due in the days after the cut-off
	Progress   ReviewProgress    `json:"progress"`           // claimed and verified, apart
	Disputed   []uint64          `json:"disputed,omitempty"` // by responsible units, of the report that stands
	Reports    []ReviewReport    `json:"reports,omitempty"`  // whose last day fell into the days of the pack
	Directives []PackDirective   `json:"directives,omitempty"`
	Waits      []PackBlocker     `json:"waits,omitempty"`      // accepted: the clock stands still
	Extensions []uint64          `json:"extensions,omitempty"` // asked for, not decided
}

// PackDirective is an open directive (交办) and whose move it is.
type PackDirective struct {
	Directive uint64         `json:"directive"` // its record
	Issued    ledger.Date    `json:"issued"`
	State     DirectiveState `json:"state"`
	Step      Step           `json:"step"`
	Whose     Side           `json:"whose"`
	Due       ledger.Date    `json:"due"`
	LateBy    int            `json:"late_by,omitzero"`
	Late      bool           `json:"late,omitzero"`
	From      []uint64       `json:"from"`
}

// Encode is the pack as RFC 8785 (JSON canonicalization) has it: the bytes whose
// digest meeting.packed.v1 fixes.
func (p MeetingPack) Encode() []byte {
	data, err := json.Marshal(p)
	if err == nil {
		err = (*jsontext.Value)(&data).Canonicalize()
	}
	if err != nil {
		panic(fmt.Sprintf("projections: a pack does not encode: %v", err)) // it is made to
	}
	return data
}

// Digest is the SHA-256 of the pack's bytes.
func (p MeetingPack) Digest() ledger.Digest { return DigestOf(p.Encode()) }

// Frozen is the statement that freezes the pack.
func (p MeetingPack) Frozen() ledger.MeetingPacked {
	return ledger.MeetingPacked{Tier: p.Tier, On: p.On, From: p.From, Cutoff: p.Cutoff, Records: p.Sequence, SHA256: p.Digest(), Format: PackFormat}
}

// PackFrom is the first day of the pack with a cut-off: the day after the cut-off of
// the last one of its tier, or the first of the month where there is none.
func (c *Campaign) PackFrom(tier ledger.MeetingTier, cutoff ledger.Date) ledger.Date {
	from := cutoff.Month().First()
	for _, p := range c.Charter.Packs {
		if p.Tier == tier && p.Cutoff < cutoff {
			from = p.Cutoff.Add(1)
		}
	}
	return from
}

// Fold folds of the records what the query knows.
func (q PackQuery) Fold(records Records) (*Fold[Campaign], error) {
	return ReviewQuery{AsOf: q.Cutoff, Sequence: q.Sequence}.Fold(records)
}

// Rebuild makes a pack from the records alone.
func (q PackQuery) Rebuild(records Records) (MeetingPack, error) {
	f, err := q.Fold(records)
	if err != nil {
		return MeetingPack{}, err
	}
	return f.State.Pack(q)
}

// Pack makes a pack. The campaign must hold what the query knows and no more (see
// [PackQuery.Fold]).
func (c *Campaign) Pack(q PackQuery) (MeetingPack, error) {
	if err := c.packable(q); err != nil {
		return MeetingPack{}, err
	}
	v := &packer{reviewer: reviewer{Campaign: c, from: q.From, to: q.Cutoff, asOf: q.Cutoff, end: q.Cutoff}, at: q.Cutoff.End()}
	p := MeetingPack{Version: PackFormat, Campaign: c.Charter.Campaign, Title: string(c.Charter.Title), TitleEN: string(c.Charter.TitleEN), Clock: c.Charter.Clock,
		Tier: q.Tier, On: q.On, From: q.From, Cutoff: q.Cutoff, Sequence: q.Sequence, Carried: []PackItem{}, Settled: []PackItem{}, Decide: []PackBlocker{}, Units: []PackUnit{}}
	if policy, ok := c.Charter.PolicyAt(v.at); ok {
		p.Policy = policy.Sequence
	}
	v.items(&p)
	for _, u := range c.UnitList() {
		p.Units = append(p.Units, v.unit(u, &p))
	}
	p.Sums = p.sums()
	return p, nil
}

func (c *Campaign) packable(q PackQuery) error {
	for _, d := range []ledger.Date{q.On, q.From, q.Cutoff} {
		if _, err := ledger.ParseDate(string(d)); err != nil {
			return err
		}
	}
	switch {
	case c.Charter.Adopted.Sequence == 0:
		return ledger.Refuse("charter.first", "a ledger without a charter", "charter.adopted.v1 as the first statement")
	case q.Tier != ledger.TierMonthly && q.Tier != ledger.TierAsNeeded:
		return ledger.Malform("meeting.tier", fmt.Sprintf("tier %q", q.Tier), "monthly or as-needed")
	case q.Cutoff < q.From:
		return ledger.Malform("meeting.term", string(q.From)+" to "+string(q.Cutoff), "an end that is not before its beginning")
	case q.On < q.Cutoff:
		return ledger.Refuse("meeting.cutoff", fmt.Sprintf("a meeting on %s with a cut-off on %s", q.On, q.Cutoff), "a cut-off that is not after the meeting")
	}
	return nil
}

// packer is a pack under way; what it shares with a review it reckons as a review does.
type packer struct {
	reviewer
	at   time.Time
	open map[ledger.TaskID][]DirectiveStatus // once they are asked for
}

func (v *packer) items(p *MeetingPack) {
	for _, i := range v.ItemList(v.at) {
		row := PackItem{Meeting: i.Sequence, On: i.On, Item: i.Item, Unit: i.Unit, Task: i.Task, Due: i.Due, Overdue: i.Overdue, Carried: i.Carried, Directives: i.Directives}
		switch {
		case i.Done == nil:
			p.Carried = append(p.Carried, row)
		case ledger.DateOf(i.Done.At) >= v.from:
			row.Done = i.Done.Sequence
			p.Settled = append(p.Settled, row)
		}
	}
}

func (v *packer) unit(id ledger.UnitID, p *MeetingPack) PackUnit {
	party, _ := v.Units.Unit(id)
	u := PackUnit{Unit: id, Name: party.NameAt(v.end), NameEN: party.NameEN}
	for _, t := range v.TasksOf(id) {
		if t.Assigned.by(v.at) {
			u.Tasks = append(u.Tasks, v.task(t, p))
		}
	}
	u.NoLeadTask = len(u.Tasks) == 0
	if !u.NoLeadTask {
		u.Plans = v.plans(id)
	}
	return u
}

func (v *packer) task(t *Task, p *MeetingPack) PackTask {
	s := v.Campaign.judge(t, v.at, &v.known)
	row := PackTask{Task: t.ID, Name: s.Name, NameEN: s.NameEN, Life: s.Life, Light: lightOf(t, s), Slow: s.Slow, Severe: s.Severe,
		Planned: hundredths(s.Figures.Planned), Actual: hundredths(s.Figures.Actual), Progress: v.progress(t), Reports: v.reports(t).Rows}
	for _, p := range s.Disputed {
		row.Disputed = append(row.Disputed, p.Sequence)
	}
	v.schedule(t, &row)
	if v.open == nil {
		v.open = map[ledger.TaskID][]DirectiveStatus{}
		for _, d := range v.DirectiveList(DirectiveQuery{Open: true}, v.at) {
			v.open[d.Task] = append(v.open[d.Task], d)
		}
	}
	for _, d := range v.open[t.ID] {
		row.Directives = append(row.Directives, packDirective(d))
	}
	for _, e := range t.Extensions {
		if e.by(v.at) && !e.Decided.was(v.at) {
			row.Extensions = append(row.Extensions, e.Sequence)
		}
	}
	for i := range t.Blockers {
		b := &t.Blockers[i]
		if !b.by(v.at) || b.Cleared.was(v.at) || b.Decided.was(v.at) && !b.Accepted {
			continue
		}
		x := PackBlocker{Task: t.ID, Unit: t.Lead, Blocker: b.Sequence, Raised: ledger.DateOf(b.At), Asks: b.Asks, WantedBy: b.WantedBy, Days: v.end.DaysSince(ledger.DateOf(b.At))}
		if !b.Decided.was(v.at) {
			p.Decide = append(p.Decide, x)
			continue
		}
		x.Accepted, x.Days = b.Decided.Sequence, v.end.DaysSince(ledger.DateOf(b.Decided.At))
		row.Waits = append(row.Waits, x)
	}
	return row
}

// schedule sorts the milestones by their day: before, in and after the days of the pack.
func (v *packer) schedule(t *Task, row *PackTask) {
	for i := range t.Milestones {
		m := &t.Milestones[i]
		if !m.by(v.at) {
			continue
		}
		due := m.DueAt(v.at)
		x := v.milestone(t, m, due)
		switch {
		case due.Date < v.from:
			if m.Reached == nil {
				row.Late = append(row.Late, x)
			}
		case due.Date <= v.end:
			row.Promised = append(row.Promised, x)
		case due.Date <= v.end.Add(PackAhead) && m.Reached == nil:
			row.Ahead = append(row.Ahead, x)
		}
	}
	for _, list := range [][]ReviewMilestone{row.Late, row.Promised, row.Ahead} {
		slices.SortStableFunc(list, func(a, b ReviewMilestone) int {
			return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Milestone, b.Milestone))
		})
	}
}

func packDirective(d DirectiveStatus) PackDirective {
	x := PackDirective{Directive: d.Sequence, Issued: ledger.DateOf(d.Issued), State: d.State, Step: d.Step, Whose: d.Whose, Due: d.Due, Late: d.Late, LateBy: d.LateBy,
		From: []uint64{d.Sequence}}
	for _, s := range d.Steps {
		x.From = union(x.From, s.Began.Sequence)
	}
	return x
}

func (p *MeetingPack) sums() PackSums {
	s := PackSums{Lights: []ReviewTotal{}, Decide: len(p.Decide), Carried: len(p.Carried)}
	for _, l := range reviewLights {
		s.Lights = append(s.Lights, ReviewTotal{Is: string(l)})
	}
	for _, u := range p.Units {
		for _, t := range u.Tasks {
			count(s.Lights, string(t.Light.Light), union(t.Light.From, t.Light.Policy)...)
			s.Promised += len(t.Promised)
			s.Late += len(t.Late)
			s.Directives += len(t.Directives)
			for _, m := range t.Promised {
				switch {
				case m.Reached != "":
					s.Reached++
				case m.State == Missed:
					s.Late++
				}
			}
			for _, r := range t.Reports {
				if r.State == Missed {
					s.Missed++
				}
			}
			for _, d := range t.Directives {
				if d.Late {
					s.Overdue++
				}
			}
		}
	}
	return s
}
