package main

import (
	"testing"

	"ducha/cmd/internal/api"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Trap 5 on the real program: a doubt is shown as open until a signed answer
// settles it, and an answer is replaced only by one that names it.
func TestTrap05QuestionsOnTheRealProgram(t *testing.T) {
	o := newOffice(t, t.TempDir(), "units/ggb")
	list := func(args ...string) (q api.Questions) {
		decode(t, first(run(t, "", 0, append([]string{"questions", "--json", "--server", o.base}, args...)...)), &q)
		return q
	}
	assert.Equal(t, 12, list().Open)
	clarify := func(want int, fields ...string) string {
		return o.says(want, o.key, append([]string{"clarification.issued", "--as", o.party, "question=W01"}, fields...)...)
	}
	assert.Contains(t, o.says(14, o.key, "clarification.issued", "--as", o.party, "question=W99", "answer=无此问题。"), "[question.known")
	clarify(0, "answer=两种写法指同一事项。")
	assert.Contains(t, clarify(13, "answer=悄悄换一个说法。"), "[question.settled")
	q := list()
	assert.Equal(t, 11, q.Open)
	require.Equal(t, projections.QuestionSettled, q.Questions[0].State)
	clarify(0, "answer=以国家批文为准。", "replaces="+q.Questions[0].Settled.ID.String())
	q = list()
	assert.Equal(t, "以国家批文为准。", q.Questions[0].Answer)
	assert.Len(t, q.Questions[0].Former, 1)
	assert.Len(t, list("--open").Questions, 11)
	out, _ := run(t, "", 0, "questions", "--server", o.base)
	assert.Contains(t, out, "已释义(改 1 次)")
	assert.Contains(t, first(run(t, "", 0, "questions", "--lang", "en", "--server", o.base)), "12 questions, 11 open")
	out, _ = run(t, "", 0, "replay", "全国普惠金融改革试验区", "--server", o.base)
	assert.Contains(t, out, "别名    全国普惠金融改革试验区", "the other spelling finds it, and is shown")
}
