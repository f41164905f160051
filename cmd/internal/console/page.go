package console

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/doors"
	"ducha/ledger"
	"ducha/projections"
)

// page is one page of the console.
type page struct {
	path   string       // as http.ServeMux has it
	scope  access.Scope // a path or query value "unit", "task", "id" or "sha256", or the path's "sequence", names its subject
	name   string       // of its template, and of its entry in the navigation
	zh, en string       // its title, where the template does not say more
	// fill makes what the template shows. It may look at the campaign while it runs, but
	// what it gives must hold none of its maps and pointers: it is rendered later.
	fill func(q *request, c *projections.Campaign) (any, error)
	// load adds what is not in the campaign, such as statements, to what fill gave.
	load func(ctx context.Context, s *site, q *request, body any) error
}

// request is what a page is asked for.
type request struct {
	*http.Request
	Reader access.Reader
	Lang   projections.Lang
	At     time.Time // the instant that is judged
	Past   bool      // a date was asked for

	ids   map[uint64]ledger.Ref // statements by sequence, once a page asked for some
	asked time.Time             // as that date says it, the zero time when none was asked for
}

// view is what every template has: the page's own data is in Body.
type view struct {
	*request
	Page     string
	Heading  string
	Campaign ledger.LocalID
	Title    string // the campaign's
	From, To ledger.Date
	Declared bool
	Sequence uint64
	Sealed   uint64 // records under the published checkpoint
	Body     any
	Error    string
}

// T picks the language.
func (q *request) T(zh, en string) string { return q.Lang.Pick(zh, en) }

// Link is a path with the day that is looked at.
func (q *request) Link(path string) string {
	if !q.Past {
		return path
	}
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + "as_of=" + url.QueryEscape(q.FormValue("as_of"))
}

// Other is the page in the other language.
func (v view) Other() string {
	u := *v.URL
	query := u.Query()
	query.Set("lang", v.T("en", "zh"))
	u.RawQuery = query.Encode()
	return u.RequestURI()
}

// Now is the page as things stand now.
func (v view) Now() string {
	u := *v.URL
	query := u.Query()
	query.Del("as_of")
	query.Del("known")
	u.RawQuery = query.Encode()
	return u.RequestURI()
}

// LightWords is a light's meaning.
func (v view) LightWords(l ledger.Light) string {
	_, means := v.Lang.LightWords(l)
	return means
}

// LightOf is a light's meaning, by its name.
func (v view) LightOf(name string) string { return v.LightWords(ledger.Light(name)) }

// CardWords is a card's colour and where it stands.
func (v view) CardWords(colour ledger.Colour, s projections.CardState) string {
	kind := v.T("黄牌", "yellow card")
	if colour == "red" {
		kind = v.T("红牌", "red card")
	}
	return kind + " " + v.StateWords(s)
}

// StateWords is where a card stands.
func (v view) StateWords(s projections.CardState) string {
	words := map[projections.CardState][2]string{
		projections.CardProposed: {"提请中", "proposed"}, projections.CardInForce: {"已赋牌", "in force"}, projections.CardRefused: {"不予赋牌", "refused"},
		projections.CardReturned: {"退回补正", "returned"}, projections.CardRemoved: {"已摘牌", "removed"}, projections.CardRevoked: {"复核撤销", "revoked"},
	}[s]
	return v.T(words[0], words[1])
}

// StateOf is what the authority decided about a proposal.
func (v view) StateOf(r cardRow) string {
	switch {
	case r.Grant != nil:
		return v.T("决定赋牌", "granted")
	case r.State == projections.CardRefused:
		return v.T("决定不予赋牌", "refused")
	}
	return v.T("退回补正", "returned")
}

// OutcomeWords is how a review ended, or that it has not.
func (v view) OutcomeWords(o ledger.Outcome) string {
	switch o {
	case ledger.Upheld:
		return v.T("维持", "upheld")
	case ledger.Changed:
		return v.T("变更", "changed")
	case ledger.Revoked:
		return v.T("撤销", "revoked")
	}
	return v.T("待决定", "to be decided")
}

// LifeWords is where a task stands in its life.
func (v view) LifeWords(l projections.Life) string {
	words := map[projections.Life][2]string{
		projections.Open: {"推进中", "under way"}, projections.Claimed: {"已申请销号,待核查", "claimed done, to be checked"},
		projections.Closed: {"已销号", "closed"}, projections.Suspended: {"中止", "suspended"},
	}[l]
	return v.T(words[0], words[1])
}

// TaskWords is a task's light in words.
func (v view) TaskWords(t projections.TaskStatus) string {
	_, means := v.Lang.StatusWords(t)
	return means
}

// Name is a name in the language, where there is one in English.
func (v view) Name(zh, en string) string {
	if en == "" {
		return zh
	}
	return v.T(zh, en)
}

// Join puts things that stand side by side on one line.
func (v view) Join(list []string) string { return strings.Join(list, v.T("、", ", ")) }

// part is what a part of a page is given: the view, and what the part is of.
type part struct {
	View view
	Of   any
	Name string
}

var functions = template.FuncMap{
	"pair": func(v view, of any) part { return part{View: v, Of: of} },
	"trio": func(v view, of any, name string) part { return part{v, of, name} },
	"day":  func(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02") },
	"time": func(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02 15:04:05") },
	// 32, 18.5
	"number": number,
	// places on a picture
	"plus": func(a, b float64) float64 { return tenth(a + b) },
}

func number(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) }

// templates are the pages' templates, each over the layout and the parts.
var templates = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, p := range pages {
		all[p.name] = template.Must(template.New("layout.html").Funcs(functions).ParseFS(files, "pages/layout.html", "pages/parts/*.html", "pages/"+p.name+".html"))
	}
	all["error"] = template.Must(template.New("layout.html").Funcs(functions).ParseFS(files, "pages/layout.html", "pages/parts/*.html", "pages/error.html"))
	return all
}()

// serve answers with a page, or with the page that says what is wrong.
func (s *site) serve(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		q := &request{Request: r, Lang: language(w, r)}
		v := view{request: q, Page: p.name, Heading: q.T(p.zh, p.en), Sealed: s.node.Sealing().Published}
		err := s.fill(p, q, &v)
		switch {
		case ledger.ClassOf(err) == ledger.Nobody && r.URL.Path != "/login":
			http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
			return
		case errors.As(err, new(elsewhere)):
			http.Redirect(w, r, err.Error(), http.StatusSeeOther)
			return
		case err != nil:
			v.Error, v.Heading = doors.Say(err, string(q.Lang)), q.T("未能办理", "That did not work")
			s.render(w, "error", doors.AnswerTo(err).Status, v)
			return
		}
		s.render(w, p.name, http.StatusOK, v)
	})
}

func (s *site) fill(p page, q *request, v *view) error {
	var err error
	subject := access.Subject{Unit: named(q, "unit"), Task: named(q, "task"), Statement: cmp.Or(q.PathValue("sequence"), named(q, "id")), File: ledger.Digest(named(q, "sha256"))}
	if q.Reader, err = s.guard.Allow(q.Request, p.scope, subject); err != nil {
		return err
	}
	var at time.Time
	if asOf := q.FormValue("as_of"); asOf != "" {
		if at, err = ledger.ParseInstant(asOf); err != nil {
			return err
		}
		q.Past, q.asked = true, at
	}
	err = s.node.Look(q.Context(), at, func(c *projections.Campaign, at time.Time, sequence uint64) error {
		q.At = at.In(ledger.Shanghai)
		if q.Reader.Party != "" && q.Lang == projections.English {
			q.Reader.Name = partyName(q, c, q.Reader.Party)
		}
		v.Campaign, v.From, v.To = c.Charter.Campaign, c.Charter.From, c.Charter.To
		v.Title = v.Name(string(c.Charter.Title), string(c.Charter.TitleEN))
		v.Declared, v.Sequence = c.Charter.Clock == ledger.ClockDeclared, sequence
		if p.fill == nil {
			return nil
		}
		var err error
		v.Body, err = p.fill(q, c)
		return err
	})
	if err == nil && p.load != nil {
		err = p.load(q.Context(), s, q, v.Body)
	}
	return err
}

// elsewhere is where a page leads at once, a path of this server.
type elsewhere string

func (e elsewhere) Error() string { return string(e) }

// read looks at the campaign that the request is about: as of its day, or as it stands now.
func (s *site) read(q *request, look func(c *projections.Campaign)) error {
	return s.node.Look(q.Context(), q.asked, func(c *projections.Campaign, _ time.Time, _ uint64) error {
		look(c)
		return nil
	})
}

// named is a value of the path or of the query.
func named(q *request, name string) string {
	if v := q.PathValue(name); v != "" {
		return v
	}
	return q.URL.Query().Get(name)
}

// render writes a page once it is made whole: none is cut short by an error in it.
func (s *site) render(w http.ResponseWriter, name string, status int, v view) {
	var b bytes.Buffer
	if err := templates[name].Execute(&b, v); err != nil {
		http.Error(w, "500: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	b.WriteTo(w) // a reader that went away needs no answer
}

// languageCookie remembers the language.
const languageCookie = "ducha-lang"

// language is the one asked for, now or before; Chinese otherwise.
func language(w http.ResponseWriter, r *http.Request) projections.Lang {
	asked := r.URL.Query().Get("lang")
	if asked == "zh" || asked == "en" {
		http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: asked, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		return projections.Lang(asked)
	}
	if c, err := r.Cookie(languageCookie); err == nil && c.Value == "en" {
		return projections.English
	}
	return projections.Chinese
}
