package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
)

// ItemStatus (议定事项) is one thing that a meeting settled, as it stands at an instant.
// It is carried from meeting to meeting until it is done: when a later meeting says
// so, or when every directive that was issued to carry it out is accepted.
type ItemStatus struct {
	Meeting    ledger.Ref         `json:"meeting"`
	Sequence   uint64             `json:"sequence"` // of the meeting
	Tier       ledger.MeetingTier `json:"tier"`
	On         ledger.Date        `json:"on"` // the meeting's day
	Item       ledger.LocalID     `json:"item"`
	Text       string             `json:"text"`
	Unit       ledger.UnitID      `json:"unit,omitempty"`
	Task       ledger.TaskID      `json:"task,omitempty"`
	Due        ledger.Date        `json:"due,omitempty"`
	Directives []uint64           `json:"directives,omitempty"` // that carry it out
	Carried    int                `json:"carried"`              // monthly meetings since, up to the one that found it done
	Overdue    bool               `json:"overdue,omitzero"`     // past Due, and not done
	Done       *Stamp             `json:"done,omitempty"`
	Note       string             `json:"note,omitempty"` // of the meeting that found it done
}

// ItemList lists everything that the meetings up to an instant settled, as it stood
// then, in the order of the meetings.
func (c *Campaign) ItemList(at time.Time) []ItemStatus {
	list := []ItemStatus{}
	asked := c.asked(at)
	for i := range c.Charter.Meetings {
		if m := &c.Charter.Meetings[i]; m.by(at) {
			for j := range m.Items {
				list = append(list, c.item(m, &m.Items[j], asked[m.ID], at))
			}
		}
	}
	return list
}

// Carried lists the items that are not done at an instant.
func (c *Campaign) Carried(at time.Time) []ItemStatus {
	return slices.DeleteFunc(c.ItemList(at), func(i ItemStatus) bool { return i.Done != nil })
}

// Item is what a meeting settled, by the meeting's id and the item's, as it stands at an
// instant, and false where it settled no such thing.
func (c *Campaign) Item(meeting ledger.Ref, item ledger.LocalID, at time.Time) (ItemStatus, bool) {
	for i := range c.Charter.Meetings {
		m := &c.Charter.Meetings[i]
		if m.ID != meeting {
			continue
		}
		if x := find(m.Items, func(x *ledger.MeetingItem) bool { return x.ID == item }); x != nil {
			return c.item(m, x, c.asked(at)[m.ID], at), true
		}
	}
	return ItemStatus{}, false
}

// asked are the directives that were issued by an instant to carry out what a meeting
// settled, by the meeting.
func (c *Campaign) asked(at time.Time) map[ledger.Ref][]*Directive {
	by := map[ledger.Ref][]*Directive{}
	for _, d := range c.Directives {
		if d.Meeting != nil && d.by(at) {
			by[*d.Meeting] = append(by[*d.Meeting], d)
		}
	}
	for _, list := range by {
		slices.SortFunc(list, func(a, b *Directive) int { return cmp.Compare(a.Sequence, b.Sequence) })
	}
	return by
}

// item is a thing that a meeting settled, asked the directives that the meeting led to.
func (c *Campaign) item(m *Meeting, i *ledger.MeetingItem, asked []*Directive, at time.Time) ItemStatus {
	s := ItemStatus{Meeting: m.ID, Sequence: m.Sequence, Tier: m.Tier, On: m.On, Item: i.ID, Text: string(i.Text), Unit: i.Unit, Task: i.Task, Due: i.Due}
	s.Done, s.Note = c.foundDone(m.ID, i.ID, at)
	byDirective := carriedOut(&s, asked, at)
	if byDirective != nil && (s.Done == nil || byDirective.Sequence < s.Done.Sequence) {
		s.Done, s.Note = byDirective, ""
	}
	for _, later := range c.Charter.Meetings {
		if later.Tier == ledger.TierMonthly && later.by(at) && later.Sequence > m.Sequence && (s.Done == nil || later.Sequence <= s.Done.Sequence) {
			s.Carried++
		}
	}
	s.Overdue = s.Done == nil && s.Due != "" && at.After(s.Due.End())
	return s
}

// foundDone is the meeting that found an item done.
func (c *Campaign) foundDone(meeting ledger.Ref, item ledger.LocalID, at time.Time) (*Stamp, string) {
	for i := range c.Charter.Meetings {
		m := &c.Charter.Meetings[i]
		if !m.by(at) {
			continue
		}
		for _, d := range m.Done {
			if d.Meeting == meeting && d.Item == item {
				return &m.Stamp, string(d.Note)
			}
		}
	}
	return nil, ""
}

// carriedOut is when the last of the directives for an item was accepted, nil as long
// as one was not, or none was issued.
func carriedOut(s *ItemStatus, asked []*Directive, at time.Time) *Stamp {
	var last *Stamp
	open := false
	for _, d := range asked {
		if d.Item != s.Item {
			continue
		}
		s.Directives = append(s.Directives, d.Sequence)
		switch {
		case !d.Accepted.was(at):
			open = true
		case last == nil || d.Accepted.Sequence > last.Sequence:
			last = d.Accepted
		}
	}
	if open {
		return nil
	}
	return last
}

// MeetingStatus (会议) is a meeting with what it settled and what became of it.
type MeetingStatus struct {
	ID        ledger.Ref         `json:"id"`
	Sequence  uint64             `json:"sequence"`
	By        ledger.PartyID     `json:"by"`
	Tier      ledger.MeetingTier `json:"tier"`
	On        ledger.Date        `json:"on"`
	Attended  []ledger.UnitID    `json:"attended"`
	Absent    []ledger.UnitID    `json:"absent,omitempty"`
	Agenda    []ledger.Line      `json:"agenda"`
	Decisions []ledger.Text      `json:"decisions,omitempty"`
	Minutes   string             `json:"minutes,omitempty"`
	Pack      *PackBrief         `json:"pack,omitempty"`
	Items     []ItemStatus       `json:"items,omitempty"`
	Done      []ledger.ItemDone  `json:"done,omitempty"` // items of earlier meetings that it found done
	Open      int                `json:"open"`           // of its own items
	Asked     []uint64           `json:"directives,omitempty"`
}

// PackBrief (会议材料) is a pack on record.
type PackBrief struct {
	ID       ledger.Ref           `json:"id"`
	Sequence uint64               `json:"sequence"` // of the statement
	By       ledger.PartyID       `json:"by"`
	At       time.Time            `json:"at"`
	Frozen   ledger.MeetingPacked `json:"frozen"`
	Held     bool                 `json:"held"` // the meeting that had it before it
}

// MeetingList lists the meetings up to an instant, the latest first.
func (c *Campaign) MeetingList(at time.Time) []MeetingStatus {
	list := []MeetingStatus{}
	asked := c.asked(at)
	for i := range c.Charter.Meetings {
		if m := &c.Charter.Meetings[i]; m.by(at) {
			list = append(list, c.meeting(m, asked[m.ID], at))
		}
	}
	slices.SortFunc(list, func(a, b MeetingStatus) int {
		return cmp.Or(cmp.Compare(b.On, a.On), cmp.Compare(b.Sequence, a.Sequence))
	})
	return list
}

func (c *Campaign) meeting(m *Meeting, asked []*Directive, at time.Time) MeetingStatus {
	s := MeetingStatus{ID: m.ID, Sequence: m.Sequence, By: m.By, Tier: m.Tier, On: m.On, Attended: m.Attended, Absent: m.Absent, Agenda: m.Agenda,
		Decisions: m.Decisions, Minutes: string(m.Minutes), Done: m.Done}
	for j := range m.Items {
		item := c.item(m, &m.Items[j], asked, at)
		if s.Items = append(s.Items, item); item.Done == nil {
			s.Open++
		}
	}
	for _, d := range asked {
		s.Asked = append(s.Asked, d.Sequence)
	}
	for _, p := range c.PackList(at) {
		if m.Pack != nil && p.ID == *m.Pack {
			s.Pack = &p
		}
	}
	return s
}

// PackList lists the packs that were frozen by an instant, the oldest first.
func (c *Campaign) PackList(at time.Time) []PackBrief {
	list := []PackBrief{}
	for _, p := range c.Charter.Packs {
		if !p.by(at) {
			continue
		}
		held := slices.ContainsFunc(c.Charter.Meetings, func(m Meeting) bool { return m.by(at) && m.Pack != nil && *m.Pack == p.ID })
		list = append(list, PackBrief{ID: p.ID, Sequence: p.Sequence, By: p.By, At: p.At.In(ledger.Shanghai), Frozen: p.MeetingPacked, Held: held})
	}
	return list
}
