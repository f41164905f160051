package access

import (
	"encoding/base64"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/projections"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2025, 12, 30, 12, 0, 0, 0, ledger.Shanghai)

func TestAChallengeIsAnsweredOnceAndInTime(t *testing.T) {
	s := NewSessions("ja2023")
	first, over := s.Challenge(noon)
	second, _ := s.Challenge(noon)
	assert.NotEqual(t, first, second)
	assert.Equal(t, noon.Add(ChallengeTerm), over)
	require.NoError(t, s.answer(first, over.Add(-time.Millisecond)))
	assert.Error(t, s.answer(first, noon), "twice")
	assert.Error(t, s.answer(second, over), "too late")
	assert.Error(t, NewSessions("ja2023").answer(second, noon), "another server, or this one before it was started again")
	s.sweep(over)
	assert.Empty(t, s.answered, "what is over need not be remembered")
	assert.Error(t, s.answer(first, over), "and is refused all the same")
}

// Whatever is offered, only a challenge of this server is taken, written in the one way
// that it was given.
func FuzzChallenge(f *testing.F) {
	s := NewSessions("ja2023")
	given, _ := s.Challenge(noon)
	f.Add(given)
	f.Add("")
	f.Add(given + "=")
	f.Add(given + "\n")
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		f.Add(given[:74] + string(last))
	}
	f.Add(base64.RawURLEncoding.EncodeToString(make([]byte, 56)))
	f.Fuzz(func(t *testing.T, offered string) {
		clear(s.answered)
		if err := s.answer(offered, noon); err == nil && offered != given {
			t.Fatalf("%q was taken", offered)
		}
	})
}

// An envelope that nobody with a key signed opens nothing.
func FuzzOpen(f *testing.F) {
	s := NewSessions("ja2023")
	c := projections.CampaignProjection().Init()
	f.Fuzz(func(t *testing.T, envelope []byte) {
		if _, _, err := s.Open(c, envelope, "127.0.0.1:8420", noon); err == nil {
			t.Fatalf("%q opened a session", envelope)
		}
	})
}

func TestTheZeroReaderReadsNothing(t *testing.T) {
	var c projections.Campaign
	for _, scope := range []Scope{Headquarters, Anyone, OfSubject, OfStatement, OfFile} {
		err := scope.Allow(&c, Reader{}, Subject{Unit: "fgw", Task: "T01"}, noon)
		assert.Equal(t, ledger.Nobody, ledger.ClassOf(err), scope)
		assert.ErrorContains(t, err, "--login KEY.pem", "it says what would be right")
	}
	assert.NoError(t, Public.Allow(&c, Reader{}, Subject{}, noon))
	var s Sight
	assert.False(t, s.All() || s.Unit("") || s.Task("") || s.Paper(ledger.Ref{}))
	assert.Equal(t, Headquarters, Scope(0), "a route of which nothing is said is the narrowest")
}
