package console_test

import (
	"net/http"
	"strings"
	"testing"

	"ducha/cmd/internal/console"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
)

// parties are one reader of each role, and units in each place with respect to T07, which
// gzw leads, jrb takes part in, and a card was proposed for.
var parties = map[string]ledger.PartyID{
	"nobody": "", "office": "units/ggb", "commander": "officers/zhihuizhang", "executive-deputy": "officers/changwu", "deputy": "officers/fuzhi-1",
	"inspector": "inspectors/ducha-1", "auditor": "auditors/shenji", "authority": "authorities/jiwei", "lead": "units/gzw", "responsible": "units/jrb", "other": "units/kjj",
}

// Who a page is for.
const (
	everybody   = "nobody " + known
	known       = reads + " authority lead responsible other"
	reads       = "office commander executive-deputy deputy inspector auditor" // every record
	ownTrail    = reads + " lead"                                              // of gzw
	taskHistory = ownTrail + " responsible authority"                          // of T07
)

// pagesFor says of every page who is shown it; it is written by hand, and not made from
// the scopes that it holds.
var pagesFor = []struct{ page, path, readers string }{
	{"/{$}", "/", known},
	{"/login", "/login", everybody},
	{"/welcome", "/welcome", everybody},
	{"/verify", "/verify", everybody},
	{"/units/{unit}", "/units/gzw", ownTrail},
	{"/units/{unit}", "/units/gzw?unit=kjj", ownTrail},
	{"/units/{unit}", "/units/fgw?unit=gzw&task=T07", reads},
	{"/tasks/{task}", "/tasks/T07", taskHistory},
	{"/tasks/{task}", "/tasks/T07?as_of=2024-02-01", taskHistory},
	{"/tasks/{task}", "/tasks/T06?task=T07", reads},
	{"/tasks/{task}/dossier", "/tasks/T07/dossier?as_of=2025-03-15", taskHistory},
	{"/tasks/{task}/dossier", "/tasks/T06/dossier?task=T07", reads},
	{"/records/{sequence}", "/records/{notice.issued.v1 T07}", taskHistory},
	{"/records/{sequence}", "/records/{progress.reported.v1 T06}", reads},
	{"/records/{sequence}", "/records/{policy.adopted.v1}", known},
	{"/statements/{id}", "/statements/{#notice.issued.v1 T07}", taskHistory},
	{"/statements/{id}", "/statements/{#progress.reported.v1 T06}", reads},
	{"/dispatch", "/dispatch", known},
	{"/meetings", "/meetings", known},
	{"/meetings/pack", "/meetings/pack?on=2025-12-30&cutoff=2025-12-29", reads},
	{"/escalation", "/escalation", known},
	{"/inspections", "/inspections", everybody}, // the code check; what else there is, after the reader
	{"/audit", "/audit", known},
	{"/submit", "/submit", known},
	{"/submit/{kind}", "/submit/progress.reported.v1?task=T07", "lead"},
	{"/submit/{kind}", "/submit/progress.confirmed.v1?task=T07", "responsible"},
	{"/submit/{kind}", "/submit/directive.issued.v1?task=T07", "office commander"},
	{"/submit/{kind}", "/submit/notice.drafted.v1?task=T07", "office"},
	{"/submit/{kind}", "/submit/notice.issued.v1?task=T07", "commander"},
	{"/submit/{kind}", "/submit/card.granted.v1?task=T07", "authority"},
	{"/submit/{kind}", "/submit/finding.recorded.v1?task=T07", "inspector"},
}

// Every role asks for every page, and is shown it, sent to the login, or told why not.
func TestEveryPageHasItsReaders(t *testing.T) {
	w := readWorld(t)
	listed := map[string]bool{}
	clients := map[string]*http.Client{}
	for name, party := range parties {
		clients[name] = w.reader(t, party)
	}
	for _, p := range pagesFor {
		listed[p.page] = true
		for name, c := range clients {
			status, body, header := w.get(t, c, w.filled(t, p.path))
			switch {
			case strings.Contains(" "+p.readers+" ", " "+name+" "):
				if to := header.Get("Location"); status != http.StatusOK {
					assert.Regexp(t, "^/records/[0-9]+$", to, "%s asks for %s: %d %.300s", name, p.path, status, body)
				}
			case name == "nobody":
				assert.Equal(t, http.StatusSeeOther, status, "nobody asks for %s", p.path)
				assert.Contains(t, header.Get("Location"), "/login?next=")
			default:
				assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, status, "%s asks for %s", name, p.path)
				assert.NotContains(t, body, "累计完成", "%s asks for %s and is told of the progress", name, p.path)
			}
			assert.Equal(t, "no-store", header.Get("Cache-Control"), p.path)
		}
	}
	for _, path := range console.Paths() {
		assert.True(t, listed[path], "%s: say who is shown it", path)
	}
}
