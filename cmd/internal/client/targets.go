package client

import (
	"context"
	"net/url"

	"ducha/cmd/internal/api"
)

// Targets are the targets of a task, of all where none is named.
func (c *Client) Targets(ctx context.Context, task, asOf string) (out api.Targets, err error) {
	q := url.Values{}
	if task != "" {
		q.Set("task", task)
	}
	if asOf != "" {
		q.Set("as_of", asOf)
	}
	return out, c.get(ctx, "/api/v1/targets", q, &out)
}

// Lists are the frozen lists with their versions.
func (c *Client) Lists(ctx context.Context, asOf string) (out api.Lists, err error) {
	return out, c.get(ctx, "/api/v1/lists", asOfQuery(asOf), &out)
}
