package seeds

import (
	"os"
	"regexp"
	"slices"
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
	assert.Empty(t, led["ggb"], "trap 1")
	assert.Empty(t, led["wglj"], "trap 1")
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
	for i := 1; i <= 17; i++ {
		assert.Contains(t, targets, ledger.LocalID("Q"+strconv.Itoa(100 + i)[1:]))
	}
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
			in(m.Cite, "", string(m.ID))
		}
	}
	for _, x := range p.Targets {
		in(x.Cite, "", string(x.ID))
		if x.Value != nil && x.Shape != "multiple" && x.ID != "Q16" {
			number := strconv.FormatFloat(*x.Value, 'f', -1, 64)
			if x.ID == "Q11" {
				number = "2家"
			}
			in(x.Cite, number, string(x.ID))
		}
	}
	for _, r := range p.Rules {
		in(r.Cite, "", r.ID)
	}
	for _, q := range p.Questions {
		in(q.Cite, "", string(q.ID))
	}
	in("四(一)", p.Headquarters.Roles[1].Name, "headquarters")
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
		"unknown lead":   {"lead: gxq", "lead: nobody", `task T02 is led by "nobody"`},
		"twice the id":   {"{id: jrb,", "{id: fgw,", "unit fgw: the id is a unit's already"},
		"no cite":        {"role: office, cite: 四(一)}", "role: office}", "unit ggb cites no article"},
		"unknown task":   {"{id: Q01, task: T01,", "{id: Q01, task: T99,", `target Q01 is of task "T99"`},
		"no direction":   {"op: le, value: 100", "value: 100", "target Q03 has a number and no direction"},
		"unknown field":  {"campaign: ja2023", "campain: ja2023", "campain"},
		"unknown role":   {"role: member", "role: friend", `unit wglj has the role "friend"`},
		"unknown office": {"office: ggb", "office: nowhere", `office "nowhere" is no unit`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, c.old)
			_, err := ParsePlan([]byte(strings.Replace(good, c.old, c.new, 1)))
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestCalendar(t *testing.T) {
	years := Calendar()
	require.Len(t, years, 4)
	for _, y := range years {
		assert.NotEmpty(t, y.Notice)
		assert.True(t, slices.Contains(y.Off, ledger.Date(strconv.Itoa(y.Year)+"-10-01")))
		for _, d := range y.Worked {
			assert.Contains(t, []string{"Saturday", "Sunday"}, d.Start().Weekday().String(), d)
			assert.NotContains(t, y.Off, d)
		}
	}
	assert.Len(t, years[1].Off, 28, "2024")
	_, err := days([]string{"2024-02-30"})
	assert.Error(t, err)
}
