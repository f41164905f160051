// Package proof is what convinces somebody who trusts nobody (证明): checkpoints of
// the sealed log, cosignatures of witnesses over them, proofs that an entry is in
// the log, and the policy that says whose word is enough. It is pure: bytes in,
// bytes out. The log itself is package archive; asking witnesses over a network is
// for cmd.
//
// # Formats
//
// All are C2SP's, so that outside tools read and write them too:
//
//	checkpoint    c2sp.org/tlog-checkpoint, a c2sp.org/signed-note by the ledger's key, Ed25519
//	cosignature   c2sp.org/tlog-cosignature, type 0x04 (Ed25519)
//	inclusion     c2sp.org/tlog-proof@v1, one entry in one file
//	policy        c2sp.org/tlog-policy
//	witness       c2sp.org/tlog-witness, the body of add-checkpoint
//
// The one format of ducha's own is the shared proof of [ProveAll]: many entries of
// one tree, each node once.
//
// # Whose log
//
// A ledger's log is named after its campaign and its key, see [Origin]. The charter
// names the ledger's key, so who has the charter can derive the name and the key to
// verify checkpoints with, and needs nothing else.
//
// BUG(proof): ML-DSA-44 cosignatures (type 0x06) are not read: Go's standard
// library has no ML-DSA yet. Signature lines of a type that is not known here are
// passed over, a policy that asks for one is refused.
package proof
