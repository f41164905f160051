package access

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"ducha/cmd/internal/tokens"
	"ducha/ledger"
	"ducha/projections"
)

// Cookie holds a session's secret. It is for this server alone: no script reads it
// (HttpOnly), no other site's page sends it (SameSite=Strict).
const Cookie = "ducha"

// Watched is the header by which a page that renews itself says that nobody is at work.
const Watched = "Ducha-Watched"

// Guard tells who asks, and whether that reader may have what a route answers with.
type Guard struct {
	View     *projections.View[projections.Campaign]
	Clock    func() time.Time
	Sessions *Sessions
	Tokens   *tokens.File
	Open     bool // whoever does not log in reads everything
}

// Reader is who asks: of a session, of a bearer token, or somebody who did not log in.
// A session that is over is an error only where reading is not open anyway.
func (g *Guard) Reader(r *http.Request) (Reader, error) {
	if scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") && g.Tokens != nil {
		t, err := g.Tokens.Find(strings.TrimSpace(secret), g.Clock())
		if err != nil {
			return Reader{Roles: []ledger.Role{}}, err
		}
		return Reader{Name: t.Name, Roles: []ledger.Role{t.Role}, Until: t.Expires}, nil
	}
	nobody := Reader{Open: g.Open, Roles: []ledger.Role{}}
	cookie, err := r.Cookie(Cookie)
	if err != nil {
		return nobody, nil
	}
	found := nobody
	g.View.Read(func(c *projections.Campaign, _ uint64) {
		found, err = g.Sessions.Find(c, cookie.Value, r.Header.Get(Watched) != "", g.Clock())
	})
	if err != nil {
		if g.Open {
			err = nil
		}
		return nobody, err
	}
	return found, nil
}

// Allow decides whether whoever asks may have what a request names, and says who it is.
func (g *Guard) Allow(r *http.Request, s Scope, of Subject) (Reader, error) {
	reader, err := g.Reader(r)
	if err != nil {
		if s == Public { // an old cookie keeps nobody from what is for anybody
			return Reader{Roles: []ledger.Role{}}, nil
		}
		return reader, err
	}
	g.View.Read(func(c *projections.Campaign, _ uint64) { err = s.Allow(c, reader, of, c.Now(g.Clock())) })
	return reader, err
}

// LogIn opens a session and gives its cookie.
func (g *Guard) LogIn(host string, secure bool, envelope []byte) (*http.Cookie, Reader, error) {
	var secret string
	var r Reader
	var err error
	g.View.Read(func(c *projections.Campaign, _ uint64) {
		secret, r, err = g.Sessions.Open(c, envelope, host, g.Clock())
	})
	if err != nil {
		return nil, r, err
	}
	return cookie(secret, secure, int(SessionTerm/time.Second)), r, nil
}

// LogOut ends the session of a request, and the cookie.
func (g *Guard) LogOut(r *http.Request, secure bool) *http.Cookie {
	if c, err := r.Cookie(Cookie); err == nil {
		g.Sessions.Close(c.Value)
	}
	return cookie("", secure, -1)
}

func cookie(value string, secure bool, age int) *http.Cookie {
	return &http.Cookie{Name: Cookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode}
}

type readerKey struct{}

// With puts the reader into a request's context, for the route to narrow its answer.
func With(ctx context.Context, r Reader) context.Context {
	return context.WithValue(ctx, readerKey{}, r)
}

// From is the reader of a request; outside of one, somebody who may read nothing.
func From(ctx context.Context) Reader {
	r, _ := ctx.Value(readerKey{}).(Reader)
	return r
}

// Local reports whether a host is this machine's own name for itself.
func Local(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
