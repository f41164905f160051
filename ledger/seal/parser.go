package seal

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A parser walks the tokens of data once.
type parser struct {
	data []byte
	dec  *jsontext.Decoder
}

func (p parser) envelope() (e Envelope, err error) {
	err = p.object("the envelope", []string{"payload", "payloadType", "signatures"}, func(name string) (err error) {
		switch name {
		case "payload":
			e.Payload, err = p.bytes(name)
		case "payloadType":
			e.PayloadType, err = p.text(name)
		case "signatures":
			e.Signature, err = p.signatures()
		}
		return err
	})
	return e, err
}

func (p parser) signatures() (s Signature, err error) {
	const wanted = "exactly one is wanted, because a statement has one signer"
	if err := p.next(jsontext.KindBeginArray, "signatures"); err != nil {
		return s, err
	}
	if p.dec.PeekKind() == jsontext.KindEndArray {
		return s, fail(ErrSyntax, "no signature found; %s", wanted)
	}
	err = p.object("the signature", []string{"keyid", "sig"}, func(name string) (err error) {
		switch name {
		case "keyid":
			s.KeyID, err = p.keyID()
		case "sig":
			s.Sig, err = p.bytes(name)
		}
		return err
	})
	if err != nil {
		return s, err
	}
	if kind := p.dec.PeekKind(); kind != jsontext.KindEndArray && kind != jsontext.KindInvalid {
		return s, fail(ErrSyntax, "more than one signature found; %s", wanted)
	}
	return s, p.next(jsontext.KindEndArray, "the end of signatures")
}

const howKeyID = "it is 64 lower-case hex digits: openssl pkey -in key.pem -pubout -outform DER | sha256sum"

func (p parser) keyID() (KeyID, error) {
	s, err := p.string("keyid")
	if err == nil && !isKeyID(s) {
		err = fail(ErrSyntax, "keyid %.80q found; %s", s, howKeyID)
	}
	return KeyID(s), err
}

func (p parser) bytes(name string) ([]byte, error) {
	s, err := p.text(name)
	if err != nil {
		return nil, err
	}
	const wanted = "standard base64 with padding is wanted, on one line, no unused bits set"
	if i := strings.IndexAny(s, "\r\n"); i >= 0 { // the decoder would skip them
		return nil, fail(ErrBase64, "%s has a line break at its character %d; %s", name, i, wanted)
	}
	if len(s)%4 != 0 {
		return nil, fail(ErrBase64, "%s has %d characters, which is no multiple of four; %s", name, len(s), wanted)
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if at, ok := errors.AsType[base64.CorruptInputError](err); ok {
		return nil, fail(ErrBase64, "%s is wrong at its character %d; %s", name, at, wanted)
	}
	return b, err
}

// object reads an object that has exactly the members wanted. For each, read is
// called with its name and must read its value.
func (p parser) object(what string, wanted []string, read func(name string) error) error {
	if err := p.next(jsontext.KindBeginObject, what); err != nil {
		return err
	}
	missing := slices.Clone(wanted)
	for p.dec.PeekKind() != jsontext.KindEndObject {
		token, err := p.dec.ReadToken()
		if err != nil {
			return jsonError(p.data, err)
		}
		name := token.String()
		i := slices.Index(missing, name) // a second one does not get here: the tokeniser refuses it
		if i < 0 {
			return fail(ErrSyntax, "unknown member %.60q in %s; only %s are known", name, what, strings.Join(wanted, ", "))
		}
		missing = slices.Delete(missing, i, i+1)
		if err := read(name); err != nil {
			return err
		}
	}
	if err := p.next(jsontext.KindEndObject, what); err != nil {
		return err
	}
	switch {
	case len(missing) == 0:
		return nil
	case missing[0] == "keyid":
		return fail(ErrSyntax, "%s has no keyid; %s", what, howKeyID)
	default:
		return fail(ErrSyntax, "%s has no %s", what, strings.Join(missing, ", "))
	}
}

// text reads a string that is not empty.
func (p parser) text(name string) (string, error) {
	s, err := p.string(name)
	if err == nil && s == "" {
		err = errEmpty(name)
	}
	return s, err
}

func (p parser) string(name string) (string, error) {
	if kind := p.dec.PeekKind(); kind != jsontext.KindString && kind != jsontext.KindInvalid {
		return "", errKind(name, kind, jsontext.KindString)
	}
	token, err := p.dec.ReadToken()
	if err != nil {
		return "", jsonError(p.data, err)
	}
	return token.String(), nil
}

// next reads one token of the kind.
func (p parser) next(kind jsontext.Kind, what string) error {
	token, err := p.dec.ReadToken()
	if err != nil {
		return jsonError(p.data, err)
	}
	if found := token.Kind(); found != kind {
		return errKind(what, found, kind)
	}
	return nil
}

func errKind(what string, found, wanted jsontext.Kind) error {
	return fail(ErrSyntax, "%s is of JSON kind %s; %s is wanted", what, found, wanted)
}
