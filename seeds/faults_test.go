package seeds

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// What is wrong is named by its own line, not by its entry's first, and in Chinese.
func TestFaultsAreNamedByTheirOwnLine(t *testing.T) {
	for old, c := range map[string]struct{ new, zh string }{
		"slow: gap > 10.0":        {"slow: gapp > 10.0", "口径表达式须可计算"},
		"{light: red, when":       {"{light: purple, when", "data/lights/2/light"},
		"when: gap > 30.0":        {"when: gap >> 30.0", "口径表达式须可计算"},
		"acknowledge: 1":          {"acknowledge: -1", "data/clocks/acknowledge"},
		"due: 2026-12-31":         {"due: 2029-12-31", "节点 不合规则 milestone.term"},
		"id: T02\n    action: A2": {"id: T01\n    action: A2", "任务 T01:该编号已用于另一个任务"},
		"role: commander":         {"role: boss", `的角色为 "boss":应为 commander`},
		"to: 2027-12-31":          {"to: 2025-12-31", "攻坚期为 2026-01-01 至 2025-12-31"},
		"campaign: shili2026":     {"campaign: 示例", "章程 不合规则"},
		"shape: rank, op: le":     {"shape: rank, op: ge", `目标 Q01 的类型为 rank,方向 op 写作 "ge"`},
		"lead: zwj\n    respon":   {"lead: zwjj\n    respon", `任务 T01 的牵头单位 "zwjj" 不在方案的单位之列`},
	} {
		text := strings.Replace(string(example), old, c.new, 1)
		require.NotEqual(t, string(example), text, old)
		p, err := ParsePlan([]byte(text))
		if err == nil {
			err = Rehearse(p, p.Charter(), time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
		}
		faults, ok := errors.AsType[Faults](err)
		require.True(t, ok, "%s: %v", old, err)
		before, _, _ := strings.Cut(text, c.new)
		line, found := 1+strings.Count(before, "\n"), false
		for _, f := range faults {
			if strings.Contains(f.ZH, c.zh) {
				found = true
				if !strings.HasPrefix(old, "to:") && !strings.HasPrefix(old, "lead:") { // of the entry
					assert.Equal(t, line, f.Line, "%s: %s", old, f.ZH)
				}
			}
		}
		assert.True(t, found, "%s: %v", c.zh, faults)
	}
}

// A plan that was saved in another encoding is refused by its line, not opened with names
// that nobody can read: what it says is going to be signed.
func TestAPlanIsInUTF8(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(example)
	require.NoError(t, err)
	_, err = ParsePlan(gb)
	require.ErrorContains(t, err, "line 2: ")
	_, err = ParsePlan(append([]byte("\ufeff"), example...))
	assert.NoError(t, err, "a mark at its beginning is none of it")
}
