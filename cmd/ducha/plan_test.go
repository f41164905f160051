package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ducha/cmd/internal/api"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A campaign of one's own, from the example to a served ledger, as its office does it.
func TestYourOwnCampaign(t *testing.T) {
	dir := t.TempDir()
	file, data := filepath.Join(dir, "plan.yaml"), filepath.Join(dir, "shili")
	example, _ := run(t, "", 0, "init", "--example")
	assert.Equal(t, example, first(run(t, "", 0, "plan", "example")))
	require.NoError(t, os.WriteFile(file, []byte(example), 0o644))
	assert.Contains(t, first(run(t, "", 0, "plan", "schema")), `"title": "攻坚战编号"`)
	out, _ := run(t, "", 0, "plan", "check", file)
	assert.Contains(t, out, "检查通过:shili2026")
	assert.Contains(t, out, "未设节点的任务 [T02]")

	// A fault stops it before the folder is there.
	bad := filepath.Join(dir, "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte(strings.Replace(example, "lead: zrzy", "lead: nobody", 1)), 0o644))
	_, errs := run(t, "", exitFindings, "init", "--plan", bad, "--data", data)
	assert.Contains(t, errs, `第 81 行:任务 T02 的牵头单位 "nobody" 不在方案的单位之列`)
	var report struct {
		OK     bool
		Faults []struct{ Line int }
	}
	decode(t, first(run(t, "", exitFindings, "plan", "check", bad, "--json")), &report)
	assert.False(t, report.OK)
	assert.Equal(t, 81, report.Faults[len(report.Faults)-1].Line)
	assert.NoDirExists(t, data)
	run(t, "", exitUsage, "init", "--plan", filepath.Join(dir, "none.yaml"), "--data", data)

	out, _ = run(t, "", 0, "init", "--plan", file, "--data", data)
	assert.Contains(t, out, "shili2026 示例市营商环境提升攻坚战,2026-01-01 至 2027-12-31")
	assert.Contains(t, out, filepath.Join(data, "keys", "units-gaige.pem"))
	s := serve(t, data)
	status, _ := run(t, "", 0, "status", "--server", s.base)
	for _, words := range []string{"shili2026", "市政务服务局", "一件事一次办改革", "未设节点", "无牵头任务"} {
		assert.Contains(t, status, words)
	}
	var unit api.Unit
	decode(t, first(run(t, "", 0, "status", "市行政审批局", "--json", "--server", s.base)), &unit)
	assert.Equal(t, ledger.UnitID("zwj"), unit.Unit, "an alias finds it")
	assert.Equal(t, []projections.Holder{{Name: "张某", Post: "局长", From: "2024-03-01"}}, unit.Holders)
	questions, _ := run(t, "", 0, "questions", "--open", "--server", s.base)
	assert.Contains(t, questions, "W01")
	assert.Contains(t, questions, "共 1 项,待释义 1 项")
	var keys api.Keys
	decode(t, first(run(t, "", 0, "key", "list", "--json", "--server", s.base)), &keys)
	assert.Len(t, keys.Keys, 3)
	replay, _ := run(t, "", 0, "replay", "一件事改革", "--server", s.base)
	assert.Contains(t, replay, "统一受理平台上线")

	// The Ji'an plan is such a file too.
	jian := filepath.Join(dir, "jian.yaml")
	require.NoError(t, os.WriteFile(jian, []byte(first(run(t, "", 0, "plan", "jian"))), 0o644))
	assert.Contains(t, first(run(t, "", 0, "plan", "check", jian)), "ja2023 市重点改革突破攻坚战,单位 13,任务 12")

	// The term may be asked for otherwise.
	other := filepath.Join(dir, "other")
	out, _ = run(t, "", 0, "init", "--plan", file, "--data", other, "--to", "2028-12-31", "--algorithm", "SM2")
	assert.Contains(t, out, "2026-01-01 至 2028-12-31")
}
