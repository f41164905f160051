package report_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func page(t testing.TB, in report.Input) string {
	t.Helper()
	data, err := report.HTML(in)
	require.NoError(t, err)
	return string(data)
}

func TestThePageNeedsNothingFromOutside(t *testing.T) {
	text := page(t, told(t).input(t, "fgw", lastDay))
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(text)
	require.Len(t, style, 2)
	sum := sha256.Sum256([]byte(style[1]))
	policy := fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'", base64.StdEncoding.EncodeToString(sum[:]))
	assert.Contains(t, html.UnescapeString(text), `<meta http-equiv="Content-Security-Policy" content="`+policy+`">`)
	for _, bad := range []string{"<script", "http://", "https://", "url(", "@import", " src=", " style=", "javascript:", "<link", "<img", "ZgotmplZ", " on"} {
		if bad == " on" {
			assert.NotRegexp(t, `<[^>]* on[a-z]+=`, text)
			continue
		}
		assert.NotContains(t, text, bad)
	}
}

func TestThePageShowsWhatTheProjectionsSay(t *testing.T) {
	w := told(t)
	for i, unit := range w.fold.State.UnitList() {
		if i%8 != 0 {
			continue // of some thirty
		}
		in := w.input(t, unit, lastDay)
		text := html.UnescapeString(page(t, in))
		status := w.fold.State.UnitAt(unit, in.At)
		assert.Contains(t, text, "<h1>"+status.Name+"</h1>")
		assert.Contains(t, text, in.Head.String())
		assert.Contains(t, text, fmt.Sprintf("ducha-verify %s-trail.zip --root ", unit))
		for _, s := range status.Tasks {
			colour, means := projections.Chinese.StatusWords(s)
			assert.Contains(t, text, fmt.Sprintf(`<span class="light %s">%s · %s</span> <a href="#t-%s">`, s.Light, colour, means, s.Task))
			assert.Contains(t, text, fmt.Sprintf("应达 <b>%.1f%%</b>", s.Figures.Planned))
			assert.Contains(t, text, fmt.Sprintf("实际 <b>%.1f%%</b>", s.Figures.Actual))
			assert.Contains(t, text, "<code>"+s.Expression+"</code>")
			assert.Contains(t, text, projections.Chinese.FigureWords(s.Figures))
			for _, n := range s.Sources["actual"] {
				assert.Contains(t, text, fmt.Sprintf(`<a href="#r%d">%d</a>`, n, n), "%s says where it has its figure from", s.Task)
			}
		}
		assert.Equal(t, len(status.Tasks) == 0, strings.Contains(text, "无牵头任务"), unit)
		for _, e := range in.Events {
			require.Contains(t, text, fmt.Sprintf(`<tr id="r%d">`, e.Sequence))
			require.Contains(t, text, string(e.Signer))
		}
	}
}

// Every link leads to a place on the page.
func TestLinksLeadSomewhere(t *testing.T) {
	for name, in := range map[string]report.Input{"fgw": told(t).input(t, "fgw", lastDay), "long": long(t, 600)} {
		text := page(t, in)
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(text, -1) {
			assert.False(t, ids[m[1]], "%s: two of %s", name, m[1])
			ids[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(text, -1) {
			require.True(t, ids[strings.TrimPrefix(m[1], "#")], "%s: %s leads nowhere", name, m[1])
		}
	}
}

func TestMarkupShowsAsText(t *testing.T) {
	w := told(t)
	const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&{{.Name}}</style></title>`
	renamed := w.say("fgw", "", 1, &ledger.UnitRenamed{Party: "units/fgw", Name: ledger.Line(evil), From: "2024-01-01", Reason: evil})
	directed := w.say("fgw", "T01", 2, &ledger.DirectiveIssued{Text: evil + "\u202eabc", AnswerBy: lastDay})
	set := w.say("fgw", "T01", 3, &ledger.MilestoneSet{Milestone: "X1", Name: ledger.Line(evil), Due: lastDay, Percent: 100})
	noted := w.say("fgw", "T01", 4, &ledger.NoticeDrafted{Facts: []ledger.Text{evil}, Evidence: []ledger.Ref{directed.ID}, CommentBy: lastDay})
	unknown := w.say("fgw", "T01", 5, &ledger.DirectiveIssued{Text: "x", AnswerBy: lastDay})
	unknown.Kind, unknown.Body = `<b>.v9`, &ledger.Unknowable{Data: []byte(`{"a":"<script>alert(3)</script>"}`), Err: evil}
	text := page(t, w.retold(t, "fgw", lastDay, renamed, directed, set, noted, unknown))
	assert.NotContains(t, text, "<script")
	assert.NotContains(t, text, "<img")
	assert.NotContains(t, text, "\u202e", "a character that turns the text around")
	assert.Equal(t, 1, strings.Count(text, "</style>"))
	assert.GreaterOrEqual(t, strings.Count(html.UnescapeString(text), evil), 6, "title, head, directive, milestone, notice, statements")
}

func TestAPageHasTheNewestInFullAndCountsTheRest(t *testing.T) {
	in := long(t, 600)
	text := page(t, in)
	assert.Equal(t, 500, strings.Count(text, `<tr id="r`))
	newest, oldest := in.Events[len(in.Events)-1].Sequence, in.Events[len(in.Events)-500].Sequence
	assert.Contains(t, text, fmt.Sprintf(`<tr id="r%d">`, newest))
	assert.Contains(t, text, fmt.Sprintf(`<tr id="r%d">`, oldest))
	assert.NotContains(t, text, fmt.Sprintf(`<tr id="r%d">`, in.Events[len(in.Events)-501].Sequence))
	assert.Contains(t, text, fmt.Sprintf("更早的 %d 条", len(in.Events)-500))
}

func TestThePictureHasALaneForEveryTask(t *testing.T) {
	w := told(t)
	unit := w.lead(t, "T07")
	text := page(t, w.input(t, unit, lastDay))
	svg := regexp.MustCompile(`(?s)<svg viewBox="0 0 1120.*?</svg>`).FindString(text)
	require.NotEmpty(t, svg)
	assert.Equal(t, len(w.fold.State.TasksOf(unit)), strings.Count(svg, `<path class="planned"`))
	assert.Equal(t, len(w.fold.State.TasksOf(unit)), strings.Count(svg, `<path class="actual"`))
	assert.Equal(t, len(w.fold.State.Tasks["T07"].Milestones), strings.Count(svg, `<g class="due`))
	assert.Contains(t, svg, `class="strip s-red"`, "T07 was red for a time")
	for _, word := range []string{"约谈", "通报", "摘牌", "督办问责", "评判时刻 2025-12-31"} {
		assert.Contains(t, svg, word)
	}
	assert.NotContains(t, svg, "NaN")
	assert.NotContains(t, svg, "Inf")
}

func TestThePageInEnglish(t *testing.T) {
	in := told(t).input(t, "fgw", lastDay)
	in.Lang = projections.English
	text := page(t, in)
	assert.Contains(t, text, `<html lang="en">`)
	assert.Contains(t, text, "<h1>Development and Reform Commission</h1>")
	assert.Contains(t, text, "red · severely behind")
	assert.Contains(t, text, "Only the signed records count.")
	for _, zh := range []string{"怎样核验", "第 56 号", "严重滞后", "交办 ", "无牵头"} {
		assert.NotContains(t, text, zh)
	}
}

// A ledger that has only begun has no policy, and a unit nothing but its name.
func TestABeginningHasPapersToo(t *testing.T) {
	fold := projections.NewFold(projections.CampaignProjection())
	in := report.Input{Campaign: fold.State, Unit: "nobody", At: lastDay.End()}
	text := page(t, in)
	assert.NotContains(t, text, "NaN")
	assert.Contains(t, text, "无牵头任务")
	_, err := report.Workbook(in)
	require.NoError(t, err)
}

// The band changes its colour on the very day on which the light did.
func TestTheBandIsTheLightOfEveryDay(t *testing.T) {
	w := told(t)
	task := w.fold.State.Tasks["T07"]
	text := html.UnescapeString(page(t, w.input(t, task.Lead, lastDay)))
	light, changes := ledger.Light(""), 0
	for day := ledger.DateOf(task.Assigned.At).Add(1); day <= lastDay; day = day.Add(1) {
		if now := w.fold.State.Judge(task, day.Start()).Light; now != light {
			before := w.fold.State.Judge(task, day.Add(-1).Start()).Light
			colour, means := projections.Chinese.LightWords(now)
			on := regexp.MustCompile(fmt.Sprintf("(%s|%s) 起:%s·%s", day.Add(-1), day, colour, means)) // by a statement of the day before, or with the day
			assert.Regexp(t, on, text, "%s after %s", now, before)
			light = now
			changes++
		}
	}
	assert.Greater(t, changes, 4)
}
