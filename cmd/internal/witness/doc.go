// Package witness cosigns the checkpoints of logs (见证), and asks others to:
// c2sp.org/tlog-witness over HTTP.
//
// A [Witness] remembers of every log that it knows the last checkpoint that it
// cosigned, and cosigns only what continues that. So two people who both ask for
// its cosignature see one history. What a witness promised is on stable storage
// before anybody sees it; a checkpoint that contradicts it, signed by the log, is
// kept as evidence.
//
// A [Client] asks the witnesses of a policy, all at once, and carries on without
// those that the policy can spare.
//
// The folder of a witness:
//
//	witness.pem                the key, PKCS#8, Ed25519; of no other use
//	witness.json               the witness's name
//	lock                       held by the one process that cosigns
//	logs/<hash>/key            the verifier key of a log; hash is SHA-256 of its origin
//	logs/<hash>/checkpoint     the last checkpoint, with the log's signature and the cosignature; "none" before the first
//	logs/<hash>/fork-...       checkpoints that the log signed, of a size that had another root: proof of fraud
//	logs/<hash>/refused-...    checkpoints that the log signed and did not prove to continue the last one
//
// Every file but the lock is put in its place by a rename, so that anybody may read
// the folder while the witness serves: [Look]. The folder of a log appears whole,
// so that one can be added while it serves: [AddLog]. A log without its checkpoint
// file is damaged, never new: a witness that forgets would cosign another history.
package witness
