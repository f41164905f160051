// Package api is the HTTP door: statements in, status and history out. The
// description of it is made from the handlers' types and served as OpenAPI 3.1
// at /openapi.json.
//
// What a request may read is decided before it is answered; see package access.
package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/doors"
	"ducha/cmd/internal/node"
	"ducha/cmd/internal/tokens"
	"ducha/commands"
	"ducha/ledger"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Version of the HTTP interface.
const Version = "1.0.0"

// Options change what is served; the zero Options guard the log's entries.
type Options struct {
	OpenLog  bool          // entries of the sealed log are for anybody
	SealWait time.Duration // how long wait=sealed waits; [SealWait] when zero
	// Confirm takes statements and files in only from whoever confirms with the header
	// [Confirmed] that nothing in them is classified (涉密).
	Confirm bool
	// Guard decides who reads what. Without one everything is answered: for whoever holds
	// the data folder itself.
	Guard *access.Guard
}

// GuardOf is the guard of a ledger that is served; with open reading, whoever does not
// log in reads everything.
func GuardOf(n *node.Node, open bool) *access.Guard {
	return &access.Guard{View: n.View, Clock: n.Clock, Sessions: access.NewSessions(n.Campaign()), Tokens: tokens.In(n.Dir()), Open: open}
}

// Handler serves the API of a running ledger.
func Handler(n *node.Node) http.Handler { return With(n, Options{}) }

// With is [Handler] with options.
func With(n *node.Node, o Options) http.Handler {
	if o.SealWait == 0 {
		o.SealWait = SealWait
	}
	mux := http.NewServeMux()
	config := huma.DefaultConfig("ducha 督查台账", Version)
	config.Info.Description = "An accountability ledger: signed statements in, receipts, status, history and verifiable trails out."
	config.DocsPath = "" // the page it would serve loads its script from outside
	config.SchemasPath = ""
	config.CreateHooks = nil // no $schema links in answers
	h := &handlers{node: n, options: o, tokens: tokens.In(n.Dir())}
	a := humago.New(mux, config)
	a.UseMiddleware(h.guard)
	h.sessions(a)
	h.statements(a)
	h.receipts(a)
	h.feed(a)
	h.projections(a)
	h.campaign(a)
	h.units(a)
	h.questions(a)
	h.directives(a)
	h.meetings(a)
	h.burden(a)
	h.keys(a)
	h.standing(a)
	h.tasks(a)
	h.kinds(a)
	h.policy(a)
	h.targets(a)
	h.escalation(a)
	h.reviews(a)
	h.papers(mux, a)
	h.health(a)
	h.log(mux, a)
	h.attachments(mux, a)
	h.tables(mux, a)
	h.imports(a)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		write(w, &ledger.Error{Class: ledger.NotFound, Rule: "http.path", Found: r.Method + " " + r.URL.Path, Want: "a path and method of /openapi.json"})
	})
	return CrossOrigin().Handler(o.confirmed(mux))
}

// CrossOrigin refuses what another site's page asks to be changed here (CSRF).
func CrossOrigin() *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		write(w, ledger.Forbid("http.origin", fmt.Sprintf("a request that a page of %.80q sent", r.Header.Get("Origin")), "one of this server's own pages, or of a program"))
	}))
	return p
}

// Confirmed is the header by which whoever hands something in confirms that nothing
// in it is classified; its value is yes.
const Confirmed = "Ducha-Not-Classified"

// confirmed refuses what comes in without the confirmation, before it is read.
func (o Options) confirmed(next http.Handler) http.Handler {
	if !o.Confirm {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		takes := r.Method == http.MethodPost && (r.URL.Path == "/api/v1/statements" || r.URL.Path == "/api/v1/batches") ||
			r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/api/v1/attachments/")
		if takes && r.Header.Get(Confirmed) != "yes" {
			write(w, ledger.Refuse("classified.confirmed", "something handed in without a word on whether it is classified", "the header "+Confirmed+": yes, which confirms that nothing in it is classified (涉密); on the command line --not-classified"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// write answers with an error where huma does not.
func write(w http.ResponseWriter, err error) {
	p := problem(err).(*Problem)
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) // a reader that went away needs no answer
}

// What huma finds wrong with a request is answered in the same form.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		var found []string
		for _, err := range errs {
			if err != nil {
				found = append(found, err.Error())
			}
		}
		e := &ledger.Error{Class: ledger.Malformed, Rule: "http.request", Found: strings.Join(append([]string{message}, found...), ": "), Want: "a request after /openapi.json"}
		if status == http.StatusRequestEntityTooLarge {
			e.Class, e.Rule = ledger.TooLarge, "envelope.size"
		}
		return problem(e).(*Problem)
	}
}

type handlers struct {
	node    *node.Node
	options Options
	tokens  *tokens.File
}

// Problem is an error as the API answers it (RFC 9457), with the rule that did
// not hold, what was found, and what would be accepted.
type Problem struct {
	Status int          `json:"status" doc:"HTTP status"`
	Title  string       `json:"title" doc:"the class of the error, Chinese"`
	Class  ledger.Class `json:"class" doc:"the class of the error"`
	Rule   string       `json:"rule,omitempty" doc:"the rule that did not hold"`
	Says   string       `json:"says,omitempty" doc:"the rule in words, Chinese"`
	Cite   string       `json:"cite,omitempty" doc:"where the rule comes from"`
	Found  string       `json:"found,omitempty" doc:"what was met"`
	Want   string       `json:"want,omitempty" doc:"what would be accepted"`
	Detail string       `json:"detail" doc:"all of it in one line, English"`
	Of     int          `json:"of,omitempty" doc:"which one of many statements it is about, counted from 1"`

	FoundZH string `json:"found_zh,omitempty" doc:"what was met, Chinese"`
	WantZH  string `json:"want_zh,omitempty" doc:"what would be accepted, Chinese"`
}

func (p *Problem) Error() string  { return p.Detail }
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problem turns an error into its answer by the one error table.
func problem(err error) error {
	if err == nil {
		return nil
	}
	a := doors.AnswerTo(err)
	p := &Problem{Status: a.Status, Title: a.ZH, Class: ledger.ClassOf(err), Detail: err.Error()}
	if e, ok := errors.AsType[*ledger.Error](err); ok {
		rule, _ := doors.RuleOf(e.Rule)
		p.Rule, p.Says, p.Cite, p.Found, p.Want = e.Rule, rule.ZH, rule.Cite, e.Found, e.Want
		p.FoundZH, p.WantZH = doors.Chinese(e.Found), doors.Chinese(e.Want)
	}
	if one, ok := errors.AsType[*commands.BatchError](err); ok {
		p.Of, p.Detail = one.Index+1, one.Err.Error()
	}
	return p
}
