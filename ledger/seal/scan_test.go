package seal

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The fast way takes nothing that the slow way does not, and reads the same in it.
func TestScanningIsParsing(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfN(rapid.Byte(), 0, 40)
		e := Envelope{PayloadType: rapid.SampledFrom([]string{PayloadTypeStatement, "application/other", "a\"b"}).Draw(t, "type"), Payload: some.Draw(t, "payload"),
			Signature: Signature{KeyID: KeyID(rapid.StringMatching(`[0-9a-f]{63,64}`).Draw(t, "key")), Sig: some.Draw(t, "signature")}}
		data := e.Encode()
		agree(t, data)
		if _, ok := scanEnvelope(data); ok {
			taken++
		}

		// One byte changed, taken out or put in; or a piece of it twice.
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		agree(t, append(append(bytes.Clone(data[:at]), rapid.Byte().Draw(t, "byte")), data[at+1:]...))
		agree(t, append(bytes.Clone(data[:at]), data[at+1:]...))
		for _, b := range []byte{'\n', '=', '"', '\\', ' ', 'A'} {
			agree(t, append(append(bytes.Clone(data[:at]), b), data[at:]...))
		}
		agree(t, append(bytes.Clone(data[:at]), data[at/2:]...))
	})
	require.Positive(t, taken)
}

func agree(t require.TestingT, data []byte) {
	want, err := parseEnvelope(data)
	got, ok := scanEnvelope(data)
	if err != nil {
		require.False(t, ok, "%q: %v", data, err)
		return
	}
	if ok {
		require.Equal(t, want, got)
	}
}
