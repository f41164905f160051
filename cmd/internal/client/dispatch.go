package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/node"
	"ducha/projections"
)

// Directives lists directives, narrowed by a query such as unit=fgw and open=true.
func (c *Client) Directives(ctx context.Context, q url.Values) (out api.Directives, err error) {
	return out, c.get(ctx, "/api/v1/directives", q, &out)
}

// Narrow is a query by unit and instant, with the flags that are set.
func Narrow(unit, asOf string, flags map[string]bool) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"unit": unit, "as_of": asOf} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, set := range flags {
		if set {
			q.Set(name, strconv.FormatBool(set))
		}
	}
	return q
}

// Meetings lists meetings and the packs that were frozen for them.
func (c *Client) Meetings(ctx context.Context, asOf string) (out api.Meetings, err error) {
	return out, c.get(ctx, "/api/v1/meetings", asOfQuery(asOf), &out)
}

// Items lists what meetings settled.
func (c *Client) Items(ctx context.Context, q url.Values) (out api.Items, err error) {
	return out, c.get(ctx, "/api/v1/items", q, &out)
}

// Pack asks for the pack of a meeting, with the words on record.
func (c *Client) Pack(ctx context.Context, q projections.PackQuery) (out node.Packed, err error) {
	v := url.Values{"format": {"full"}}
	for name, value := range map[string]string{"tier": string(q.Tier), "on": string(q.On), "from": string(q.From), "cutoff": string(q.Cutoff)} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Sequence > 0 {
		v.Set("sequence", strconv.FormatUint(q.Sequence, 10))
	}
	data, err := c.bytes(ctx, "/api/v1/pack", v)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return out, fmt.Errorf("pack: %w", err)
	}
	return out, nil
}

// Packs lists the packs on record.
func (c *Client) Packs(ctx context.Context) (out api.Packs, err error) {
	return out, c.get(ctx, "/api/v1/packs", nil, &out)
}

// VerifyPack has a frozen pack built again.
func (c *Client) VerifyPack(ctx context.Context, id string) (out node.FrozenPack, err error) {
	return out, c.get(ctx, "/api/v1/packs/"+url.PathEscape(id), nil, &out)
}

// Burden is what was asked of units.
func (c *Client) Burden(ctx context.Context, q url.Values) (out api.Burden, err error) {
	return out, c.get(ctx, "/api/v1/burden", q, &out)
}

// Blockers lists what stands in tasks' way.
func (c *Client) Blockers(ctx context.Context, q url.Values) (out api.Blockers, err error) {
	return out, c.get(ctx, "/api/v1/blockers", q, &out)
}
