package console_test

import (
	"net/http"
	"regexp"
	"testing"

	"ducha/ledger"

	"github.com/stretchr/testify/assert"
)

var moveLink = regexp.MustCompile(`href="/submit/([a-z]+\.[a-z]+\.v\d+)\?`)

// moves are the kinds that a page offers its reader to say.
func moves(body string) map[string]bool {
	kinds := map[string]bool{}
	for _, m := range moveLink.FindAllStringSubmatch(body, -1) {
		kinds[m[1]] = true
	}
	return kinds
}

// Each board offers each role what is its to say, and nothing else: who proposes does
// not decide, and who only reads is offered nothing.
func TestBoardsOfferEachRoleItsOwnMoves(t *testing.T) {
	w := readWorld(t)
	for _, c := range []struct {
		party ledger.PartyID
		path  string
		want  []string
		never []string
	}{
		{"units/ggb", "/dispatch", []string{"directive.issued.v1"}, []string{"directive.answered.v1", "dispatch.logged.v1"}},
		{"units/fgw", "/dispatch", []string{"directive.answered.v1", "dispatch.logged.v1"}, []string{"directive.issued.v1", "directive.accepted.v1"}},
		{"units/kjj", "/dispatch", []string{"dispatch.logged.v1"}, []string{"directive.answered.v1"}},
		{"auditors/shenji", "/dispatch", nil, nil},
		{"officers/zhihuizhang", "/dispatch", []string{"directive.issued.v1"}, []string{"directive.answered.v1"}},
		{"officers/fuzhi-1", "/dispatch", nil, []string{"directive.issued.v1"}},
		{"units/ggb", "/escalation", []string{"reminder.sent.v1", "talk.held.v1", "notice.drafted.v1"}, []string{"notice.issued.v1", "card.proposed.v1", "card.granted.v1"}},
		{"officers/zhihuizhang", "/escalation", []string{"talk.held.v1", "card.proposed.v1"}, []string{"notice.drafted.v1", "card.granted.v1"}},
		{"authorities/jiwei", "/escalation", nil, []string{"card.proposed.v1", "notice.drafted.v1"}},
		{"units/ggb", "/meetings", []string{"directive.issued.v1"}, []string{"meeting.held.v1"}}, // this month's was held
		{"officers/zhihuizhang", "/meetings", []string{"meeting.held.v1"}, []string{"meeting.packed.v1"}},
		{"officers/fuzhi-1", "/meetings", nil, nil},
		{"units/ggb", "/inspections", []string{"inspection.authorised.v1"}, []string{"finding.recorded.v1", "conclusion.contested.v1"}},
		{"officers/fuzhi-1", "/inspections", nil, nil},
		{"units/ggb", "/meetings/pack?on=2026-01-30&cutoff=2025-12-29", []string{"meeting.packed.v1"}, nil},
		{"inspectors/ducha-1", "/meetings", nil, []string{"meeting.held.v1", "meeting.packed.v1"}},
	} {
		status, body, _ := w.get(t, w.reader(t, c.party), c.path)
		assert.Equal(t, http.StatusOK, status, "%s for %s", c.path, c.party)
		offered := moves(body)
		for _, kind := range c.want {
			assert.True(t, offered[kind], "%s offers %s %s", c.path, c.party, kind)
		}
		for _, kind := range c.never {
			assert.False(t, offered[kind], "%s offers %s %s", c.path, c.party, kind)
		}
		if c.want == nil && c.never == nil {
			assert.Empty(t, offered, "%s for %s", c.path, c.party)
		}
	}
}

// Of an earlier day nothing can be said.
func TestNothingIsOfferedOnAnEarlierDay(t *testing.T) {
	w := readWorld(t)
	office := w.reader(t, "units/ggb")
	for _, path := range []string{"/dispatch", "/escalation", "/meetings"} {
		status, body, _ := w.get(t, office, path+"?as_of=2024-12-09")
		assert.Equal(t, http.StatusOK, status, path)
		assert.Empty(t, moves(body), path)
	}
	_, body, _ := w.get(t, office, "/escalation?as_of=2024-12-09")
	assert.Contains(t, body, "通报稿", "the notice was a draft then")
	assert.NotContains(t, body, "审签印发 <a", "and not issued yet")
}

// A unit sees no other's escalations; the authority sees those that it decides on.
func TestBoardsShowEachReaderItsOwn(t *testing.T) {
	w := readWorld(t)
	_, body, _ := w.get(t, w.reader(t, "units/fgw"), "/escalation")
	assert.Contains(t, body, "开发区管理改革")
	assert.NotContains(t, body, "T07")
	_, body, _ = w.get(t, w.reader(t, "authorities/zuzhibu"), "/escalation")
	assert.Contains(t, body, "T07")
	assert.NotContains(t, body, "T06", "no card was proposed for it")
	status, _, _ := w.get(t, w.reader(t, "units/fgw"), "/tasks/T07/dossier")
	assert.Equal(t, http.StatusForbidden, status)
	status, body, _ = w.get(t, w.reader(t, "authorities/jiwei"), "/tasks/T07/dossier?as_of=2025-02-07")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "逐月")
}
