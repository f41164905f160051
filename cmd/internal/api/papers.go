package api

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"

	"ducha/cmd/internal/doors"
	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Paper says how a paper is written.
type Paper struct {
	ID   string `path:"id" format:"uuid"`
	Kind string `query:"kind" enum:"own,receipt" default:"own" doc:"own: the paper of the statement's kind; receipt: that it was recorded"`
	Base string `query:"base" example:"https://ducha.ja.example" doc:"where its code is looked up; the code alone when there is none"`
	Lang string `query:"lang" enum:"zh,en" default:"zh"`
}

// Coded is what a paper's code stands for.
type Coded struct {
	Code ledger.Code `json:"code"`
	Statement
}

// base is a place of the web, without anything that could be hidden in it.
func base(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || len(s) > 200 || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return ledger.Malform("paper.base", fmt.Sprintf("%.60q", s), "an address such as https://ducha.ja.example")
	}
	return nil
}

func (h *handlers) papers(mux *http.ServeMux, a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "get-paper", Method: http.MethodGet, Path: "/api/v1/statements/{id}/paper",
		Summary:     "打印文书 The printed paper of a statement",
		Description: "A directive's, a reminder's, a notice's, a proposal's, an inspection's; the receipt of any other. It carries a code by which it is found again.",
		Errors:      []int{400, 404, 503}, Responses: binary("text/html"),
	}, func(ctx context.Context, in *Paper) (*huma.StreamResponse, error) {
		if err := base(in.Base); err != nil {
			return nil, problem(err)
		}
		r, err := h.recorded(ctx, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		page, err := h.node.Paper(ctx, r.Sequence, report.DocumentInput{Base: in.Base, Receipt: in.Kind == "receipt", Lang: projections.Lang(in.Lang)})
		return file(mediaHTML, "", page), problem(err)
	})
	huma.Register(a, huma.Operation{
		OperationID: "get-coded", Method: http.MethodGet, Path: "/api/v1/papers/{code}",
		Summary: "按查验码查 The statement that a paper's code stands for", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *struct {
		Code string `path:"code" example:"1C7-9QXM-3D0K"`
	}) (*struct{ Body Coded }, error) {
		r, code, err := h.node.Coded(ctx, in.Code)
		if err != nil {
			return nil, problem(err)
		}
		s, err := h.show(r)
		return &struct{ Body Coded }{Coded{code, s}}, problem(err)
	})
	mux.HandleFunc("GET /p/{code}", h.check)
}

// check (查验) is where the code of a paper leads: the paper as the record has it, for
// whoever holds one to compare.
func (h *handlers) check(w http.ResponseWriter, req *http.Request) {
	lang := projections.Lang(req.FormValue("lang"))
	w.Header().Set("Content-Type", mediaHTML)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	r, _, err := h.node.Coded(req.Context(), req.PathValue("code"))
	var page []byte
	if err == nil {
		page, err = h.node.Paper(req.Context(), r.Sequence, report.DocumentInput{Checked: true, Lang: lang})
	}
	if err != nil {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'")
		w.WriteHeader(doors.AnswerTo(err).Status)
		fmt.Fprintf(w, "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>%s</title><h1>%s</h1><pre>%s</pre>\n",
			lang.Pick("查验", "Check"), lang.Pick("查无此件,或编号有误:请勿据此件办理", "No such paper, or a code that was read wrongly: do not act on it"), html.EscapeString(doors.Say(err, string(lang))))
		return
	}
	w.Write(page) // a reader that went away needs no answer
}
