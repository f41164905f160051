package proof

import (
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/note"
)

// SealedReceipt (封存回执) is a receipt with all that its holder needs to prove,
// offline and to anybody, that the ledger's log holds the statement: the statement
// itself and the way from it to a signed checkpoint. Every part after the signed
// receipt may be missing: it is filled in once the record is sealed.
//
//	{"campaign":"ja2023", "id":"...", "type":"progress.reported.v1", "sequence":12, ...,
//	 "receipt_envelope":"{\"payload\":...}",
//	 "sealed":true, "statement":"{\"payload\":...}", "proof":"c2sp.org/tlog-proof@v1\nindex 11\n..."}
//
// The members up to receipt_envelope are a [ledger.SignedReceipt], so that either
// reads as the other.
type SealedReceipt struct {
	ledger.SignedReceipt
	Sealed    bool   `json:"sealed" doc:"封存: the proof is here; false: signed, and not under a published checkpoint yet"`
	Statement string `json:"statement,omitempty" doc:"the statement's envelope as it was submitted, to the byte"`
	Proof     string `json:"proof,omitempty" doc:"c2sp.org/tlog-proof@v1: the way to a checkpoint that the ledger signed, and the checkpoint"`
}

// MaxReceipt is the most bytes that a receipt file may have: two envelopes as JSON
// strings and a proof with many cosignatures.
const MaxReceipt = 1 << 20

// ParseSealedReceipt reads a receipt, sealed or only signed, and verifies nothing
// yet.
func ParseSealedReceipt(data []byte) (SealedReceipt, error) {
	var r SealedReceipt
	if len(data) > MaxReceipt {
		return r, &ledger.Error{Class: ledger.TooLarge, Rule: "receipt.form", Found: fmt.Sprintf("%d bytes", len(data)), Want: fmt.Sprintf("a receipt of at most %d", MaxReceipt)}
	}
	if err := json.Unmarshal(data, &r, json.RejectUnknownMembers(true)); err != nil {
		return SealedReceipt{}, ledger.Malform("receipt.form", err.Error(), "a receipt as the ledger answered it, one JSON object")
	}
	if r.Envelope == "" {
		return SealedReceipt{}, ledger.Malform("receipt.form", "no receipt_envelope", "a receipt that the ledger signed")
	}
	if r.Sealed != (r.Proof != "") {
		return SealedReceipt{}, ledger.Malform("receipt.form", fmt.Sprintf("sealed is %t, and a proof of %d bytes", r.Sealed, len(r.Proof)), "a proof where it says sealed, and none where it does not")
	}
	return r, nil
}

// Encode is the receipt as a file.
func (r SealedReceipt) Encode() ([]byte, error) {
	data, err := json.Marshal(r, jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	return append(data, '\n'), nil
}

// Log verifies the checkpoints of the log that the receipt belongs to, if key is
// the ledger's.
func (r SealedReceipt) Log(key seal.PublicKey) (note.Verifier, error) {
	return LogVerifier(Origin(r.Campaign, key), key)
}

// Seal adds the proof that the record is sealed, and the statement as it was
// submitted, which may be empty where the holder has it anyway.
func (r SealedReceipt) Seal(statement []byte, i Inclusion) SealedReceipt {
	r.Sealed, r.Statement, r.Proof = true, string(statement), string(i.Encode())
	return r
}

// Standing is what a sealed receipt proves.
type Standing struct {
	Event      ledger.Event // the statement, as it is on record
	Checkpoint Checkpoint   // the ledger signed that its log begins so
	Cosigned   []Cosignature
}

// Verify checks all of a sealed receipt and asks nobody: that the ledger's key
// signed it, that it is for the statement in it, that the statement's record is in
// the log under a checkpoint of the same key, and that the policy's witnesses
// cosigned that checkpoint. A nil policy asks for none. The statement's own
// signature is not looked at: its signer's key is not in a receipt.
func (r SealedReceipt) Verify(key seal.PublicKey, policy *Policy) (Standing, error) {
	if err := r.SignedReceipt.Verify(key); err != nil {
		return Standing{}, err
	}
	e, err := r.Event([]byte(r.Statement))
	if err != nil {
		return Standing{}, err
	}
	return r.VerifyProof(e, key, policy)
}

// VerifyProof is the part of [SealedReceipt.Verify] that is about the proof, for an
// event of [ledger.Receipt.Event].
func (r SealedReceipt) VerifyProof(e ledger.Event, key seal.PublicKey, policy *Policy) (Standing, error) {
	log, err := r.Log(key)
	if err != nil {
		return Standing{}, err
	}
	if !r.Sealed {
		return Standing{}, &ledger.Error{Class: ledger.NotFound, Rule: "receipt.unsealed", Found: "a receipt that is signed and holds no proof", Want: "a sealed one: `ducha receipt upgrade`"}
	}
	i, err := ParseInclusion([]byte(r.Proof))
	if err != nil {
		return Standing{}, err
	}
	if i.Index+1 != r.Sequence {
		return Standing{}, &ledger.Error{Class: ledger.Damaged, Rule: "inclusion.proof", Found: fmt.Sprintf("a proof for record %d", i.Index+1), Want: fmt.Sprintf("one for record %d", r.Sequence)}
	}
	s := Standing{Event: e}
	if s.Checkpoint, err = i.Verify(e.Record.Encode(), log); err != nil {
		return s, err
	}
	if policy == nil {
		return s, nil
	}
	if accepted, err := policy.Accepts(Origin(r.Campaign, key), key); err != nil || !accepted {
		return s, &ledger.Error{Class: ledger.BadSeal, Rule: "policy.log", Found: fmt.Sprintf("the log %s, with this key", log.Name()), Want: "a log that the policy names", Err: err}
	}
	var met bool
	if s.Cosigned, met, err = policy.Cosigned(i.Checkpoint); err == nil && !met {
		err = &ledger.Error{Class: ledger.BadSeal, Rule: "policy.quorum", Found: fmt.Sprintf("cosignatures of %d of %d witnesses", len(s.Cosigned), len(policy.Witnesses)), Want: "as many as the policy asks for"}
	}
	return s, err
}

// Accepts reports whether the policy names a log with this key, or names none at
// all.
func (p Policy) Accepts(origin string, key seal.PublicKey) (bool, error) {
	vkey, err := VerifierKey(origin, key)
	return err == nil && (len(p.Logs) == 0 || slices.ContainsFunc(p.Logs, func(l PolicyLog) bool { return l.VerifierKey == vkey })), err
}
