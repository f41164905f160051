package ledger

import (
	"crypto/sha256"
	"fmt"
	"io"

	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
)

// PayloadTypeReceipt is the DSSE payload type of a receipt.
const PayloadTypeReceipt = "application/vnd.ducha.receipt.v1+json"

// Receipt is what the ledger answers to every statement that it admits. Whoever
// holds it can show that, when, and as what the statement was recorded.
type Receipt struct {
	Campaign     LocalID `json:"campaign"`
	ID           Ref     `json:"id"`
	Kind         Kind    `json:"type"`
	Sequence     uint64  `json:"sequence"`
	Recorded     string  `json:"recorded"` // as FormatRecorded writes it
	Digest       Hash    `json:"digest"`   // SHA-256 of the envelope, as it was submitted
	Unit         UnitID  `json:"unit"`
	Task         TaskID  `json:"task,omitempty"`
	TaskVersion  uint64  `json:"task_version,omitempty"`
	TrailVersion uint64  `json:"trail_version"`
	Head         Hash    `json:"head"` // of the unit's trail, with this statement
}

// SignedReceipt is a receipt as it is handed out: its fields to read, and the
// envelope that the ledger's key signed, which alone counts.
type SignedReceipt struct {
	Receipt
	Envelope string `json:"receipt_envelope"`
}

// ReceiptOf is the receipt for an event.
func ReceiptOf(e Event) Receipt {
	return Receipt{
		Campaign: e.Campaign, ID: e.ID, Kind: e.Kind, Sequence: e.Sequence, Recorded: FormatRecorded(e.Recorded),
		Digest: sha256.Sum256(e.Record.Envelope), Unit: e.Place.Unit, Task: e.Place.Task,
		TaskVersion: e.TaskVersion, TrailVersion: e.TrailVersion, Head: e.Head,
	}
}

// Sign signs the receipt with the ledger's key.
func (r Receipt) Sign(rand io.Reader, key seal.PrivateKey) (SignedReceipt, error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return SignedReceipt{}, fmt.Errorf("receipt: %w", err)
	}
	env, err := seal.Seal(rand, key, PayloadTypeReceipt, payload)
	if err != nil {
		return SignedReceipt{}, fmt.Errorf("receipt: %w", err)
	}
	return SignedReceipt{Receipt: r, Envelope: string(env.Encode())}, nil
}

// Verify checks the envelope against the ledger's key, and that the fields
// beside it say what was signed.
func (s SignedReceipt) Verify(key seal.PublicKey) error {
	env, err := seal.ParseEnvelope([]byte(s.Envelope))
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if env.PayloadType != PayloadTypeReceipt {
		return Malform("receipt.type", fmt.Sprintf("payload type %q", env.PayloadType), PayloadTypeReceipt)
	}
	if err := env.Verify(key); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	var signed Receipt
	if err := json.Unmarshal(env.Payload, &signed, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if signed != s.Receipt {
		return Malform("receipt.fields", fmt.Sprintf("the fields say %+v", s.Receipt), fmt.Sprintf("what was signed: %+v", signed))
	}
	return nil
}

// Event rebuilds the record that the receipt speaks of from the statement's
// envelope, as it was submitted, and reads it. Its bytes ([Record.Encode]) are the
// entry that must stand in the sealed log at the receipt's sequence, so a holder
// needs nobody to know which leaf to ask for. The receipt's signature is for
// [SignedReceipt.Verify], the statement's for whoever knows the signer's key.
func (r Receipt) Event(envelope []byte) (Event, error) {
	if digest := Hash(sha256.Sum256(envelope)); digest != r.Digest {
		return Event{}, Malform("receipt.statement", fmt.Sprintf("a statement with the digest %s", digest), fmt.Sprintf("the envelope as it was submitted, to the byte: its digest is %s", r.Digest))
	}
	recorded, err := ParseRecorded(r.Recorded)
	if err != nil {
		return Event{}, Malform("receipt.recorded", err.Error(), "a recorded time")
	}
	if r.Kind.Family() == Other {
		return Event{}, Malform("receipt.kind", fmt.Sprintf("a receipt for a statement of the kind %q", r.Kind), "a kind that this version knows: take a newer one to check it")
	}
	e, err := Record{
		Sequence: r.Sequence, Recorded: recorded, Place: Place{Campaign: r.Campaign, Unit: r.Unit, Task: r.Task, Family: r.Kind.Family()},
		TaskVersion: r.TaskVersion, TrailVersion: r.TrailVersion, Head: r.Head, Envelope: envelope,
	}.Read()
	if err != nil {
		return Event{}, Malform("receipt.statement", err.Error(), "the statement that the receipt names")
	}
	if of := ReceiptOf(e); of != r {
		return Event{}, Malform("receipt.statement", fmt.Sprintf("a statement whose receipt would be %+v", of), fmt.Sprintf("the statement of the receipt %+v", r))
	}
	return e, nil
}
