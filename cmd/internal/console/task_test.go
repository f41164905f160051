package console_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var recordLink = regexp.MustCompile(`href="/records/(\d+)`)

// recordsOn are the records that a page leads to, each once.
func recordsOn(body string) []uint64 {
	var list []uint64
	for _, m := range recordLink.FindAllStringSubmatch(body, -1) {
		n, _ := strconv.ParseUint(m[1], 10, 64)
		list = append(list, n)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// between is what stands between two texts, the first of each.
func between(t *testing.T, s, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(s, from)
	require.True(t, ok, "no %s", from)
	in, _, _ := strings.Cut(rest, to)
	return in
}

// A task as of a day holds nothing that came later: no record, no word, no date but the
// steps of the replay. Its records are shown as of that day too.
func TestATaskOnAnEarlierDayHoldsNothingOfWhatCame(t *testing.T) {
	w := readWorld(t)
	inspector := w.reader(t, "inspectors/ducha-1")
	at, err := ledger.ParseInstant("2024-08-15")
	require.NoError(t, err)
	then, err := w.node.AsOf(t.Context(), at)
	require.NoError(t, err)
	var before, later []ledger.Event
	for r, err := range w.node.Stream.Read(t.Context(), 0) {
		require.NoError(t, err)
		e, err := r.Read()
		require.NoError(t, err)
		if _, known := then.Index.Statements[e.ID]; known {
			before = append(before, e)
		} else if e.Statement.Task == "T06" {
			later = append(later, e)
		}
	}
	require.Greater(t, len(later), 50)
	var said strings.Builder
	for _, e := range before {
		said.WriteString(strings.Join(wordsOf(e.Body), "\x00"))
	}
	status, body, _ := w.get(t, inspector, "/tasks/T06?as_of=2024-08-15")
	require.Equal(t, http.StatusOK, status)
	shown := recordsOn(body)
	require.Greater(t, len(shown), 20)
	for _, n := range shown {
		_, _, ok := then.Index.At(n)
		assert.True(t, ok, "record %d was not there yet", n)
	}
	text := html.UnescapeString(body)
	for _, e := range later {
		for _, words := range wordsOf(e.Body) {
			if !strings.Contains(said.String(), words) {
				assert.NotContains(t, text, words, "record %d", e.Sequence)
			}
		}
	}
	steps := between(t, body, `data-days="`, `"`)
	assert.Contains(t, steps, "2024-08-15")
	assert.Regexp(t, `^(\d{4}-\d{2}-\d{2} ?)+$`, steps)

	id := between(t, body, `href="/tasks/T06?as_of=2024-08-05" aria-label="上一步"`, `</a>`)
	assert.Contains(t, id, "‹", "without a script the step before is a link")
	status, _, _ = w.get(t, inspector, fmt.Sprintf("/records/%d?as_of=2024-08-15", later[0].Sequence))
	assert.Equal(t, http.StatusNotFound, status)
	status, _, _ = w.get(t, inspector, "/tasks/T06?as_of=2023-01-01")
	assert.Equal(t, http.StatusNotFound, status, "it was not assigned yet")
}

// With hindsight a day is judged by what is known now, beside what was known then, and
// the statements that make the difference are named.
func TestATaskWithHindsight(t *testing.T) {
	w := readWorld(t)
	inspector := w.reader(t, "inspectors/ducha-1")
	_, then, _ := w.get(t, inspector, "/tasks/T09?as_of=2025-03-31&lang=en")
	assert.Contains(t, then, `<span class="light green" id="light">`)
	assert.NotContains(t, then, `id="compare"`)
	_, now, _ := w.get(t, inspector, "/tasks/T09?as_of=2025-03-31&known=now&lang=en")
	assert.Contains(t, now, `<span class="light yellow" id="light">`)
	assert.Contains(t, now, "by what is known now")
	compared := between(t, now, `id="compare"`, "</div>")
	assert.Contains(t, compared, "actual 60.5%")
	assert.Contains(t, compared, "actual 46.5%")
	since := recordsOn(compared)
	require.NotEmpty(t, since)
	for _, n := range since {
		status, _, _ := w.get(t, inspector, fmt.Sprintf("/records/%d?as_of=2025-03-31", n))
		assert.Equal(t, http.StatusNotFound, status, "record %d came later", n)
		status, _, _ = w.get(t, inspector, fmt.Sprintf("/records/%d", n))
		assert.Equal(t, http.StatusOK, status)
	}
}

// The time-line leads through every statement of a task once, all of them or a family's.
func TestTheTimelineHasEveryStatementOnce(t *testing.T) {
	w := readWorld(t)
	office := w.reader(t, "units/ggb")
	var all []uint64
	families := map[ledger.Family]int{}
	w.node.View.Read(func(c *projections.Campaign, _ uint64) {
		all = slices.Clone(c.Tasks["T07"].Sequences)
		for _, e := range c.Index.Statements {
			if e.Task == "T07" {
				families[e.Kind.Family()]++
			}
		}
	})
	walk := func(path string) (found []uint64) {
		for path != "" {
			status, body, _ := w.get(t, office, path)
			require.Equal(t, http.StatusOK, status, path)
			line := between(t, body, `<h2 id="timeline">`, "</main>")
			for _, m := range regexp.MustCompile(`<tr id="r(\d+)"`).FindAllStringSubmatch(line, -1) {
				n, _ := strconv.ParseUint(m[1], 10, 64)
				found = append(found, n)
			}
			path = ""
			if _, rest, ok := strings.Cut(line, `<a id="older" href="`); ok {
				path, _, _ = strings.Cut(html.UnescapeString(rest), "#")
			}
		}
		return found
	}
	found := walk("/tasks/T07")
	slices.Reverse(found)
	assert.Equal(t, all, found)
	assert.Len(t, walk("/tasks/T07?family=escalation"), families[ledger.Escalation])
	status, _, _ := w.get(t, office, "/tasks/T07?before=soon")
	assert.Equal(t, http.StatusBadRequest, status)
}

// Each target is drawn after its shape: one bar for all would lie.
func TestTargetsAreDrawnAfterTheirShapes(t *testing.T) {
	w := readWorld(t)
	office := w.reader(t, "units/ggb")
	target := func(task, id string) string {
		_, body, _ := w.get(t, office, "/tasks/"+task)
		return between(t, body, `id="q-`+id+`"`, "</section>")
	}
	dots := func(section string) (ys []float64) {
		for _, m := range regexp.MustCompile(`<circle class="claim-dot" cx="[\d.]+" cy="([\d.]+)"`).FindAllStringSubmatch(between(t, section, "<svg", "</svg>"), -1) {
			y, _ := strconv.ParseFloat(m[1], 64)
			ys = append(ys, y)
		}
		return ys
	}
	rank := target("T02", "Q03")
	assert.Contains(t, rank, "位次越小越好")
	assert.Contains(t, rank, "(含本数)")
	var ranks []float64
	w.node.View.Read(func(c *projections.Campaign, _ uint64) {
		for _, x := range c.Tasks["T02"].Targets {
			if x.Target == "Q03" {
				for _, r := range x.ReadingsAt(c.Index.Latest) {
					ranks = append(ranks, r.Value)
				}
			}
		}
	})
	ys := dots(rank)
	require.Len(t, ys, len(ranks))
	for i := range ys {
		for j := range ys {
			if ranks[i] < ranks[j] {
				assert.Less(t, ys[i], ys[j], "a better rank stands higher")
			}
		}
	}
	assert.Contains(t, target("T01", "Q02"), "claim-bar", "a count of each year: a bar for each")
	assert.Contains(t, target("T01", "Q01"), "✓", "attained or not")
	assert.Contains(t, target("T07", "Q13"), `d="M`, "a count of the campaign goes by steps")
	assert.Regexp(t, `d="M[\d.]+ [\d.]+H`, target("T07", "Q13"))
	assert.Contains(t, target("T07", "Q16"), "(不含本数)", "超过 does not include the number")
	assert.Contains(t, target("T07", "Q16"), "遂川县", "each county by itself")
	assert.Contains(t, target("T07", "Q12"), "恰为 1 家")
	double := target("T10", "Q15")
	assert.Equal(t, 2, strings.Count(double, `class="claim-line"`), "双翻番: both, each by itself")
	assert.Contains(t, double, "游客人数")
	assert.Contains(t, target("T06", "Q21"), "尚无读数", "no evidence is neither met nor missed")
}

// Plan against actual: the date that an extension moved stays visible, what is late is
// said in words, and the clock is seen to have stood still.
func TestThePlanKeepsTheDatesThatWereMoved(t *testing.T) {
	w := readWorld(t)
	office := w.reader(t, "units/ggb")
	_, body, _ := w.get(t, office, "/tasks/T04")
	plan := between(t, body, `<h2 id="plan">`, `<h2 id="targets">`)
	assert.Contains(t, plan, "<s>2024-06-20</s>")
	assert.Contains(t, plan, `class="was"`)
	assert.Contains(t, plan, "等待协调,计时停:2024-05-23")
	_, body, _ = w.get(t, office, "/tasks/T07")
	assert.Contains(t, between(t, body, `<h2 id="plan">`, `<h2 id="targets">`), "晚 172 天完成")
	_, body, _ = w.get(t, office, "/tasks/T04?as_of=2024-05-01")
	assert.NotContains(t, body, "<s>", "the extension came later")
	assert.NotContains(t, body, "计时停:", "so did the blocker")
}

// A text on record that would be a script is text, in lists, in pictures and in full.
func TestHostileTextIsText(t *testing.T) {
	w := newWorld(t)
	id := w.says(t, "units/ggb", "fgw", "T06", &ledger.MilestoneSet{Milestone: "hostile", Name: hostile, Due: "2025-12-31", Percent: 100})
	w.says(t, "units/ggb", "fgw", "T06", &ledger.TargetSet{Target: "hostile", Subject: hostile, Shape: "pass-fail", Unit: hostile, Open: []ledger.Line{hostile}})
	w.says(t, "units/fgw", "fgw", "T06", &ledger.DispatchLogged{On: "2025-12-30", Summary: hostile})
	office := w.reader(t, "units/ggb")
	_, body, _ := w.get(t, office, "/tasks/T06")
	assert.NotContains(t, body, "<img")
	assert.GreaterOrEqual(t, strings.Count(body, "&lt;img src=x"), 5)
	status, _, header := w.get(t, office, "/statements/"+id.String())
	assert.Equal(t, http.StatusSeeOther, status)
	_, body, _ = w.get(t, office, header.Get("Location"))
	assert.NotContains(t, body, "<img")
	assert.Contains(t, body, "&lt;img src=x")
}
