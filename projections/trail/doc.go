// Package trail is the exported trail (导出台账): everything that holds one unit to
// account, in one zip that an auditor checks on a machine of their own, offline,
// without trusting whoever runs the ledger.
//
// # The idea
//
// A bundle holds the unit's records, the few records of others that are needed to
// know whose key was whose and by which rules was judged, the status that was
// shown, a statement by the ledger's key, itself on record, of how many records
// there are and with which head the chain ends, and the proof that all of these are
// in the sealed log. [Draft] makes all but that statement and the proof, the caller
// submits it and waits until it is sealed, [Bundle.Attest] adds the record it became
// and the proof, [Bundle.WriteTo] writes the zip. [Verify] believes nothing in it: it
// hashes, links, verifies and folds again, and what it cannot make itself it reports.
//
// # What is guaranteed
//
// Of a bundle that verifies, with the root key given in [Options]:
//
//   - every statement was signed with a key that was enrolled before it and not
//     revoked before it, by the party that speaks in it; every enrolment, role and
//     policy by someone who could make it at that sequence, back to the root key;
//   - the unit's records are all there were on its trail up to the attestation:
//     numbers from 1 to the attestation's with no gap, each linked to the one
//     before; the first count of them those that the status was drafted from;
//   - every record here, the attestation among them, stands at its place in the log
//     whose checkpoint the ledger's key signed; with a policy, its witnesses saw that
//     log only grow to it;
//   - the status is what follows from them by the policy on record;
//   - no byte of the file was changed since it was attested, the container included;
//     but witnesses may have added their lines to the checkpoint.
//
// Without the root key the same holds of whoever holds the root key that the
// charter in the file names; the report says so and prints its id. Without a policy
// of witnesses it holds of one history, which whoever runs the ledger could have
// made anew, log and all, out of statements that others did sign: a receipt for a
// statement that is gone ([Options].Receipts), an earlier export
// ([Compare]) or a copy of the log ([CompareCopy]) exposes that, and nothing else
// does. What catches which omission is listed, and tried record by record, in
// testdata/omissions.txt.
//
// Two lies of whoever runs the ledger and holds its key are possible within one
// history, and nothing in the file shows them: a registry record of another trail,
// such as a revocation, that the ledger left out of the context and attested so;
// and a record of the unit that is in the log and that its chain passes over. A
// receipt for it exposes either, and so does a copy of the log; another export of
// any unit exposes the first.
//
// Not guaranteed: that the door's other rules, such as who may close a task, were
// kept (the statements and their signers are there to read). The papers for people
// are attested as they are, and nothing rests on what they say.
//
// BUG(trail): a hostile charter and policy of one's own making can make the status
// slow to recompute; nothing bounds it but the number of tasks and months in 2000
// to 2100.
//
// # The format
//
// "ducha-trail/2" is a zip of these files, in this order, stored without
// compression, all dated 1980-01-01, with no extra fields, comments or flags:
//
//	manifest.json     what this is: unit, count, head, sequence, instant, clock, files with SHA-256
//	records.ndjson    the unit's records, trail versions 1 to count, a line each
//	context.ndjson    registry records of all other trails up to that sequence, in the ledger's order, a line each
//	keys.json         every key that signed something here, for people and stock tools
//	status.json       the unit's status as judged for the manifest's instant
//	since.ndjson      records of the unit and registry records of others that came after the manifest's sequence and before the attestation, mostly empty
//	attestation.json  the record of the export.attested.v1 that names the digests of the first five and of the papers
//	checkpoint        c2sp.org/tlog-checkpoint, with the witnesses' cosignatures
//	proof.txt         the shared proof of all records above under the checkpoint, see package proof: a hash in base64 on every line
//	report.html       for people, may be left out
//	records.xlsx      for people, may be left out
//	README.txt        how to verify, in Chinese and English
//
// Lines are records as [ledger.Record.Encode] writes them, each with its line feed;
// without it, they are the entries of the log. The verifier writes the container
// again from its contents and accepts no byte that differs, and it makes keys.json,
// status.json and the manifest again too. A later version has another number.
//
// # An example
//
//	ducha export fgw -o fgw-trail.zip
//	ducha-verify fgw-trail.zip --root 5f0c…e1 --policy witnesses.txt     # exit code 0: good, 1: findings
package trail
