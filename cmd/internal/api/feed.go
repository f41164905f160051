package api

import (
	"context"
	"math"
	"net/http"
	"time"

	"ducha/cmd/internal/node"
	"ducha/ledger"

	"github.com/danielgtaylor/huma/v2"
)

// Feed is a page of the ledger in its order.
type Feed struct {
	Campaign   ledger.LocalID `json:"campaign"`
	Statements []Statement    `json:"statements"`
	Last       uint64         `json:"last" doc:"the last sequence of the page, or the one asked after: ask after it next"`
}

func (h *handlers) feed(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-statements", Method: http.MethodGet, Path: "/api/v1/statements",
		Summary: "按序查看记录 The ledger in its order, page by page; waits for new statements when asked to", Errors: []int{503},
	}, func(ctx context.Context, in *struct {
		After uint64 `query:"after" doc:"the last sequence already seen"`
		Limit int    `query:"limit" default:"100" minimum:"1" maximum:"500"`
		Wait  int    `query:"wait" minimum:"0" maximum:"60" doc:"seconds to wait for a new statement when there is none yet"`
	}) (*struct{ Body Feed }, error) {
		out := &struct{ Body Feed }{Feed{Campaign: h.node.Campaign(), Statements: []Statement{}, Last: in.After}}
		if in.After > math.MaxInt64 {
			return out, nil // no ledger is that long
		}
		if in.Wait > 0 {
			wait, cancel := context.WithTimeout(ctx, time.Duration(in.Wait)*time.Second)
			defer cancel()
			if err := h.node.View.Wait(wait, in.After+1); err != nil && wait.Err() == nil {
				return nil, problem(err)
			}
		}
		for sequence := in.After + 1; sequence <= min(h.node.View.Sequence(), in.After+uint64(in.Limit)); sequence++ {
			s, err := h.get(ctx, sequence)
			if err != nil {
				return nil, problem(err)
			}
			out.Body.Statements, out.Body.Last = append(out.Body.Statements, s), sequence
		}
		return out, nil
	})
}

// Projections holds the hash of every read model.
type Projections struct {
	node.Rebuilt
	Campaign ledger.LocalID `json:"campaign"`
	Equal    bool           `json:"equal" doc:"rebuilt from the first record, every part has the hash of the live one"`
}

func (h *handlers) projections(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "rebuild", Method: http.MethodGet, Path: "/api/v1/projections",
		Summary: "重建并比对 Rebuild every read model from the first record and compare", Errors: []int{503},
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body Projections }, error) {
		r, err := h.node.Rebuild(ctx, func(uint64, uint64) {})
		if err != nil {
			return nil, problem(err)
		}
		return &struct{ Body Projections }{Projections{r, h.node.Campaign(), r.Equal()}}, nil
	})
}
