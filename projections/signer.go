package projections

import (
	"cmp"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// Signer (签名人) is who stood behind a statement when it was signed, as the
// ledger knew it then: the party under its name of the day, who held its posts,
// and the key's certificate with its status.
type Signer struct {
	Party       ledger.PartyID       `json:"party"`
	Name        string               `json:"name,omitempty"`
	Key         seal.KeyID           `json:"key"`
	Algorithm   seal.Algorithm       `json:"algorithm,omitempty"`
	Holder      string               `json:"holder,omitempty"` // of the key, as it was enrolled
	Post        string               `json:"post,omitempty"`
	InOffice    []Holder             `json:"in_office,omitempty"` // 任职, on that day
	Certificate *CertificateStanding `json:"certificate,omitempty"`
}

// SignerOf says who stood behind a statement: its signer, as of the instant that
// it counts from and of what was on record before its sequence.
func (c *Campaign) SignerOf(key seal.KeyID, at time.Time, sequence uint64) Signer {
	k := c.Keyring.Keys[key]
	p := c.Units.Parties[k.Party]
	day := ledger.DateOf(at)
	s := Signer{Party: k.Party, Key: key, Holder: k.Holder, Post: k.Post, InOffice: p.HoldersAt(day)}
	if p.ID != "" {
		s.Name = p.NameAt(day)
	}
	if public, err := k.PublicKey(); err == nil {
		s.Algorithm = public.Algorithm()
	}
	if cert, ok := k.Certificate(sequence); ok {
		s.Certificate = cert.standing(at, sequence)
	}
	return s
}

// SignerOfEvent is the signer of a recorded event, at the instant that it counts
// from under the charter's clock.
func (c *Campaign) SignerOfEvent(e ledger.Event) Signer {
	return c.SignerOf(e.Signer, effective(c.Charter.Clock, e), e.Sequence)
}

// KeyStatus is a key as it stands at an instant.
type KeyStatus struct {
	Signer
	Enrolled uint64 `json:"enrolled"`
	Revoked  uint64 `json:"revoked,omitempty"`
	Reason   string `json:"reason,omitempty"` // of the revocation
}

// KeyList lists every key that was enrolled by an instant, in that order, as the
// ledger has it now.
func (c *Campaign) KeyList(at time.Time) []KeyStatus {
	list := []KeyStatus{}
	for id, k := range c.Keyring.Keys {
		if !k.Enrolled.by(at) {
			continue
		}
		s := KeyStatus{Signer: c.SignerOf(id, at, uint64(len(c.Index.Statements))+1), Enrolled: k.Enrolled.Sequence}
		if k.Revoked != nil && k.Revoked.by(at) {
			s.Revoked, s.Reason = k.Revoked.Sequence, k.Reason
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b KeyStatus) int {
		return cmp.Or(cmp.Compare(a.Enrolled, b.Enrolled), cmp.Compare(a.Key, b.Key))
	})
	return list
}
