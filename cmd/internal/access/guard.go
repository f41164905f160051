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
	cookie, err := r.Cookie(g.Cookie())
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

// Cookie is the name of the cookie that holds a session's secret. A browser has the
// cookies of all ports of a host together, and campaigns run side by side.
func (g *Guard) Cookie() string { return "ducha-" + string(g.Sessions.campaign) }

// InSession reports whether a request shows a session, whether it is over or not.
func (g *Guard) InSession(r *http.Request) bool {
	_, err := r.Cookie(g.Cookie())
	return err == nil
}

// LogIn opens a session and gives its cookie; the one that the request showed is over.
func (g *Guard) LogIn(r *http.Request, envelope []byte) (*http.Cookie, Reader, error) {
	var secret string
	var reader Reader
	var err error
	g.View.Read(func(c *projections.Campaign, _ uint64) {
		secret, reader, err = g.Sessions.Open(c, envelope, r.Host, g.Clock())
	})
	if err != nil {
		return nil, reader, err
	}
	g.close(r)
	return g.cookie(r, secret, int(SessionTerm/time.Second)), reader, nil
}

// LogOut ends the session of a request, and the cookie.
func (g *Guard) LogOut(r *http.Request) *http.Cookie {
	g.close(r)
	return g.cookie(r, "", -1)
}

func (g *Guard) close(r *http.Request) {
	if c, err := r.Cookie(g.Cookie()); err == nil {
		g.Sessions.Close(c.Value)
	}
}

// cookie is for this server alone: no script reads it, no page of another site sends it,
// and where there is TLS it goes nowhere without.
func (g *Guard) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{Name: g.Cookie(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode}
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
