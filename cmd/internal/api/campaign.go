package api

import (
	"context"
	"net/http"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
)

// Campaign is the answer for the campaign as a whole: which one it is, by which
// keys, and how it stands. Ten of them run side by side, each with a ledger of its own.
type Campaign struct {
	Standing
	TitleEN   string               `json:"title_en,omitempty"`
	Basis     string               `json:"basis,omitempty" doc:"依据文号"`
	From      ledger.Date          `json:"from" doc:"the first day of its term"`
	To        ledger.Date          `json:"to" doc:"the last day of its term"`
	Root      seal.KeyID           `json:"root" doc:"the root key that its charter names: hold it against the one that was published"`
	LedgerKey seal.KeyID           `json:"ledger_key"`
	Origin    string               `json:"origin" doc:"the name of its sealed log"`
	Units     int                  `json:"units"`
	Members   int                  `json:"members"`
	Tasks     int                  `json:"tasks"`
	Lights    map[ledger.Light]int `json:"lights" doc:"how many tasks show each light; the campaign itself has none"`
	Open      int                  `json:"open_questions"`
}

func (h *handlers) campaign(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "get-campaign", Method: http.MethodGet, Path: "/api/v1/campaign", Errors: []int{400, 503},
		Summary: "本攻坚战 Which campaign this is, and how it stands",
	}, func(ctx context.Context, in *AsOf) (*struct{ Body Campaign }, error) {
		out := &struct{ Body Campaign }{}
		err := h.look(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body = campaignOf(c, s)
			return nil
		})
		return out, err
	})
}

func campaignOf(c *projections.Campaign, s Standing) Campaign {
	out := Campaign{Standing: s, TitleEN: string(c.Charter.TitleEN), Basis: string(c.Charter.Basis), From: c.Charter.From, To: c.Charter.To, Lights: map[ledger.Light]int{}}
	if root, err := seal.ParsePublicKey([]byte(c.Charter.RootKey)); err == nil {
		out.Root = root.ID()
	}
	if key, err := seal.ParsePublicKey([]byte(c.Charter.LedgerKey)); err == nil {
		out.LedgerKey, out.Origin = key.ID(), proof.Origin(c.Charter.Campaign, key)
	}
	for _, id := range c.UnitList() {
		out.Units++
		if p, _ := c.Units.Unit(id); p.Member {
			out.Members++
		}
	}
	for _, t := range c.TaskList() {
		out.Tasks++
		out.Lights[c.Judge(t, s.AsOf).Light]++
	}
	for _, q := range c.QuestionList(s.AsOf) {
		if q.State == projections.QuestionOpen {
			out.Open++
		}
	}
	return out
}
