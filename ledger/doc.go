// Package ledger is what ducha (督查) holds to be facts: the signed statements
// of a campaign, and the record that the ledger adds to each of them.
//
// # The idea
//
// Whoever has something to say (a lead unit its progress, the office a
// directive, an outside authority its decision on a card) signs a [Statement]:
// a CloudEvents event inside a DSSE envelope (see package seal). The ledger
// gives it a place that nobody can take away again: a [Record] with a sequence,
// the time it was recorded, and a link in the hash chain of the unit that it
// holds to account, the unit's trail. Everything that anyone sees is folded from
// records; see package projections.
//
// # What is guaranteed
//
//   - Sequences count 1, 2, 3 over the whole ledger; trail versions count 1, 2, 3
//     over a unit, task versions over a task. A reader that sees a gap has lost
//     something and must stop. [Chain] checks it.
//   - head(n) = SHA-256(head(n-1) || SHA-256(record n without its head)), with
//     32 zero bytes before the first. Nobody can change, drop, insert or reorder
//     a record of a trail without changing every later head.
//   - The bytes that were signed are the bytes that are stored: a record holds
//     the envelope exactly as it was submitted.
//   - A submitter holds a [Receipt], signed by the ledger, of what was recorded.
//
// The package is pure: it touches no network and no disk, and neither asks for
// the time nor for a random number. Both come in from outside.
package ledger
