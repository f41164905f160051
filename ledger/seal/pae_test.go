package seal_test

import (
	"os"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ducha/ledger/seal"
)

func TestPAE(t *testing.T) {
	for _, c := range []struct{ payloadType, payload, want string }{
		{"http://example.com/HelloWorld", "hello world", "DSSEv1 29 http://example.com/HelloWorld 11 hello world"}, // the specification's vector
		{"", "", "DSSEv1 0  0 "},
		{"督查", "通报\n", "DSSEv1 6 督查 7 通报\n"}, // lengths are in bytes
	} {
		assert.Equal(t, c.want, string(seal.PAE(c.payloadType, []byte(c.payload))))
		assert.Equal(t, dsse.PAE(c.payloadType, []byte(c.payload)), seal.PAE(c.payloadType, []byte(c.payload)))
	}
}

func TestPAEIsFrozen(t *testing.T) {
	event, err := os.ReadFile("testdata/event.json")
	require.NoError(t, err)
	want, err := os.ReadFile("testdata/pae.golden")
	require.NoError(t, err)
	assert.Equal(t, string(want), string(seal.PAE(seal.PayloadTypeStatement, event)))
}

func TestPAEAllocatesOnce(t *testing.T) {
	payload := make([]byte, 1<<10)
	assert.Equal(t, 1.0, testing.AllocsPerRun(100, func() { seal.PAE(seal.PayloadTypeStatement, payload) }))
}
