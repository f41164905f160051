package api

import (
	"context"
	"net/http"
	"time"

	"ducha/cmd/internal/access"
	"ducha/ledger"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// scopes says of each operation who may read what it answers with. One that is not
// listed is for whoever may read everything; a test holds the list against the
// description. Lists for anyone hold only what the reader may see.
var scopes = map[string]access.Scope{
	// Signatures say who speaks: handing in needs no login.
	"submit-statement": access.Public, "submit-batch": access.Public, "put-attachment": access.Public,
	"healthz": access.Public, "readyz": access.Public, "list-kinds": access.Public, "get-kind-schema": access.Public,
	"new-challenge": access.Public, "log-in": access.Public, "log-out": access.Public, "who-am-i": access.Public, "get-key-standing": access.Public,
	// A code is held by whoever was given the paper, or stands before the door.
	"get-coded": access.Public, "check-inspection": access.Public,
	"get-checkpoint": access.Public, "get-log-key": access.Public, "get-tile": access.Public,
	"get-entries": access.Headquarters, // by package tlog

	"check-statement": access.Anyone, "get-campaign": access.Anyone, "get-policy": access.Anyone, "list-keys": access.Anyone, "list-lists": access.Anyone, "list-questions": access.Anyone,
	"list-units": access.Anyone, "list-tasks": access.Anyone, "list-cards": access.Anyone, "list-directives": access.Anyone,
	"list-targets": access.Anyone, "list-blockers": access.Anyone, "list-deadlines": access.Anyone, "burden": access.Anyone,
	"list-inspections": access.Anyone, "list-meetings": access.Anyone, "list-items": access.Anyone, "list-packs": access.Anyone, "pack": access.Anyone, "verify-pack": access.Anyone,
	"read-form": access.Anyone, // a unit's own form: what it is held against are names

	"get-unit": access.OfSubject, "export-trail": access.OfSubject, "get-task": access.OfSubject, "explain-task": access.OfSubject,
	"list-task-statements": access.OfSubject, "get-dossier": access.OfSubject, "get-diff": access.OfSubject, "get-ledger-table": access.OfSubject,

	"review": access.Headquarters, "list-reviews": access.Headquarters, "verify-review": access.Headquarters, "try-policy": access.Headquarters,
	"list-samples": access.Headquarters, "get-table": access.Headquarters, "list-attachments": access.Headquarters,
	"list-statements": access.Headquarters, "stream-events": access.Headquarters, "rebuild": access.Headquarters,

	"get-statement": access.OfStatement, "get-receipt": access.OfStatement, "get-paper": access.OfStatement,
	"get-attachment": access.OfFile,
}

// admit decides on a request before its route does, and tells the route who asks.
func (h *handlers) admit(r *http.Request, operation string, of access.Subject) (access.Reader, error) {
	if h.options.Guard == nil {
		return access.Reader{Open: true, Roles: []ledger.Role{}}, nil // whoever holds the data folder
	}
	return h.options.Guard.Allow(r, scopes[operation], of)
}

// private keeps what one reads from the next: no store between keeps it.
func (h *handlers) private(w http.ResponseWriter) {
	if h.options.Guard != nil {
		w.Header().Set("Cache-Control", "no-store")
	}
}

// guard is [handlers.admit] for what huma serves.
func (h *handlers) guard(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	// What the operation does not take names nothing, though the request may hold it.
	named := func(parameter string) string {
		for _, p := range ctx.Operation().Parameters {
			switch {
			case p.Name == parameter && p.In == "path":
				return ctx.Param(parameter)
			case p.Name == parameter && p.In == "query":
				return ctx.Query(parameter)
			}
		}
		return ""
	}
	of := access.Subject{Unit: named("unit"), Task: named("task"), Statement: named("id")}
	h.private(w)
	reader, err := h.admit(r, ctx.Operation().OperationID, of)
	if err != nil {
		challenge(w, err)
		return
	}
	next(huma.WithContext(ctx, access.With(ctx.Context(), reader)))
}

// guarded is [handlers.admit] for what huma does not serve.
func (h *handlers) guarded(operation string, serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.private(w)
		reader, err := h.admit(r, operation, access.Subject{File: ledger.Digest(r.PathValue("sha256"))})
		if err != nil {
			challenge(w, err)
			return
		}
		serve(w, r.WithContext(access.With(r.Context(), reader)))
	}
}

// Challenge is what is to be signed to log in.
type Challenge struct {
	Login     ledger.LocalID `json:"login" doc:"the campaign"`
	Host      string         `json:"host" doc:"as this request named it"`
	Challenge string         `json:"challenge"`
	Over      time.Time      `json:"over"`
}

// Login is a session's cookie with who opened it.
type Login struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   access.Reader
}

func (h *handlers) sessions(a huma.API) {
	g := h.options.Guard
	if g == nil {
		return
	}
	huma.Register(a, huma.Operation{
		OperationID: "new-challenge", Method: http.MethodGet, Path: "/api/v1/session/challenge",
		Summary: "登录质询 A challenge to log in with",
	}, func(ctx context.Context, in *Request) (*struct{ Body Challenge }, error) {
		text, over := g.Sessions.Challenge(g.Clock())
		return &struct{ Body Challenge }{Challenge{h.node.Campaign(), in.request.Host, text, over.In(ledger.Shanghai)}}, nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "log-in", Method: http.MethodPost, Path: "/api/v1/session", DefaultStatus: http.StatusCreated,
		Summary: "登录 Open a session with an enrolled key",
		Description: "The body is a DSSE envelope of payload type " + access.PayloadType + ` around {"login":…,"host":…,"challenge":…}: the campaign, the host as the signer sees it, the challenge. ` +
			"The session is in a cookie that no script reads; it is over after thirty minutes of rest, and after eight hours.",
		MaxBodyBytes: 16 << 10, SkipValidateBody: true, Errors: []int{400, 401, 403, 429},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}},
	}, func(ctx context.Context, in *struct {
		Request
		RawBody []byte
	}) (*Login, error) {
		cookie, reader, err := g.LogIn(in.request, in.RawBody)
		if err != nil {
			return nil, problem(err)
		}
		return &Login{*cookie, reader}, nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "log-out", Method: http.MethodDelete, Path: "/api/v1/session", DefaultStatus: http.StatusOK, Summary: "退出 End the session",
	}, func(ctx context.Context, in *Request) (*Login, error) {
		return &Login{*g.LogOut(in.request), access.Reader{Open: g.Open, Roles: []ledger.Role{}}}, nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "who-am-i", Method: http.MethodGet, Path: "/api/v1/session", Summary: "当前身份 Who asks",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body access.Reader }, error) {
		return &struct{ Body access.Reader }{access.From(ctx)}, nil
	})
}

// Request gives an operation what it needs of the request itself.
type Request struct{ request *http.Request }

// Resolve implements huma.Resolver.
func (in *Request) Resolve(ctx huma.Context) []error {
	in.request, _ = humago.Unwrap(ctx)
	return nil
}

// sight is what whoever asks may read, to narrow answers by.
func (h *handlers) sight(ctx context.Context) access.Sight {
	if h.options.Guard == nil {
		return access.From(ctx).Sight(nil, time.Time{}) // whoever holds the data folder sees all
	}
	return h.options.Guard.Sight(access.From(ctx))
}
