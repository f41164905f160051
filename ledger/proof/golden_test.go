package proof

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What was signed and given out once must be read for ever: keys, entries and times
// are fixed, so every byte is.
func TestTheFormatsAreFrozen(t *testing.T) {
	l := newLog(t, 9)
	_, signed := l.checkpoint(t)
	w, line := witness(t, "W1")
	cosigned, err := w.Cosign(signed, noon)
	require.NoError(t, err)
	both, err := AddSignatures(signed, cosigned)
	require.NoError(t, err)
	vkey, err := VerifierKey(l.origin, l.key.Public())
	require.NoError(t, err)
	inclusion := l.inclusion(t, 4)
	inclusion.Checkpoint = both
	consistency, err := tlog.ProveTree(9, 4, l)
	require.NoError(t, err)
	shared, err := ProveAll(9, []uint64{0, 1, 6}, l)
	require.NoError(t, err)

	var b strings.Builder
	part := func(name, text string) { fmt.Fprintf(&b, "== %s\n%s\n", name, text) }
	part("verifier key", vkey+"\n")
	part("policy", "log "+vkey+"\n"+line+"quorum W1\n")
	part("checkpoint of 9 entries, \"entry 0\" to \"entry 8\", cosigned", string(both))
	part("proof that \"entry 4\" is in it", string(inclusion.Encode()))
	part("request to a witness that knows 4 entries", string(AddCheckpoint{Old: 4, Proof: consistency, Checkpoint: signed}.Encode()))
	text := ""
	for _, h := range shared {
		text += formatHash(h) + "\n"
	}
	part("shared proof of entries 0, 1 and 6", text)

	const path = "testdata/formats.golden"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String(), "the formats are frozen; run with -update only to add to them")
}
