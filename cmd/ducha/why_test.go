package main

import (
	"testing"

	"ducha/cmd/internal/api"

	"github.com/stretchr/testify/assert"
)

func TestWhyNamesEachClauseAndEachRecord(t *testing.T) {
	s, _ := demo(t)
	var why api.Why
	decode(t, ducha(t, 0, "--server", s.base, "--json", "why", "T06", "--as-of", "2024-08-15"), &why)
	held := 0
	for _, c := range why.Clauses {
		if c.Holds {
			held++
		}
	}
	assert.Equal(t, "yellow", string(why.Light))
	assert.Equal(t, 2, held)
	assert.Len(t, why.Clauses, 3)

	out := ducha(t, 0, "--server", s.base, "why", "T06", "--as-of", "2024-08-15")
	assert.Contains(t, out, "✓ gap > 10.0")
	assert.Contains(t, out, "✗ reports_missed >= 1")
	ducha(t, 14, "--server", s.base, "why", "T99")
	ducha(t, 2, "why")
}
