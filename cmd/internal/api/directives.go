package api

import (
	"context"
	"net/http"
	"slices"

	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Directives is the answer for directives, and how quickly units and headquarters move.
type Directives struct {
	Standing
	Directives []projections.DirectiveStatus `json:"directives"`
	Responses  []projections.UnitResponse    `json:"responses" doc:"working days that each side took, of the directives listed"`
}

// Asked narrows a list by unit.
type Asked struct {
	AsOf
	Unit string `query:"unit" example:"fgw" doc:"its id, its name, a former name or an alias"`
}

// unit is the one asked for, none when none was.
func (in Asked) unit(c *projections.Campaign) (ledger.UnitID, error) {
	if in.Unit == "" {
		return "", nil
	}
	return c.FindUnit(in.Unit)
}

func (h *handlers) directives(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-directives", Method: http.MethodGet, Path: "/api/v1/directives", Errors: []int{400, 404, 503},
		Summary:     "交办督办 Directives, whose move each is and by when",
		Description: "Every step has a clock: signing for, answering, deciding. A step is judged by the policy in force when it began, in working days; an answer by the directive's own limit besides.",
	}, func(ctx context.Context, in *struct {
		Asked
		Task    string `query:"task" example:"T01"`
		Open    bool   `query:"open" doc:"only those not accepted yet"`
		Overdue bool   `query:"overdue" doc:"only those whose step that waits is past its day"`
	}) (*struct{ Body Directives }, error) {
		out := &struct{ Body Directives }{}
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			unit, err := in.unit(c)
			if err != nil {
				return err
			}
			list := c.DirectiveList(projections.DirectiveQuery{Unit: unit, Task: ledger.TaskID(in.Task), Open: in.Open, Overdue: in.Overdue}, s.AsOf)
			list = slices.DeleteFunc(list, func(d projections.DirectiveStatus) bool { return !sight.Either(d.Unit, d.Task) })
			out.Body = Directives{s, list, c.Responses(list, s.AsOf)}
			return nil
		})
		for i, d := range out.Body.Directives {
			if h.hidden(d.ID) {
				out.Body.Directives[i].Text = "" // two persons sealed it
			}
		}
		return out, err
	})
}
