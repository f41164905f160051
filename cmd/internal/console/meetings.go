package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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
			if !convenes(q, p.Frozen.Tier) || p.Frozen.Tier == ledger.TierMonthly && held(c, p.Frozen.On.Month()) {
				continue
			}
			b.Hold = append(b.Hold, offers(offer{q.Move(c, "meeting.held.v1", ledger.HQ, "", heldFields(c, p)...), fmt.Sprintf("%s %s", p.Frozen.On, q.T("会议:录入到会、议定事项与纪要", "meeting: attendance, items, minutes"))})...)
		}
	}
	if convenes(q, ledger.TierMonthly) && !held(c, b.Today.Month()) && len(b.Packs) == 0 {
		b.Hold = append(b.Hold, offers(offer{q.Move(c, "meeting.held.v1", ledger.HQ, "", "tier", string(ledger.TierMonthly), "on", string(b.Today)), q.T("录入本月例会(未冻结材料)", "this month's meeting, without a pack")})...)
	}
	if convenes(q, ledger.TierAsNeeded) {
		b.Hold = append(b.Hold, offers(offer{q.Move(c, "meeting.held.v1", ledger.HQ, "", "tier", string(ledger.TierAsNeeded), "on", string(b.Today)), q.T("召集调度会:录入到会与议定事项", "a meeting as needed: attendance and items")})...)
	}
	return b, nil
}

// held reports whether a month had its meeting.
func held(c *projections.Campaign, m ledger.Month) bool {
	return slices.ContainsFunc(c.Charter.Meetings, func(x projections.Meeting) bool { return x.Tier == ledger.TierMonthly && x.On.Month() == m })
}

// convenes reports whether a meeting of a tier is the reader's to call: the monthly one
// is the office's, any other the commander's or his delegate's (plan, section 四(二)).
func convenes(q *request, tier ledger.MeetingTier) bool {
	return (tier == ledger.TierMonthly) == q.Reader.Has(ledger.RoleOffice)
}

// agendaShown is how many points of each part an agenda is filled in with: a meeting
// settles what matters most.
const agendaShown = 12

// heldFields fill in the form of a meeting that had a pack before it, from the ledger:
// its agenda is what is carried, who is behind, and the blockers that wait to be
// decided; who is due to come are the members.
func heldFields(c *projections.Campaign, p projections.PackBrief) []string {
	fields := []string{"tier", string(p.Frozen.Tier), "on", string(p.Frozen.On), "pack", p.ID.String()}
	for _, id := range c.UnitList() {
		if party, _ := c.Units.Unit(id); party.Member {
			fields = append(fields, "attended", string(id))
		}
	}
	for _, point := range agenda(c, p.Frozen.Cutoff.End()) {
		fields = append(fields, "agenda", point)
	}
	return fields
}

// agenda (议题) is what the ledger has for a meeting at a cut-off, at least the three
// points that every meeting goes through.
func agenda(c *projections.Campaign, at time.Time) []string {
	carried, blocked := c.Carried(at), c.BlockerList("", true, at)
	blocked = slices.DeleteFunc(blocked, func(x projections.BlockerStatus) bool { return x.WaitsOn != projections.OnDecision })
	list := []string{fmt.Sprintf("上次议定事项落实情况(未办结%d项)", len(carried)), "各单位进展与滞后事项"}
	for _, t := range c.TaskList() {
		if s := c.Judge(t, at); (s.Slow || s.Severe) && len(list) < agendaShown {
			list = append(list, point(fmt.Sprintf("滞后任务:%s %s,%s", t.ID, t.NameAt(at), projections.Chinese.FigureWords(s.Figures))))
		}
	}
	list = append(list, fmt.Sprintf("需研究的难点堵点(待研究%d项)", len(blocked)))
	for _, x := range blocked[:min(len(blocked), agendaShown)] {
		if !c.Sealings.Statement(x.ID) {
			list = append(list, point(fmt.Sprintf("难点:%s %s", x.Task, x.What)))
		}
	}
	return list
}

// point is a text as one point of an agenda, within what that may hold.
func point(s string) string { return clip(strings.Join(strings.Fields(s), " "), 100) }

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
	Frozen *projections.PackBrief
}

// Same reports whether the pack that is shown is, to the byte, the one on record.
func (b *packBody) Same() bool { return b.Frozen.Frozen.SHA256 == b.SHA256 }

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
	if asked := q.FormValue("sequence"); asked != "" {
		n, err := strconv.ParseUint(asked, 10, 64)
		if err != nil {
			return nil, ledger.Malform("http.request", fmt.Sprintf("sequence %.40q", asked), "the number of the last record that the pack rests on")
		}
		b.Query.Sequence = n
	}
	for _, d := range []ledger.Date{b.Query.On, b.Query.From, b.Query.Cutoff} {
		if _, err := ledger.ParseDate(string(d)); d != "" && err != nil {
			return nil, err
		}
	}
	for id := range c.Units.Parties {
		b.Names[id] = partyName(q, c, id)
	}
	tier := cmp.Or(b.Query.Tier, ledger.TierMonthly)
	b.May = convenes(q, tier) && q.Move(c, "meeting.packed.v1", ledger.HQ, "") != ""
	for _, p := range c.PackList(q.At) {
		if p.Frozen.Tier == tier && p.Frozen.On == cmp.Or(b.Query.On, ledger.DateOf(q.At)) {
			b.Frozen = &p // one pack a meeting
			b.May = false
		}
	}
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
