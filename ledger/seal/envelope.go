package seal

import (
	"bytes"
	"encoding/base64"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxEnvelope is the most that an envelope's JSON may have, in bytes, white
// space included. A statement that needs more names its evidence by digest.
const MaxEnvelope = 48 << 10

// PayloadTypeStatement is the payload type of every statement: a CloudEvents
// event in JSON.
const PayloadTypeStatement = "application/cloudevents+json"

// An Envelope holds bytes and the signature over them and their type. It has
// exactly one signature, because a statement has one signer.
type Envelope struct {
	PayloadType string
	Payload     []byte
	Signature   Signature
}

// A Signature names the key that made it.
type Signature struct {
	KeyID KeyID
	Sig   []byte
}

// Seal signs the payload and its type. See [PrivateKey.Sign] for rand. What it
// returns is within the limits of [ParseEnvelope]; ErrTooLarge otherwise.
func Seal(rand io.Reader, key PrivateKey, payloadType string, payload []byte) (Envelope, error) {
	switch {
	case key.IsZero():
		return Envelope{}, errNoPrivateKey()
	case !utf8.ValidString(payloadType):
		return Envelope{}, fail(ErrUTF8, "payloadType %.60q is not UTF-8", payloadType)
	case payloadType == "":
		return Envelope{}, errEmpty("payloadType")
	case len(payload) == 0:
		return Envelope{}, errEmpty("payload")
	}
	sig, err := key.Sign(rand, PAE(payloadType, payload))
	if err != nil {
		return Envelope{}, err
	}
	e := Envelope{payloadType, bytes.Clone(payload), Signature{key.Public().ID(), sig}}
	if n := len(e.Encode()); n > MaxEnvelope {
		return Envelope{}, errTooLarge(n)
	}
	return e, nil
}

// Verify checks that key is the one that the envelope names (ErrKeyMismatch) and
// that its signature over [PAE] of type and payload verifies (ErrSignature).
func (e Envelope) Verify(key PublicKey) error {
	if !key.IsZero() && e.Signature.KeyID != key.id {
		return fail(ErrKeyMismatch, "it names key %.64q, and was to be verified with key %q", e.Signature.KeyID, key.id)
	}
	return key.Verify(PAE(e.PayloadType, e.Payload), e.Signature.Sig)
}

// Encode gives the envelope as compact JSON, members in alphabetical order.
func (e Envelope) Encode() []byte {
	size := base64.StdEncoding.EncodedLen(len(e.Payload)) + base64.StdEncoding.EncodedLen(len(e.Signature.Sig)) +
		len(e.PayloadType) + len(e.Signature.KeyID) + 80
	b := append(make([]byte, 0, size), `{"payload":"`...)
	b = base64.StdEncoding.AppendEncode(b, e.Payload)
	b = appendString(append(b, `","payloadType":`...), e.PayloadType)
	b = appendString(append(b, `,"signatures":[{"keyid":`...), string(e.Signature.KeyID))
	b = base64.StdEncoding.AppendEncode(append(b, `,"sig":"`...), e.Signature.Sig)
	return append(b, `"}]}`...)
}

func appendString(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s) // the error is bad UTF-8: neither Seal nor ParseEnvelope lets it in
	return b
}

// ParseEnvelope reads an envelope's JSON and leaves no room for two readers to
// see two things: at most [MaxEnvelope] bytes, the rules of [CheckJSON], exactly
// the members payload, payloadType and signatures in any order, one signature of
// exactly keyid and sig, none of them empty, canonical base64. It does not check
// the signature: see [Envelope.Verify].
func ParseEnvelope(data []byte) (Envelope, error) {
	if len(data) > MaxEnvelope {
		return Envelope{}, errTooLarge(len(data))
	}
	if e, ok := scanEnvelope(data); ok {
		return e, nil
	}
	return parseEnvelope(data)
}

// parseEnvelope is ParseEnvelope for what scanEnvelope leaves.
func parseEnvelope(data []byte) (Envelope, error) {
	if err := checkUTF8(data); err != nil {
		return Envelope{}, err
	}
	p := parser{data, jsontext.NewDecoder(bytes.NewBuffer(data))}
	e, err := p.envelope()
	if err == nil {
		err = checkEnd(data, p.dec.InputOffset())
	}
	if err != nil {
		return Envelope{}, err
	}
	return e, nil
}

func errEmpty(what string) error {
	return fail(ErrSyntax, "%s is empty; something must be said", what)
}

func errTooLarge(n int) error {
	return fail(ErrTooLarge, "%d bytes found; at most %d are accepted, name larger evidence by its digest", n, MaxEnvelope)
}
