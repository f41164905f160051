package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"ducha/cmd/internal/api"
)

// Import reads a filled form; nothing is recorded.
func (c *Client) Import(ctx context.Context, form []byte) (out api.Import, err error) {
	res, err := c.do(ctx, http.MethodPost, "/api/v1/imports", nil, form)
	if err != nil {
		return out, err
	}
	defer res.Body.Close()
	return out, json.NewDecoder(res.Body).Decode(&out)
}

// SubmitAll submits envelopes, one a line: all of them, or none.
func (c *Client) SubmitAll(ctx context.Context, envelopes []byte, dry bool) (out api.Batch, err error) {
	q := url.Values{}
	if dry {
		q.Set("dry", "true")
	}
	res, err := c.do(ctx, http.MethodPost, "/api/v1/batches", q, envelopes)
	if err != nil {
		return out, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		return out, outcomeUnknown(err)
	}
	return out, nil
}
