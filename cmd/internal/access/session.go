package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/go-json-experiment/json"
)

// PayloadType of the envelope that a challenge is answered with. No statement has it,
// so that nothing signed as one can be passed off as the other.
const PayloadType = "application/vnd.ducha.login+json"

// How long a challenge may be answered, a session be left alone, and last at most; and
// how many sessions there are at a time. One key's are bounded apart, so that nobody
// keeps others out: the one that was left alone longest makes room.
const (
	ChallengeTerm = 2 * time.Minute
	IdleTerm      = 30 * time.Minute
	SessionTerm   = 8 * time.Hour
	KeySessions   = 32
	maxSessions   = 10_000
)

// Answer is what is signed to log in: for which campaign, at which host, the challenge.
// The signer writes the host that it sees itself, so that no other server can pass a
// challenge of this one on.
type Answer struct {
	Login     ledger.LocalID `json:"login"`
	Host      string         `json:"host"`
	Challenge string         `json:"challenge"`
}

// Sessions (会话) are open logins, in memory alone: a restart ends them.
type Sessions struct {
	campaign ledger.LocalID
	secret   [32]byte // authenticates challenges, which are not kept

	mu       sync.Mutex
	open     map[[32]byte]*session // by the digest of their secret
	answered map[string]time.Time  // challenges, until they are over: each is answered once
}

type session struct {
	key         seal.KeyID
	began, last time.Time
}

// NewSessions has no session open.
func NewSessions(campaign ledger.LocalID) *Sessions {
	s := &Sessions{campaign: campaign, open: map[[32]byte]*session{}, answered: map[string]time.Time{}}
	rand.Read(s.secret[:]) // never fails
	return s
}

// Challenge (质询) is to be answered within [ChallengeTerm].
func (s *Sessions) Challenge(now time.Time) (challenge string, over time.Time) {
	var raw [8 + 16 + 32]byte
	over = now.Add(ChallengeTerm)
	binary.BigEndian.PutUint64(raw[:8], uint64(over.UnixMilli()))
	rand.Read(raw[8:24])
	copy(raw[24:], s.mac(raw[:24]))
	return base64.RawURLEncoding.EncodeToString(raw[:]), over
}

func (s *Sessions) mac(data []byte) []byte {
	m := hmac.New(sha256.New, s.secret[:])
	m.Write(data)
	return m.Sum(nil)
}

// Open opens a session for whoever answers a challenge, at the host that the request
// was for, with a key that is enrolled and not revoked.
func (s *Sessions) Open(c *projections.Campaign, envelope []byte, host string, now time.Time) (secret string, r Reader, err error) {
	e, err := seal.ParseEnvelope(envelope)
	if err != nil {
		return "", r, ledger.Malform("session.form", err.Error(), "a DSSE envelope of payload type "+PayloadType)
	}
	var a Answer
	if e.PayloadType != PayloadType {
		return "", r, ledger.Malform("session.form", fmt.Sprintf("payload type %.60q", e.PayloadType), PayloadType)
	}
	if err := json.Unmarshal(e.Payload, &a, json.RejectUnknownMembers(true)); err != nil {
		return "", r, ledger.Malform("session.form", err.Error(), `{"login":"`+string(s.campaign)+`","host":"…","challenge":"…"}`)
	}
	if a.Login != s.campaign || a.Host != host {
		return "", r, ledger.Forbid("session.host", fmt.Sprintf("a login to %.40q at %.80q", a.Login, a.Host), fmt.Sprintf("one to %s at %s, as the request has it", s.campaign, host))
	}
	key, ok := c.Keyring.Keys[e.Signature.KeyID]
	if !ok || !stands(c, key, c.Now(now)) || key.Party == "ledger" || key.Party == "root" {
		return "", r, &ledger.Error{Class: ledger.Nobody, Rule: "session.key", Found: fmt.Sprintf("key %.16s…, which is not enrolled, is not in force, or is no officer's", e.Signature.KeyID), Want: "a key that the office enrolled"}
	}
	public, err := key.PublicKey()
	if err == nil {
		err = e.Verify(public)
	}
	if err != nil {
		return "", r, &ledger.Error{Class: ledger.Nobody, Rule: "session.seal", Found: err.Error(), Want: "a signature of that key over the answer"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.answer(a.Challenge, now); err != nil {
		return "", r, err
	}
	if s.sweep(now); len(s.open) >= maxSessions {
		return "", r, &ledger.Error{Class: ledger.TooMany, Rule: "session.many", Found: fmt.Sprintf("%d sessions are open", len(s.open)), Want: "a login later"}
	}
	var raw [32]byte
	rand.Read(raw[:])
	secret = base64.RawURLEncoding.EncodeToString(raw[:])
	opened := &session{key: e.Signature.KeyID, began: now, last: now}
	s.room(opened.key)
	s.open[sha256.Sum256([]byte(secret))] = opened
	r, err = reader(c, opened, now)
	return secret, r, err
}

// answer takes a challenge as answered: one of its own, not over, and for the first time.
func (s *Sessions) answer(challenge string, now time.Time) error {
	raw, err := base64.RawURLEncoding.DecodeString(challenge)
	// One that can be written in two ways could be answered twice.
	bad := err != nil || base64.RawURLEncoding.EncodeToString(raw) != challenge || len(raw) != 56 || !hmac.Equal(raw[24:], s.mac(raw[:24]))
	var over time.Time
	if !bad {
		over = time.UnixMilli(int64(binary.BigEndian.Uint64(raw[:8])))
		_, bad = s.answered[challenge]
	}
	if bad || !now.Before(over) {
		return &ledger.Error{Class: ledger.Nobody, Rule: "session.challenge", Found: "a challenge that is over, was answered before, or is not this server's", Want: "a new one: GET /api/v1/session/challenge"}
	}
	s.answered[challenge] = over
	return nil
}

// room ends the session of a key that was left alone longest, where it has too many.
func (s *Sessions) room(key seal.KeyID) {
	var n int
	var oldest [32]byte
	for id, x := range s.open {
		if x.key != key {
			continue
		}
		if n++; n == 1 || x.last.Before(s.open[oldest].last) {
			oldest = id
		}
	}
	if n >= KeySessions {
		delete(s.open, oldest)
	}
}

// sweep forgets what is over.
func (s *Sessions) sweep(now time.Time) {
	for c, over := range s.answered {
		if !now.Before(over) {
			delete(s.answered, c)
		}
	}
	for id, x := range s.open {
		if x.over(now) {
			delete(s.open, id)
		}
	}
}

func (x *session) over(now time.Time) bool {
	return now.Sub(x.last) >= IdleTerm || now.Sub(x.began) >= SessionTerm
}

// Find is who a session's secret belongs to, as the keyring has it now. One that is
// only watched, by a page that renews itself, is over when its user left it alone.
func (s *Sessions) Find(c *projections.Campaign, secret string, watched bool, now time.Time) (Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := sha256.Sum256([]byte(secret))
	x, ok := s.open[id]
	if !ok || x.over(now) {
		delete(s.open, id)
		return Reader{}, &ledger.Error{Class: ledger.Nobody, Rule: "session.over", Found: "a session that is over", Want: "a new login"}
	}
	r, err := reader(c, x, now)
	if err != nil {
		delete(s.open, id)
		return r, err
	}
	if !watched {
		x.last = now
	}
	return r, nil
}

// Close ends a session.
func (s *Sessions) Close(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, sha256.Sum256([]byte(secret)))
}

// stands reports whether what a key signed now would be taken: it is not revoked, and
// its certificate, if it has one, is good.
func stands(c *projections.Campaign, key projections.Key, at time.Time) bool {
	next := uint64(len(c.Index.Statements)) + 1
	certificate, ok := key.Certificate(next)
	if key.Revoked != nil || !ok {
		return key.Revoked == nil
	}
	check, looked := certificate.Status(next)
	return certificate.At(at) && !(looked && check.Status == ledger.CertificateRevoked)
}

// reader is who holds a session's key now.
func reader(c *projections.Campaign, x *session, now time.Time) (Reader, error) {
	key, ok := c.Keyring.Keys[x.key]
	if !ok || !stands(c, key, c.Now(now)) {
		return Reader{}, &ledger.Error{Class: ledger.Nobody, Rule: "session.key", Found: "a key that is no more in force", Want: "a login with a key that is in force"}
	}
	r := Reader{Party: key.Party, Holder: key.Holder, Key: x.key, Roles: c.Keyring.RolesOf(key.Party), Until: x.began.Add(SessionTerm)}
	r.Unit, _ = key.Party.Unit()
	if p, ok := c.Units.Parties[key.Party]; ok {
		r.Name = p.NameAt(ledger.DateOf(c.Now(now)))
	}
	if r.Name == "" {
		r.Name = string(key.Party)
	}
	return r, nil
}
