package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/node"
	"ducha/projections"
)

// Review asks for a review in a format: json, html or xlsx.
func (c *Client) Review(ctx context.Context, q projections.ReviewQuery, format, lang string) ([]byte, error) {
	v := url.Values{"from": {string(q.From)}, "to": {string(q.To)}, "format": {format}, "lang": {lang}}
	if q.AsOf != "" {
		v.Set("as_of", string(q.AsOf))
	}
	if q.Sequence > 0 {
		v.Set("sequence", strconv.FormatUint(q.Sequence, 10))
	}
	if q.Hindsight {
		v.Set("hindsight", "true")
	}
	for _, u := range q.Units {
		v.Add("unit", string(u))
	}
	return c.bytes(ctx, "/api/v1/review", v)
}

// Reviews lists the reviews on record.
func (c *Client) Reviews(ctx context.Context) (out api.Reviews, err error) {
	return out, c.get(ctx, "/api/v1/reviews", nil, &out)
}

// VerifyReview has a review on record built again.
func (c *Client) VerifyReview(ctx context.Context, id string) (out node.IssuedReview, err error) {
	return out, c.get(ctx, "/api/v1/reviews/"+url.PathEscape(id), nil, &out)
}

// bytes is an answer as it comes.
func (c *Client) bytes(ctx context.Context, path string, query url.Values) ([]byte, error) {
	res, err := c.do(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// Paper is the printed paper of a statement; kind is own or receipt.
func (c *Client) Paper(ctx context.Context, id, kind, base, lang string) ([]byte, error) {
	return c.bytes(ctx, "/api/v1/statements/"+url.PathEscape(id)+"/paper", url.Values{"kind": {kind}, "base": {base}, "lang": {lang}})
}

// Coded is the statement that a paper's code stands for.
func (c *Client) Coded(ctx context.Context, code string) (out api.Coded, err error) {
	return out, c.get(ctx, "/api/v1/papers/"+url.PathEscape(code), nil, &out)
}
