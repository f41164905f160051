package projections

import (
	"cmp"
	"slices"

	"ducha/ledger"
)

// Officeholder (任职) is who holds a post of a party, as it was recorded.
type Officeholder struct {
	Stamp
	Name  string      `json:"name"`
	Post  string      `json:"post"`
	From  ledger.Date `json:"from"`
	Until ledger.Date `json:"until,omitempty"`
}

// Holder is an office-holder without where it is on record.
type Holder struct {
	Name  string      `json:"name"`
	Post  string      `json:"post"`
	From  ledger.Date `json:"from"`
	Until ledger.Date `json:"until,omitempty"`
}

func (u *Units) officeholder(f Fact, b *ledger.OfficeholderRecorded) {
	if p, ok := u.Parties[b.Party]; ok {
		p.Officeholders = append(p.Officeholders, Officeholder{f.stamp(), string(b.Name), string(b.Post), b.From, b.Until})
		u.Parties[b.Party] = p
	}
}

// LastHolder is the last one recorded for a post.
func (p Party) LastHolder(post string) (Officeholder, bool) {
	for _, o := range slices.Backward(p.Officeholders) {
		if o.Post == post {
			return o, true
		}
	}
	return Officeholder{}, false
}

// HoldersAt are those in office on a day, by post: of each post the last one who
// took it by then, unless his term was over.
func (p Party) HoldersAt(d ledger.Date) []Holder {
	posts := map[string]Officeholder{}
	for _, o := range p.Officeholders { // in the order of From, for each post
		if o.From <= d {
			posts[o.Post] = o
		}
	}
	var list []Holder
	for _, o := range posts {
		if o.Until == "" || d <= o.Until {
			list = append(list, Holder{o.Name, o.Post, o.From, o.Until})
		}
	}
	slices.SortFunc(list, func(a, b Holder) int { return cmp.Compare(a.Post, b.Post) })
	return list
}
