package api

import (
	"fmt"
	"net/http"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/node"
	"ducha/cmd/internal/tlog"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"

	"github.com/danielgtaylor/huma/v2"
)

// bearer is the name of the scheme in the description.
const bearer = "bearer"

// log serves the sealed log: checkpoint, key and hashes to anybody, entries to
// bearers of a token whose role may read all, or to anybody where the options say so.
func (h *handlers) log(mux *http.ServeMux, a huma.API) {
	key := h.node.Door.Key.Public()
	vkey, err := proof.VerifierKey(proof.Origin(h.node.Campaign(), key), key)
	if err != nil {
		panic(fmt.Sprintf("api: a ledger that seals has an Ed25519 key: %v", err)) // its log was opened with it
	}
	served := &tlog.Handler{Log: archive.Dir(node.ArchiveDir(h.node.Dir())), VerifierKey: vkey, Fail: challenge}
	if !h.options.OpenLog {
		served.MayRead = h.mayReadAll
	}
	mux.Handle("GET "+tlog.Prefix, served)
	describeLog(a.OpenAPI(), !h.options.OpenLog)
}

// mayReadAll says whether a request bears a token whose role may read all.
func (h *handlers) mayReadAll(r *http.Request) error {
	if g := h.options.Guard; g != nil && g.InSession(r) {
		_, err := g.Allow(r, access.Headquarters, access.Subject{})
		return err
	}
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return &ledger.Error{Class: ledger.Nobody, Rule: "token.shown", Found: "a request without a bearer token", Want: "Authorization: Bearer <token>; whoever runs the ledger makes one: `ducha token new --role auditor --name NAME`"}
	}
	t, err := h.tokens.Find(strings.TrimSpace(secret), h.node.Clock())
	if err == nil && !t.Role.ReadsAll() {
		err = ledger.Forbid("token.role", fmt.Sprintf("a token of the role %s", t.Role), "one that reads all: office, commander or deputy, inspector, auditor")
	}
	return err
}

// challenge answers with an error, and says which credentials would help (RFC 6750).
func challenge(w http.ResponseWriter, err error) {
	says := ""
	switch e := problem(err).(*Problem); {
	case e.Rule == "token.shown" || e.Rule == "read.login":
		says = `Bearer realm="ducha"`
	case e.Status == http.StatusUnauthorized:
		says = `Bearer realm="ducha", error="invalid_token"`
	case e.Status == http.StatusForbidden:
		says = `Bearer realm="ducha", error="insufficient_scope"`
	}
	if says != "" {
		w.Header().Set("WWW-Authenticate", says)
	}
	write(w, err)
}

// describeLog puts into the description what huma does not serve.
func describeLog(d *huma.OpenAPI, guarded bool) {
	answers := func(contentType, doc string, codes ...string) map[string]*huma.Response {
		text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		if contentType == "application/octet-stream" {
			text.Schema.Format = "binary"
		}
		out := map[string]*huma.Response{"200": {Description: doc, Content: map[string]*huma.MediaType{contentType: text}}, "304": {Description: "as it was (If-None-Match)"}}
		for _, c := range codes {
			out[c] = &huma.Response{Description: "an error", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}}
		}
		return out
	}
	get := func(id, path, summary, doc string, responses map[string]*huma.Response) *huma.Operation {
		return &huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Description: doc, Responses: responses, Tags: []string{"tlog"}}
	}
	tile := func(in *huma.Operation) *huma.Operation {
		in.Parameters = []*huma.Param{{Name: "index", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
			Description: "in groups of three digits, all but the last with x, then .p/ and the width for a partial tile: 067, x001/x234/067, 003.p/12"}}
		return in
	}
	d.AddOperation(get("get-checkpoint", "/tlog/checkpoint", "检查点 The newest signed checkpoint", "c2sp.org/tlog-checkpoint, with the witnesses' cosignatures.", answers("text/plain", "a signed note", "404", "503")))
	d.AddOperation(get("get-log-key", "/tlog/key", "日志公钥 The verifier key of the checkpoints", "As signed notes write it (c2sp.org/signed-note). It is the key that the charter names.", answers("text/plain", "a verifier key")))
	hashes := tile(get("get-tile", "/tlog/tile/{level}/{index}", "哈希瓦片 A tile of hashes", "c2sp.org/tlog-tiles.", answers("application/octet-stream", "up to 256 hashes of 32 bytes", "404", "503")))
	hashes.Parameters = append(hashes.Parameters, &huma.Param{Name: "level", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger}})
	d.AddOperation(hashes)
	entries := tile(get("get-entries", "/tlog/tile/entries/{index}", "记录包 A bundle of entries", "c2sp.org/tlog-tiles; each entry is the canonical JSON of a record. For roles that may read all.",
		answers("application/octet-stream", "up to 256 entries, each after its length in two bytes", "401", "403", "404", "503")))
	if guarded {
		if d.Components.SecuritySchemes == nil {
			d.Components.SecuritySchemes = map[string]*huma.SecurityScheme{}
		}
		d.Components.SecuritySchemes[bearer] = &huma.SecurityScheme{Type: "http", Scheme: "bearer", Description: "`ducha token new`; roles office, commander, executive-deputy, deputy, inspector and auditor"}
		entries.Security = []map[string][]string{{bearer: {}}}
	}
	d.AddOperation(entries)
}
