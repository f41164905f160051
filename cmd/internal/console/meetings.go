package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/projections"
)

// meetingsPage (例会) is the meetings, what they settled until it is done, and the packs
// that were frozen for them.
var meetingsPage = page{path: "/meetings", scope: access.Anyone, name: "meetings", zh: "例会与调度会", en: "Meetings", fill: meetings}

// packPage (例会材料) is the pack of the meeting to come, made from the ledger.
var packPage = page{path: "/meetings/pack", scope: access.Headquarters, name: "pack", zh: "例会材料", en: "Meeting pack", fill: packAsked, load: packed}

type meetingsBody struct {
	Items    []itemRow // not done
	Meetings []meetingRow
	Packs    []projections.PackBrief // that no meeting had before it yet
	Hold     []offer
	Today    ledger.Date
	MayPack  bool
}

type itemRow struct {
	projections.ItemStatus
	UnitName string
	Hidden   bool
	Moves    []offer
}

type meetingRow struct {
	projections.MeetingStatus
	ByName string
	Units  []string
	Away   []string
	Rows   []itemRow
	Hidden bool
}

func meetings(q *request, c *projections.Campaign) (any, error) {
	b := &meetingsBody{Today: ledger.DateOf(q.At), MayPack: q.Reader.SeesAll()}
	for _, m := range c.MeetingList(q.At) {
		if !q.Reader.SeesAll() && (q.Reader.Unit == "" || !slices.Contains(m.Attended, q.Reader.Unit) && !slices.Contains(m.Absent, q.Reader.Unit)) {
			continue
		}
		row := meetingRow{MeetingStatus: m, ByName: partyName(q, c, m.By), Hidden: c.Sealings.Statement(m.ID)}
		for _, u := range m.Attended {
			row.Units = append(row.Units, unitName(q, c, u))
		}
		for _, u := range m.Absent {
			row.Away = append(row.Away, unitName(q, c, u))
		}
		for _, i := range m.Items {
			if seesItem(q, i) {
				row.Rows = append(row.Rows, itemOf(q, c, i))
			}
		}
		if row.Hidden {
			row.Agenda, row.Decisions, row.Minutes = nil, nil, ""
		}
		b.Meetings = append(b.Meetings, row)
	}
	for _, i := range c.Carried(q.At) {
		if seesItem(q, i) {
			b.Items = append(b.Items, itemOf(q, c, i))
		}
	}
	for _, p := range c.PackList(q.At) {
		if q.Reader.SeesAll() && !p.Held {
			b.Packs = append(b.Packs, p)
			b.Hold = append(b.Hold, offers(offer{q.Move(c, "meeting.held.v1", ledger.HQ, "", heldFields(c, p)...), fmt.Sprintf("%s %s", p.Frozen.On, q.T("会议:录入到会、议定事项与纪要", "meeting: attendance, items, minutes"))})...)
		}
	}
	b.Hold = append(b.Hold, offers(offer{q.Move(c, "meeting.held.v1", ledger.HQ, "", "tier", string(ledger.TierAsNeeded)), q.T("不定期调度会", "a meeting as needed")})...)
	return b, nil
}

// heldFields fill in the form of a meeting that had a pack before it: its agenda is what
// is carried, and who is due to come are the members that lead tasks.
func heldFields(c *projections.Campaign, p projections.PackBrief) []string {
	fields := []string{"tier", string(p.Frozen.Tier), "on", string(p.Frozen.On), "pack", p.ID.String()}
	for _, id := range c.UnitList() {
		if party, _ := c.Units.Unit(id); party.Member {
			fields = append(fields, "attended", string(id))
		}
	}
	return append(fields, "agenda", "上次议定事项落实情况", "agenda", "各单位进展与滞后事项", "agenda", "需研究的难点堵点")
}

func seesItem(q *request, i projections.ItemStatus) bool {
	return q.Reader.SeesAll() || i.Unit != "" && i.Unit == q.Reader.Unit
}

func itemOf(q *request, c *projections.Campaign, i projections.ItemStatus) itemRow {
	row := itemRow{ItemStatus: i, UnitName: unitName(q, c, i.Unit), Hidden: c.Sealings.Statement(i.Meeting)}
	if i.Unit == "" {
		row.UnitName = ""
	}
	if row.Hidden {
		row.Text = ""
	}
	if t, ok := c.Tasks[i.Task]; ok && i.Done == nil {
		row.Moves = offers(offer{q.Move(c, "directive.issued.v1", t.Lead, t.ID, "meeting", i.Meeting.String(), "item", string(i.Item), "text", row.Text, "answer_by", string(i.Due)), q.T("交办", "Issue a directive")})
	}
	return row
}

type packBody struct {
	node.Packed
	Query  projections.PackQuery
	Names  map[ledger.PartyID]string
	May    bool   // the reader may freeze it
	Freeze string // where
}

// Row is the words that a record has.
func (b *packBody) Row(sequence uint64) string { return b.Words[fmt.Sprint(sequence)] }

// Item is likewise the words of an item of a meeting.
func (b *packBody) Item(meeting uint64, item ledger.LocalID) string {
	return b.Words[node.ItemKey(meeting, item)]
}

// Party is a party's name on the day.
func (b *packBody) Party(id ledger.PartyID) string { return cmp.Or(b.Names[id], string(id)) }

// Unit is a unit's.
func (b *packBody) Unit(id ledger.UnitID) string { return b.Party(ledger.PartyID("units/" + id)) }

func packAsked(q *request, c *projections.Campaign) (any, error) {
	b := &packBody{Names: map[ledger.PartyID]string{}}
	b.Query = projections.PackQuery{Tier: ledger.MeetingTier(q.FormValue("tier")), On: ledger.Date(q.FormValue("on")), From: ledger.Date(q.FormValue("from")), Cutoff: ledger.Date(q.FormValue("cutoff"))}
	for _, d := range []ledger.Date{b.Query.On, b.Query.From, b.Query.Cutoff} {
		if _, err := ledger.ParseDate(string(d)); d != "" && err != nil {
			return nil, err
		}
	}
	for id := range c.Units.Parties {
		b.Names[id] = partyName(q, c, id)
	}
	b.May = q.Move(c, "meeting.packed.v1", ledger.HQ, "") != ""
	return b, nil
}

func packed(ctx context.Context, s *site, q *request, body any) (err error) {
	b := body.(*packBody)
	if b.Packed, err = s.node.Pack(ctx, b.Query); err != nil {
		return err
	}
	if f := b.Pack.Frozen(); b.May {
		b.Freeze = formOf("meeting.packed.v1", ledger.HQ, "", "tier", string(f.Tier), "on", string(f.On), "from", string(f.From), "cutoff", string(f.Cutoff), "sequence", fmt.Sprint(f.Records), "sha256", string(f.SHA256), "format", string(f.Format))
	}
	return nil
}
