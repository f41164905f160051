package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asks are the ways in which somebody asks for what is another's: by naming both, by
// naming what the operation does not take, by another name, on another day.
var asks = []string{
	"", "unit=kjj", "unit=fgw", "unit=fgw&unit=kjj", "unit=kjj&unit=fgw", "unit=kjj,fgw", "unit=市发改委", "unit=发改委&task=T09", "unit=FGW", "unit=%20fgw",
	"task=T06", "task=T09", "task=T09&task=T06", "task=T09&unit=fgw", "task=T06&unit=kjj", "task=开发区管理改革", "task=T09%00",
	"as_of=2024-08-15", "open=true", "format=full", "lang=en", "Unit=fgw", "unit[]=fgw", "all=true",
}

// What kjj is answered, whatever it asks, names no task but those that it leads or takes
// part in: T09 and T02.
func TestNothingOfOthersLeaksToAUnit(t *testing.T) {
	g := newGuarded(t)
	kjj := g.logIn(t, seeds.Keys(demoSeed)["units/kjj"])
	task := regexp.MustCompile(`"T\d\d"`)
	for _, path := range []string{"units", "units/kjj", "tasks", "tasks/T09", "tasks/T02/why", "cards", "directives", "targets", "blockers", "deadlines", "burden", "inspections", "items", "diff", "ledger"} {
		answered := 0
		for _, query := range asks {
			if path == "diff" {
				query += "&from=2024-06-30&to=2024-07-31"
			}
			status, body, _ := g.do(t, kjj, "GET /api/v1/"+path+"?"+query, nil)
			if status != http.StatusOK {
				assert.Contains(t, []int{400, 403, 404, 422}, status, "%s?%s: %.200s", path, query, body)
				continue
			}
			answered++
			if path == "items" || path == "inspections" {
				continue // what a monthly meeting settled is for all its members, an inspection names all that it is about
			}
			for _, found := range task.FindAllString(string(body), -1) {
				assert.Contains(t, []string{`"T09"`, `"T02"`}, found, "%s?%s", path, query)
			}
			assert.NotContains(t, string(body), `"fgw"`, "%s?%s", path, query)
			assert.NotContains(t, string(body), "市发改委", "%s?%s", path, query)
		}
		assert.NotZero(t, answered, path)
	}
}

// ids are the values of a member in the objects of a list.
func ids(t *testing.T, body []byte, list, member string) []string {
	t.Helper()
	var answer map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(body, &answer), string(body))
	var rows []map[string]any
	require.NoError(t, json.Unmarshal(answer[list], &rows), string(answer[list]))
	var out []string
	for _, row := range rows {
		id, _ := row[member].(string)
		out = append(out, id)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Each reader's lists hold all of its own, and nothing else.
func TestListsHoldWhatIsTheReaders(t *testing.T) {
	g := newGuarded(t)
	g.succeed(t)
	readers := g.readers(t)
	tasks := []string{"T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T11", "T12"}
	for reader, want := range map[string]struct{ units, tasks, cards string }{
		"lead":               {"gzw", "T03 T07", "T07"}, // takes part in T03
		"successor":          {"gzw wglj", "T03 T05 T07 T10", "T07"},
		"responsible":        {"jrb", "T03 T07", "T07"},
		"other":              {"kjj", "T02 T09", "T09"},
		"authority":          {"", "T07 T09", "T07 T09"},
		"token of authority": {"", "T07 T09", "T07 T09"},
		"deputy":             {"*", strings.Join(tasks, " "), "T07 T09"},
		"token of auditor":   {"*", strings.Join(tasks, " "), "T07 T09"},
	} {
		for _, day := range []string{"", "?as_of=2025-11-30"} {
			_, body, _ := g.do(t, readers[reader], "GET /api/v1/units"+day, nil)
			if units := ids(t, body, "units", "id"); want.units == "*" {
				assert.Len(t, units, 13, reader)
			} else {
				assert.Equal(t, want.units, strings.Join(units, " "), "%s %s", reader, day)
			}
			_, body, _ = g.do(t, readers[reader], "GET /api/v1/tasks"+day, nil)
			assert.Equal(t, want.tasks, strings.Join(ids(t, body, "tasks", "id"), " "), "%s %s", reader, day)
			_, body, _ = g.do(t, readers[reader], "GET /api/v1/cards"+day, nil)
			assert.Equal(t, want.cards, strings.Join(ids(t, body, "cards", "task"), " "), "%s %s", reader, day)
			for _, path := range []string{"directives", "blockers", "targets"} {
				_, body, _ = g.do(t, readers[reader], "GET /api/v1/"+path+day, nil)
				for _, task := range ids(t, body, path, "task") {
					assert.Contains(t, want.tasks, task, "%s %s", reader, path)
				}
			}
		}
	}
	_, body, _ := g.do(t, readers["authority"], "GET /api/v1/meetings", nil)
	assert.Empty(t, ids(t, body, "meetings", "id"), "an authority stands outside the headquarters")
	count := func(reader string) int {
		_, body, _ := g.do(t, readers[reader], "GET /api/v1/meetings", nil)
		return len(ids(t, body, "meetings", "id"))
	}
	assert.Equal(t, 24+5, count("office"))
	assert.Equal(t, 24+3, count("lead"), "the monthly ones, and those that it was called to")
	assert.Equal(t, 24+1, count("other"))
}

// A code can be guessed: whoever stands outside learns whether it is good, and not what
// is inspected; and nobody but the headquarters learns of what is only planned.
func TestAnInspectionIsSaidToThoseConcernedOnceItBegins(t *testing.T) {
	g := newGuarded(t)
	readers := g.readers(t)
	today := ledger.Date("2025-12-30")
	for code, of := range map[ledger.LocalID]struct {
		from ledger.Date
		task ledger.TaskID
	}{"DC-NOW": {today, "T07"}, "DC-SOON": {"2025-12-31", "T03"}} {
		g.say(t, "officers/zhihuizhang", ledger.Statement{Unit: ledger.HQ, Body: &ledger.InspectionAuthorised{Code: code, Scope: "随机核查。", Tasks: []ledger.TaskID{of.task},
			From: of.from, To: "2025-12-31", Inspectors: []ledger.PartyID{"inspectors/ducha-1"}, Authority: "市委市政府"}})
	}
	check := func(reader, code string) (out CodeCheck) {
		status, body, _ := g.do(t, readers[reader], "GET /api/v1/inspections/"+code, nil)
		require.Equal(t, http.StatusOK, status)
		require.NoError(t, json.Unmarshal(body, &out))
		return out
	}
	for _, reader := range []string{"nobody", "other"} {
		now := check(reader, "DC-NOW")
		assert.True(t, now.Good, reader)
		assert.Nil(t, now.Inspection, reader)
	}
	for _, reader := range []string{"lead", "responsible", "office"} {
		now := check(reader, "DC-NOW")
		assert.True(t, now.Good, reader)
		require.NotNil(t, now.Inspection, reader)
		assert.Equal(t, []ledger.TaskID{"T07"}, now.Inspection.Tasks)
	}
	for _, reader := range []string{"nobody", "other", "lead", "authority"} {
		soon, none := check(reader, "DC-SOON"), check(reader, "DC-NONE")
		soon.Code = none.Code
		assert.Equal(t, none, soon, "%s cannot tell what is planned from what there is not", reader)
		_, body, _ := g.do(t, readers[reader], "GET /api/v1/inspections", nil)
		assert.NotContains(t, string(body), "DC-SOON", reader)
	}
	require.NotNil(t, check("office", "DC-SOON").Inspection)
	_, body, _ := g.do(t, readers["lead"], "GET /api/v1/inspections", nil)
	assert.Contains(t, string(body), "DC-NOW")
}

// With open reading everything is answered; a session says who reads all the same.
func TestOpenReading(t *testing.T) {
	g := newGuarded(t)
	g.guard.Open = true
	for _, path := range []string{"units/fgw", "tasks/T06", "statements?limit=1", "samples"} {
		status, _, _ := g.do(t, http.DefaultClient, "GET /api/v1/"+path, nil)
		assert.Equal(t, http.StatusOK, status, path)
	}
	var who access.Reader
	_, body, _ := g.do(t, g.logIn(t, seeds.Keys(demoSeed)["units/kjj"]), "GET /api/v1/session", nil)
	require.NoError(t, json.Unmarshal(body, &who))
	assert.Equal(t, ledger.PartyID("units/kjj"), who.Party)
	over := &http.Request{Header: http.Header{"Cookie": {g.guard.Cookie() + "=over"}}, URL: &url.URL{}}
	reader, err := g.guard.Reader(over)
	require.NoError(t, err, "an old cookie keeps nobody from what is open")
	assert.True(t, reader.Open)
}
