package main

import (
	"path/filepath"
	"testing"

	"ducha/cmd/internal/api"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Traps 1 and 7 on the real program: two units are succeeded by one that leads no
// task; its key speaks for them from the day on, all that they owe stays under
// their own names, and every view says so.
func TestTrap07AMergerOnTheRealProgram(t *testing.T) {
	dir := t.TempDir()
	o := newOffice(t, dir, "units/ggb")
	keys := map[string]string{}
	for _, unit := range []string{"sfj", "kjj", "wglj"} {
		keys[unit] = filepath.Join(dir, unit+".pem")
		run(t, "", 0, "key", "new", "-o", keys[unit])
		public := filepath.Join(dir, unit+".pub")
		var shown struct {
			PublicKey string `json:"public_key"`
		}
		decode(t, first(run(t, "", 0, "key", "show", keys[unit], "--json")), &shown)
		o.file(public, shown.PublicKey)
		o.says(0, o.key, "key.enrolled", "--as", o.party, "--unit", unit, "party=units/"+unit, "public_key=@"+public, "holder=经办人")
	}
	logs := func(want int, by, task string) string {
		return o.says(want, keys[by], "dispatch.logged", "--as", "units/"+by, "--task", task, "on=2026-01-05", "summary=日常调度。")
	}
	logs(0, "sfj", "T08")
	assert.Contains(t, logs(12, "wglj", "T08"), "units/wglj(无牵头任务)")
	page := func() string { _, body := fetch(t, o.base+"/"); return string(body) }
	assert.Contains(t, page(), "无牵头任务")

	for _, unit := range []string{"sfj", "kjj"} {
		o.says(0, o.key, "unit.succeeded", "--as", o.party, "--unit", unit, "by=wglj", "from=2026-01-01", "reason=机构改革。")
	}
	o.says(0, o.key, "unit.renamed", "--as", o.party, "--unit", "wglj", "party=units/wglj", "name=市综合局", "from=2026-01-01", "reason=合并更名。")
	o.says(0, o.key, "officeholder.recorded", "--as", o.party, "--unit", "wglj", "party=units/wglj", "name=王某", "post=局长", "from=2026-01-01")
	logs(0, "wglj", "T08")
	logs(0, "wglj", "T09")
	assert.Contains(t, logs(12, "sfj", "T08"), "牵头单位 wglj", "the former unit speaks no more")

	var unit api.Unit
	decode(t, first(run(t, "", 0, "status", "wglj", "--json", "--server", o.base)), &unit)
	assert.Equal(t, "市综合局", unit.Name)
	assert.True(t, unit.NoLeadTask)
	require.Len(t, unit.ActsFor, 2)
	require.Len(t, unit.Acting, 2)
	assert.Equal(t, ledger.TaskID("T09"), unit.Acting[0].Tasks[0].Task)
	out, _ := run(t, "", 0, "status", "市文广新旅局", "--server", o.base)
	for _, words := range []string{"曾用名  市文广新旅局", "任职    局长 王某", "代行 市科技局(kjj)职责,自 2026-01-01 起", "无牵头任务", "代行 sfj 市司法局 的职责", "T08 行政执法改革"} {
		assert.Contains(t, out, words)
	}
	out, _ = run(t, "", 0, "status", "sfj", "--server", o.base)
	assert.Contains(t, out, "自 2026-01-01 起由 市综合局(wglj)承继")
	assert.Contains(t, out, "T08", "what it was given stays under its own name")
	out, _ = run(t, "", 0, "status", "--server", o.base)
	assert.Contains(t, out, "代行 市司法局(sfj)职责")
	assert.Contains(t, page(), "由 市综合局(wglj)承继")
	out, _ = run(t, "", 0, "replay", "T08", "--server", o.base)
	assert.Contains(t, out, "局长 王某", "who held the post when it was signed")
	o.says(0, o.key, "directive.issued", "--as", o.party, "--task", "T08", "text=请报送进展。", "answer_by=2027-01-29")
	out, _ = run(t, "", 0, "directives", "--unit", "wglj", "--server", o.base)
	assert.Contains(t, out, "wglj(代 sfj)", "whose move it is")
	trail := filepath.Join(dir, "sfj.zip")
	run(t, "", 0, "export", "sfj", "-o", trail, "--server", o.base)
	out, _ = run(t, "", 0, "verify", trail)
	assert.Contains(t, out, "由 市综合局(wglj)承继")
}
