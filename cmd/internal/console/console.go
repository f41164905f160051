// Package console is what people look at in a browser. Every page is rendered at the
// server by html/template and works without a script, but for what needs one: signing
// with a key that never leaves the browser, and showing what is new without asking.
//
// # Pages
//
// A page is a value of type page in the file of its noun, listed in pages: its path, who
// may read it, its template in pages/, and fill, which makes what the template shows of
// the campaign as of the instant that was asked for. A page's template defines "main";
// layout.html has the rest. Text on record is only ever put out by html/template, as
// text.
//
// # Scripts
//
// static/ holds ES modules, served as they are. The policy of every page lets nothing
// run or load that is not a file of this server; there is no inline script or style.
package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/node"
)

//go:embed static pages
var files embed.FS

// site serves the pages of one ledger.
type site struct {
	node  *node.Node
	guard *access.Guard
}

// pages are all of them.
var pages = []page{overviewPage, unitPage, taskPage, recordPage, statementPage, loginPage, dispatchPage, meetingsPage, packPage, escalationPage, dossierPage, inspectionsPage, auditPage, verifyPage, submitPage, formPage, welcomePage}

// Handler serves the console, and leaves every other path to next.
func Handler(n *node.Node, g *access.Guard, next http.Handler) http.Handler {
	s := &site{n, g}
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.Handle("GET /static/", secured(static()))
	mux.Handle("GET /live", secured(http.HandlerFunc(s.live)))
	mux.Handle("GET "+offlinePath, secured(s.offline()))
	mux.Handle("GET "+codePath, secured(http.HandlerFunc(s.code)))
	for _, p := range pages {
		mux.Handle("GET "+p.path, secured(s.serve(p)))
	}
	return mux
}

// policy is the Content-Security-Policy of every page. Scripts may put HTML into a page
// only by way of the policy "ducha" in static/live.js, which takes this server's pages.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types ducha"

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// static serves the files in static/, which a browser asks for anew only when they
// changed.
func static() http.Handler {
	tags := map[string]string{}
	err := fs.WalkDir(files, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		digest := sha256.Sum256(data)
		tags["/"+path] = `"` + hex.EncodeToString(digest[:8]) + `"`
		return err
	})
	if err != nil {
		panic("console: " + err.Error()) // the files are part of the program
	}
	serve := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tag, ok := tags[r.URL.Path]
		if !ok {
			http.NotFound(w, r) // no folder is listed
			return
		}
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "no-cache")
		if strings.HasSuffix(r.URL.Path, ".js") {
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		}
		serve.ServeHTTP(w, r)
	})
}
