// Package stream keeps a ledger's records in a NATS JetStream stream: creates
// it, opens it with a guard, appends to it through one fenced writer, and reads
// it in ways that stop at a gap.
//
// # The format
//
// The stream of campaign ja2023 is LEDGER_ja2023; record n is the message with
// sequence n. Its subject is the record's place, its body the envelope as it was
// submitted, and its headers hold what the ledger adds:
//
//	Nats-Msg-Id          the statement's id
//	Ducha-Recorded       2026-11-23T04:42:38.123Z
//	Ducha-Task-Version   3
//	Ducha-Trail-Version  7
//	Ducha-Head           64 hexadecimal digits
//
// # What is guaranteed
//
//   - A stream is created once, by [Create], and never by opening it. One that is
//     missing, configured otherwise, or has a gap is refused as damaged.
//   - [Writer.Append] returns a record once it is on stable storage: synced on one
//     node, on a quorum of three. It says nothing was recorded only where the
//     stream shows that.
//   - Every write is fenced by the expected last sequence of the whole stream,
//     which is exact on one node and on three. Two writers never fork a history.
//   - Readers give records in the order of their sequence and stop with an error
//     of class Damaged where one is missing.
package stream
