package ledger_test

import (
	"bytes"
	"testing"

	"ducha/ledger"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever the door parses encodes, and parses to the same statement again; a
// projection reads the same. Nothing panics.
func FuzzParse(f *testing.F) {
	for _, k := range []ledger.Kind{"progress.reported.v1", "policy.adopted.v1", "charter.adopted.v1", "export.attested.v1", "content.sealed.v1"} {
		payload := jsontext.Value(example(f, k))
		require.NoError(f, payload.Compact())
		f.Add([]byte(payload))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		s, err := ledger.Parse(payload)
		if err != nil {
			assert.Equal(t, ledger.Malformed, ledger.ClassOf(err))
			ledger.Read(payload) // may fail, must not panic
			return
		}
		again, err := ledger.Parse(s.Encode())
		require.NoError(t, err, "%s", s.Encode())
		assert.Equal(t, s.Encode(), again.Encode())
		read, err := ledger.Read(payload)
		require.NoError(t, err)
		assert.Equal(t, s, read)
	})
}

// One record has one form.
func FuzzParseRecord(f *testing.F) {
	for _, r := range chainOf(f, "task.assigned.v1", "meeting.held.v1") {
		f.Add(r.Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ledger.ParseRecord(data)
		if err != nil {
			return
		}
		assert.Equal(t, string(data), string(r.Encode()))
		canonical := jsontext.Value(bytes.Clone(data))
		require.NoError(t, canonical.Canonicalize())
		assert.Equal(t, string(canonical), string(data), "RFC 8785")
		place, err := ledger.ParsePlace(r.Place.String())
		require.NoError(t, err)
		assert.Equal(t, r.Place, place)
		r.Read() // may fail, must not panic
	})
}
