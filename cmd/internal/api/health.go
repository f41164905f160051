package api

import (
	"context"
	"errors"
	"net/http"

	"ducha/cmd/internal/witness"
	"ducha/ledger"

	"github.com/danielgtaylor/huma/v2"
)

// Health is the answer of /healthz and /readyz.
type Health struct {
	Status    string          `json:"status" enum:"ok"`
	Campaign  ledger.LocalID  `json:"campaign" doc:"whose ledger it is"`
	Sequence  uint64          `json:"sequence" doc:"the last one that the view shows"`
	Sealed    uint64          `json:"sealed" doc:"封存至: records under the published checkpoint"`
	Witnesses []witness.State `json:"witnesses,omitempty" doc:"见证人: each witness and how it does"`
	Sealing   string          `json:"sealing,omitempty" doc:"why no more are sealed now, empty when all is well"`
}

func (h *handlers) health(a huma.API) {
	answer := func(context.Context, *struct{}) (*struct{ Body Health }, error) {
		if err := h.node.Healthy(); err != nil {
			return nil, problem(err)
		}
		s := h.node.Sealing()
		out := Health{Status: "ok", Campaign: h.node.Campaign(), Sequence: h.node.View.Sequence(), Sealed: s.Published, Witnesses: h.node.Witnesses()}
		if err := errors.Join(s.Err, s.Cosign); err != nil {
			out.Sealing = err.Error()
		}
		return &struct{ Body Health }{out}, nil
	}
	huma.Register(a, huma.Operation{OperationID: "healthz", Method: http.MethodGet, Path: "/healthz",
		Summary: "存储与写入是否正常 Store and writer are well", Errors: []int{503}}, answer)
	huma.Register(a, huma.Operation{OperationID: "readyz", Method: http.MethodGet, Path: "/readyz",
		Summary: "可受理 Statements can be taken in", Errors: []int{503}}, answer)
}
