package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"ducha/cmd/internal/node"
	"ducha/ledger"
	"ducha/ledger/evidence"
)

// Files is what the store has of the files that statements name.
func (c *Client) Files(ctx context.Context, verify bool) (out node.FileReport, err error) {
	q := url.Values{}
	if verify {
		q.Set("verify", "true")
	}
	return out, c.get(ctx, "/api/v1/attachments", q, &out)
}

// PutFile hands a file in that a statement names.
func (c *Client) PutFile(ctx context.Context, digest ledger.Digest, body io.Reader) (out evidence.Info, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, c.base+"/api/v1/attachments/"+url.PathEscape(string(digest)), body)
	if err != nil {
		return out, err
	}
	c.confirm(req)
	res, err := c.http.Do(req)
	if err != nil {
		return out, &ledger.Error{Class: ledger.Unavailable, Rule: "server.reach", Found: err.Error(), Want: "the same file again: it is stored once", Err: err}
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		data, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		return out, refusal(res.Status, data)
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("attachment: %w", err)
	}
	return out, nil
}

// GetFile is a file's bytes.
func (c *Client) GetFile(ctx context.Context, digest ledger.Digest) (io.ReadCloser, error) {
	res, err := c.do(ctx, http.MethodGet, "/api/v1/attachments/"+url.PathEscape(string(digest)), nil, nil)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}
