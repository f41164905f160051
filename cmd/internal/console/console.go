// Package console is what people look at in a browser. It is one page so far,
// the overview (挂图作战): every task with its light and the reason for it, now or
// as of any date. It needs nothing from outside and runs no script.
package console

import (
	"embed"
	"html/template"
	"net/http"
	"time"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/doors"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/projections"
)

//go:embed overview.html style.css
var files embed.FS

var page = template.Must(template.New("overview.html").Funcs(template.FuncMap{
	"day": func(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02") },
}).ParseFS(files, "overview.html"))

// Handler serves the overview at / and leaves every other path to next.
func Handler(n *node.Node, g *access.Guard, next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.Handle("GET /style.css", http.FileServerFS(files))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { overview(n, w, r) })
	return mux
}

// overviewData is what the page shows.
type overviewData struct {
	Campaign       ledger.LocalID
	Title, TitleEN string
	Lang           projections.Lang
	AsOf           time.Time
	Past           bool // a date was asked for
	From, To       ledger.Date
	Declared       bool
	Sequence       uint64
	Sealed         uint64 // records under the published checkpoint
	Units          []projections.UnitStatus
	Count          map[ledger.Light]int
	Lights         []ledger.Light
	Error          string
}

// T picks the language.
func (d overviewData) T(zh, en string) string { return d.Lang.Pick(zh, en) }

// Task is a task's light in words.
func (d overviewData) Task(t projections.TaskStatus) string {
	_, means := d.Lang.StatusWords(t)
	return means
}

// Light is a light in words.
func (d overviewData) Light(l ledger.Light) string {
	_, means := d.Lang.LightWords(l)
	return means
}

func overview(n *node.Node, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	d := overviewData{Lang: projections.Lang(r.FormValue("lang")), Count: map[ledger.Light]int{},
		Lights: []ledger.Light{ledger.Red, ledger.Yellow, ledger.Green, ledger.Grey, ledger.Blue}}
	var at time.Time
	var err error
	if asOf := r.FormValue("as_of"); asOf != "" {
		at, err = ledger.ParseInstant(asOf)
		d.Past = true
	}
	if err == nil {
		d.Sealed = n.Sealing().Published
		err = n.Look(r.Context(), at, d.fill)
	}
	if err != nil {
		w.WriteHeader(doors.AnswerTo(err).Status)
		d.Error = doors.Say(err, string(d.Lang))
	}
	page.Execute(w, d) // a reader that went away needs no answer
}

func (d *overviewData) fill(c *projections.Campaign, at time.Time, sequence uint64) error {
	d.Campaign = c.Charter.Campaign
	d.Title, d.TitleEN, d.From, d.To = string(c.Charter.Title), string(c.Charter.TitleEN), c.Charter.From, c.Charter.To
	d.AsOf, d.Sequence, d.Declared = at, sequence, c.Charter.Clock == ledger.ClockDeclared
	for _, id := range c.UnitList() {
		u := c.UnitAt(id, at)
		d.Units = append(d.Units, u)
		for _, t := range u.Tasks {
			d.Count[t.Light]++
		}
	}
	return nil
}
