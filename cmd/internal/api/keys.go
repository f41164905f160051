package api

import (
	"context"
	"net/http"
	"time"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/time/rate"
)

// How long a question about a key's standing may wait for it to change, how many wait
// at a time, and how many are answered a second: whoever asks did not log in.
const (
	standingWait  = 25 * time.Second
	standingWaits = 64
	standingRate  = 50
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

// KeyStanding is how a key stands.
type KeyStanding struct {
	Key      seal.KeyID      `json:"key"`
	Standing access.Standing `json:"standing" enum:"not-enrolled,in-force,revoked,lapsed"`
}

// standing tells whoever waits to be enrolled that it is: it cannot log in before.
func (h *handlers) standing(a huma.API) {
	g := h.options.Guard
	if g == nil {
		return
	}
	waiting, often := make(chan struct{}, standingWaits), rate.NewLimiter(standingRate, 2*standingRate)
	huma.Register(a, huma.Operation{
		OperationID: "get-key-standing", Method: http.MethodGet, Path: "/api/v1/keys/{key}/standing", Errors: []int{429},
		Summary: "公钥是否已登记 Whether a key is enrolled",
		Description: "One word about a key that the asker knows, for whoever waits to be enrolled. With was=WORD the answer is held back until the standing is another one, " +
			"for half a minute at most, unless too many wait.",
	}, func(ctx context.Context, in *struct {
		Key string          `path:"key" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the public key's SPKI DER"`
		Was access.Standing `query:"was" enum:"not-enrolled,in-force,revoked,lapsed"`
	}) (*struct{ Body KeyStanding }, error) {
		if !often.Allow() {
			return nil, problem(&ledger.Error{Class: ledger.TooMany, Rule: "key.standing", Found: "too many questions about keys in this second", Want: "the question again, some seconds later"})
		}
		found := func() (*struct{ Body KeyStanding }, error) {
			id := seal.KeyID(in.Key)
			return &struct{ Body KeyStanding }{KeyStanding{id, g.Standing(id)}}, nil
		}
		select {
		case waiting <- struct{}{}:
			defer func() { <-waiting }()
		default:
			return found()
		}
		patience := time.NewTimer(standingWait)
		defer patience.Stop()
		for {
			moved := h.node.View.Moved()
			if out, err := found(); in.Was == "" || out.Body.Standing != in.Was {
				return out, err
			}
			select {
			case <-moved:
			case <-patience.C:
				return found()
			case <-Closing(ctx):
				return found()
			case <-ctx.Done():
				return found()
			}
		}
	})
}
