package console_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What leaves the ledger is on record with whoever asked for it, and each reader sees
// what left of its own.
func TestExportsAreOnRecordWithWhoeverAsked(t *testing.T) {
	w := newWorld(t)
	auditor := w.reader(t, "auditors/shenji")
	for range 2 {
		status, body, _ := w.get(t, auditor, "/api/v1/units/fgw/trail")
		assert.Equal(t, http.StatusOK, status)
		assert.NotEmpty(t, body)
	}
	rows := regexp.MustCompile(`(?s)<td>市审计局</td></tr>`)
	_, body, _ := w.get(t, auditor, "/audit")
	assert.Len(t, rows.FindAllString(body, -1), 2)
	assert.Contains(t, body, "ducha/ja2023", "the checkpoint, as it is signed")
	_, body, _ = w.get(t, w.reader(t, "units/fgw"), "/audit")
	assert.Len(t, rows.FindAllString(body, -1), 2)
	_, body, _ = w.get(t, w.reader(t, "units/kjj"), "/audit")
	assert.Empty(t, rows.FindAllString(body, -1))
	assert.NotContains(t, body, "/api/v1/units/fgw/trail")
}
