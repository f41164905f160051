package doors

import (
	"maps"
	"testing"

	"ducha/commands"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
)

func TestARuleHasOneSetOfWords(t *testing.T) {
	for id := range storeWords {
		assert.NotContains(t, Words, id)
	}
	all := maps.Clone(Words)
	maps.Copy(all, storeWords)
	for id, r := range all {
		assert.NotContains(t, commands.Rules, id)
		assert.True(t, r[0] != "" && r[1] != "" && r[2] != "", id)
	}
}

func TestAnErrorIsSaidInTheLanguageOfItsReader(t *testing.T) {
	err := ledger.Refuse("progress.once", "a second report for 2024-03; the first is record 45", "progress.corrected.v1 that names the first")
	zh, en := Say(err, "zh"), Say(err, "en")
	assert.Contains(t, zh, "所见:2024-03 已有月报(第 45 条),又报一份")
	assert.Contains(t, zh, "应为:用更正(progress.corrected.v1)并指明原报告")
	assert.NotContains(t, zh, "second report")
	assert.Contains(t, en, "a second report for 2024-03; the first is record 45")

	who := ledger.Forbid("speaker.plan", "units/fgw, which leads T01 and T06, says milestone.set.v1 (节点)", "said by the office or the commander")
	assert.Contains(t, Say(who, "zh"), "units/fgw(牵头 T01、T06) 提交“节点”")
	assert.Contains(t, Say(who, "zh"), "由以下主体提交:指挥部办公室、指挥长")
	assert.Contains(t, Say(ledger.Malform("data.schema", "data/: missing property 'reason'; data/to: got number, want string", "x"), "zh"), "缺少 'reason';data/to:现为 number,须为 string")
	assert.Contains(t, Say(ledger.Refuse("progress.once", "no words for this", "x"), "zh"), "no words for this", "what has no Chinese words is said all the same")
}
