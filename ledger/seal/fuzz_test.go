package seal_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/emmansun/gmsm/smx509"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

// Whatever parses is read alike by the standard library, and encodes to
// something no longer that parses to the same envelope.
func FuzzParseEnvelope(f *testing.F) {
	for _, name := range []string{"ed25519", "sm2"} {
		data, err := os.ReadFile("testdata/envelope-" + name + ".golden")
		require.NoError(f, err)
		f.Add(data)
	}
	key := seeded(f, seal.SM2, 7).Public()
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		e, err := seal.ParseEnvelope(data)
		require.Equal(t, before, data, "the input is left alone")
		if err != nil {
			return
		}
		_ = e.Verify(key)
		require.NoError(t, seal.CheckJSON(data))
		var theirs dsse.Envelope
		require.NoError(t, json.Unmarshal(data, &theirs))
		require.Equal(t, dsse.Envelope{
			PayloadType: e.PayloadType,
			Payload:     base64.StdEncoding.EncodeToString(e.Payload),
			Signatures:  []dsse.Signature{{KeyID: string(e.Signature.KeyID), Sig: base64.StdEncoding.EncodeToString(e.Signature.Sig)}},
		}, theirs)

		encoded := e.Encode()
		require.LessOrEqual(t, len(encoded), len(data))
		again, err := seal.ParseEnvelope(encoded)
		require.NoError(t, err)
		require.Equal(t, e, again)
		require.Equal(t, encoded, again.Encode())
	})
}

// Whatever parses is a key to the libraries of others too, and comes out of
// them with the same DER: no second encoding of a key is let in.
func FuzzParsePublicKey(f *testing.F) {
	for _, alg := range algorithms {
		f.Add(seeded(f, alg, 7).Public().PEM())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := seal.ParsePublicKey(data)
		if err != nil {
			require.True(t, errors.Is(err, seal.ErrKey) != errors.Is(err, seal.ErrAlgorithm), "%v", err)
			return
		}
		again, err := seal.ParsePublicKey(key.PEM())
		require.NoError(t, err)
		require.Equal(t, key, again)

		parse, marshal := x509.ParsePKIXPublicKey, x509.MarshalPKIXPublicKey
		if key.Algorithm() == seal.SM2 {
			parse, marshal = smx509.ParsePKIXPublicKey, smx509.MarshalPKIXPublicKey
		}
		theirs, err := parse(key.DER())
		require.NoError(t, err)
		der, err := marshal(theirs)
		require.NoError(t, err)
		require.Equal(t, key.DER(), der)
		require.ErrorIs(t, key.Verify(data, data), seal.ErrSignature)
	})
}

// What CheckJSON takes is JSON to the standard library, and what it refuses and
// the standard library takes is a duplicate name or bad UTF-8.
func FuzzCheckJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,null,true,"\ud83d\ude00"]}`, `{"a":1,"a":2}`, `"\ud800"`, "1 2", "\"\xff\"", "\t{}\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		err := seal.CheckJSON(data)
		require.Equal(t, before, data, "the input is left alone")
		ours, theirs := err == nil, json.Valid(data)
		strict := errors.Is(err, seal.ErrDuplicate) || errors.Is(err, seal.ErrUTF8)
		require.False(t, ours && !theirs, "accepted, but not JSON")
		require.False(t, theirs && !ours && !strict, "JSON, but refused: %v", err)
	})
}
