package seal_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"encoding/json"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

// outside lets the DSSE library of others sign and verify with our keys.
type outside struct {
	private seal.PrivateKey
	public  seal.PublicKey
}

func (o outside) KeyID() (string, error)   { return string(o.public.ID()), nil }
func (o outside) Public() crypto.PublicKey { return o.public }

func (o outside) Sign(_ context.Context, data []byte) ([]byte, error) {
	return o.private.Sign(rand.Reader, data)
}

func (o outside) Verify(_ context.Context, data, sig []byte) error {
	return o.public.Verify(data, sig)
}

func TestOthersDSSE(t *testing.T) {
	for _, alg := range algorithms {
		t.Run(string(alg), func(t *testing.T) {
			key := seeded(t, alg, 1)
			adapter := outside{key, key.Public()}
			payload := []byte(`{"n":1}`)

			// theirs to us
			signer, err := dsse.NewEnvelopeSigner(adapter)
			require.NoError(t, err)
			theirs, err := signer.SignPayload(t.Context(), seal.PayloadTypeStatement, payload)
			require.NoError(t, err)
			data, err := json.Marshal(theirs)
			require.NoError(t, err)
			e, err := seal.ParseEnvelope(data)
			require.NoError(t, err)
			require.NoError(t, e.Verify(key.Public()))
			assert.Equal(t, payload, e.Payload)

			// ours to them
			ours, err := seal.Seal(rand.Reader, key, seal.PayloadTypeStatement, payload)
			require.NoError(t, err)
			verifier, err := dsse.NewEnvelopeVerifier(adapter)
			require.NoError(t, err)
			var read dsse.Envelope
			require.NoError(t, json.Unmarshal(ours.Encode(), &read))
			accepted, decoded, err := verifier.VerifyAndDecode(t.Context(), &read)
			require.NoError(t, err)
			assert.Len(t, accepted, 1)
			assert.Equal(t, payload, decoded)

			read.PayloadType += "x"
			_, err = verifier.Verify(t.Context(), &read)
			assert.Error(t, err)
		})
	}
}
