package trail

import (
	"cmp"
	"slices"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// KeyEntry is a key that signed something in the bundle.
type KeyEntry struct {
	KeyID     seal.KeyID     `json:"keyid"`
	Algorithm seal.Algorithm `json:"algorithm"`
	Party     ledger.PartyID `json:"party"`
	Holder    string         `json:"holder"`
	Enrolled  uint64         `json:"enrolled"`          // by which record
	Revoked   uint64         `json:"revoked,omitempty"` // by which record, if it was by the manifest's sequence
	PEM       string         `json:"pem"`

	Certificates []projections.Certificate `json:"certificates,omitempty"` // with what was found of them, the last one in force
}

// Signer is a key with how many statements of the bundle it signed.
type Signer struct {
	KeyEntry
	Signed int              `json:"signed"`
	Under  []CertificateUse `json:"under,omitempty"` // certificates, with their status when signing
}

// keysOf lists the signers by the record that enrolled them. A signer that was
// never enrolled is not in it.
func keysOf(ring *projections.Keyring, signers map[seal.KeyID]int) []KeyEntry {
	list := []KeyEntry{}
	for id := range signers {
		k, ok := ring.Keys[id]
		if !ok {
			continue
		}
		public, err := k.PublicKey()
		if err != nil {
			continue // the keyring holds none such
		}
		e := KeyEntry{KeyID: id, Algorithm: public.Algorithm(), Party: k.Party, Holder: k.Holder, Enrolled: k.Enrolled.Sequence, PEM: string(public.PEM()), Certificates: k.Certificates}
		if k.Revoked != nil {
			e.Revoked = k.Revoked.Sequence
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b KeyEntry) int {
		return cmp.Or(cmp.Compare(a.Enrolled, b.Enrolled), cmp.Compare(a.KeyID, b.KeyID))
	})
	return list
}
