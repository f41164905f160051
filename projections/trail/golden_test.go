package trail

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A bundle that was handed out once verifies for ever, and the same ledger gives
// the same bytes. A change of these bytes is a new format, with another number.
func TestTheFormatIsFrozen(t *testing.T) {
	const path = "testdata/small-trail.zip"
	w := small(t)
	data := cosigned(t, w.export(yearEnd), "W1")
	if *update {
		require.NoError(t, os.WriteFile(path, data, 0o644))
	}
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	r := Verify(kept, Options{Root: w.root(), Policy: policyOf(t, "quorum W1", "W1")})
	require.True(t, r.OK, "%v", codes(r))
	assert.True(t, r.Sealed.Holds)
	assert.Equal(t, kept, data)
}
