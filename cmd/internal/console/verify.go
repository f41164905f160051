package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/ledger/proof"
)

// verifyPage (核验) checks exported trails and receipts in the browser, by the modules in
// static/verify. It shows nothing of the ledger, so anybody may see it; saved to disk
// (offlinePath) it needs no server at all.
var verifyPage = page{path: "/verify", scope: access.Public, name: "verify", zh: "核验", en: "Verify"}

const offlinePath = "/verify/offline.html"

// offline serves the verifier as one file that holds all that it needs: scripts and
// styles stand in it, and its own policy, by their hashes, lets nothing else run and
// nothing be asked of any network.
func (s *site) offline() http.Handler {
	script, err := bundle("static/verify/page.js")
	if err != nil {
		panic("console: " + err.Error()) // the modules are part of the program
	}
	var style []byte
	for _, name := range []string{"static/style.css", "static/verify/verify.css"} {
		css, err := files.ReadFile(name)
		if err != nil {
			panic("console: " + err.Error())
		}
		style = append(style, css...)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &request{Request: r, Lang: language(w, r)}
		v := view{request: q, Page: "verify", Heading: q.T(verifyPage.zh, verifyPage.en)}
		v.Body = saved{
			Policy: fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; base-uri 'none'; form-action 'none'", sourceHash(script), sourceHash(style)),
			Script: template.HTML("<script type=\"module\">" + string(script) + "</script>"),
			Style:  template.HTML("<style>" + string(style) + "</style>"),
			Key:    s.logKey(),
		}
		var b bytes.Buffer
		if err := offlineTemplate.Execute(&b, v); err != nil {
			http.Error(w, "500: "+err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="ducha-verify.html"`)
		w.Header().Set("Cache-Control", "no-store")
		b.WriteTo(w) // a reader that went away needs no answer
	})
}

// saved is what the page that is saved to disk is made of.
type saved struct {
	Policy        string
	Script, Style template.HTML
	Key           string // the ledger's, as signed notes write it; empty where it has none
}

var offlineTemplate = template.Must(template.New("offline.html").Funcs(functions).ParseFS(files, "pages/offline.html", "pages/parts/verifier.html"))

// logKey is the key that a receipt alone is checked with, where the reader has none from
// elsewhere. The page says where it is from.
func (s *site) logKey() string {
	key := s.node.Door.Key.Public()
	vkey, err := proof.VerifierKey(proof.Origin(s.node.Campaign(), key), key)
	if err != nil {
		return "" // not an Ed25519 key: there is no sealed log, and the page asks for the key
	}
	return vkey
}

// sourceHash is how a policy names a script or style by its bytes.
func sourceHash(source []byte) string {
	h := sha256.Sum256(source)
	return "sha256-" + base64.StdEncoding.EncodeToString(h[:])
}

var (
	importLine = regexp.MustCompile(`(?m)^import (?:\* as (\w+)|\{ ([\w, ]+) \}) from "\./([\w.]+)";\n`)
	exportLine = regexp.MustCompile(`(?m)^export ((?:async )?function|const|class) (\w+)`)
	moduleWord = regexp.MustCompile(`(?m)^(import|export)\b`)
)

// bundle is a module with all that it imports, in one module without imports: each
// becomes a function that gives what it exports, after those that it needs. It knows the
// few ways of importing and exporting that static/verify uses, and refuses others.
func bundle(entry string) ([]byte, error) {
	var out bytes.Buffer
	done := map[string]bool{}
	dir := entry[:strings.LastIndex(entry, "/")+1]
	var add func(name string, way []string) error
	add = func(name string, way []string) error {
		if done[name] {
			return nil
		}
		if slices.Contains(way, name) {
			return fmt.Errorf("bundle: %s imports itself by way of %v", name, way)
		}
		source, err := files.ReadFile(dir + name)
		if err != nil {
			return fmt.Errorf("bundle: %w", err)
		}
		text := string(source)
		for _, m := range importLine.FindAllStringSubmatch(text, -1) {
			if err := add(m[3], append(way, name)); err != nil {
				return err
			}
		}
		var exports []string
		for _, m := range exportLine.FindAllStringSubmatch(text, -1) {
			exports = append(exports, m[2])
		}
		text = importLine.ReplaceAllStringFunc(text, func(line string) string {
			m := importLine.FindStringSubmatch(line)
			to := m[1]
			if to == "" {
				to = "{ " + m[2] + " }"
			}
			return fmt.Sprintf("const %s = %s;\n", to, moduleName(m[3]))
		})
		text = exportLine.ReplaceAllString(text, "$1 $2")
		if w := moduleWord.FindString(text); w != "" {
			return fmt.Errorf("bundle: %s has an %s of another form", name, w)
		}
		if lower := strings.ToLower(text); strings.Contains(lower, "</script") || strings.Contains(lower, "<!--") {
			return fmt.Errorf("bundle: %s cannot stand in a page", name)
		}
		fmt.Fprintf(&out, "const %s = (() => {\n%sreturn { %s };\n})();\n", moduleName(name), text, strings.Join(exports, ", "))
		done[name] = true
		return nil
	}
	err := add(entry[len(dir):], nil)
	return out.Bytes(), err
}

func moduleName(file string) string { return "module_" + strings.TrimSuffix(file, ".js") }
