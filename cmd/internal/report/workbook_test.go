package report_test

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"ducha/cmd/internal/report"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

func open(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func TestWorkbookHasItsSheets(t *testing.T) {
	in := told(t).input(t, "fgw", lastDay)
	data, err := report.Workbook(in)
	require.NoError(t, err)
	assert.Equal(t, []string{"说明", "台账", "履历", "交办", "问责"}, open(t, data).GetSheetList())
	rows, err := open(t, data).GetRows("履历")
	require.NoError(t, err)
	assert.Len(t, rows, len(in.Events)+1)

	again, err := report.Workbook(in)
	require.NoError(t, err)
	assert.Equal(t, sha256.Sum256(data), sha256.Sum256(again))
}
