package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// Bytes is the answer to a question, as it came.
func (c *Client) Bytes(ctx context.Context, path string, q url.Values) ([]byte, error) {
	res, err := c.do(ctx, http.MethodGet, path, q, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}
