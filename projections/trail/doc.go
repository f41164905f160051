// Package trail is the exported trail (导出台账): everything that holds one unit to
// account, in one zip that an auditor checks on a machine of their own, offline,
// without trusting whoever runs the ledger.
//
// # The idea
//
// A bundle holds the unit's records, the few records of others that are needed to
// know whose key was whose and by which rules was judged, the status that was
// shown, and a statement by the ledger's key, itself on record, of how many records
// there are and with which head the chain ends. [Draft] makes all but that
// statement, the caller submits it, [Bundle.Attest] adds the record it became,
// [Bundle.WriteTo] writes the zip. [Verify] believes nothing in it: it hashes,
// links, verifies and folds again, and what it cannot make itself it reports.
//
// # What is guaranteed
//
// Of a bundle that verifies, with the root key given in [Options]:
//
//   - every statement was signed with a key that was enrolled before it and not
//     revoked before it, by the party that speaks in it; every enrolment, role and
//     policy by someone who could make it at that sequence, back to the root key;
//   - the unit's records are all there were when the ledger stood at the manifest's
//     sequence: numbers 1 to count with no gap, each linked to the one before, the
//     last with the head that the ledger's key attested;
//   - the status is what follows from them by the policy on record;
//   - no byte of the file was changed since it was attested, the container included.
//
// Without the root key the same holds of whoever holds the root key that the
// charter in the file names; the report says so and prints its id.
//
// Not guaranteed: that the ledger showed everyone the same history (receipts, and
// witnesses of the archive, prove that); that the door's other rules, such as who
// may close a task, were kept (the statements and their signers are there to read).
// The records of others are held by the attested digest of their file, and by
// links where two of one trail follow each other, but not by a chain of their own.
//
// BUG(trail): the place of the attestation itself, its sequence and recorded
// time, is signed nowhere in the bundle. It is checked to follow on the trail; an
// inclusion proof will pin it.
//
// BUG(trail): a hostile charter and policy of one's own making can make the status
// slow to recompute; nothing bounds it but the number of tasks and months in 2000
// to 2100.
//
// # The format
//
// "ducha-trail/1" is a zip of exactly these files, in this order, stored without
// compression, all dated 1980-01-01, with no extra fields, comments or flags:
//
//	manifest.json     what this is: unit, count, head, sequence, instant, clock, files with SHA-256
//	records.ndjson    the unit's records, trail versions 1 to count, a line each
//	context.ndjson    registry records of all other trails, in the ledger's order, a line each
//	keys.json         every key that signed something here, for people and stock tools
//	status.json       the unit's status as judged for the manifest's instant
//	attestation.json  the record of the export.attested.v1 that names the digests of the five above
//	README.txt        how to verify, in Chinese and English
//
// Lines are records as [ledger.Record.Encode] writes them, each with its line feed.
// The verifier writes the container again from its contents and accepts no byte
// that differs, and it makes keys.json, status.json and the manifest again too. A
// later version that adds files (proofs, a checkpoint, sheets) has another number.
//
// # An example
//
//	ducha export fgw -o fgw-trail.zip
//	ducha-verify fgw-trail.zip --root 5f0c…e1     # exit code 0: good, 1: findings
package trail
