package api

import (
	"context"
	"net/http"

	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Questions is the answer for what the plan leaves open.
type Questions struct {
	Standing
	Open      int                          `json:"open" doc:"how many of them wait for a clarification"`
	Questions []projections.QuestionStatus `json:"questions"`
}

func (h *handlers) questions(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-questions", Method: http.MethodGet, Path: "/api/v1/questions", Errors: []int{400, 503},
		Summary:     "待释义事项 What the plan leaves open, and how it was settled",
		Description: "A question is open until a signed clarification settles it; another one may take the place of the first, and names it.",
	}, func(ctx context.Context, in *AsOf) (*struct{ Body Questions }, error) {
		out := &struct{ Body Questions }{}
		err := h.look(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body.Standing, out.Body.Questions = s, c.QuestionList(s.AsOf)
			for _, q := range out.Body.Questions {
				if q.State == projections.QuestionOpen {
					out.Body.Open++
				}
			}
			return nil
		})
		return out, err
	})
}
