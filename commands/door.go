package commands

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/ledger/stream"
	"ducha/projections"
)

// Appender admits and appends one statement; it is the writer, or whoever keeps
// one running.
type Appender interface {
	Append(context.Context, stream.Draft) (ledger.Record, error)
	AppendAll(context.Context, []stream.Draft) ([]ledger.Record, error)
}

// Getter reads one record back.
type Getter interface {
	Get(ctx context.Context, sequence uint64) (ledger.Record, error)
}

// Door (受理) is the only way into a ledger. Its methods may be called from many
// goroutines; signatures are checked in the caller's.
type Door struct {
	Records  Getter
	Writer   Appender
	Campaign *projections.View[projections.Campaign]
	Key      seal.PrivateKey // the ledger's, for receipts
}

// Submit takes an envelope as it came over the wire. The receipt says where the
// statement is on record; replayed says that it was already. An error is a
// *ledger.Error: nothing was recorded, unless its class is ledger.Unknown, after
// which the same bytes can be submitted again.
func (d *Door) Submit(ctx context.Context, envelope []byte) (receipt ledger.SignedReceipt, replayed bool, err error) {
	// The record outlives the call, and a caller may use its buffer again.
	envelope = bytes.Clone(envelope)
	env, s, err := read(envelope)
	if err != nil {
		return receipt, false, err
	}
	if sequence, ok := d.Recorded(s.ID); ok {
		return d.replay(ctx, sequence, env)
	}
	key, err := d.key(ctx, env.Signature.KeyID, s)
	if err != nil {
		return receipt, false, err
	}
	if err := env.Verify(key); err != nil {
		return receipt, false, sealError(err)
	}
	record, err := d.Writer.Append(ctx, stream.Draft{Statement: s, Envelope: envelope, Signer: env.Signature.KeyID})
	if known, ok := errors.AsType[*RecordedError](err); ok {
		return d.replay(ctx, known.Sequence, env)
	}
	if err != nil {
		return receipt, false, surface(err)
	}
	receipt, err = d.sign(ledger.Event{Record: record, Statement: s, Signer: env.Signature.KeyID})
	return receipt, false, err
}

// read reads an envelope and the statement in it.
func read(envelope []byte) (env seal.Envelope, s ledger.Statement, err error) {
	if env, err = seal.ParseEnvelope(envelope); err != nil {
		return env, s, sealError(err)
	}
	if env.PayloadType != seal.PayloadTypeStatement {
		return env, s, ledger.Malform("envelope.type", fmt.Sprintf("payload type %q", env.PayloadType), seal.PayloadTypeStatement)
	}
	s, err = ledger.Parse(env.Payload)
	return env, s, err
}

// Receipt is the receipt of a record; it is the same one every time.
func (d *Door) Receipt(r ledger.Record) (ledger.SignedReceipt, error) {
	e, err := r.Read()
	if err != nil {
		return ledger.SignedReceipt{}, err
	}
	return d.sign(e)
}

func (d *Door) sign(e ledger.Event) (ledger.SignedReceipt, error) {
	return ledger.ReceiptOf(e).Sign(rand.Reader, d.Key)
}

// Recorded is where a statement is on record, by its id.
func (d *Door) Recorded(id ledger.Ref) (sequence uint64, ok bool) {
	d.Campaign.Read(func(c *projections.Campaign, _ uint64) {
		var e projections.Entry
		e, ok = c.Index.Statements[id]
		sequence = e.Sequence
	})
	return sequence, ok
}

// replay answers a statement that is on record already with its first receipt,
// however old it is, and whatever became of the key since. What counts as the
// same is what was said: an SM2 signature is another one each time it is made.
func (d *Door) replay(ctx context.Context, sequence uint64, env seal.Envelope) (receipt ledger.SignedReceipt, replayed bool, err error) {
	r, err := d.Records.Get(ctx, sequence)
	if err != nil {
		return receipt, false, surface(err)
	}
	first, err := seal.ParseEnvelope(r.Envelope)
	if err != nil {
		return receipt, false, &ledger.Error{Class: ledger.Damaged, Rule: "record.unreadable", Found: fmt.Sprintf("record %d: %v", sequence, err)}
	}
	if !bytes.Equal(first.Payload, env.Payload) || first.Signature.KeyID != env.Signature.KeyID {
		return receipt, false, ledger.Refuse("statement.id", fmt.Sprintf("an id that is on record as %d, with other bytes", sequence), "a new id for a new statement, or the same bytes signed with the same key")
	}
	receipt, err = d.Receipt(r)
	return receipt, true, err
}

// key looks the signer's key up as of now.
func (d *Door) key(ctx context.Context, id seal.KeyID, s ledger.Statement) (seal.PublicKey, error) {
	if charter, ok := s.Body.(*ledger.CharterAdopted); ok {
		key, err := seal.ParsePublicKey([]byte(charter.RootKey))
		if err != nil {
			return key, sealError(err)
		}
		return key, nil
	}
	var key projections.Key
	var ok bool
	var campaign ledger.LocalID
	d.Campaign.Read(func(c *projections.Campaign, _ uint64) {
		key, ok = c.Keyring.Keys[id]
		campaign = c.Charter.Campaign
	})
	// Campaigns run side by side: who came to the wrong one hears of that, and not
	// that his key is unknown here.
	if campaign != "" && s.Campaign != campaign {
		return seal.PublicKey{}, otherCampaign(s, campaign)
	}
	if !ok {
		return seal.PublicKey{}, ledger.Forbid("signer.unknown", fmt.Sprintf("key %s is not enrolled", id), "a key that the office enrolled with key.enrolled.v1")
	}
	public, err := key.PublicKey()
	if err != nil {
		return public, sealError(err)
	}
	return public, nil
}

// sealError gives an error of package seal its class and rule.
func sealError(err error) error {
	e := &ledger.Error{Class: ledger.Malformed, Rule: "envelope.form", Found: err.Error(), Want: "a DSSE envelope: payload, payloadType, signatures with one {keyid, sig}"}
	switch {
	case errors.Is(err, seal.ErrTooLarge):
		e.Class, e.Rule, e.Want = ledger.TooLarge, "envelope.size", fmt.Sprintf("at most %d bytes; name large evidence by its digest", seal.MaxEnvelope)
	case errors.Is(err, seal.ErrSignature), errors.Is(err, seal.ErrKeyMismatch):
		e.Class, e.Rule, e.Want = ledger.BadSeal, "envelope.signature", "a signature over the DSSE pre-authentication encoding, made with the key that keyid names"
	case errors.Is(err, seal.ErrAlgorithm), errors.Is(err, seal.ErrKey):
		e.Class, e.Rule, e.Want = ledger.BadSeal, "key.form", "an Ed25519 or SM2 public key as SPKI PEM"
	}
	return e
}

// surface makes sure that what leaves the door is a *ledger.Error.
func surface(err error) error {
	if _, ok := errors.AsType[*ledger.Error](err); ok {
		return err
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &ledger.Error{Class: ledger.Unknown, Rule: "request.ended", Found: "the request ended before its outcome was known", Want: "the same bytes again: they are recorded at most once", Err: err}
	}
	return &ledger.Error{Class: ledger.Internal, Rule: "internal", Found: err.Error()}
}
