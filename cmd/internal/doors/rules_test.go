package doors

import (
	"maps"
	"testing"

	"ducha/commands"

	"github.com/stretchr/testify/assert"
)

func TestARuleHasOneSetOfWords(t *testing.T) {
	for id := range storeWords {
		assert.NotContains(t, Words, id)
	}
	all := maps.Clone(Words)
	maps.Copy(all, storeWords)
	for id, r := range all {
		assert.NotContains(t, commands.Rules, id)
		assert.True(t, r[0] != "" && r[1] != "" && r[2] != "", id)
	}
}
