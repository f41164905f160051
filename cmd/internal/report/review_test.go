package report_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

var reviewPapers = map[string]func(report.ReviewInput) ([]byte, error){"workbook": report.ReviewWorkbook, "page": report.ReviewHTML}

// reviewed is what a ledger gives for the second half of the first year, as known
// when the half-year's review was due.
func (w world) reviewed(t testing.TB) report.ReviewInput {
	t.Helper()
	q := projections.ReviewQuery{From: "2024-07-01", To: "2024-12-31", AsOf: "2025-01-10", Sequence: uint64(len(w.records))}
	f, err := q.Fold(all(w.records))
	require.NoError(t, err)
	r, err := f.State.Review(q)
	require.NoError(t, err)
	in := report.ReviewInput{Review: r, Campaign: f.State}
	for _, n := range r.Cited() {
		e, err := w.records[n-1].Read()
		require.NoError(t, err)
		in.Events = append(in.Events, e)
	}
	return in
}

func TestTheSameReviewGivesTheSameBytes(t *testing.T) {
	w := told(t)
	for name, write := range reviewPapers {
		for _, lang := range []projections.Lang{projections.Chinese, projections.English} {
			one, two := w.reviewed(t), w.reviewed(t)
			one.Lang, two.Lang = lang, lang
			first, err := write(one)
			require.NoError(t, err)
			again, err := write(two)
			require.NoError(t, err)
			require.True(t, bytes.Equal(first, again), "%s in %s", name, lang)
		}
	}
}

// Every figure has a note, every note names records, and every record that a note
// names stands in the annex.
func TestFiguresLeadToTheirRecords(t *testing.T) {
	in := told(t).reviewed(t)
	data, err := report.ReviewHTML(in)
	require.NoError(t, err)
	text := string(data)
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(text, -1) {
		require.False(t, ids[m[1]], "two of %s", m[1])
		ids[m[1]] = true
	}
	links := map[string]bool{}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(text, -1) {
		require.True(t, ids[m[1]], "%s leads nowhere", m[1])
		links[m[1]] = true
	}
	notes := 0
	for id := range ids {
		if strings.HasPrefix(id, "n") && id != "notes" {
			notes++
			assert.True(t, links[id], "note %s belongs to no figure", id)
		}
	}
	assert.Greater(t, notes, 100)
	for _, n := range in.Review.Cited() {
		assert.True(t, ids[fmt.Sprintf("r%d", n)], "record %d is named by a figure and not in the annex", n)
	}
	assert.Contains(t, text, string(in.Review.Digest()))
	for _, u := range in.Review.Units {
		assert.Contains(t, html.UnescapeString(text), "<h3>"+u.Name)
	}
}

func TestTheReviewNeedsNothingFromOutside(t *testing.T) {
	data, err := report.ReviewHTML(told(t).reviewed(t))
	require.NoError(t, err)
	for _, bad := range []string{"<script", "http://", "https://", "url(", "@import", " src=", " style=", "javascript:", "<link", "<img", "ZgotmplZ", "NaN"} {
		assert.NotContains(t, string(data), bad)
	}
	assert.Contains(t, string(data), "@page { size: A4 portrait")
}

func TestTheReviewsWorkbook(t *testing.T) {
	in := told(t).reviewed(t)
	data, err := report.ReviewWorkbook(in)
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	b := book{f, t}
	require.Equal(t, []string{"总览", "各单位", "目标", "时限", "调度", "问责", "依据"}, b.GetSheetList())
	assert.Len(t, must(b.GetRows("依据")), len(in.Review.Cited())+1)

	row := 0
	for _, u := range in.Review.Units {
		for _, x := range u.Tasks {
			row++
			_ = x
		}
		if u.NoLeadTask {
			row++
		}
	}
	require.Len(t, must(b.GetRows("各单位")), row+1)
	found := map[string][]string{}
	for _, r := range must(b.GetRows("总览")) {
		found[r[0]] = r
	}
	sums := in.Review.Totals.Sums
	assert.Equal(t, string(in.Review.Digest()), found["摘要（SHA-256）"][1])
	assert.Equal(t, strconv.Itoa(sums.Reports.Late.Count), found["月报迟报"][1])
	assert.Len(t, strings.Split(found["月报按期"][2], "、"), len(sums.Reports.OnTime.From), "all of them, however many")
	for _, file := range must(zip.NewReader(bytes.NewReader(data), int64(len(data)))).File {
		assert.NotContains(t, read(t, file), "<f>", file.Name)
	}
}

// What was sealed since is not shown, though the review that rests on it stands.
func TestTheAnnexHidesWhatWasSealed(t *testing.T) {
	in := told(t).reviewed(t)
	var secret ledger.Event
	for _, e := range in.Events {
		if _, ok := e.Body.(*ledger.NoticeIssued); ok {
			secret = e
		}
	}
	require.NotZero(t, secret.Sequence)
	text := string(secret.Body.(*ledger.NoticeIssued).Number)
	for name, write := range reviewPapers {
		data, err := write(in)
		require.NoError(t, err)
		assert.Contains(t, whole(t, data), text, name)
		hidden := in
		hidden.Sealed = map[ledger.Ref]bool{secret.ID: true}
		data, err = write(hidden)
		require.NoError(t, err)
		assert.NotContains(t, whole(t, data), text, name)
		assert.Contains(t, whole(t, data), "已密封", name)
	}
}

func TestTheReviewInEnglish(t *testing.T) {
	in := told(t).reviewed(t)
	in.Lang = projections.English
	data, err := report.ReviewHTML(in)
	require.NoError(t, err)
	assert.Contains(t, string(data), "Supervision review")
	for _, zh := range []string{"按期", "迟报", "目录", "核实", "月报应报"} {
		before, _, _ := strings.Cut(string(data), `id="annex"`)
		assert.NotContains(t, before, zh)
	}
}

// The words of milestones and targets are the statements', and go when those are
// sealed; the data has none of them.
func TestTheReviewHidesTheWordsOfWhatWasSealed(t *testing.T) {
	in := told(t).reviewed(t)
	task := in.Review.Units[0].Tasks[0]
	m := in.Campaign.Tasks[task.Task].Milestone(task.Milestones.Rows[0].Milestone)
	x := in.Campaign.Tasks[task.Task].Targets[0]
	in.Events = nil // the annex has its own test
	for name, write := range reviewPapers {
		in.Sealed = nil
		data, err := write(in)
		require.NoError(t, err)
		assert.Contains(t, whole(t, data), m.Name, name)
		assert.Contains(t, whole(t, data), string(x.Subject), name)
		in.Sealed = map[ledger.Ref]bool{m.Stamp.ID: true, x.Stamp.ID: true}
		data, err = write(in)
		require.NoError(t, err)
		assert.NotContains(t, whole(t, data), m.Name, name)
		assert.NotContains(t, whole(t, data), string(x.Subject), name)
	}
	assert.NotContains(t, string(in.Review.Encode()), m.Name)
	assert.NotContains(t, string(in.Review.Encode()), string(x.Subject))
}
