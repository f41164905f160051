package tables_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"ducha/cmd/internal/tables"
	"ducha/ledger"
	"ducha/projections"
	"ducha/seeds"

	ics "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// campaign is the simulated one, and its events.
func campaign(t *testing.T) (*projections.Campaign, []ledger.Event) {
	t.Helper()
	f := projections.NewFold(projections.CampaignProjection())
	var chain ledger.Chain
	var events []ledger.Event
	for step := range seeds.Simulate(seeds.Options{Seed: 2023}).Steps() {
		r, err := chain.Next(step.Statement, step.Envelope, step.Statement.Time)
		require.NoError(t, err)
		require.NoError(t, chain.Add(r))
		require.NoError(t, f.Add(r))
		e, err := r.Read()
		require.NoError(t, err)
		events = append(events, e)
	}
	return f.State, events
}

// Every list, in both languages: CSV and XLSX hold the same rows, and the same rows
// give the same bytes.
func TestListsAsCSVAndXLSX(t *testing.T) {
	c, _ := campaign(t)
	at := c.Charter.To.End()
	for _, name := range tables.Names() {
		for _, l := range []projections.Lang{projections.Chinese, projections.English} {
			table, ok := tables.Of(name, c, at, l)
			require.True(t, ok)
			require.NotEmpty(t, table.Rows, name)
			data, err := table.CSV()
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(data, []byte("\xef\xbb\xbf")), "a spreadsheet reads the Chinese by this mark")
			rows, err := csv.NewReader(bytes.NewReader(data[3:])).ReadAll()
			require.NoError(t, err)
			assert.Len(t, rows, len(table.Rows)+1)
			for _, r := range table.Rows {
				assert.Len(t, r, len(table.Heads), name)
			}
			book, err := table.XLSX()
			require.NoError(t, err)
			again, err := table.XLSX()
			require.NoError(t, err)
			assert.True(t, bytes.Equal(book, again), "%s: the same rows, the same bytes", name)
			f, err := excelize.OpenReader(bytes.NewReader(book))
			require.NoError(t, err)
			cells, err := f.GetRows(f.GetSheetName(0))
			require.NoError(t, err)
			assert.Len(t, cells, len(rows))
			require.NoError(t, f.Close())
		}
	}
	_, ok := tables.Of("nothing", c, at, projections.Chinese)
	assert.False(t, ok)
}

// What somebody signed is a text in a spreadsheet, never a formula.
func TestTextsAreNoFormulas(t *testing.T) {
	table := tables.Table{Title: "a:b/c", Heads: []string{"x"}, Rows: [][]any{{"=HYPERLINK(\"http://evil\")"}, {"+1"}, {"-1"}, {"@sum"}, {"plain"}, {-5.5}, {nil}}}
	data, err := table.CSV()
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(data[3:])).ReadAll()
	require.NoError(t, err)
	for _, r := range rows[1:5] {
		assert.True(t, strings.HasPrefix(r[0], "'"), r[0])
	}
	assert.Equal(t, "plain", rows[5][0])
	assert.Equal(t, "-5.5", rows[6][0], "a number is a number")
	book, err := table.XLSX()
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(book))
	require.NoError(t, err)
	defer f.Close()
	for _, cell := range []string{"A2", "A3", "A4", "A5"} {
		formula, err := f.GetCellFormula(f.GetSheetName(0), cell)
		require.NoError(t, err)
		assert.Empty(t, formula)
	}
}

func TestALedgerAsATable(t *testing.T) {
	c, events := campaign(t)
	hidden, second := events[len(events)-1].ID, projections.Stamp{}
	c.Sealings[hidden] = &projections.Sealing{ContentSealed: ledger.ContentSealed{Statement: &hidden}, Seconded: &second}
	table := tables.Ledger("台账", c, c.Charter.To.End(), events, projections.Chinese)
	assert.Len(t, table.Rows, len(events))
	assert.Equal(t, "(已密封)", table.Rows[len(events)-1][8])
	for i, r := range table.Rows {
		assert.Equal(t, events[i].Sequence, r[0])
		if events[i].Kind == "progress.reported.v1" {
			assert.Contains(t, r[8], "期次", "in the words of the field, not of the format")
			assert.NotContains(t, r[8], "percent")
		}
	}
}

// A register that people read has no word of the format in it.
func TestListsAreInWords(t *testing.T) {
	c, _ := campaign(t)
	for _, name := range tables.Names() {
		table, _ := tables.Of(name, c, ledger.Date("2025-06-30").End(), projections.Chinese)
		for _, row := range table.Rows {
			for _, cell := range row {
				for _, word := range []string{"issued", "acknowledged", "in-force", "proposed", "yellow", "pass-fail", "count-per-year", "headquarters", "units/"} {
					if s, ok := cell.(string); ok && s == word {
						t.Errorf("%s: %q", name, s)
					}
				}
				_, yes := cell.(bool)
				assert.False(t, yes, "%s: a bare true or false", name)
			}
		}
	}
}

// The calendar is one that another library reads, with an event for each deadline,
// whose id stays the same when its day moves.
func TestDeadlinesAsACalendar(t *testing.T) {
	c, _ := campaign(t)
	day := ledger.Date("2024-07-31")
	all := tables.Deadlines(c, "", day.End(), projections.Chinese)
	fgw := tables.Deadlines(c, "fgw", day.End(), projections.Chinese)
	require.NotEmpty(t, fgw)
	assert.Greater(t, len(all), len(fgw))
	kinds := map[string]int{}
	for _, d := range all {
		kind, _, _ := strings.Cut(d.ID, "-")
		kinds[kind]++
	}
	for _, kind := range []string{"milestone", "report", "directive"} {
		assert.Positive(t, kinds[kind], kind)
	}
	data := tables.Calendar("ja2023", "ja2023", all)
	assert.Equal(t, data, tables.Calendar("ja2023", "ja2023", all))
	read, err := ics.ParseCalendar(bytes.NewReader(data))
	require.NoError(t, err)
	require.Len(t, read.Events(), len(all))
	ids := map[string]bool{}
	for i, e := range read.Events() {
		assert.False(t, ids[e.Id()], "an id of its own")
		ids[e.Id()] = true
		start, err := e.GetAllDayStartAt()
		require.NoError(t, err)
		assert.Equal(t, string(all[i].Day), start.Format("2006-01-02"))
	}
	for _, line := range strings.Split(strings.TrimRight(string(data), "\r\n"), "\r\n") {
		assert.LessOrEqual(t, len(line), 75, "RFC 5545 3.1: %s", line)
	}
}
