package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Lists, a unit's register, its calendar and the whole ledger leave the program in the
// forms that offices and other programs read.
func TestWhatGoesOutForms(t *testing.T) {
	y := newYear(t)
	y.opening([]string{"2024-01-01", "2024-12-31"})
	y.party([]string{"units/fgw", "市发改委"})
	y.line(`2024-01-25 09:00 units/fgw progress.reported.v1 T01 {"period":"2024-01","percent":5,"summary":"=1+1 完成摸底。"}`)
	y.line(`2024-01-26 09:00 units/ggb history.declared.v1 T01 {"what":"progress","occurred":"2023-09-30","text":"三季度摸底。","document":"专报"}`)

	for _, c := range [][]string{
		{"table", "tasks", "-o", "tasks.xlsx"}, {"table", "milestones", "--format", "csv", "-o", "m.csv"}, {"ledger", "fgw", "-o", "fgw.xlsx"},
		{"ledger", "--task", "T01", "--format", "csv", "-o", "t01.csv"}, {"calendar", "fgw", "-o", "fgw.ics"},
	} {
		for i, w := range c {
			if i > 0 && c[i-1] == "-o" {
				c[i] = filepath.Join(y.dir, w)
			}
		}
		out, code := y.ducha(c...)
		require.Zero(t, code, "%v: %s", c, out)
		data, err := os.ReadFile(c[len(c)-1])
		require.NoError(t, err)
		begins := map[string]string{".xlsx": "PK", ".csv": "\ufeff", ".ics": "BEGIN:VCALENDAR\r\n"}[filepath.Ext(c[len(c)-1])]
		assert.True(t, strings.HasPrefix(string(data), begins), "%v: %.40q", c, data)
		_, code = y.ducha(c...)
		assert.NotZero(t, code, "nothing is overwritten")
	}
	csv, err := os.ReadFile(filepath.Join(y.dir, "t01.csv"))
	require.NoError(t, err)
	assert.Contains(t, string(csv), "补录 2023-09-30", "declared history is marked")
	out, code := y.ducha("table", "milestones", "--format", "csv", "--lang", "en", "--as-of", "2024-01-02")
	require.Zero(t, code, out)
	assert.Contains(t, out, "first date")
	out, code = y.ducha("ledger", "--task", "T01", "--format", "csv", "--as-of", "2024-01-25")
	require.Zero(t, code, out)
	assert.NotContains(t, out, "补录 2023-09-30", "as of the day before it was entered")
	out, code = y.ducha("table", "nothing")
	assert.NotZero(t, code)
	assert.Contains(t, out, "table.known")
	out, code = y.ducha("table", "tasks", "--format", "xlsx")
	assert.Equal(t, exitUsage, code, out)
	out, code = y.ducha("ledger", "nobody")
	assert.NotZero(t, code)
	assert.Contains(t, out, "unit.known")

	// Every statement, a line each; a reader that was cut off goes on.
	lines := func(after int) (list []uint64) {
		res, err := http.Get(fmt.Sprintf("%s/api/v1/events.ndjson?after=%d", y.base, after))
		require.NoError(t, err)
		defer res.Body.Close()
		scan := bufio.NewScanner(res.Body)
		scan.Buffer(nil, 1<<20)
		for scan.Scan() {
			var s struct {
				Sequence uint64 `json:"sequence"`
			}
			require.NoError(t, json.Unmarshal(bytes.TrimSpace(scan.Bytes()), &s))
			list = append(list, s.Sequence)
		}
		return list
	}
	all := lines(0)
	last := y.node.View.Sequence()
	require.Len(t, all, int(last))
	for i, s := range all {
		assert.Equal(t, uint64(i+1), s)
	}
	assert.Equal(t, all[50:], lines(50))
	assert.Empty(t, lines(int(last)))
	res, err := http.Get(y.base + "/api/v1/events.ndjson?after=x")
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
}
