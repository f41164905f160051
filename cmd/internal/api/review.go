package api

import (
	"context"
	"fmt"
	"net/http"

	"ducha/cmd/internal/node"
	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// ReviewPeriod asks for a review.
type ReviewPeriod struct {
	From      string   `query:"from" required:"true" example:"2024-01-01" doc:"the period's first day"`
	To        string   `query:"to" required:"true" example:"2024-06-30" doc:"the period's last day"`
	AsOf      string   `query:"as_of" example:"2024-07-08" doc:"what counts from later than this day is not known (default: today)"`
	Sequence  uint64   `query:"sequence" doc:"the last record that it rests on (default: the last there is)"`
	Unit      []string `query:"unit,explode" doc:"these units only"`
	Hindsight bool     `query:"hindsight" doc:"judge the days of the period with all that is known, and not with what was known on each"`
	Format    string   `query:"format" enum:"json,html,xlsx" default:"json" doc:"json: the very bytes whose digest is issued"`
	Lang      string   `query:"lang" enum:"zh,en" default:"zh"`
}

func (p ReviewPeriod) query() projections.ReviewQuery {
	q := projections.ReviewQuery{From: ledger.Date(p.From), To: ledger.Date(p.To), AsOf: ledger.Date(p.AsOf), Sequence: p.Sequence, Hindsight: p.Hindsight}
	for _, u := range p.Unit {
		q.Units = append(q.Units, ledger.UnitID(u))
	}
	return q
}

// Reviews is the answer for all reviews on record.
type Reviews struct {
	Reviews []node.IssuedReview `json:"reviews"`
}

// file is an answer of one media type.
func file(media, name string, data []byte) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", media)
		if name != "" {
			ctx.SetHeader("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
		}
		ctx.SetHeader("X-Content-Type-Options", "nosniff")
		ctx.BodyWriter().Write(data) // a reader that went away needs no answer
	}}
}

const (
	mediaHTML = "text/html; charset=utf-8"
	mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

func binary(media ...string) map[string]*huma.Response {
	content := map[string]*huma.MediaType{}
	for _, m := range media {
		content[m] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return map[string]*huma.Response{"200": {Description: "the paper", Content: content}}
}

func (h *handlers) reviews(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "review", Method: http.MethodGet, Path: "/api/v1/review", Summary: "督查报告 A review of a period",
		Description: "Every figure names the statements that it comes from. The same period, as_of and sequence give the same JSON bytes on any machine, at any later time.",
		Errors:      []int{400, 404, 422, 503}, Responses: binary("application/json", "text/html", mediaXLSX),
	}, func(ctx context.Context, in *ReviewPeriod) (*huma.StreamResponse, error) {
		r, err := h.node.Review(ctx, in.query())
		if err != nil {
			return nil, problem(err)
		}
		about := report.ReviewInput{Review: r.Review, Campaign: r.Campaign, Events: r.Events, Sealed: r.Sealed, Issued: r.Issued, Lang: projections.Lang(in.Lang)}
		switch in.Format {
		case "html":
			page, err := report.ReviewHTML(about)
			return file(mediaHTML, "", page), problem(err)
		case "xlsx":
			book, err := report.ReviewWorkbook(about)
			return file(mediaXLSX, string(h.node.Campaign())+"-review.xlsx", book), problem(err)
		}
		return file("application/json", "", r.Review.Encode()), nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-reviews", Method: http.MethodGet, Path: "/api/v1/reviews", Summary: "已出具的督查报告 Reviews on record", Errors: []int{503},
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body Reviews }, error) {
		list, err := h.node.Reviews(ctx)
		return &struct{ Body Reviews }{Reviews{list}}, problem(err)
	})
	huma.Register(a, huma.Operation{
		OperationID: "verify-review", Method: http.MethodGet, Path: "/api/v1/reviews/{id}",
		Summary: "核验督查报告 A review on record, built again from the ledger alone", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *struct {
		ID string `path:"id" format:"uuid"`
	}) (*struct{ Body node.IssuedReview }, error) {
		id, err := uuid.Parse(in.ID)
		if err != nil {
			return nil, problem(ledger.Malform("statement.id", in.ID, "a UUID"))
		}
		r, err := h.node.VerifyReview(ctx, id)
		return &struct{ Body node.IssuedReview }{r}, problem(err)
	})
}
