package node

import (
	"context"
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/projections"
)

// Packed is a pack of a meeting with the words that its rows have on record: those of
// a statement by its sequence, those of an item by its meeting's and its id. What two
// persons sealed has none.
type Packed struct {
	Pack   projections.MeetingPack `json:"pack"`
	SHA256 ledger.Digest           `json:"sha256"`
	Words  map[string]string       `json:"words"`
}

// ItemKey is an item's key among the words of a pack.
func ItemKey(meeting uint64, item ledger.LocalID) string { return fmt.Sprintf("%d/%s", meeting, item) }

// Pack makes the pack of a meeting. What the query leaves out is a monthly meeting
// today, cut off on its day or today, since the last pack, of all that is on record.
func (n *Node) Pack(ctx context.Context, q projections.PackQuery) (Packed, error) {
	if err := n.Fault(); err != nil {
		return Packed{}, err
	}
	var sealed map[ledger.Ref]bool
	var last uint64
	n.View.Read(func(c *projections.Campaign, sequence uint64) {
		last = sequence
		today := ledger.DateOf(c.Now(n.Clock()))
		if q.Tier == "" {
			q.Tier = ledger.TierMonthly
		}
		if q.On == "" {
			q.On = max(today, q.Cutoff)
		}
		if q.Cutoff == "" {
			q.Cutoff = min(q.On, today)
		}
		if q.From == "" {
			q.From = c.PackFrom(q.Tier, q.Cutoff)
		}
		if q.Sequence == 0 {
			q.Sequence = sequence
		}
		sealed = hidden(c)
	})
	if today := ledger.DateOf(n.Clock()); q.Cutoff > today {
		return Packed{}, ledger.Refuse("date.ahead", fmt.Sprintf("a cut-off on %s, which lies ahead", q.Cutoff), fmt.Sprintf("%s or earlier", today))
	}
	var packed Packed
	pack := func(c *projections.Campaign) error {
		p, err := c.Pack(q)
		if err == nil {
			packed = Packed{Pack: p, SHA256: p.Digest(), Words: wordsIn(p, wordsOf(c, sealed))}
		}
		return err
	}
	if q.Sequence == last { // what is on record now, as is known of it already
		err := n.past.Look(ctx, q.Cutoff.End(), last, pack)
		return packed, err
	}
	fold, err := q.Fold(n.Stream.Read(ctx, 0))
	if err == nil {
		err = pack(fold.State)
	}
	return packed, err
}

// wordsIn are those of the words that a pack's rows name.
func wordsIn(p projections.MeetingPack, words map[string]string) map[string]string {
	in := map[string]string{}
	keep := func(key string) {
		if text, ok := words[key]; ok {
			in[key] = text
		}
	}
	for _, i := range slices.Concat(p.Carried, p.Settled) {
		keep(ItemKey(i.Meeting, i.Item))
	}
	blockers := p.Decide
	for _, u := range p.Units {
		for _, t := range u.Tasks {
			blockers = slices.Concat(blockers, t.Waits)
			for _, d := range t.Directives {
				keep(fmt.Sprint(d.Directive))
			}
		}
	}
	for _, b := range blockers {
		keep(fmt.Sprint(b.Blocker))
	}
	return in
}

// wordsOf are the words of meetings, directives and blockers.
func wordsOf(c *projections.Campaign, sealed map[ledger.Ref]bool) map[string]string {
	words := map[string]string{}
	put := func(id ledger.Ref, key, text string) {
		if !sealed[id] {
			words[key] = text
		}
	}
	for _, m := range c.Charter.Meetings {
		for _, i := range m.Items {
			put(m.ID, ItemKey(m.Sequence, i.ID), string(i.Text))
		}
	}
	for _, d := range c.Directives {
		put(d.ID, fmt.Sprint(d.Sequence), d.Text)
	}
	for _, t := range c.Tasks {
		for _, b := range t.Blockers {
			put(b.ID, fmt.Sprint(b.Sequence), string(b.What))
		}
	}
	return words
}

// FrozenPack is a pack on record, and what was found when it was built again from the
// ledger alone.
type FrozenPack struct {
	projections.PackBrief
	Found ledger.Digest `json:"found,omitempty"` // the digest of what was built
	Same  bool          `json:"same"`
	Fault string        `json:"fault,omitempty"` // why it could not be built
}

// Packs lists the packs on record, the oldest first.
func (n *Node) Packs() ([]projections.PackBrief, error) {
	if err := n.Fault(); err != nil {
		return nil, err
	}
	var list []projections.PackBrief
	n.View.Read(func(c *projections.Campaign, _ uint64) { list = c.PackList(c.Index.Latest) })
	return list, nil
}

// VerifyPack builds a pack that was frozen again, from the records alone, and holds it
// against the digest that its statement fixes.
func (n *Node) VerifyPack(ctx context.Context, id ledger.Ref) (FrozenPack, error) {
	list, err := n.Packs()
	if err != nil {
		return FrozenPack{}, err
	}
	i := slices.IndexFunc(list, func(p projections.PackBrief) bool { return p.ID == id })
	if i < 0 {
		return FrozenPack{}, &ledger.Error{Class: ledger.NotFound, Rule: "reference.known", Found: fmt.Sprintf("no pack %s", id), Want: "the id of a meeting.packed.v1, such as one of `ducha meeting pack --verify`"}
	}
	p := FrozenPack{PackBrief: list[i]}
	if p.Frozen.Format != projections.PackFormat {
		p.Fault = fmt.Sprintf("its format is %q, this version writes %s", p.Frozen.Format, projections.PackFormat)
		return p, nil
	}
	again, err := projections.PackOf(p.Frozen).Rebuild(n.Stream.Read(ctx, 0))
	if err != nil {
		return p, err
	}
	p.Found = again.Digest()
	p.Same = p.Found == p.Frozen.SHA256
	return p, nil
}
