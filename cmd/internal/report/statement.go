package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// statement is one record of the unit, for reading.
type statement struct {
	Sequence uint64
	Recorded time.Time
	Claimed  time.Time
	At       time.Time // counts from
	Kind     string
	Family   ledger.Family
	Task     ledger.TaskID
	By       ledger.PartyID
	Who      string
	Key      seal.KeyID
	Fields   []field
	ID       ledger.Ref
}

// summary is what a statement says, on one line for each thing it says.
func (p *paper) summary(s statement) string {
	parts := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		parts[i] = p.say(f)
	}
	return strings.Join(parts, "\n")
}

func (p *paper) statements() []statement {
	list := make([]statement, 0, len(p.Events))
	for _, e := range p.Events {
		s := statement{Sequence: e.Sequence, Recorded: e.Recorded, Claimed: e.Time, At: p.counts(e), Kind: p.kind(e.Kind),
			Family: e.Record.Place.Family, Task: e.Task, By: e.Source, Who: p.who(e.Source), Key: e.Signer, ID: e.ID}
		if p.sealed[e.ID] {
			s.Fields = []field{{Value: p.hidden()}}
		} else {
			s.Fields = p.fields(e.Body)
		}
		list = append(list, s)
	}
	return list
}

func (p *paper) hidden() string {
	return p.T("(已密封:内容不予显示,编号与摘要不变)", "(sealed: what it says is not shown; its place and digest stay)")
}

// kind is a kind as people call it.
func (p *paper) kind(k ledger.Kind) string {
	if _, known := k.Spec(); !known {
		return clean(string(k))
	}
	words := strings.Split(string(k), ".")
	return p.T(k.Name(), strings.Join(words[:len(words)-1], " "))
}

// signer is a key that signed records of the unit.
type signer struct {
	Key      seal.KeyID
	Who      string
	By       ledger.PartyID
	Holder   string
	Post     string
	Count    int
	First    uint64
	Last     uint64
	Enrolled uint64
	Revoked  uint64 // 0 while it is in force
}

// signers lists them by the first record that each signed.
func (p *paper) signers() []signer {
	found := map[seal.KeyID]*signer{}
	for _, e := range p.Events {
		s := found[e.Signer]
		if s == nil {
			key := p.Campaign.Keyring.Keys[e.Signer]
			s = &signer{Key: e.Signer, Who: p.who(e.Source), By: e.Source, Holder: clean(key.Holder), Post: clean(key.Post),
				First: e.Sequence, Enrolled: key.Enrolled.Sequence}
			if key.Revoked != nil {
				s.Revoked = key.Revoked.Sequence
			}
			found[e.Signer] = s
		}
		s.Count++
		s.Last = e.Sequence
	}
	list := make([]signer, 0, len(found))
	for _, s := range found {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b signer) int { return cmp.Compare(a.First, b.First) })
	return list
}
