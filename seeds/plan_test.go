package seeds

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// planText is the plan itself, which stands beside the checkout where this
// project is developed and in CI. The product never needs it.
func planText(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../shared/reference/plan.zh.txt")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the plan's text is not beside the checkout")
	}
	return string(data)
}

// articles splits the plan's text into what cites name.
func articles(text string) map[string]string {
	out := map[string]string{}
	section, article, n := "", "", 0
	heading := regexp.MustCompile(`^([一二三四])、`)
	sub := regexp.MustCompile(`^[(（]([一二三四五])[)）]`)
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			continue
		case heading.MatchString(line):
			section, article, n = heading.FindStringSubmatch(line)[1], "", 0
		case section != "" && sub.MatchString(line):
			article, n = section+"("+sub.FindStringSubmatch(line)[1]+")", 0
			out[article] = line
		case section != "":
			n++
			if article != "" {
				out[article+"·"+strconv.Itoa(n)] = line
			} else {
				out[section+"·"+strconv.Itoa(n)] = line
			}
		}
	}
	return out
}

func TestThePlanHoldsWhatItSays(t *testing.T) {
	p := JiAn()
	var leads []ledger.UnitID
	for _, u := range p.Units {
		if u.Role == "lead" {
			leads = append(leads, u.ID)
		}
	}
	assert.Len(t, p.Units, 13)
	assert.Len(t, leads, 11)
	assert.Len(t, p.Tasks, 12)
	assert.Len(t, p.Actions, 3)
	assert.Len(t, p.Rules, 13)
	assert.Equal(t, ledger.UnitID("ggb"), p.Headquarters.Office)
	assert.True(t, p.Headquarters.Open, "等: the list of members is open")
	led := map[ledger.UnitID][]ledger.TaskID{}
	for _, task := range p.Tasks {
		led[task.Lead] = append(led[task.Lead], task.ID)
		assert.Contains(t, leads, task.Lead)
		assert.NotEmpty(t, task.Measures)
	}
	assert.Equal(t, []ledger.TaskID{"T01", "T06"}, led["fgw"], "trap 2: one unit leads two tasks")
	assert.NotEqual(t, p.Tasks[0].Action, p.Tasks[5].Action, "trap 2: in two actions")
	assert.Empty(t, led["ggb"], "trap 1")
	assert.Empty(t, led["wglj"], "trap 1")
	assert.Contains(t, p.Tasks[2].Name, "实验区", "trap 5: the task's word")
	assert.Equal(t, []string{"全国普惠金融改革试验区"}, p.Tasks[2].Aliases, "trap 5: the target's word")
	assert.Contains(t, p.Tasks[4].Name, "实验区", "trap 5: the source's word stands")
}

// words are the plan's own for the 17 targets with a number or a band.
var words = map[ledger.LocalID]string{
	"Q01": "2024年起稳居全省第一方阵", "Q02": "5项以上", "Q03": "前100名", "Q04": "前20名", "Q05": "18%以上", "Q06": "20%以上",
	"Q07": "至少完成2项", "Q08": "前8名", "Q09": "3个以上开发区进入前20名", "Q10": "8个以上开发区进入前50名", "Q11": "千亿以上公司2家以上",
	"Q12": "AAA公司1家,", "Q13": "AA+公司4家以上", "Q14": "60%以内", "Q15": "“双翻番”", "Q16": "超百亿元", "Q17": "100%国有股权",
}

// spelt are the numbers that the plan writes without digits.
var spelt = map[ledger.LocalID]string{"Q15": "双翻番", "Q16": "百亿"}

// directionWords are how the plan says a direction.
var directionWords = map[string]*regexp.Regexp{
	"ge": regexp.MustCompile(`以上|至少|翻番`),
	"le": regexp.MustCompile(`^前|以内`),
	"gt": regexp.MustCompile(`^超`),
	"eq": regexp.MustCompile(`家,$|^100%`),
	"in": regexp.MustCompile(`方阵`),
}

func TestTargetsSayWhatThePlanSays(t *testing.T) {
	arts := articles(planText(t))
	for _, x := range JiAn().Targets {
		word, ok := words[x.ID]
		if !ok {
			continue
		}
		assert.Contains(t, arts[x.Cite], word, x.ID)
		assert.Regexp(t, directionWords[x.Op], word, x.ID)
		if x.Value != nil {
			number := strconv.FormatFloat(*x.Value, 'f', -1, 64)
			if s, ok := spelt[x.ID]; ok {
				number = s
			}
			assert.Contains(t, word, number, x.ID)
		}
	}
}

func TestTargetsKeepTheirShape(t *testing.T) {
	targets := map[ledger.LocalID]Target{}
	numbered := map[ledger.TaskID]bool{}
	for _, x := range JiAn().Targets {
		targets[x.ID] = x
		assert.True(t, x.Inferred, "%s: the plan links no target to a task", x.ID)
		if x.Value != nil {
			numbered[x.Task] = true
		}
	}
	assert.Len(t, words, 17)
	for id := range words {
		require.Contains(t, targets, id)
		assert.Equal(t, id != "Q01", targets[id].Value != nil, id)
	}
	var periods []ledger.LocalID
	for _, x := range JiAn().Targets {
		if _, ok := words[x.ID]; !ok {
			assert.Nil(t, x.Value, "%s is qualitative", x.ID)
		}
		if x.Period != "" {
			periods = append(periods, x.ID)
		}
	}
	assert.Equal(t, []ledger.LocalID{"Q01", "Q02", "Q05", "Q06", "Q07"}, periods, "trap 3: the plan gives hardly any time")
	for _, task := range []ledger.TaskID{"T05", "T08", "T09", "T11", "T12"} {
		assert.False(t, numbered[task], "trap 3: %s has no number", task)
	}
	assert.Nil(t, targets["Q01"].Value, "a band has no number")
	assert.Equal(t, "eq", targets["Q12"].Op, "AAA 1家 has no 以上")
	assert.False(t, targets["Q12"].Inclusive)
	assert.Equal(t, "gt", targets["Q16"].Op, "超过 does not include the number")
	assert.False(t, targets["Q16"].Inclusive)
	assert.Equal(t, 2, targets["Q15"].Measures, "双翻番: both doubled")
	assert.Equal(t, 2.0, *targets["Q15"].Value, "and not fourfold")
	assert.Equal(t, "le", targets["Q03"].Op, "in a rank lower is better")
	for id, x := range targets {
		if x.Op == "le" || x.Op == "ge" {
			assert.True(t, x.Inclusive, "%s: 以上, 以内 and a rank's 前 include the number", id)
		}
	}
}

// quoted is a proper name that the plan has in quotes.
var quoted = regexp.MustCompile(`「(.+?)」`)

func TestEveryCiteNamesItsArticle(t *testing.T) {
	arts := articles(planText(t))
	in := func(cite, word, what string) {
		text, ok := arts[cite]
		require.True(t, ok, "%s cites %s, which is no article", what, cite)
		assert.Contains(t, text, word, "%s cites %s", what, cite)
	}
	p := JiAn()
	for _, a := range p.Actions {
		in(a.Cite, a.Name, a.ID)
	}
	for _, u := range p.Units {
		in(u.Cite, u.Name, string(u.ID))
	}
	for _, task := range p.Tasks {
		in(task.Cite, task.Name, string(task.ID))
		var lead string
		for _, u := range p.Units {
			if u.ID == task.Lead {
				lead = u.Name
			}
		}
		in(task.Cite, lead+")", string(task.ID))
		for _, m := range task.Measures {
			assert.Equal(t, task.Cite, m.Cite, m.ID)
			names := quoted.FindAllStringSubmatch(m.Name, -1)
			for _, name := range names {
				in(m.Cite, "“"+name[1], string(m.ID))
			}
			if len(names) == 0 {
				assert.NotEmpty(t, copied(arts[m.Cite], m.Name, 3), "%s names nothing that is in %s", m.ID, m.Cite)
			}
		}
	}
	for _, x := range p.Targets {
		assert.NotEmpty(t, copied(arts[x.Cite], x.Subject, 3), "%s names nothing that is in %s", x.ID, x.Cite)
	}
	for _, r := range p.Rules {
		in(r.Cite, "", r.ID)
	}
	for _, q := range p.Questions {
		in(q.Cite, "", string(q.ID))
	}
	for _, r := range p.Headquarters.Roles {
		in(p.Headquarters.Cite, r.Name, "headquarters")
	}
	assert.Contains(t, planText(t), p.Basis)
	assert.Contains(t, planText(t), p.Title)
}

// copied finds the first run of n characters that s shares with the text.
func copied(text, s string, n int) string {
	r := []rune(s)
	for i := 0; i+n <= len(r); i++ {
		if run := string(r[i : i+n]); strings.Contains(text, run) {
			return run
		}
	}
	return ""
}

func TestNoSentenceIsCopied(t *testing.T) {
	text := planText(t)
	for i, line := range strings.Split(string(ja2023), "\n") {
		assert.Empty(t, copied(text, line, 20), "line %d", i+1)
	}
}

func TestAPlanWithFaultsIsRefused(t *testing.T) {
	good := string(ja2023)
	for name, c := range map[string]struct{ old, new, says string }{
		"unknown lead":        {"lead: gxq", "lead: nobody", `task T02 is led by "nobody"`},
		"lead that is member": {"lead: gxq", "lead: wglj", `unit wglj has the role "member": want lead`},
		"twice the id":        {"{id: jrb,", "{id: fgw,", "unit fgw: the id is a unit's already"},
		"no cite":             {"role: office, cite: 四(一)}", "role: office}", "unit ggb cites no article"},
		"no such cite":        {"role: office, cite: 四(一)}", "role: office, cite: page 4}", `cites "page 4": want an article`},
		"unknown task":        {"{id: Q01, task: T01,", "{id: Q01, task: T99,", `target Q01 is of task "T99"`},
		"no direction":        {"op: le, value: 100", "value: 100", "target Q03 is a rank and has no direction: want op le"},
		"wrong direction":     {"op: le, value: 100", "op: ge, value: 100", `target Q03 is a rank with op "ge": want le`},
		"no number":           {"op: le, value: 100", "op: le", "target Q03 is a rank and has no number"},
		"number of a band":    {"op: in, unit", "op: in, value: 1, unit", "target Q01 is a band and has a number"},
		"unknown shape":       {"shape: rank,", "shape: bar,", `target Q03 has the shape "bar": want rank,`},
		"超 that includes":     {"op: gt, value: 100", "op: gt, inclusive: true, value: 100", `target Q16 has op "gt" and inclusive true`},
		"fewer than no":       {"measures: 2", "measures: -2", "target Q15 has -2 measures"},
		"unknown field":       {"campaign: ja2023", "campain: ja2023", "campain"},
		"no number at all":    {"value: 18", "value: many", "float64"},
		"unknown role":        {"role: member", "role: friend", `unit wglj has the role "friend"`},
		"unknown office":      {"office: ggb", "office: nowhere", `office "nowhere" is no unit`},
		"office of no role":   {"role: office", "role: member", `unit ggb has the role "member"`},
		"question of nothing": {"about: [T03]", "about: [T93]", `question W01 is about "T93"`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, c.old)
			before, _, _ := strings.Cut(good, c.old)
			_, err := ParsePlan([]byte(strings.Replace(good, c.old, c.new, 1)))
			require.ErrorContains(t, err, c.says)
			if c.old == "campaign: ja2023" || strings.HasPrefix(c.old, "lead:") || strings.HasPrefix(c.old, "office:") {
				return // the fault is of an entry that begins elsewhere
			}
			line := strconv.Itoa(1 + strings.Count(before, "\n"))
			assert.Regexp(t, `(line |\[)`+line+`[:\]]`, err.Error())
		})
	}
	_, err := ParsePlan(nil)
	assert.ErrorContains(t, err, "want a campaign id, a title and a basis")
}

func FuzzParsePlan(f *testing.F) {
	f.Add(ja2023)
	f.Add([]byte("campaign: x\ntitle: y\nbasis: z\n"))
	f.Add([]byte("tasks: [{id: T01}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := ParsePlan(data); err == nil && p.Campaign == "" {
			t.Error("a plan without a campaign was accepted")
		}
	})
}
