package ledger_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
)

func TestErrorsMatchByRuleOrByClass(t *testing.T) {
	err := fmt.Errorf("submit: %w", ledger.Refuse("progress.period", "a report for 2024-09", "2024-03 or an earlier month"))
	assert.ErrorIs(t, err, &ledger.Error{Rule: "progress.period"})
	assert.ErrorIs(t, err, &ledger.Error{Class: ledger.Forbidden, Rule: "progress.period"}, "a rule says it all")
	assert.ErrorIs(t, err, &ledger.Error{Class: ledger.Refused})
	assert.NotErrorIs(t, err, &ledger.Error{Rule: "progress.once"})
	assert.NotErrorIs(t, err, &ledger.Error{Class: ledger.Refused, Rule: "progress.once"})
	assert.NotErrorIs(t, err, &ledger.Error{Class: ledger.Malformed})
	assert.NotErrorIs(t, err, io.EOF)
	assert.Equal(t, ledger.Refused, ledger.ClassOf(err))
	assert.EqualError(t, err, "submit: refused (progress.period): a report for 2024-09; accepted would be: 2024-03 or an earlier month")
}

func TestClassOf(t *testing.T) {
	assert.Equal(t, ledger.Class(""), ledger.ClassOf(nil))
	assert.Equal(t, ledger.Internal, ledger.ClassOf(io.EOF))
	assert.Equal(t, ledger.Forbidden, ledger.ClassOf(ledger.Forbid("speaker.plan", "", "")))
	assert.Equal(t, ledger.Malformed, ledger.ClassOf(errors.Join(io.EOF, ledger.Malform("date", "", ""))))
}

func TestErrorKeepsItsCause(t *testing.T) {
	err := &ledger.Error{Class: ledger.Unknown, Err: io.ErrUnexpectedEOF}
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.EqualError(t, err, "unknown: unexpected EOF")
}
