package api

import (
	"context"
	"net/http"

	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Keys is the answer for the keyring.
type Keys struct {
	Standing
	Keys []projections.KeyStatus `json:"keys"`
}

func (h *handlers) keys(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-keys", Method: http.MethodGet, Path: "/api/v1/keys", Errors: []int{400, 503},
		Summary:     "公钥与证书 Keys, whose they are, and their certificates",
		Description: "Where a key has a certificate, it is shown with its dates and its status as it was last found.",
	}, func(ctx context.Context, in *AsOf) (*struct{ Body Keys }, error) {
		out := &struct{ Body Keys }{}
		err := h.look(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body.Standing, out.Body.Keys = s, c.KeyList(s.AsOf)
			return nil
		})
		return out, err
	})
}
