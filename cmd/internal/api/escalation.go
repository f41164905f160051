package api

import (
	"context"
	"net/http"

	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Cards is the answer for the register of cards.
type Cards struct {
	Standing
	Cards []projections.CardStatus `json:"cards"`
}

// Inspections is the answer for inspections.
type Inspections struct {
	Standing
	Inspections []projections.InspectionStatus `json:"inspections"`
}

// CodeCheck is the answer for an inspection's code.
type CodeCheck struct {
	Standing
	projections.CodeCheck
}

// Samples is the answer for where to look.
type Samples struct {
	Standing
	Samples []projections.Sample `json:"samples"`
}

// Dossier is the answer for what speaks for and against a card.
type Dossier struct {
	projections.Dossier
	Digest ledger.Digest `json:"digest" doc:"SHA-256 of the dossier's own bytes: what card.proposed.v1 fixes"`
}

func (h *handlers) escalation(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-cards", Method: http.MethodGet, Path: "/api/v1/cards", Summary: "赋牌登记 The register of cards, with their clocks", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *struct {
		Asked
		State string `query:"state" enum:"proposed,in-force,refused,returned,removed,revoked" doc:"only these"`
	}) (*struct{ Body Cards }, error) {
		out := &struct{ Body Cards }{}
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			unit, err := in.unit(c)
			if err != nil {
				return err
			}
			out.Body = Cards{s, []projections.CardStatus{}}
			for _, card := range c.CardList(s.AsOf) {
				if sight.Either(card.Unit, card.Task) && (unit == "" || card.Unit == unit) && (in.State == "" || string(card.State) == in.State) {
					out.Body.Cards = append(out.Body.Cards, card)
				}
			}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-inspections", Method: http.MethodGet, Path: "/api/v1/inspections", Summary: "督查 Inspections, their findings and clocks", Errors: []int{400, 503},
	}, func(ctx context.Context, in *AsOf) (*struct{ Body Inspections }, error) {
		out := &struct{ Body Inspections }{}
		sight := h.sight(ctx)
		err := h.look(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body = Inspections{s, []projections.InspectionStatus{}}
			for _, i := range c.InspectionList(s.AsOf) {
				if sight.Paper(i.ID) {
					out.Body.Inspections = append(out.Body.Inspections, sight.Inspection(i))
				}
			}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "check-inspection", Method: http.MethodGet, Path: "/api/v1/inspections/{code}", Summary: "验督查码(一事一码) Check an inspection's code before the door is opened",
		Description: "Says whether an inspection with this code may be carried out today, for the task that is named; and if not, why not. What is inspected, by whom and on whose authority, is said to the units concerned, once it begins.", Errors: []int{400, 503},
	}, func(ctx context.Context, in *struct {
		AsOf
		Code string `path:"code" example:"DC-2024-01"`
		Task string `query:"task" example:"T01"`
	}) (*struct{ Body CodeCheck }, error) {
		out := &struct{ Body CodeCheck }{}
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			out.Body = CodeCheck{s, sight.CodeCheck(c.CheckCode(ledger.LocalID(in.Code), ledger.TaskID(in.Task), s.AsOf))}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-samples", Method: http.MethodGet, Path: "/api/v1/samples", Summary: "抽查建议 Where an inspection had better look, and why", Errors: []int{400, 503},
	}, func(ctx context.Context, in *AsOf) (*struct{ Body Samples }, error) {
		out := &struct{ Body Samples }{}
		err := h.look(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body = Samples{s, c.Samples(s.AsOf)}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "get-dossier", Method: http.MethodGet, Path: "/api/v1/tasks/{task}/dossier", Summary: "提请案卷 What speaks for and against a card, as the ledger has it", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *struct {
		AsOf
		Task string `path:"task" example:"T07"`
	}) (*struct{ Body Dossier }, error) {
		out := &struct{ Body Dossier }{}
		sight, sealed := h.sight(ctx), false
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			t, err := sight.FindTask(c, in.Task)
			if err != nil {
				return err
			}
			d, err := c.Dossier(t.ID, s.AsOf)
			out.Body = Dossier{d, d.Digest()}
			return err
		})
		h.node.View.Read(func(c *projections.Campaign, _ uint64) { sealed = len(c.Sealings.Texts()) > 0 })
		if err == nil && sealed && in.AsOf.AsOf != "" {
			out.Body.Digest, err = h.node.DossierDigest(ctx, out.Body.Task, out.Body.AsOf)
		}
		return out, err
	})
}
