package client

import (
	"context"
	"net/url"
	"strconv"

	"ducha/cmd/internal/api"
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
