package console_test

import (
	"net/http"
	"strings"
	"testing"

	"ducha/cmd/internal/console"
	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heaviest is what a page may weigh at most: what a county's line carries in a moment.
const heaviest = 300 << 10

// samples are addresses of every page, by its path in the console. {directive} and the
// like stand for the record of the last statement of a kind. A page that is not here
// fails the tests that look at all pages.
var samples = map[string][]string{
	"/{$}":                  {"/", "/?as_of=2024-08-15", "/?wall"},
	"/units/{unit}":         {"/units/fgw", "/units/fgw?as_of=2024-08-15&since=2024-06-30", "/units/wglj"},
	"/login":                {"/login"},
	"/welcome":              {"/welcome"},
	"/dispatch":             {"/dispatch", "/dispatch?as_of=2025-04-15", "/dispatch?unit=fgw&only=overdue"},
	"/meetings":             {"/meetings"},
	"/meetings/pack":        {"/meetings/pack?on=2025-12-30&cutoff=2025-12-29"},
	"/escalation":           {"/escalation", "/escalation?as_of=2025-02-10"},
	"/tasks/{task}":         {"/tasks/T06", "/tasks/T06?as_of=2024-08-15", "/tasks/T07", "/tasks/T06?family=progress"},
	"/records/{sequence}":   {"/records/{directive.issued.v1}", "/records/{progress.reported.v1}", "/records/{policy.adopted.v1}", "/records/{charter.adopted.v1}"},
	"/statements/{id}":      {"/statements/{#progress.reported.v1}"},
	"/tasks/{task}/dossier": {"/tasks/T07/dossier?as_of=2025-03-15"},
	"/inspections":          {"/inspections", "/inspections?code=DC-2024-01&task=T07", "/inspections?as_of=2024-08-15"},
	"/audit":                {"/audit"},
	"/verify":               {"/verify"},
	"/submit":               {"/submit"},
	"/submit/{kind}":        {"/submit/progress.reported.v1?task=T06", "/submit/directive.issued.v1?task=T06", "/submit/notice.drafted.v1?task=T06", "/submit/key.enrolled.v1", "/submit/policy.adopted.v1", "/submit/meeting.held.v1"},
}

// addresses are all samples, of every page that there is.
func addresses(t testing.TB, w *world) []string {
	t.Helper()
	var list []string
	for _, path := range console.Paths() {
		require.NotEmpty(t, samples[path], "the page %s has no sample", path)
		for _, s := range samples[path] {
			list = append(list, w.filled(t, s))
		}
	}
	return list
}

// filled puts the record of the last statement of a kind, on a task where one is named,
// in the place of {kind task}, and its id in the place of {#kind task}.
func (w *world) filled(t testing.TB, path string) string {
	t.Helper()
	for {
		before, rest, ok := strings.Cut(path, "{")
		if !ok {
			return path
		}
		words, after, _ := strings.Cut(rest, "}")
		kind, task, _ := strings.Cut(strings.TrimPrefix(words, "#"), " ")
		sequence, id := w.last(ledger.Kind(kind), ledger.TaskID(task))
		require.NotZero(t, sequence, "%s is not on record", words)
		stands := uintString(sequence)
		if strings.HasPrefix(words, "#") {
			stands = id.String()
		}
		path = before + stands + after
	}
}

// last is the record of the last statement of a kind, on a task unless that is empty.
func (w *world) last(kind ledger.Kind, task ledger.TaskID) (sequence uint64, id ledger.Ref) {
	w.node.View.Read(func(c *projections.Campaign, _ uint64) {
		for ref, e := range c.Index.Statements {
			if e.Kind == kind && (task == "" || e.Task == task) && e.Sequence > sequence {
				sequence, id = e.Sequence, ref
			}
		}
	})
	return sequence, id
}

// answered is a page as one reader was given it.
type answered struct {
	role, path string
	status     int
	body       string
	header     http.Header
}

var crawled []answered

// crawl asks for every page as every role, once for all tests that look at them all.
func crawl(t *testing.T) []answered {
	t.Helper()
	w := readWorld(t)
	if crawled == nil {
		for role, party := range parties {
			c := w.reader(t, party)
			for _, path := range addresses(t, w) {
				status, body, header := w.get(t, c, path)
				crawled = append(crawled, answered{role, path, status, body, header})
			}
		}
	}
	return crawled
}

// Whoever asks, no page is heavier than a slow line carries.
func TestNoPageIsHeavy(t *testing.T) {
	shown := map[string]int{}
	for _, a := range crawl(t) {
		assert.Less(t, a.status, http.StatusInternalServerError, "%s asks for %s", a.role, a.path)
		assert.LessOrEqual(t, len(a.body), heaviest, "%s asks for %s", a.role, a.path)
		if a.status == http.StatusOK {
			shown[a.role]++
		}
	}
	for role := range parties {
		assert.Greater(t, shown[role], 1, role)
	}
}
