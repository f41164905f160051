package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Plan 四(二): what the office does each month, on the command line: the pack is frozen,
// kept as a file, and built again from the ledger alone, by its id and by the file.
func TestAPackIsFrozenAndBuiltAgain(t *testing.T) {
	dir := t.TempDir()
	data, file := filepath.Join(dir, "ledger"), filepath.Join(dir, "pack.json")
	program(t, 0, "demo", "--data", data, "--once", "--listen", "127.0.0.1:0")
	days := []string{"meeting", "pack", "--data", data, "--on", "2025-12-31", "--cutoff", "2025-12-30", "-o", file}
	assert.Contains(t, program(t, 12, append(days, "--key", node.KeyFile(data, "units/fgw"), "--as", "units/fgw", "-o", filepath.Join(dir, "x"))...), "speaker.dispatch",
		"a lead unit freezes no pack")
	said := program(t, 0, append(days, "--key", node.KeyFile(data, officeParty), "--as", string(officeParty))...)
	assert.Contains(t, said, "已冻结")
	var v struct {
		OK    bool              `json:"ok"`
		Packs []node.FrozenPack `json:"packs"`
	}
	decode(t, program(t, 0, "meeting", "pack", "--verify", "--data", data, "--json"), &v)
	assert.True(t, v.OK)
	require.Len(t, v.Packs, 30, "those of the two years, and this one")
	assert.Contains(t, program(t, 0, "meeting", "pack", "--verify", v.Packs[0].ID.String(), "--data", data), "摘要一致")
	assert.Contains(t, program(t, 0, "meeting", "pack", "--verify", file, "--data", data), "摘要一致")
	forged, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(forged, ' '), 0o600))
	assert.Contains(t, program(t, 1, "meeting", "pack", "--verify", file, "--data", data), "没有冻结过")
	assert.Contains(t, program(t, 13, "meeting", "pack", "--data", data, "--on", "2025-06-01", "--cutoff", "2025-06-02"), "meeting.cutoff")
}

// The lists of dispatch over HTTP and on the command line say the same.
func TestDispatchOverHTTP(t *testing.T) {
	s, _ := demo(t)
	var d api.Directives
	decode(t, ducha(t, 0, "directives", "--server", s.base, "--open", "--json"), &d)
	require.NotEmpty(t, d.Directives)
	for _, x := range d.Directives {
		assert.NotEmpty(t, x.Step)
		assert.NotEqual(t, projections.Accepted, x.State)
	}
	assert.NotEmpty(t, d.Responses)
	var b api.Burden
	decode(t, ducha(t, 0, "burden", "市发改委", "--server", s.base, "--json"), &b)
	require.Len(t, b.Units, 1)
	assert.Equal(t, ledger.UnitID("fgw"), b.Units[0].Unit)
	assert.Len(t, b.Units[0].Months, 24, "there is a meeting every month")
	var x api.Blockers
	decode(t, ducha(t, 0, "blockers", "--server", s.base, "--as-of", "2024-06-30", "--json"), &x)
	assert.NotEmpty(t, x.Blockers)
	var m api.Meetings
	decode(t, ducha(t, 0, "meeting", "list", "--server", s.base, "--json"), &m)
	require.Len(t, m.Meetings, 29)
	assert.NotNil(t, m.Meetings[0].Pack)
	assert.Contains(t, ducha(t, 0, "meeting", "show", "--server", s.base), "材料")
	assert.Contains(t, ducha(t, 0, "meeting", "items", "--server", s.base, "--lang", "en"), "open")
	assert.Contains(t, ducha(t, 0, "directives", "--server", s.base, "--unit", "fgw"), "办理用时")
	assert.Contains(t, ducha(t, 0, "burden", "--server", s.base), "合计")
	assert.Contains(t, ducha(t, 0, "blockers", "--server", s.base), "待研究")
	assert.Contains(t, ducha(t, 0, "meeting", "pack", "--server", s.base, "--on", "2025-08-28", "--cutoff", "2025-08-26"), "摘要")
	for path, want := range map[string]int{
		"/api/v1/directives?unit=nobody":                                http.StatusNotFound,
		"/api/v1/directives?as_of=yesterday":                            http.StatusBadRequest,
		"/api/v1/burden?unit=nobody":                                    http.StatusNotFound,
		"/api/v1/items?unit=nobody":                                     http.StatusNotFound,
		"/api/v1/blockers?unit=nobody":                                  http.StatusNotFound,
		"/api/v1/pack?tier=weekly":                                      http.StatusBadRequest,
		"/api/v1/pack?on=2025-08-28&cutoff=2025-08-30":                  http.StatusUnprocessableEntity,
		"/api/v1/pack?on=2999-08-28&cutoff=2999-08-28":                  http.StatusUnprocessableEntity,
		"/api/v1/pack?on=2025-08-28&cutoff=2025-08-26&sequence=9999999": http.StatusUnprocessableEntity,
		"/api/v1/packs/018e0b1c-3043-7c1d-9b1e-0c4f5a6b7c8d":            http.StatusNotFound,
	} {
		res, err := http.Get(s.base + path)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, want, res.StatusCode, path)
	}
}
