package projections

import (
	"maps"
	"slices"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// Keyring (公钥簿) says whose key is whose, from when until when, and who holds
// which role.
type Keyring struct {
	Keys  map[seal.KeyID]Key                       `json:"keys"`
	Roles map[ledger.PartyID]map[ledger.Role]Stamp `json:"roles"`
}

// Key is an enrolled key. What it signed while it was in force stands for ever.
type Key struct {
	Party    ledger.PartyID `json:"party"`
	PEM      string         `json:"pem"`
	Holder   string         `json:"holder" said:"Enrolled"`
	Post     string         `json:"post,omitempty" said:"Enrolled"`
	Enrolled Stamp          `json:"enrolled"`
	Revoked  *Stamp         `json:"revoked,omitempty"`
	Reason   string         `json:"reason,omitempty" said:"Revoked"` // of the revocation

	Certificates []Certificate `json:"certificates,omitempty"` // the last one is in force
}

func newKeyring() Keyring {
	return Keyring{Keys: map[seal.KeyID]Key{}, Roles: map[ledger.PartyID]map[ledger.Role]Stamp{}}
}

func (k *Keyring) evolve(f Fact) {
	switch b := f.Body.(type) {
	case *ledger.CharterAdopted:
		k.enrol(f, "root", b.RootKey, "root")
		k.enrol(f, "ledger", b.LedgerKey, "ledger")
	case *ledger.KeyEnrolled:
		k.enrol(f, b.Party, b.PublicKey, b.Holder)
		if id, ok := keyID(b.PublicKey); ok {
			key := k.Keys[id]
			if key.Enrolled.ID == f.ID {
				key.Post = string(b.Post)
			}
			if key.Party == b.Party {
				key.certify(f, b.Certificate)
			}
			k.Keys[id] = key
		}
	case *ledger.CertificateChecked:
		if key, ok := k.Keys[seal.KeyID(b.Key)]; ok {
			key.checked(f, b)
			k.Keys[seal.KeyID(b.Key)] = key
		}
	case *ledger.KeyRevoked:
		if key, ok := k.Keys[seal.KeyID(b.Key)]; ok && key.Revoked == nil {
			s := f.stamp()
			key.Revoked, key.Reason = &s, string(b.Reason)
			k.Keys[seal.KeyID(b.Key)] = key
		}
	case *ledger.RoleGranted:
		if k.Roles[b.Party] == nil {
			k.Roles[b.Party] = map[ledger.Role]Stamp{}
		}
		k.Roles[b.Party][b.Role] = f.stamp()
	case *ledger.RoleEnded:
		delete(k.Roles[b.Party], b.Role)
	}
}

// enrol takes a key in; a key is enrolled once, whoever names it again.
func (k *Keyring) enrol(f Fact, party ledger.PartyID, pem ledger.Text, holder ledger.Line) {
	id, ok := keyID(pem)
	if _, known := k.Keys[id]; !ok || known {
		return
	}
	k.Keys[id] = Key{Party: party, PEM: string(pem), Holder: string(holder), Enrolled: f.stamp()}
}

func keyID(pem ledger.Text) (seal.KeyID, bool) {
	key, err := seal.ParsePublicKey([]byte(pem))
	if err != nil {
		return "", false // the door admits no such key; a fold cannot fail
	}
	return key.ID(), true
}

// Has says whether a party holds a role now.
func (k *Keyring) Has(p ledger.PartyID, r ledger.Role) bool {
	_, ok := k.Roles[p][r]
	return ok
}

// RolesOf are the roles that a party holds now, in their order.
func (k *Keyring) RolesOf(p ledger.PartyID) []ledger.Role {
	return slices.AppendSeq([]ledger.Role{}, slices.Values(slices.Sorted(maps.Keys(k.Roles[p]))))
}

// PublicKey is the key as one that verifies.
func (k Key) PublicKey() (seal.PublicKey, error) { return seal.ParsePublicKey([]byte(k.PEM)) }
