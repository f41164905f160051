package proof

import (
	"testing"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAVerifierKeyGivesTheKeyBack(t *testing.T) {
	key := keyOf(t, seal.Ed25519, "ledger").Public()
	vkey, err := VerifierKey("ducha/ja2023/x", key)
	require.NoError(t, err)
	origin, again, err := PublicKeyOf(vkey)
	require.NoError(t, err)
	assert.Equal(t, "ducha/ja2023/x", origin)
	assert.Equal(t, key.ID(), again.ID())
	w, _ := witness(t, "W1")
	_, _, err = PublicKeyOf(w.VerifierKey())
	assert.ErrorIs(t, err, &ledger.Error{Rule: "log.key"}, "a witness's key is no log's")
	_, _, err = PublicKeyOf(vkey[1:])
	assert.Error(t, err)
}
