package report_test

import (
	"archive/zip"
	"bytes"
	"testing"
	"time"

	"ducha/cmd/internal/report"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var papers = map[string]func(report.Input) ([]byte, error){"workbook": report.Workbook, "page": report.HTML}

// Whoever has a trail, and nothing else of the ledger, writes the same papers.
func TestTheSameRecordsGiveTheSameBytes(t *testing.T) {
	w := told(t)
	for name, write := range papers {
		for _, unit := range []ledger.UnitID{w.lead(t, "T07"), w.idle(t)} {
			first, err := write(w.input(t, unit, lastDay))
			require.NoError(t, err)
			again, err := write(w.input(t, unit, lastDay))
			require.NoError(t, err)
			require.True(t, bytes.Equal(first, again), "%s of %s", name, unit)
			alone, err := write(w.retold(t, unit, lastDay))
			require.NoError(t, err)
			require.True(t, bytes.Equal(first, alone), "%s of %s depends on more than its trail", name, unit)
		}
	}
}

func TestNoTimeButTheInputs(t *testing.T) {
	in := told(t).input(t, "fgw", lastDay)
	data, err := report.Workbook(in)
	require.NoError(t, err)
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	assert.Equal(t, "[Content_Types].xml", r.File[0].Name)
	for _, f := range r.File {
		assert.True(t, f.Modified.Equal(in.At.Truncate(time.Second)), "%s %s", f.Name, f.Modified)
		if f.Name == "docProps/core.xml" {
			assert.Contains(t, read(t, f), "2025-12-31T15:59:59Z")
		}
	}
}

func TestWhatIsSealedIsNotShown(t *testing.T) {
	w := told(t)
	const secret = "某某家庭住址"
	issued := w.say("fgw", "T01", 1, &ledger.DirectiveIssued{Text: secret, AnswerBy: lastDay})
	drafted := w.say("fgw", "T01", 2, &ledger.NoticeDrafted{Facts: []ledger.Text{secret}, Evidence: []ledger.Ref{issued.ID}, CommentBy: lastDay})
	more := []ledger.Event{issued, drafted}
	for i, id := range []ledger.Ref{issued.ID, drafted.ID} {
		asked := w.say("fgw", "T01", 3+2*i, &ledger.ContentSealed{Statement: &id})
		more = append(more, asked, w.say("fgw", "T01", 4+2*i, &ledger.ContentSealed{Seconds: &asked.ID}))
	}
	for name, write := range papers {
		data, err := write(w.retold(t, "fgw", lastDay, more[:2]...))
		require.NoError(t, err)
		assert.Contains(t, whole(t, data), secret, name)
		data, err = write(w.retold(t, "fgw", lastDay, more...))
		require.NoError(t, err)
		assert.NotContains(t, whole(t, data), secret, name)
		assert.Contains(t, whole(t, data), "已密封", name)
	}
}

// whole is a paper's text: a workbook's parts one after the other.
func whole(t testing.TB, data []byte) string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return string(data)
	}
	text := ""
	for _, f := range r.File {
		text += read(t, f)
	}
	return text
}

// long is a unit with ten thousand statements and more.
func long(t testing.TB, n int) report.Input {
	w := told(t)
	var more []ledger.Event
	for i := range n {
		more = append(more, w.say("fgw", "T01", i+1, &ledger.DispatchLogged{On: lastDay, Summary: "召开专题调度会,逐项核对节点,明确责任人和完成时限。", Next: "下周反馈进展。"}))
	}
	return w.retold(t, "fgw", lastDay, more...)
}

func BenchmarkPapers(b *testing.B) {
	in := long(b, 10_000)
	for name, write := range papers {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				data, err := write(in)
				require.NoError(b, err)
				b.ReportMetric(float64(len(data)), "bytes")
			}
		})
	}
}
