package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

func TestEnvelopeRoundTrip(t *testing.T) {
	for _, alg := range algorithms {
		t.Run(string(alg), func(t *testing.T) {
			key := seeded(t, alg, 1)
			e, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, []byte(`{"督":"查"}`))
			require.NoError(t, err)
			assert.Equal(t, key.Public().ID(), e.Signature.KeyID)

			data := e.Encode()
			require.NoError(t, seal.CheckJSON(data))
			again, err := seal.ParseEnvelope(append(data, " \r\n\t"...))
			require.NoError(t, err)
			assert.Equal(t, e, again)
			require.NoError(t, again.Verify(key.Public()))
		})
	}
}

// Every part of an envelope is under the signature, or checked against the key.
func TestEnvelopeVerifyRefuses(t *testing.T) {
	for _, alg := range algorithms {
		key, other := seeded(t, alg, 1), seeded(t, alg, 2).Public()
		e, err := seal.Seal(rand.Reader, key, "type", []byte("payload"))
		require.NoError(t, err)
		with := func(change func(*seal.Envelope)) seal.Envelope {
			c := e
			c.Payload, c.Signature.Sig = bytes.Clone(e.Payload), bytes.Clone(e.Signature.Sig)
			change(&c)
			return c
		}
		public := key.Public()
		require.NoError(t, with(func(*seal.Envelope) {}).Verify(public))
		assert.ErrorIs(t, with(func(e *seal.Envelope) { e.Payload[0] ^= 1 }).Verify(public), seal.ErrSignature)
		assert.ErrorIs(t, with(func(e *seal.Envelope) { e.PayloadType += "x" }).Verify(public), seal.ErrSignature)
		assert.ErrorIs(t, with(func(e *seal.Envelope) { e.Signature.Sig[20] ^= 1 }).Verify(public), seal.ErrSignature)
		assert.ErrorIs(t, with(func(e *seal.Envelope) { e.Signature.KeyID = other.ID() }).Verify(public), seal.ErrKeyMismatch)
		assert.ErrorIs(t, with(func(e *seal.Envelope) { e.Signature.KeyID = other.ID() }).Verify(other), seal.ErrSignature)
		assert.ErrorIs(t, e.Verify(other), seal.ErrKeyMismatch)
		assert.ErrorIs(t, e.Verify(seal.PublicKey{}), seal.ErrKey)
	}
}

func TestSealRefuses(t *testing.T) {
	key := seeded(t, seal.Ed25519, 1)
	for _, c := range []struct {
		payloadType string
		payload     []byte
		is          error
	}{
		{"", []byte("p"), seal.ErrSyntax},
		{"t", nil, seal.ErrSyntax},
		{"\xff", []byte("p"), seal.ErrUTF8},
		{"t", make([]byte, seal.MaxEnvelope), seal.ErrTooLarge},
	} {
		_, err := seal.Seal(nil, key, c.payloadType, c.payload)
		assert.ErrorIs(t, err, c.is)
	}
}

// The largest envelope that Seal makes is one that ParseEnvelope takes; one byte
// more and both refuse.
func TestMaxEnvelope(t *testing.T) {
	key := seeded(t, seal.Ed25519, 1)
	e, err := seal.Seal(nil, key, "t", []byte("123"))
	require.NoError(t, err)
	room := seal.MaxEnvelope - (len(e.Encode()) - 4 - 1) // for base64 and type
	payload := make([]byte, room/4*3-3)
	payloadType := strings.Repeat("t", room%4+4)

	e, err = seal.Seal(nil, key, payloadType, payload)
	require.NoError(t, err)
	data := e.Encode()
	require.Len(t, data, seal.MaxEnvelope)
	_, err = seal.ParseEnvelope(data)
	require.NoError(t, err)

	_, err = seal.Seal(nil, key, payloadType+"t", payload)
	assert.ErrorIs(t, err, seal.ErrTooLarge)
	_, err = seal.ParseEnvelope(append(data, '\n'))
	assert.ErrorIs(t, err, seal.ErrTooLarge)
	assert.ErrorContains(t, err, "49153 bytes found; at most 49152 are accepted")
	_, err = seal.ParseEnvelope(bytes.Repeat([]byte{0xff}, seal.MaxEnvelope+1))
	assert.ErrorIs(t, err, seal.ErrTooLarge, "refused before anything is parsed")
}

func TestParseEnvelopeRefuses(t *testing.T) {
	id := strings.Repeat("0a", 32)
	sig := `{"keyid":"` + id + `","sig":"AAAA"}`
	payload := func(p string) string {
		return `{"payload":` + p + `,"payloadType":"t","signatures":[` + sig + `]}`
	}
	signatures := func(s string) string {
		return `{"payload":"AAAA","payloadType":"t","signatures":` + s + `}`
	}
	_, err := seal.ParseEnvelope([]byte(payload(`"AAAA"`)))
	require.NoError(t, err)
	_, err = seal.ParseEnvelope([]byte(` {"signatures":[{"sig":"AA\u0041A", "keyid":"` + id + `"}], "payloadType":"\t", "payload":"AA\/A"}`))
	require.NoError(t, err, "any order, any JSON spelling of the same strings")

	for _, c := range []struct {
		name, json string
		is         error
		says       string
	}{
		{"nothing", "", seal.ErrSyntax, "nothing found"},
		{"array", `[]`, seal.ErrSyntax, "the envelope is of JSON kind [; { is wanted"},
		{"empty object", `{}`, seal.ErrSyntax, "the envelope has no payload, payloadType, signatures"},
		{"no signatures", `{"payload":"AAAA","payloadType":"t"}`, seal.ErrSyntax, "the envelope has no signatures"},
		{"unknown member", `{"payload":"AAAA","extra":1}`, seal.ErrSyntax, `unknown member "extra" in the envelope`},
		{"member in another case", `{"Payload":"AAAA"}`, seal.ErrSyntax, `unknown member "Payload"`},
		{"duplicate", `{"payload":"AAAA","payload":"AAAA"}`, seal.ErrDuplicate, `"payload"`},
		{"duplicate by escape", `{"payload":"AAAA","p\u0061yload":"AAAA"}`, seal.ErrDuplicate, `"payload"`},
		{"duplicate within", signatures(`[{"sig":"AAAA","sig":"AAAA"}]`), seal.ErrDuplicate, `"sig"`},
		{"trailing", payload(`"AAAA"`) + "x", seal.ErrTrailing, `"x"`},
		{"two envelopes", payload(`"AAAA"`) + "\n" + payload(`"AAAA"`), seal.ErrTrailing, "after the JSON value"},
		{"cut off", payload(`"AAAA"`)[:40], seal.ErrSyntax, "ends in the middle"},
		{"cut off in signatures", payload(`"AAAA"`)[:60], seal.ErrSyntax, "ends in the middle"},
		{"bad UTF-8", "{\"payloadType\":\"\xff\"}", seal.ErrUTF8, "0xff"},
		{"half a pair", `{"payloadType":"\ud800"}`, seal.ErrUTF8, "surrogate"},

		{"payload null", payload(`null`), seal.ErrSyntax, "payload is of JSON kind null; string is wanted"},
		{"payload object", payload(`{}`), seal.ErrSyntax, "payload is of JSON kind {"},
		{"payload empty", payload(`""`), seal.ErrSyntax, "payload is empty"},
		{"payloadType empty", `{"payloadType":""}`, seal.ErrSyntax, "payloadType is empty"},
		{"payloadType number", `{"payloadType":1}`, seal.ErrSyntax, "payloadType is of JSON kind number"},
		{"no padding", payload(`"AAA"`), seal.ErrBase64, "payload has 3 characters, which is no multiple of four"},
		{"unused bits", payload(`"AAB="`), seal.ErrBase64, "no unused bits"},
		{"unused bits of one byte", payload(`"AB=="`), seal.ErrBase64, "no unused bits"},
		{"URL alphabet", payload(`"-_AA"`), seal.ErrBase64, "payload is wrong at its character 0"},
		{"line feed", payload(`"AA\nAA"`), seal.ErrBase64, "payload has a line break at its character 2"},
		{"line feed at the end", payload(`"AAAA\n"`), seal.ErrBase64, "line break"},
		{"carriage return", payload(`"AA\rAA"`), seal.ErrBase64, "line break"},
		{"space", payload(`"AA AA==="`), seal.ErrBase64, "payload is wrong"},
		{"padding within", payload(`"AA==AAAA"`), seal.ErrBase64, "payload is wrong"},
		{"too much padding", payload(`"AAAA===="`), seal.ErrBase64, "payload is wrong"},

		{"signatures object", signatures(sig), seal.ErrSyntax, "signatures is of JSON kind {; [ is wanted"},
		{"none", signatures(`[]`), seal.ErrSyntax, "no signature found; exactly one is wanted"},
		{"two", signatures(`[` + sig + `,` + sig + `]`), seal.ErrSyntax, "more than one signature found; exactly one is wanted"},
		{"null", signatures(`[null]`), seal.ErrSyntax, "the signature is of JSON kind null"},
		{"unknown in signature", signatures(`[{"cert":"x"}]`), seal.ErrSyntax, `unknown member "cert" in the signature`},
		{"keyid missing", signatures(`[{"sig":"AAAA"}]`), seal.ErrSyntax, "no keyid; it is 64 lower-case hex digits: openssl"},
		{"keyid empty", signatures(`[{"keyid":"","sig":"AAAA"}]`), seal.ErrSyntax, `keyid "" found; it is 64 lower-case hex digits: openssl`},
		{"keyid upper case", signatures(`[{"keyid":"` + strings.ToUpper(id) + `"}]`), seal.ErrSyntax, "64 lower-case hex digits: openssl"},
		{"keyid short", signatures(`[{"keyid":"` + id[2:] + `"}]`), seal.ErrSyntax, "64 lower-case hex digits: openssl"},
		{"keyid not hex", signatures(`[{"keyid":"` + id[1:] + `g"}]`), seal.ErrSyntax, "64 lower-case hex digits: openssl"},
		{"sig missing", signatures(`[{"keyid":"` + id + `"}]`), seal.ErrSyntax, "the signature has no sig"},
		{"sig empty", signatures(`[{"keyid":"` + id + `","sig":""}]`), seal.ErrSyntax, "sig is empty"},
		{"sig no padding", signatures(`[{"keyid":"` + id + `","sig":"AAA"}]`), seal.ErrBase64, "sig has 3 characters"},
		{"sig unused bits", signatures(`[{"keyid":"` + id + `","sig":"AAB="}]`), seal.ErrBase64, "sig is wrong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := seal.ParseEnvelope([]byte(c.json))
			require.ErrorIs(t, err, c.is)
			assert.ErrorContains(t, err, c.says)
			assert.Zero(t, e)
		})
	}
}

// The bytes of an envelope are a contract: this one was made once, and every
// later version must read it, verify it and (Ed25519) make it again.
func TestEnvelopeIsFrozen(t *testing.T) {
	event, err := os.ReadFile("testdata/event.json")
	require.NoError(t, err)
	for alg, name := range map[seal.Algorithm]string{seal.Ed25519: "ed25519", seal.SM2: "sm2"} {
		golden, err := os.ReadFile("testdata/envelope-" + name + ".golden")
		require.NoError(t, err)
		key := seeded(t, alg, 7)

		e, err := seal.ParseEnvelope(golden)
		require.NoError(t, err)
		require.NoError(t, e.Verify(key.Public()))
		assert.Equal(t, string(event), string(e.Payload))
		assert.Equal(t, string(golden), string(e.Encode()))

		if alg == seal.Ed25519 {
			e, err = seal.Seal(nil, key, seal.PayloadTypeStatement, event)
			require.NoError(t, err)
			assert.Equal(t, string(golden), string(e.Encode()))
		}
	}
}

// An envelope does not share memory with what it was made from.
func TestEnvelopeOwnsItsBytes(t *testing.T) {
	key, payload := seeded(t, seal.Ed25519, 1), []byte("payload")
	e, err := seal.Seal(nil, key, "t", payload)
	require.NoError(t, err)
	clear(payload)
	require.NoError(t, e.Verify(key.Public()))

	data := e.Encode()
	e, err = seal.ParseEnvelope(data)
	require.NoError(t, err)
	clear(data)
	require.NoError(t, e.Verify(key.Public()))
	assert.Equal(t, "cGF5bG9hZA==", base64.StdEncoding.EncodeToString(e.Payload))
}
