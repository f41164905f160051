package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"ducha/cmd/internal/api"
)

// moment is the query for a day, and for the day that is judged with hindsight.
func moment(asOf string, about []string) url.Values {
	q := asOfQuery(asOf)
	if len(about) > 0 && about[0] != "" {
		if q == nil {
			q = url.Values{}
		}
		q.Set("about", about[0])
	}
	return q
}

// Policy is the policy in force.
func (c *Client) Policy(ctx context.Context, asOf string) (out api.Policy, err error) {
	return out, c.get(ctx, "/api/v1/policy", asOfQuery(asOf), &out)
}

// Try tries a policy, given as the data of a policy.adopted.v1.
func (c *Client) Try(ctx context.Context, policy []byte, daily bool) (out api.Trial, err error) {
	q := url.Values{}
	if daily {
		q.Set("daily", "true")
	}
	res, err := c.do(ctx, http.MethodPost, "/api/v1/policy/trial", q, policy)
	if err != nil {
		return out, err
	}
	defer res.Body.Close()
	return out, json.NewDecoder(res.Body).Decode(&out)
}

// Diff is what changed of a unit or a task; what is "unit" or "task".
func (c *Client) Diff(ctx context.Context, what, id, from, to string) (out api.Diff, err error) {
	q := url.Values{what: {id}, "from": {from}}
	if to != "" {
		q.Set("to", to)
	}
	return out, c.get(ctx, "/api/v1/diff", q, &out)
}
