package client

import (
	"context"
	"net/url"

	"ducha/cmd/internal/api"
)

// Cards is the register of cards.
func (c *Client) Cards(ctx context.Context, q url.Values) (out api.Cards, err error) {
	return out, c.get(ctx, "/api/v1/cards", q, &out)
}

// Inspections are the inspections with their findings.
func (c *Client) Inspections(ctx context.Context, asOf string) (out api.Inspections, err error) {
	return out, c.get(ctx, "/api/v1/inspections", asOfQuery(asOf), &out)
}

// CheckCode says whether an inspection with a code may be carried out.
func (c *Client) CheckCode(ctx context.Context, code, task, asOf string) (out api.CodeCheck, err error) {
	q := url.Values{}
	if task != "" {
		q.Set("task", task)
	}
	if asOf != "" {
		q.Set("as_of", asOf)
	}
	return out, c.get(ctx, "/api/v1/inspections/"+url.PathEscape(code), q, &out)
}

// Samples says where an inspection had better look.
func (c *Client) Samples(ctx context.Context, asOf string) (out api.Samples, err error) {
	return out, c.get(ctx, "/api/v1/samples", asOfQuery(asOf), &out)
}

// Dossier is what speaks for and against a card on a task.
func (c *Client) Dossier(ctx context.Context, task, asOf string) (out api.Dossier, err error) {
	return out, c.get(ctx, "/api/v1/tasks/"+url.PathEscape(task)+"/dossier", asOfQuery(asOf), &out)
}
