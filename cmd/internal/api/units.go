package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// AsOf is the instant that an answer speaks for.
type AsOf struct {
	AsOf string `query:"as_of" example:"2024-08-15" doc:"a day, a month or an RFC 3339 time: what was known then, by the policy of that day"`
}

// Moment is the day that an answer judges, and what it may know of it.
type Moment struct {
	AsOf
	About string `query:"about" example:"2024-08-15" doc:"judge this day with all that is known by as_of (now, where that is not said): what was verified, corrected or disputed since counts; who was late stays late"`
}

// Standing says what an answer rests on.
type Standing struct {
	Campaign ledger.LocalID `json:"campaign"`
	Title    string         `json:"title,omitempty" doc:"the campaign's name"`
	AsOf     time.Time      `json:"as_of" doc:"the instant that lights are judged for, and what was known by then"`
	About    *time.Time     `json:"about,omitempty" doc:"the instant that lights are judged for, with all that was known by as_of"`
	Clock    ledger.Clock   `json:"clock" doc:"declared: judged by the signers' claimed times"`
	Sequence uint64         `json:"sequence" doc:"the ledger's last sequence"`
}

// look calls see with the campaign as of an instant, or as it stands now.
func (h *handlers) look(ctx context.Context, in AsOf, see func(*projections.Campaign, Standing) error) error {
	var at time.Time
	if in.AsOf != "" {
		var err error
		if at, err = ledger.ParseInstant(in.AsOf); err != nil {
			return problem(err)
		}
	}
	return problem(h.node.Look(ctx, at, func(c *projections.Campaign, at time.Time, sequence uint64) error {
		return see(c, Standing{Campaign: h.node.Campaign(), Title: string(c.Charter.Title), AsOf: at.In(ledger.Shanghai), Clock: c.Charter.Clock, Sequence: sequence})
	}))
}

// moment is [handlers.look] where an earlier day may be judged with hindsight.
func (h *handlers) moment(ctx context.Context, in Moment, see func(*projections.Campaign, Standing) error) error {
	if in.About == "" {
		return h.look(ctx, in.AsOf, see)
	}
	about, err := ledger.ParseInstant(in.About)
	if err != nil {
		return problem(err)
	}
	return h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
		if about.After(ledger.DateOf(s.AsOf).End()) {
			return ledger.Refuse("date.about", fmt.Sprintf("about %s as of %s", ledger.DateOf(about), ledger.DateOf(s.AsOf)), "a day that had come by then")
		}
		about = about.In(ledger.Shanghai)
		s.About = &about
		return see(c, s)
	})
}

// task judges a task for the moment that was asked for.
func (s Standing) task(c *projections.Campaign, t *projections.Task) projections.TaskStatus {
	if s.About != nil {
		return c.JudgeAbout(t, *s.About)
	}
	return c.Judge(t, s.AsOf)
}

// unit judges a unit likewise.
func (s Standing) unit(c *projections.Campaign, id ledger.UnitID) projections.UnitStatus {
	if s.About != nil {
		return c.UnitAbout(id, *s.About)
	}
	return c.UnitAt(id, s.AsOf)
}

// Units is the answer for all units.
type Units struct {
	Standing
	Units []projections.UnitStatus `json:"units"`
}

// Unit is the answer for one unit, and for those that it acts for (代行).
type Unit struct {
	Standing
	projections.UnitStatus
	Acting []projections.UnitStatus `json:"acting,omitempty" doc:"the units that it acts for since it succeeded them, under their own ids"`
}

func (h *handlers) units(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-units", Method: http.MethodGet, Path: "/api/v1/units", Summary: "各单位状态 All units", Errors: []int{400, 503},
	}, func(ctx context.Context, in *Moment) (*struct{ Body Units }, error) {
		out := &struct{ Body Units }{}
		sight := h.sight(ctx)
		err := h.moment(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body.Standing, out.Body.Units = s, []projections.UnitStatus{}
			for _, id := range c.UnitList() {
				if !sight.Unit(id) {
					continue
				}
				out.Body.Units = append(out.Body.Units, s.unit(c, id))
			}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "get-unit", Method: http.MethodGet, Path: "/api/v1/units/{unit}", Summary: "单位状态 One unit", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *struct {
		Moment
		Unit string `path:"unit" example:"fgw" doc:"its id, its name, a former name or an alias"`
	}) (*struct{ Body Unit }, error) {
		out := &struct{ Body Unit }{}
		sight := h.sight(ctx)
		err := h.moment(ctx, in.Moment, func(c *projections.Campaign, s Standing) error {
			id, err := sight.FindUnit(c, in.Unit)
			if err != nil {
				return err
			}
			out.Body = Unit{Standing: s, UnitStatus: s.unit(c, id)}
			for _, former := range out.Body.ActsFor {
				out.Body.Acting = append(out.Body.Acting, s.unit(c, former.Unit))
			}
			return nil
		})
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "export-trail", Method: http.MethodGet, Path: "/api/v1/units/{unit}/trail",
		Summary:     "导出单位台账 Export a unit's trail",
		Description: "A zip to be checked offline with ducha-verify. The export is itself put on record (export.attested).",
		Errors:      []int{404, 503},
		Responses: map[string]*huma.Response{"200": {Description: "the trail", Content: map[string]*huma.MediaType{
			"application/zip": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}},
	}, func(ctx context.Context, in *struct {
		Unit string `path:"unit" example:"fgw"`
	}) (*huma.StreamResponse, error) {
		bundle, err := h.node.Export(ctx, ledger.UnitID(in.Unit), access.From(ctx).Party)
		if err != nil {
			return nil, problem(err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", "application/zip")
			ctx.SetHeader("Content-Disposition", fmt.Sprintf("attachment; filename=%q", fmt.Sprintf("%s-%s-trail.zip", h.node.Campaign(), in.Unit)))
			bundle.WriteTo(ctx.BodyWriter()) // a reader that went away needs no answer
		}}, nil
	})
}
