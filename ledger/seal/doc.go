// Package seal puts a signature on bytes so that neither the signer nor anyone
// else can later say that it was over something else: DSSE envelopes, signed with
// Ed25519 or with SM2 (国密) over SM3.
//
// # The idea
//
// A statement is signed by whoever makes it, with a standard key, in a standard
// format that stock openssl can produce, and is checked by people who do not trust
// the ledger. So there is no canonical form of JSON in it: the payload's bytes are
// carried in base64 and signed as they are. What is signed is not the payload but
// its pre-authentication encoding ([PAE]), which holds the payload's type too.
//
// # What is guaranteed
//
//   - An envelope that verifies was signed, in this very type and payload, by the
//     holder of the key that it names. It has exactly one signature.
//   - An envelope has one meaning. Whatever readers may disagree on is refused:
//     duplicate and unknown members, bad UTF-8, base64 that is not canonical,
//     anything after the end. So are second encodings of a key or of an SM2
//     signature, and Ed25519 keys under which one signature fits many messages.
//   - A key has one [KeyID], computed from the key alone.
//   - Refusals come before work: nothing over [MaxEnvelope] is parsed, and every
//     error is one of the sentinels (see [ErrSyntax] and its neighbours) and says
//     what was found and what would be right.
//   - What is verified is the envelope's Payload: read the statement from there, and
//     hold it to [CheckJSON] first, for the payload is any bytes to this package.
//
// The package knows no time and no randomness but what it is given, and every
// value of it may be used by many goroutines at once.
//
// # The format
//
// An envelope is JSON of at most 48 KiB (see the DSSE specification,
// https://github.com/secure-systems-lab/dsse/blob/master/envelope.md):
//
//	{"payload":     "<standard base64 of the event>",
//	 "payloadType": "application/cloudevents+json",
//	 "signatures":  [{"keyid": "<64 lower-case hex digits>",
//	                  "sig":   "<standard base64 of the signature>"}]}
//
// [Envelope.Encode] writes it without white space, members in this order. Keys are
// PEM files: SPKI ("PUBLIC KEY", RFC 5280 section 4.1) and PKCS#8 ("PRIVATE
// KEY", RFC 5958). An Ed25519 signature is the 64 bytes of RFC 8032; an SM2
// signature is DER of SEQUENCE { r INTEGER, s INTEGER } over SM3, with the
// identifier 1234567812345678 (GB/T 32918.2, GM/T 0009).
//
// # An example
//
// A unit that has nothing but openssl makes a key and its name so:
//
//	openssl genpkey -algorithm SM2 -out key.pem            # or -algorithm ed25519
//	openssl pkey -in key.pem -pubout -outform DER | sha256sum
//
// and signs the file pae, which holds what [PAE] says, so:
//
//	openssl pkeyutl -sign -rawin -inkey key.pem -in pae -out sig \
//	        -digest sm3 -pkeyopt distid:1234567812345678   # this line for SM2 only
//
// The whole of it is testdata/seal.sh, which the tests run.
package seal
