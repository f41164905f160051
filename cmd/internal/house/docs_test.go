package house

import (
	"os"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGlossaryNamesEveryKind(t *testing.T) {
	glossary, err := os.ReadFile(root + "/docs/glossary.md")
	require.NoError(t, err)
	for _, s := range ledger.Kinds() {
		assert.Contains(t, string(glossary), "| `"+string(s.Kind)+"` | "+s.Name+" |")
	}
}
