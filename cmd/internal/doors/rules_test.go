package doors

import (
	"testing"

	"ducha/commands"

	"github.com/stretchr/testify/assert"
)

func TestARuleHasOneSetOfWords(t *testing.T) {
	for id, r := range Words {
		assert.NotContains(t, commands.Rules, id)
		assert.True(t, r[0] != "" && r[1] != "" && r[2] != "", id)
	}
}
