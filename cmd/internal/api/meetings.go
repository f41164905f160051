package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/projections"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// Meetings is the answer for meetings and what they settled.
type Meetings struct {
	Standing
	Meetings []projections.MeetingStatus `json:"meetings" doc:"the latest first"`
	Packs    []projections.PackBrief     `json:"packs" doc:"frozen, the oldest first"`
}

// Items is the answer for what meetings settled (议定事项).
type Items struct {
	Standing
	Open  int                      `json:"open" doc:"carried to the next meeting"`
	Items []projections.ItemStatus `json:"items"`
}

// Packs is the answer for the packs on record.
type Packs struct {
	Packs []projections.PackBrief `json:"packs"`
}

// PackDays asks for the pack of a meeting.
type PackDays struct {
	Tier     string `query:"tier" enum:"monthly,as-needed" default:"monthly"`
	On       string `query:"on" example:"2024-08-28" doc:"the meeting's day (default: today)"`
	From     string `query:"from" example:"2024-07-27" doc:"its first day (default: the day after the last pack's cut-off)"`
	Cutoff   string `query:"cutoff" example:"2024-08-26" doc:"what counts from later is not known (default: the meeting's day or today)"`
	Sequence uint64 `query:"sequence" doc:"the last record that it rests on (default: the last there is)"`
	Format   string `query:"format" enum:"json,full" default:"json" doc:"json: the very bytes whose digest is fixed; full: with the words on record"`
}

func (h *handlers) meetings(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "list-meetings", Method: http.MethodGet, Path: "/api/v1/meetings", Errors: []int{400, 503},
		Summary: "会议 Meetings, what they settled and what became of it",
	}, func(ctx context.Context, in *AsOf) (*struct{ Body Meetings }, error) {
		out := &struct{ Body Meetings }{}
		sight := h.sight(ctx)
		err := h.look(ctx, *in, func(c *projections.Campaign, s Standing) error {
			out.Body = Meetings{s, slices.DeleteFunc(c.MeetingList(s.AsOf), func(m projections.MeetingStatus) bool { return !sight.Paper(m.ID) }), packsOf(c.PackList(s.AsOf), sight)}
			return nil
		})
		for i := range out.Body.Meetings {
			if m := &out.Body.Meetings[i]; h.hidden(m.ID) {
				m.Agenda, m.Decisions, m.Minutes = []ledger.Line{}, nil, ""
			}
			h.hideItems(out.Body.Meetings[i].Items)
		}
		return out, err
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-items", Method: http.MethodGet, Path: "/api/v1/items", Errors: []int{400, 404, 503},
		Summary:     "议定事项 What meetings settled, carried until it is done",
		Description: "An item is done when a later meeting says so, or when every directive issued to carry it out is accepted.",
	}, func(ctx context.Context, in *struct {
		Asked
		Open bool `query:"open" doc:"only those not done yet"`
	}) (*struct{ Body Items }, error) {
		out := &struct{ Body Items }{}
		sight := h.sight(ctx)
		err := h.look(ctx, in.AsOf, func(c *projections.Campaign, s Standing) error {
			unit, err := in.unit(c)
			if err != nil {
				return err
			}
			out.Body = Items{Standing: s, Items: []projections.ItemStatus{}}
			for _, i := range c.ItemList(s.AsOf) {
				if unit != "" && i.Unit != unit || !sight.Paper(i.Meeting) && !sight.Either(i.Unit, i.Task) {
					continue
				}
				if i.Done == nil {
					out.Body.Open++
				} else if in.Open {
					continue
				}
				out.Body.Items = append(out.Body.Items, i)
			}
			return nil
		})
		h.hideItems(out.Body.Items)
		return out, err
	})
	h.packs(a)
}

func (h *handlers) hideItems(items []projections.ItemStatus) {
	for i := range items {
		if h.hidden(items[i].Meeting) {
			items[i].Text = ""
		}
		if d := items[i].Done; d != nil && h.hidden(d.ID) {
			items[i].Note = ""
		}
	}
}

// packsOf are those that may be read.
func packsOf(list []projections.PackBrief, sight access.Sight) []projections.PackBrief {
	return slices.DeleteFunc(list, func(p projections.PackBrief) bool { return !sight.Paper(p.ID) })
}

// frozen refuses a pack that is not on record to whoever does not see all: units read
// what the meeting had before it, and do not have packs made of each other.
func (h *handlers) frozen(q projections.PackQuery, sight access.Sight) error {
	if sight.All() {
		return nil
	}
	list, err := h.node.Packs()
	if err != nil {
		return err
	}
	for _, p := range packsOf(list, sight) {
		if q == projections.PackOf(p.Frozen) {
			return nil
		}
	}
	return ledger.Forbid("read.role", "a pack that is not on record", "the tier, on, from, cutoff and sequence of one of /api/v1/packs")
}

func (h *handlers) packs(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "pack", Method: http.MethodGet, Path: "/api/v1/pack", Summary: "例会材料 The pack of a meeting",
		Description: "Per unit: promised, claimed, verified, late; reports missed; open directives; blockers to decide; items carried. The same days and sequence give the same bytes on any machine, at any later time.",
		Errors:      []int{400, 422, 503}, Responses: binary("application/json"),
	}, func(ctx context.Context, in *PackDays) (*huma.StreamResponse, error) {
		q := projections.PackQuery{Tier: ledger.MeetingTier(in.Tier), On: ledger.Date(in.On), From: ledger.Date(in.From), Cutoff: ledger.Date(in.Cutoff), Sequence: in.Sequence}
		if err := h.frozen(q, h.sight(ctx)); err != nil {
			return nil, problem(err)
		}
		p, err := h.node.Pack(ctx, q)
		if err != nil {
			return nil, problem(err)
		}
		if in.Format == "full" {
			data, err := json.Marshal(p)
			return file("application/json", "", data), problem(err)
		}
		return file("application/json", "", p.Pack.Encode()), nil
	})
	huma.Register(a, huma.Operation{
		OperationID: "list-packs", Method: http.MethodGet, Path: "/api/v1/packs", Summary: "已冻结的会议材料 Packs on record", Errors: []int{503},
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body Packs }, error) {
		list, err := h.node.Packs()
		return &struct{ Body Packs }{Packs{packsOf(list, h.sight(ctx))}}, problem(err)
	})
	huma.Register(a, huma.Operation{
		OperationID: "verify-pack", Method: http.MethodGet, Path: "/api/v1/packs/{id}",
		Summary: "核验例会材料 A frozen pack, built again from the ledger alone", Errors: []int{400, 404, 503},
	}, func(ctx context.Context, in *struct {
		ID string `path:"id" format:"uuid"`
	}) (*struct{ Body node.FrozenPack }, error) {
		id, err := uuid.Parse(in.ID)
		if err != nil {
			return nil, problem(ledger.Malform("statement.id", in.ID, "a UUID"))
		}
		if sight := h.sight(ctx); !sight.Paper(id) {
			return nil, problem(ledger.Forbid("read.role", "pack "+in.ID, "a pack on record that list-packs shows its reader"))
		}
		p, err := h.node.VerifyPack(ctx, id)
		return &struct{ Body node.FrozenPack }{p}, problem(err)
	})
}
