package ledger_test

import (
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func signedReceipt(t *testing.T, key seal.PrivateKey) (ledger.Record, ledger.SignedReceipt) {
	t.Helper()
	r := chainOf(t, "task.assigned.v1", "progress.reported.v1")[1]
	e, err := r.Read()
	require.NoError(t, err)
	receipt, err := ledger.ReceiptOf(e).Sign(rand.Reader, key)
	require.NoError(t, err)
	return r, receipt
}

func TestReceiptSaysWhatWasRecorded(t *testing.T) {
	for _, alg := range []seal.Algorithm{seal.Ed25519, seal.SM2} {
		key := testKey(t, alg, "ledger")
		r, receipt := signedReceipt(t, key)
		require.NoError(t, receipt.Verify(key.Public()))
		assert.Equal(t, ledger.Receipt{
			Campaign: "ja2023", ID: parsed(t, "progress.reported.v1").ID, Kind: "progress.reported.v1", Sequence: 2,
			Recorded: "2024-03-05T01:12:01.123Z", Digest: sha256.Sum256(r.Envelope), Unit: "fgw", Task: "T01",
			TaskVersion: 2, TrailVersion: 2, Head: r.Head,
		}, receipt.Receipt)

		data, err := json.Marshal(receipt)
		require.NoError(t, err)
		var again ledger.SignedReceipt
		require.NoError(t, json.Unmarshal(data, &again))
		assert.Equal(t, receipt, again)
		require.NoError(t, again.Verify(key.Public()), "a receipt is a file that a unit keeps")
	}
}

func TestReceiptCatchesEveryChange(t *testing.T) {
	key := testKey(t, seal.Ed25519, "ledger")
	_, good := signedReceipt(t, key)
	changes := map[string]func(*ledger.SignedReceipt){
		"campaign":      func(r *ledger.SignedReceipt) { r.Campaign = "ja2024" },
		"id":            func(r *ledger.SignedReceipt) { r.ID = uuid.UUID{1} },
		"type":          func(r *ledger.SignedReceipt) { r.Kind = "progress.corrected.v1" },
		"sequence":      func(r *ledger.SignedReceipt) { r.Sequence++ },
		"recorded":      func(r *ledger.SignedReceipt) { r.Recorded = "2024-03-05T01:12:01.124Z" },
		"digest":        func(r *ledger.SignedReceipt) { r.Digest[0] ^= 1 },
		"unit":          func(r *ledger.SignedReceipt) { r.Unit = "sfj" },
		"task":          func(r *ledger.SignedReceipt) { r.Task = "T02" },
		"task version":  func(r *ledger.SignedReceipt) { r.TaskVersion++ },
		"trail version": func(r *ledger.SignedReceipt) { r.TrailVersion++ },
		"head":          func(r *ledger.SignedReceipt) { r.Head[0] ^= 1 },
		"envelope":      func(r *ledger.SignedReceipt) { r.Envelope = r.Envelope[1:] },
		"no envelope":   func(r *ledger.SignedReceipt) { r.Envelope = "" },
		"other payload": func(r *ledger.SignedReceipt) {
			other := r.Receipt
			other.Sequence = 99
			forged, err := other.Sign(nil, testKey(t, seal.Ed25519, "forger"))
			require.NoError(t, err)
			*r = forged
		},
		"a statement in place of a receipt": func(r *ledger.SignedReceipt) {
			payload, err := json.Marshal(r.Receipt)
			require.NoError(t, err)
			env, err := seal.Seal(nil, key, seal.PayloadTypeStatement, payload)
			require.NoError(t, err)
			r.Envelope = string(env.Encode())
		},
		"a member more": func(r *ledger.SignedReceipt) {
			env, err := seal.Seal(nil, key, ledger.PayloadTypeReceipt, []byte(`{"campaign":"ja2023","more":1}`))
			require.NoError(t, err)
			r.Envelope = string(env.Encode())
		},
	}
	for name, change := range changes {
		r := good
		change(&r)
		assert.Error(t, r.Verify(key.Public()), name)
	}
	assert.ErrorIs(t, good.Verify(testKey(t, seal.Ed25519, "other").Public()), seal.ErrKeyMismatch)
	_, err := good.Sign(nil, seal.PrivateKey{})
	assert.Error(t, err)
}

// From a receipt and one's own statement comes the record, to the byte.
func TestAReceiptGivesTheRecord(t *testing.T) {
	r, receipt := signedReceipt(t, testKey(t, seal.Ed25519, "ledger"))
	e, err := receipt.Event(r.Envelope)
	require.NoError(t, err)
	assert.Equal(t, string(r.Encode()), string(e.Record.Encode()))
	_, err = receipt.Event(append(r.Envelope, '\n'))
	assert.ErrorIs(t, err, &ledger.Error{Rule: "receipt.statement"})
	other := chainOf(t, "task.assigned.v1")[0].Envelope
	lying := receipt.Receipt
	lying.Digest = sha256.Sum256(other)
	_, err = lying.Event(other)
	assert.ErrorIs(t, err, &ledger.Error{Rule: "receipt.statement"}, "a receipt for a statement that it does not describe")
}
