package console_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secrets seals one statement of every kind that has words of its own, and gives those
// words: what nobody may see any more.
func (w *world) secrets(t *testing.T) map[string]ledger.Kind {
	t.Helper()
	var events []ledger.Event
	var all []string
	for r, err := range w.node.Stream.Read(t.Context(), 0) {
		require.NoError(t, err)
		e, err := r.Read()
		require.NoError(t, err)
		events, all = append(events, e), append(all, strings.Join(wordsOf(e.Body), "\x00"))
	}
	secrets, done := map[string]ledger.Kind{}, map[ledger.Kind]bool{}
	for _, e := range slices.Backward(events) {
		own := slices.DeleteFunc(wordsOf(e.Body), func(text string) bool {
			said := func(s string) bool { return strings.Contains(s, text) }
			first := slices.IndexFunc(all, said)
			return slices.ContainsFunc(all[first+1:], said) // others say it too
		})
		if done[e.Kind] || !projections.Sealable(e.Kind) || len(own) == 0 {
			continue
		}
		done[e.Kind] = true
		for _, text := range own {
			secrets[text] = e.Kind
		}
		id := e.ID
		first := w.says(t, "units/ggb", e.Statement.Unit, e.Statement.Task, &ledger.ContentSealed{Statement: &id, Reason: "误录。"})
		w.says(t, "authorities/jiwei", e.Statement.Unit, e.Statement.Task, &ledger.ContentSealed{Statement: &id, Seconds: &first, Reason: "附议。"})
	}
	return secrets
}

// wordsOf are what a body says in words.
func wordsOf(body any) (list []string) {
	for _, v := range projections.Flat(body) {
		if s, ok := v.(string); ok && utf8.RuneCountInString(s) >= 6 && strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 }) {
			list = append(list, s)
		}
	}
	return list
}

// views are paths that show everything there is, one way or another.
func (w *world) views() []string {
	paths := []string{"/", "/?as_of=2025-11-30", "/dispatch", "/meetings", "/escalation", "/inspections", "/audit", "/units/kjj", "/units/fgw?as_of=2025-11-30"}
	for _, p := range []string{"blockers", "burden?from=2024-01&to=2025-12", "campaign", "cards", "deadlines", "deadlines?format=ics", "directives", "events.ndjson", "inspections", "items", "keys", "lists", "meetings",
		"pack?on=2025-12-30&cutoff=2025-12-29", "packs", "questions", "review?from=2025-01-01&to=2025-12-31", "review?from=2025-01-01&to=2025-12-31&format=html", "review?from=2025-01-01&to=2025-12-31&format=xlsx",
		"reviews", "samples", "targets", "tasks", "units", "attachments", "policy", "statements?limit=500",
		"tables/tasks", "tables/units", "tables/milestones", "tables/targets", "tables/directives", "tables/cards"} {
		paths = append(paths, "/api/v1/"+p)
	}
	w.node.View.Read(func(c *projections.Campaign, _ uint64) {
		for _, t := range c.TaskList() {
			for _, p := range []string{"tasks/%s/dossier", "tasks/%s/statements", "tasks/%s/why", "ledger?task=%s"} {
				paths = append(paths, "/api/v1/"+fmt.Sprintf(p, t.ID))
			}
		}
		for _, u := range c.UnitList() {
			paths = append(paths, "/api/v1/units/"+string(u), "/units/"+string(u))
		}
		for _, id := range c.Sealings.Texts() {
			paths = append(paths, "/api/v1/statements/"+id.String(), "/api/v1/statements/"+id.String()+"/paper", "/api/v1/statements/"+id.String()+"/receipt")
		}
	})
	return append(paths, "/api/v1/diff?unit=kjj&from=2024-01-02&to=2025-12-30", "/api/v1/diff?task=T06&from=2024-01-02&to=2025-12-30", "/api/v1/tasks/T09/dossier?as_of=2025-11-30",
		"/api/v1/cards?as_of=2025-11-30", "/api/v1/units/kjj/trail", "/api/v1/units/hq/trail")
}

var linked = regexp.MustCompile(`href="(/[^"#]*)`)

// Sealed by two persons, a text is gone from every view: pages and forms, lists, tables,
// calendars, papers, reviews, packs, the days before it was sealed, and what an exported
// trail shows to people. What was frozen by its digest is still found the same.
func TestWhatWasSealedIsInNoView(t *testing.T) {
	w := newWorld(t)
	secrets := w.secrets(t)
	require.Greater(t, len(secrets), 60)
	office := w.reader(t, "units/ggb")
	seen := map[string]bool{}
	look := func(where, text string) {
		for secret, kind := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s %q", where, kind, secret)
			}
		}
	}
	paths := w.views()
	direct := len(paths)
	for i := 0; i < len(paths); i++ {
		p, page := paths[i], paths[i]
		if i >= direct { // a page of each kind
			page, _, _ = strings.Cut(p, "?")
		}
		if seen[page] || i >= direct && strings.HasPrefix(p, "/api") {
			continue
		}
		seen[page] = true
		status, body, head := w.get(t, office, p)
		if status != http.StatusOK {
			continue
		}
		switch media := head.Get("Content-Type"); {
		case strings.HasPrefix(body, "PK"):
			unzipped(t, p, body, look)
		case strings.HasPrefix(media, "text/html"):
			look(p, html.UnescapeString(body))
			for _, m := range linked.FindAllStringSubmatch(body, -1) {
				if i < direct {
					paths = append(paths, html.UnescapeString(m[1]))
				}
			}
		default:
			look(p, body)
		}
	}
	assert.Greater(t, len(seen), direct)
	reviews, err := w.node.Reviews(t.Context())
	require.NoError(t, err)
	again, err := w.node.VerifyReview(t.Context(), reviews[0].ID)
	require.NoError(t, err)
	assert.True(t, again.Same, "a review issued before is found the same to the byte")
}

// unzipped looks at what a trail or a workbook shows; the records of a trail are there
// as they were signed, for the chain's sake.
func unzipped(t *testing.T, where, data string, look func(where, text string)) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(data)), int64(len(data)))
	require.NoError(t, err)
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		switch path.Ext(f.Name) {
		case ".xlsx":
			unzipped(t, where+" "+f.Name, string(text), look)
		case ".html", ".xml":
			look(where+" "+f.Name, html.UnescapeString(string(text)))
		}
	}
}
