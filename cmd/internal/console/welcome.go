package console

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/doors"
	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// welcomePage (新用户) takes an officer from no key to a session: who they are, a key that
// this browser makes and keeps, the request for the office, and the wait until it is
// enrolled. It shows nothing of the ledger: whom somebody speaks for is their own word,
// which the office holds against a stamped sheet.
var welcomePage = page{path: "/welcome", scope: access.Public, name: "welcome", zh: "新用户登记", en: "A new officer",
	fill: func(q *request, c *projections.Campaign) (any, error) {
		return welcomeBody{Party: requestParty, Holder: requestHolder, Post: requestPost}, nil
	}}

// welcomeBody says how long what is filled in may be.
type welcomeBody struct{ Party, Holder, Post int }

// How long the words of a request may be: what makes a code that a telephone reads.
const (
	requestParty  = 40
	requestHolder = 20
	requestPost   = 40
)

// codePath is where the code of a request is drawn.
const codePath = "/welcome/code.svg"

// code draws the QR code of a request: the office's form, filled in.
func (s *site) code(w http.ResponseWriter, r *http.Request) {
	text, err := requested(r)
	var svg []byte
	if err == nil {
		svg, err = report.Code(text, "登记申请 request")
	}
	if err != nil {
		http.Error(w, doors.Say(err, "zh"), doors.AnswerTo(err).Status)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(svg) // a reader that went away needs no answer
}

// requested is the address of the office's form for a request, which names the words
// and the key, and where this server is reached.
func requested(r *http.Request) (string, error) {
	q := r.URL.Query()
	bad := func(format string, args ...any) error {
		return ledger.Malform("welcome.code", fmt.Sprintf(format, args...), "party and holder, post if any, key as base64url of its SPKI DER, at as the page's origin; each once")
	}
	for name, values := range q {
		if !strings.Contains(" party holder post key at ", " "+name+" ") || len(values) != 1 {
			return "", bad("%.20q, %d times", name, len(values))
		}
	}
	form := url.Values{}
	for _, f := range []struct {
		name     string
		most     int
		required bool
	}{{"party", requestParty, true}, {"holder", requestHolder, true}, {"post", requestPost, false}} {
		v := q.Get(f.name)
		n := utf8.RuneCountInString(v)
		if n > f.most || f.required && strings.TrimSpace(v) == "" || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
			return "", bad("%s of %d characters, of %d at most", f.name, n, f.most)
		}
		if v != "" {
			form.Set(f.name, v)
		}
	}
	if _, err := publicPEM(q.Get("key")); err != nil {
		return "", bad("key: %v", err)
	}
	form.Set("public_key", q.Get("key"))
	at, err := url.Parse(q.Get("at"))
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host != r.Host || at.User != nil || at.Path+at.RawQuery+at.Fragment != "" {
		return "", bad("at %.60q, for a request to %.60q", q.Get("at"), r.Host)
	}
	return at.Scheme + "://" + at.Host + "/submit/key.enrolled.v1?" + form.Encode(), nil
}

// publicPEM is a public key as base64url of its SPKI DER, the way that a code has it.
func publicPEM(short string) (string, error) {
	der, err := base64.RawURLEncoding.Strict().DecodeString(short)
	if err != nil || len(der) > 256 {
		return "", fmt.Errorf("%.20q is no base64url of a public key", short)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	_, err = seal.ParsePublicKey([]byte(text))
	return text, err
}

// partyCalled is a party by its id, or by a name or an alias that no other has; empty
// where there is none.
func partyCalled(c *projections.Campaign, words string) string {
	if _, ok := c.Units.Parties[ledger.PartyID(words)]; ok {
		return words
	}
	var found []ledger.PartyID
	for id, p := range c.Units.Parties {
		if _, short, _ := strings.Cut(string(id), "/"); p.Called(words) || short == words {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return string(found[0])
}
