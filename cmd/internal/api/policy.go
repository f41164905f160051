package api

import (
	"context"
	"net/http"

	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Policy is the answer for the policy in force.
type Policy struct {
	Standing
	projections.Policy
}

// Trial is the answer for a policy that was tried.
type Trial struct {
	Standing
	projections.Trial
}

// Diff is the answer for what changed between two days.
type Diff struct {
	Campaign ledger.LocalID `json:"campaign"`
	projections.Diff
}

func (h *handlers) policy(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "get-policy", Method: http.MethodGet, Path: "/api/v1/policy", Summary: "施行中的口径 The policy in force", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *AsOf) (*struct{ Body Policy }, error) {
		out := &struct{ Body Policy }{}
		err := h.look(ctx, *in, func(c *projections.Campaign, s Standing) error {
			p, ok := c.Charter.PolicyAt(s.AsOf)
			if !ok {
				return &ledger.Error{Class: ledger.NotFound, Rule: "policy.none", Found: "no policy in force on " + string(ledger.DateOf(s.AsOf)), Want: "policy.adopted.v1 first"}
			}
			out.Body = Policy{s, p}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "try-policy", Method: http.MethodPost, Path: "/api/v1/policy/trial", Summary: "试算口径 Try a policy before it is adopted",
		Description: "The body is the data of a policy.adopted.v1. Nothing is recorded: the answer says which lights would have been others, on the last day of each month and today, or on every day.",
		Errors:      []int{400, 422, 503}, SkipValidateBody: true, MaxBodyBytes: 1 << 20,
	}, func(ctx context.Context, in *struct {
		AsOf
		Daily   bool `query:"daily" doc:"every day, not the last of each month alone"`
		RawBody []byte
	}) (*struct{ Body Trial }, error) {
		out := &struct{ Body Trial }{}
		spec, _ := ledger.Kind("policy.adopted.v1").Spec()
		body, err := spec.Body(in.RawBody)
		if err != nil {
			return nil, problem(err)
		}
		err = h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) (err error) {
			out.Body.Standing = s
			out.Body.Trial, err = c.Try(*body.(*ledger.PolicyAdopted), c.TrialDays(s.AsOf, in.Daily))
			return err
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "get-diff", Method: http.MethodGet, Path: "/api/v1/diff", Summary: "两日对比 What changed between two days, each as it was known then", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *struct {
		Unit string `query:"unit" example:"fgw" doc:"a unit, or"`
		Task string `query:"task" example:"T06" doc:"a task"`
		From string `query:"from" required:"true" example:"2024-06-30"`
		To   string `query:"to" doc:"now, where it is not said"`
	}) (*struct{ Body Diff }, error) {
		if (in.Unit == "") == (in.Task == "") {
			return nil, problem(ledger.Malform("diff.of", "a difference of neither or of both", "exactly one of unit and task"))
		}
		out := &struct{ Body Diff }{}
		sight := h.sight(ctx)
		err := h.look(ctx, AsOf{in.To}, func(b *projections.Campaign, to Standing) error {
			var unit ledger.UnitID
			var task ledger.TaskID
			if in.Task != "" {
				t, err := sight.FindTask(b, in.Task)
				if err != nil {
					return err
				}
				task = t.ID
			} else {
				var err error
				if unit, err = sight.FindUnit(b, in.Unit); err != nil {
					return err
				}
			}
			at, err := ledger.ParseInstant(in.From)
			if err != nil {
				return err
			}
			if at.After(to.AsOf) {
				return ledger.Refuse("diff.order", in.From+" is after "+string(ledger.DateOf(to.AsOf)), "a first day that is not after the second")
			}
			a, err := h.node.AsOf(ctx, at)
			if err != nil {
				return err
			}
			out.Body.Campaign = to.Campaign
			if task != "" {
				out.Body.Diff = projections.DiffTask(task, a, at, b, to.AsOf)
			} else {
				out.Body.Diff = projections.DiffUnit(unit, a, at, b, to.AsOf)
			}
			return nil
		})
		return out, err
	})
}
