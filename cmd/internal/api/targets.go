package api

import (
	"context"
	"net/http"

	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Targets is the answer for targets.
type Targets struct {
	Standing
	Targets []projections.TargetStatus `json:"targets"`
}

// Lists is the answer for the frozen lists.
type Lists struct {
	Standing
	Lists []projections.ListStatus `json:"lists"`
}

func (h *handlers) targets(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-targets", Method: http.MethodGet, Path: "/api/v1/targets", Errors: []int{400, 404, 503},
		Summary:     "目标 Targets, each read after its shape",
		Description: "What is claimed and what others found stand apart. A target without a reading is without evidence; one that nothing says by when is 未设节点; what the plan leaves open is shown with the clarification that settled it.",
	}, func(ctx context.Context, in *struct {
		AsOf
		Task string `query:"task" example:"T07"`
	}) (*struct{ Body Targets }, error) {
		out := &struct{ Body Targets }{}
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			out.Body = Targets{s, []projections.TargetStatus{}}
			var task ledger.TaskID
			if in.Task != "" {
				t, err := sight.FindTask(c, in.Task)
				if err != nil {
					return err
				}
				task = t.ID
			}
			for _, t := range c.Targets(s.AsOf) {
				if sight.Task(t.Task) && (task == "" || t.Task == task) {
					out.Body.Targets = append(out.Body.Targets, t)
				}
			}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-lists", Method: http.MethodGet, Path: "/api/v1/lists", Errors: []int{400, 503},
		Summary: "任务清单 The frozen lists, every version, and what changed in the open since",
	}, func(ctx context.Context, in *AsOf) (*struct{ Body Lists }, error) {
		out := &struct{ Body Lists }{}
		err := h.look(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body = Lists{s, c.ListHistory(s.AsOf)}
			return nil
		})
		return out, err
	})
}
