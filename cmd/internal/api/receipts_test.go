package api

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// call sends a request and gives the answer with its body.
func call(t *testing.T, method, url string, body []byte, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, data
}

func TestAStatementIsAnsweredWithASealedReceipt(t *testing.T) {
	w := newWorld(t, Options{})
	key := w.node.Door.Key.Public()
	envelope := w.statement(t)
	res, body := call(t, "POST", w.base+"/api/v1/statements?wait=sealed", envelope)
	require.Equal(t, 201, res.StatusCode, "%s", body)
	r, err := proof.ParseSealedReceipt(body)
	require.NoError(t, err)
	assert.True(t, r.Sealed)
	assert.Equal(t, string(envelope), r.Statement, "to the byte")
	s, err := r.Verify(key, nil)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, s.Checkpoint.Size, r.Sequence)
	assert.Empty(t, res.Header.Get("Retry-After"))

	// Again: the first receipt, and sealed though nobody waits.
	res, body = call(t, "POST", w.base+"/api/v1/statements", envelope)
	require.Equal(t, 200, res.StatusCode)
	again, err := proof.ParseSealedReceipt(body)
	require.NoError(t, err)
	assert.Equal(t, r.SignedReceipt, again.SignedReceipt)
	assert.True(t, again.Sealed)

	res, body = call(t, "GET", w.base+res.Header.Get("Location"), nil)
	require.Equal(t, 200, res.StatusCode)
	got, err := proof.ParseSealedReceipt(body)
	require.NoError(t, err)
	_, err = got.Verify(key, nil)
	require.NoError(t, err)

	for path, status := range map[string]int{
		"/api/v1/statements/nonsense/receipt":                             422,
		"/api/v1/statements/00000000-0000-7000-8000-000000000000/receipt": 404,
		"/api/v1/statements/" + r.ID.String() + "/receipt?wait=for-ever":  422,
	} {
		res, body = call(t, "GET", w.base+path, nil)
		var p Problem
		require.NoError(t, json.Unmarshal(body, &p), "%s", body)
		if status == 422 { // what huma finds wrong
			assert.Equal(t, 400, res.StatusCode, path)
			continue
		}
		assert.Equal(t, status, res.StatusCode, path)
	}
}

// When there is no time to seal, the receipt is given all the same, and says so.
func TestAReceiptThatIsNotSealedYetSaysSo(t *testing.T) {
	w := newWorld(t, Options{SealWait: 1})
	res, body := call(t, "POST", w.base+"/api/v1/statements?wait=sealed", w.statement(t))
	require.Equal(t, 201, res.StatusCode, "%s", body)
	r, err := proof.ParseSealedReceipt(body)
	require.NoError(t, err)
	require.False(t, r.Sealed)
	assert.Empty(t, r.Proof)
	assert.Contains(t, string(body), `"sealed":false`)
	assert.Equal(t, "1", res.Header.Get("Retry-After"))
	require.NoError(t, r.SignedReceipt.Verify(w.node.Door.Key.Public()))
	require.NoError(t, w.node.Seal(t.Context(), r.Sequence))
	_, body = call(t, "GET", w.base+res.Header.Get("Location"), nil)
	r, err = proof.ParseSealedReceipt(body)
	require.NoError(t, err)
	assert.True(t, r.Sealed)
}

// A text that two persons sealed (密封) is not given out again with its receipt: the
// proof stays, and whoever holds the statement can use it.
func TestAReceiptOfASealedTextHoldsNoText(t *testing.T) {
	w := newWorld(t, Options{})
	envelope := w.statement(t)
	res, body := call(t, "POST", w.base+"/api/v1/statements?wait=sealed", envelope)
	r, err := proof.ParseSealedReceipt(body)
	require.NoError(t, err)
	require.NotEmpty(t, r.Statement)

	const authority ledger.PartyID = "authorities/zuzhibu"
	key, err := seal.GenerateKey(seal.Ed25519, rand.Reader)
	require.NoError(t, err)
	w.say(t, w.office, "units/ggb", &ledger.UnitRegistered{Party: authority, Name: "市委组织部"})
	w.say(t, w.office, "units/ggb", &ledger.KeyEnrolled{Party: authority, PublicKey: ledger.Text(key.Public().PEM()), Holder: "组织部"})
	w.say(t, w.office, "units/ggb", &ledger.RoleGranted{Party: authority, Role: ledger.RoleAuthority})
	first := w.say(t, w.office, "units/ggb", &ledger.ContentSealed{Statement: &r.ID, Reason: "误录"})
	w.say(t, key, authority, &ledger.ContentSealed{Statement: &r.ID, Seconds: &first.ID, Reason: "同意"})

	_, body = call(t, "GET", w.base+res.Header.Get("Location"), nil)
	bare, err := proof.ParseSealedReceipt(body)
	require.NoError(t, err)
	assert.True(t, bare.Sealed)
	assert.Empty(t, bare.Statement)
	_, err = bare.Verify(w.node.Door.Key.Public(), nil)
	assert.ErrorIs(t, err, &ledger.Error{Rule: "receipt.statement"})
	bare.Statement = string(envelope)
	_, err = bare.Verify(w.node.Door.Key.Public(), nil)
	assert.NoError(t, err)
}
