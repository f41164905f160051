package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who a row of the table is for.
const (
	everybody = "everybody"
	known     = "known" // everybody but nobody
	all       = "office commander executive-deputy deputy inspector auditor"
	trail     = all + " lead successor"                   // of gzw
	history   = trail + " responsible authority"          // of T07
	members   = all + " lead successor responsible other" // every unit of the campaign
)

// may reports whether a reader is one of those of a row.
func may(row, reader string) bool {
	switch row {
	case everybody:
		return true
	case known:
		return reader != "nobody"
	}
	return slices.Contains(strings.Fields(row), strings.TrimPrefix(reader, "token of "))
}

// row says of a request who is answered. $ stands for something on record.
type row struct {
	operation, request, readers string
}

// expectations are who reads what, as design section 11 and ADR 15 have it. They are
// written by hand, and not made from the scopes that they are held against.
var expectations = []row{
	{"submit-statement", "POST /api/v1/statements", everybody},
	{"submit-batch", "POST /api/v1/batches", everybody},
	{"put-attachment", "PUT /api/v1/attachments/$file", everybody},
	{"healthz", "GET /healthz", everybody},
	{"readyz", "GET /readyz", everybody},
	{"list-kinds", "GET /api/v1/kinds", everybody},
	{"get-kind-schema", "GET /api/v1/kinds/progress.reported.v1/schema", everybody},
	{"new-challenge", "GET /api/v1/session/challenge", everybody},
	{"log-in", "POST /api/v1/session", everybody},
	{"who-am-i", "GET /api/v1/session", everybody},
	{"get-key-standing", "GET /api/v1/keys/0000000000000000000000000000000000000000000000000000000000000000/standing", everybody},
	{"get-coded", "GET /api/v1/papers/$code", everybody},
	{"", "GET /p/$code", everybody},
	{"", "GET /openapi.json", everybody},
	{"", "GET /nothing", everybody},
	{"check-inspection", "GET /api/v1/inspections/DC-2024-01", everybody},
	{"get-checkpoint", "GET /tlog/checkpoint", everybody},
	{"get-log-key", "GET /tlog/key", everybody},
	{"get-tile", "GET /tlog/tile/0/000", everybody},
	{"get-tile", "GET /tlog/tile/1/000.p/6", everybody},
	{"get-entries", "GET /tlog/tile/entries/000", all},

	{"get-campaign", "GET /api/v1/campaign", known},
	{"get-policy", "GET /api/v1/policy", known},
	{"list-keys", "GET /api/v1/keys", known},
	{"check-statement", "POST /api/v1/checks", known},
	{"list-lists", "GET /api/v1/lists", known},
	{"list-questions", "GET /api/v1/questions", known},
	{"list-units", "GET /api/v1/units", known},
	{"list-tasks", "GET /api/v1/tasks", known},
	{"list-cards", "GET /api/v1/cards", known},
	{"list-directives", "GET /api/v1/directives", known},
	{"list-targets", "GET /api/v1/targets", known},
	{"list-blockers", "GET /api/v1/blockers", known},
	{"list-deadlines", "GET /api/v1/deadlines", known},
	{"list-deadlines", "GET /api/v1/deadlines?format=ics", known},
	{"burden", "GET /api/v1/burden", known},
	{"list-inspections", "GET /api/v1/inspections", known},
	{"list-meetings", "GET /api/v1/meetings", known},
	{"list-items", "GET /api/v1/items", known},
	{"list-packs", "GET /api/v1/packs", known},
	{"read-form", "POST /api/v1/imports", known},

	{"get-unit", "GET /api/v1/units/gzw", trail},
	{"get-unit", "HEAD /api/v1/units/gzw", trail},
	{"get-unit", "GET /api/v1/units/市国资委", trail},
	{"get-unit", "GET /api/v1/units/gzw?unit=kjj", trail},
	{"get-unit", "GET /api/v1/units/fgw?unit=gzw", all},
	{"get-unit", "GET /api/v1/units/fgw?task=T07", all},
	{"get-unit", "GET /api/v1/units/%67zw", trail},
	{"get-unit", "GET /api/v1/units/hq", all},
	{"get-unit", "GET /api/v1/units/none", all},
	{"export-trail", "GET /api/v1/units/gzw/trail", trail},
	{"export-trail", "GET /api/v1/units/none/trail?unit=gzw", all},

	{"get-task", "GET /api/v1/tasks/T07", history},
	{"get-task", "GET /api/v1/tasks/投融资平台优化升级改革", history},
	{"get-task", "GET /api/v1/tasks/T06?task=T07&unit=gzw", all},
	{"get-task", "GET /api/v1/tasks/T99", all},
	{"explain-task", "GET /api/v1/tasks/T07/why", history},
	{"explain-task", "GET /api/v1/tasks/T06/why", all},
	{"list-task-statements", "GET /api/v1/tasks/T07/statements", history},
	{"list-task-statements", "GET /api/v1/tasks/T06/statements", all},
	{"get-dossier", "GET /api/v1/tasks/T07/dossier", history},
	{"get-dossier", "GET /api/v1/tasks/T06/dossier", all},

	{"get-diff", "GET /api/v1/diff?task=T07&from=noday", history},
	{"get-diff", "GET /api/v1/diff?unit=gzw&from=noday", trail},
	{"get-diff", "GET /api/v1/diff?unit=fgw&unit=gzw&from=noday", all},
	{"get-diff", "GET /api/v1/diff?unit=gzw&task=T06&from=noday", all},
	{"get-diff", "GET /api/v1/diff?from=noday", all},
	{"get-ledger-table", "GET /api/v1/ledger?task=T07", history},
	{"get-ledger-table", "GET /api/v1/ledger?unit=gzw&format=csv", trail},
	{"get-ledger-table", "GET /api/v1/ledger?unit=fgw&unit=gzw", all},
	{"get-ledger-table", "GET /api/v1/ledger?unit=gzw&task=T06", all},
	{"get-ledger-table", "GET /api/v1/ledger", all},

	{"list-cards", "GET /api/v1/cards?unit=fgw", known},
	{"list-targets", "GET /api/v1/targets?task=T07", history},
	{"list-targets", "GET /api/v1/targets?task=T06", all},
	{"list-blockers", "GET /api/v1/blockers?unit=gzw", known},
	{"list-blockers", "GET /api/v1/blockers?unit=fgw", known},
	{"list-deadlines", "GET /api/v1/deadlines?unit=gzw", known},
	{"list-deadlines", "GET /api/v1/deadlines?unit=fgw", known},
	{"burden", "GET /api/v1/burden?unit=gzw", trail},
	{"burden", "GET /api/v1/burden?unit=fgw", all},

	{"get-statement", "GET /api/v1/statements/$report", history},
	{"get-receipt", "GET /api/v1/statements/$report/receipt", history},
	{"get-paper", "GET /api/v1/statements/$report/paper", history},
	{"get-statement", "GET /api/v1/statements/$plan", trail},
	{"get-statement", "GET /api/v1/statements/$foreign", all},
	{"get-paper", "GET /api/v1/statements/$foreign/paper?kind=receipt", all},
	{"get-statement", "GET /api/v1/statements/$policy", known},
	{"get-statement", "GET /api/v1/statements/$list", known},
	{"get-statement", "GET /api/v1/statements/$monthly", members},
	{"get-statement", "GET /api/v1/statements/$pack", members},
	{"get-statement", "GET /api/v1/statements/$called", trail + " responsible"},
	{"get-statement", "GET /api/v1/statements/$uncalled", all},
	{"get-statement", "GET /api/v1/statements/$inspection", all + " other authority"}, // of T02 and T09
	{"get-statement", "GET /api/v1/statements/018cc7a1-e0a0-7417-96c1-000000000000", all},
	{"get-statement", "GET /api/v1/statements/hello", all},
	{"get-attachment", "GET /api/v1/attachments/$evidence", history},
	{"get-attachment", "HEAD /api/v1/attachments/$evidence", history},
	{"get-attachment", "GET /api/v1/attachments/$other", all},

	{"pack", "GET /api/v1/pack?on=2025-12-30&cutoff=noday", all},
	{"pack", "GET /api/v1/pack?$frozen", members},
	{"pack", "GET /api/v1/pack?$frozen&format=full", members},
	{"pack", "GET /api/v1/pack?tier=as-needed&$frozen", all},
	{"verify-pack", "GET /api/v1/packs/$pack", members},
	{"verify-pack", "GET /api/v1/packs/$report", all},

	{"review", "GET /api/v1/review?from=noday&to=noday&unit=gzw", all},
	{"list-reviews", "GET /api/v1/reviews", all},
	{"verify-review", "GET /api/v1/reviews/$report", all},
	{"try-policy", "POST /api/v1/policy/trial", all},
	{"list-samples", "GET /api/v1/samples", all},
	{"get-table", "GET /api/v1/tables/tasks?unit=gzw&task=T07", all},
	{"list-attachments", "GET /api/v1/attachments", all},
	{"list-statements", "GET /api/v1/statements?limit=5&unit=gzw", all},
	{"stream-events", "GET /api/v1/events.ndjson?after=1600", all},
	{"rebuild", "GET /api/v1/projections", all},
}

// logOut is left out of the table: it ends what the table asks with.
const logOut = "log-out"

// operations are those of the description, with their method and path.
func operations(t *testing.T, g *guarded) map[string]string {
	t.Helper()
	var d struct {
		Paths map[string]map[string]struct {
			ID string `json:"operationId"`
		}
	}
	_, body, _ := g.do(t, http.DefaultClient, "GET /openapi.json", nil)
	require.NoError(t, json.Unmarshal(body, &d))
	list := map[string]string{}
	for path, methods := range d.Paths {
		for method, o := range methods {
			list[o.ID] = strings.ToUpper(method) + " " + path
		}
	}
	require.NotEmpty(t, list)
	return list
}

func TestEveryOperationHasItsReaders(t *testing.T) {
	g := newGuarded(t)
	described := operations(t, g)
	expected := map[string]bool{logOut: true}
	for _, e := range expectations {
		expected[e.operation] = true
		if path, ok := described[e.operation]; e.operation != "" && assert.True(t, ok, "%s is of no operation", e.request) {
			method, _, _ := strings.Cut(path, " ")
			at, _, _ := strings.Cut(strings.Replace(e.request, "HEAD ", "GET ", 1), "?")
			shape := "^" + regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, ".+") + "$"
			assert.Regexp(t, shape, at, "%s asks for another operation than %s", e.request, e.operation)
			assert.True(t, strings.HasPrefix(path, method))
		}
	}
	for id, path := range described {
		assert.Contains(t, scopes, id, "%s: say in scopes who may read it", path)
		assert.True(t, expected[id], "%s (%s): say in the table who is answered", path, id)
	}
	for id := range scopes {
		assert.Contains(t, described, id, "scopes has an operation that is not served")
	}
}

// onRecord fills in what the table names by a word.
func (g *guarded) onRecord(t *testing.T) *strings.Replacer {
	t.Helper()
	words := map[string]string{"$file": strings.Repeat("0", 64)}
	g.campaign(func(c *projections.Campaign) {
		put := func(word string, id fmt.Stringer) {
			if _, ok := words[word]; !ok {
				words[word] = id.String()
			}
		}
		at := slices.SortedFunc(maps.Keys(c.Index.Statements), func(a, b ledger.Ref) int {
			return int(c.Index.Statements[a].Sequence) - int(c.Index.Statements[b].Sequence)
		})
		for _, id := range at {
			switch e := c.Index.Statements[id]; {
			case e.Kind == "progress.reported.v1" && e.Task == "T07":
				put("$report", id)
			case e.Kind == "annualplan.filed.v1" && e.Unit == "gzw":
				put("$plan", id)
			case e.Kind == "progress.reported.v1" && e.Task == "T06":
				put("$foreign", id)
			case e.Kind == "policy.adopted.v1":
				put("$policy", id)
			case e.Kind == "list.frozen.v1":
				put("$list", id)
			case e.Kind == "inspection.authorised.v1":
				if slices.Contains(c.Inspections[id].Tasks, "T09") {
					put("$inspection", id)
				}
			}
		}
		for _, m := range c.Charter.Meetings {
			switch {
			case m.Tier == ledger.TierMonthly:
				put("$monthly", m.ID)
			case slices.Contains(m.Attended, "jrb"):
				put("$called", m.ID)
			case !slices.Contains(m.Attended, "gzw"):
				put("$uncalled", m.ID)
			}
		}
		for _, p := range c.Charter.Packs {
			if p.Tier == ledger.TierMonthly {
				words["$pack"] = p.ID.String()
				words["$frozen"] = url.Values{"tier": {"monthly"}, "on": {string(p.On)}, "from": {string(p.From)}, "cutoff": {string(p.Cutoff)}, "sequence": {fmt.Sprint(p.Records)}}.Encode()
			}
		}
		for digest, named := range c.Files {
			tasks := map[ledger.TaskID]bool{}
			for _, n := range named {
				tasks[n.Task] = true
			}
			if len(tasks) == 1 && tasks["T07"] {
				words["$evidence"] = string(digest)
			} else if len(tasks) == 1 && tasks["T06"] {
				words["$other"] = string(digest)
			}
		}
	})
	r, err := g.node.Stream.Get(t.Context(), 100)
	require.NoError(t, err)
	e, err := r.Read()
	require.NoError(t, err)
	words["$code"] = string(ledger.ReceiptOf(e).Code())
	var pairs []string
	for word, value := range words {
		pairs = append(pairs, word, value)
	}
	return strings.NewReplacer(pairs...)
}

// Every role asks for everything. Nobody who is not to read is answered, and whoever is
// to read is.
func TestWhoReadsWhat(t *testing.T) {
	g := newGuarded(t)
	g.succeed(t)
	readers, words := g.readers(t), g.onRecord(t)
	for _, e := range expectations {
		request := words.Replace(e.request)
		require.NotContains(t, request, "$", "nothing like that is on record")
		for name, client := range readers {
			status, body, header := g.do(t, client, request, nil)
			switch {
			case may(e.readers, name):
				assert.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, status, "%s is to be answered: %s: %.200s", name, e.request, body)
			case name == "nobody":
				assert.Equal(t, http.StatusUnauthorized, status, "nobody: %s: %.200s", e.request, body)
				assert.Contains(t, header.Get("WWW-Authenticate"), "Bearer", e.request)
			default:
				assert.Equal(t, http.StatusForbidden, status, "%s is not to read: %s: %.200s", name, e.request, body)
			}
			if e.readers != everybody {
				assert.Regexp(t, "^(no-store|private, .*)$", header.Get("Cache-Control"), "%s: nothing between keeps it", e.request)
			}
		}
	}
}
