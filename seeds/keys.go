package seeds

import (
	"crypto/sha256"
	"fmt"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// DEMO KEYS. Every key here follows from a number that everybody knows: whoever
// can read this file can sign as anybody. They are for demonstration, tests and
// benchmarks. In production a unit makes its own key, or brings a certificate
// of a licensed CA, and nobody else ever holds it.

// sm2Units sign with SM2 (国密), as government systems must; the others use
// Ed25519, so that both are seen.
var sm2Units = map[ledger.PartyID]bool{
	"units/ggb": true, "units/gzw": true, "units/sfj": true, "units/zfw": true, "authorities/jiwei": true, "authorities/demo-ca": true,
}

// Rotated is the unit whose key is lost and replaced in the simulation.
const Rotated ledger.PartyID = "units/sfj"

// Keys are the demo's private keys by party, "root" and "ledger" among them: for
// demonstration only, see above. For the unit that loses its key in the
// simulation it is the key that stands at the end of it.
func Keys(seed uint64) map[ledger.PartyID]seal.PrivateKey {
	keys := firstKeys(seed, JiAn())
	keys[Rotated] = demoKey(seed, Rotated, 2)
	return keys
}

// firstKeys are the keys as the simulation begins.
func firstKeys(seed uint64, p Plan) map[ledger.PartyID]seal.PrivateKey {
	keys := map[ledger.PartyID]seal.PrivateKey{"root": demoKey(seed, "root", 1), "ledger": demoKey(seed, "ledger", 1)}
	for _, x := range parties(p) {
		keys[x.Party] = demoKey(seed, x.Party, 1)
	}
	return keys
}

func demoKey(seed uint64, party ledger.PartyID, generation int) seal.PrivateKey {
	alg := seal.Ed25519
	if sm2Units[party] {
		alg = seal.SM2
	}
	text := fmt.Sprintf("ducha demo key|%d|%s", seed, party)
	if generation > 1 {
		text += fmt.Sprintf("|%d", generation)
	}
	key, err := seal.NewKey(alg, sha256.Sum256([]byte(text)))
	if err != nil {
		panic(fmt.Sprintf("seeds: the demo key of %s: %v", party, err)) // a seed always makes a key
	}
	return key
}
