package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPrintHasItsPunctuation(t *testing.T) {
	for given, want := range map[string]string{
		"应达 %.1f%%,实际 %.1f%%":     "应达 %.1f%%，实际 %.1f%%",
		"说明(见附件):共 3 项;其余,无":      "说明（见附件）：共 3 项；其余，无",
		"ducha review verify a,b": "ducha review verify a,b",
		"15:04:05":                "15:04:05",
		",":                       "，",
		"(SHA-256)摘要":             "(SHA-256)摘要",
		"摘要(SHA-256)":             "摘要（SHA-256）",
		"%s(%s)":                  "%s(%s)",
		"":                        "",
	} {
		assert.Equal(t, want, fullWidth(given), given)
	}
}
