package api

import (
	"context"
	"net/http"
	"slices"

	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Burden is the answer for what was asked of units.
type Burden struct {
	Standing
	Units []projections.UnitBurden `json:"units"`
}

// Blockers is the answer for what stands in tasks' way.
type Blockers struct {
	Standing
	Undecided int                         `json:"undecided" doc:"those that wait for the headquarters to decide"`
	Blockers  []projections.BlockerStatus `json:"blockers"`
}

func (h *handlers) burden(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "burden", Method: http.MethodGet, Path: "/api/v1/burden", Errors: []int{400, 404, 503},
		Summary:     "基层负担 What was asked of each unit, month by month",
		Description: "Requests: directives, reminders, returns, meetings, talks, days of inspection. Monthly reports are owed by the plan and are not among them.",
	}, func(ctx context.Context, in *Asked) (*struct{ Body Burden }, error) {
		out := &struct{ Body Burden }{}
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			unit, err := in.unit(c)
			if err == nil && unit != "" {
				unit, err = sight.FindUnit(c, in.Unit)
			}
			if err != nil {
				return err
			}
			out.Body = Burden{s, slices.DeleteFunc(c.Burden(unit, s.AsOf), func(b projections.UnitBurden) bool { return !sight.Unit(b.Unit) })}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-blockers", Method: http.MethodGet, Path: "/api/v1/blockers", Errors: []int{400, 404, 503},
		Summary:     "难点堵点 Blockers: on whom each waits, and for how long",
		Description: "Days on which the headquarters had not decided are counted apart from those on which the task's clock stood still.",
	}, func(ctx context.Context, in *struct {
		Asked
		Open bool `query:"open" doc:"only those that wait"`
	}) (*struct{ Body Blockers }, error) {
		out := &struct{ Body Blockers }{}
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			unit, err := in.unit(c)
			if err != nil {
				return err
			}
			list := slices.DeleteFunc(c.BlockerList(unit, in.Open, s.AsOf), func(b projections.BlockerStatus) bool { return !sight.Either(b.Unit, b.Task) })
			out.Body = Blockers{Standing: s, Blockers: list}
			return nil
		})
		for i := range out.Body.Blockers {
			b := &out.Body.Blockers[i]
			if b.WaitsOn == projections.OnDecision {
				out.Body.Undecided++
			}
			if h.hidden(b.ID) {
				b.What, b.Outside = "", "" // two persons sealed it
			}
		}
		return out, err
	})
}
