// Package client speaks to the HTTP door, over the network or, with Over, to a
// handler in the same process: the command line has one way to ask, whether a
// server runs or it opens the data folder itself.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"

	"ducha/cmd/internal/api"
	"ducha/ledger"
	"ducha/ledger/proof"
)

// Client asks one ledger.
type Client struct {
	base string
	http *http.Client
	// NotClassified confirms, for everything that is handed in, that nothing in it is
	// classified.
	NotClassified bool
}

// New is a client of a server, such as http://127.0.0.1:8420.
func New(base string) *Client {
	return &Client{base: strings.TrimRight(base, "/"), http: &http.Client{}}
}

// NewWith is [New] over an HTTP client, whose jar keeps the session.
func NewWith(base string, c *http.Client) *Client {
	return &Client{base: strings.TrimRight(base, "/"), http: c}
}

// Over is a client of a handler in this process.
func Over(h http.Handler) *Client {
	return &Client{base: "http://ledger.invalid", http: &http.Client{Transport: direct{h}}}
}

// direct answers requests without a network.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// Units are all units, as of an instant or now; about an earlier one, with hindsight.
func (c *Client) Units(ctx context.Context, asOf string, about ...string) (out api.Units, err error) {
	return out, c.get(ctx, "/api/v1/units", moment(asOf, about), &out)
}

// Unit is one unit.
func (c *Client) Unit(ctx context.Context, id, asOf string, about ...string) (out api.Unit, err error) {
	return out, c.get(ctx, "/api/v1/units/"+url.PathEscape(id), moment(asOf, about), &out)
}

// Campaign is which campaign the ledger is of, and how it stands.
func (c *Client) Campaign(ctx context.Context, asOf string) (out api.Campaign, err error) {
	return out, c.get(ctx, "/api/v1/campaign", asOfQuery(asOf), &out)
}

// Questions is what the plan leaves open, and how it was settled.
func (c *Client) Questions(ctx context.Context, asOf string) (out api.Questions, err error) {
	return out, c.get(ctx, "/api/v1/questions", asOfQuery(asOf), &out)
}

// Keys is the keyring.
func (c *Client) Keys(ctx context.Context, asOf string) (out api.Keys, err error) {
	return out, c.get(ctx, "/api/v1/keys", asOfQuery(asOf), &out)
}

// Why is what a task's light rests on.
func (c *Client) Why(ctx context.Context, id, asOf string) (out api.Why, err error) {
	return out, c.get(ctx, "/api/v1/tasks/"+url.PathEscape(id)+"/why", asOfQuery(asOf), &out)
}

// Task is one task.
func (c *Client) Task(ctx context.Context, id, asOf string, about ...string) (out api.Task, err error) {
	return out, c.get(ctx, "/api/v1/tasks/"+url.PathEscape(id), moment(asOf, about), &out)
}

// History is a task's statements.
func (c *Client) History(ctx context.Context, task, asOf string) (out api.Statements, err error) {
	return out, c.get(ctx, "/api/v1/tasks/"+url.PathEscape(task)+"/statements", asOfQuery(asOf), &out)
}

// Feed is a page of the ledger; wait is in seconds.
func (c *Client) Feed(ctx context.Context, after uint64, limit, wait int) (out api.Feed, err error) {
	q := url.Values{"after": {strconv.FormatUint(after, 10)}, "limit": {strconv.Itoa(limit)}, "wait": {strconv.Itoa(wait)}}
	return out, c.get(ctx, "/api/v1/statements", q, &out)
}

// Projections rebuilds every read model and compares.
func (c *Client) Projections(ctx context.Context) (out api.Projections, err error) {
	return out, c.get(ctx, "/api/v1/projections", nil, &out)
}

// Health asks whether statements can be taken in.
func (c *Client) Health(ctx context.Context) (out api.Health, err error) {
	return out, c.get(ctx, "/readyz", nil, &out)
}

// Submit submits an envelope; replayed says that it was on record already.
func (c *Client) Submit(ctx context.Context, envelope []byte) (receipt ledger.SignedReceipt, replayed bool, err error) {
	r, replayed, err := c.submit(ctx, envelope, nil)
	return r.SignedReceipt, replayed, err
}

// SubmitSealed submits an envelope and waits for the sealed receipt. Where sealing
// takes too long, the receipt is a signed one, and says so.
func (c *Client) SubmitSealed(ctx context.Context, envelope []byte) (receipt proof.SealedReceipt, replayed bool, err error) {
	return c.submit(ctx, envelope, url.Values{"wait": {"sealed"}})
}

// Receipt is a statement's receipt, once it is sealed or the server waits no longer.
func (c *Client) Receipt(ctx context.Context, id ledger.Ref) (out proof.SealedReceipt, err error) {
	return out, c.get(ctx, "/api/v1/statements/"+id.String()+"/receipt", url.Values{"wait": {"sealed"}}, &out)
}

func (c *Client) submit(ctx context.Context, envelope []byte, query url.Values) (receipt proof.SealedReceipt, replayed bool, err error) {
	res, err := c.do(ctx, http.MethodPost, "/api/v1/statements", query, envelope)
	if err != nil {
		return receipt, false, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&receipt); err != nil {
		return receipt, false, outcomeUnknown(err)
	}
	return receipt, res.StatusCode == http.StatusOK, nil
}

// Trail exports a unit's trail: the bytes of the zip.
func (c *Client) Trail(ctx context.Context, unit string) ([]byte, error) {
	res, err := c.do(ctx, http.MethodGet, "/api/v1/units/"+url.PathEscape(unit)+"/trail", nil, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// outcomeUnknown says that a submission may or may not be on record.
func outcomeUnknown(err error) error {
	return &ledger.Error{Class: ledger.Unknown, Rule: "request.ended", Found: "the answer did not arrive: " + err.Error(), Want: "the same bytes again: they are recorded at most once", Err: err}
}

func asOfQuery(asOf string) url.Values {
	if asOf == "" {
		return nil
	}
	return url.Values{"as_of": {asOf}}
}

func (c *Client) get(ctx context.Context, path string, query url.Values, out any) error {
	res, err := c.do(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (c *Client) confirm(r *http.Request) {
	if c.NotClassified {
		r.Header.Set(api.Confirmed, "yes")
	}
}

// do sends a request; an answer that is no success becomes the ledger's error.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	c.confirm(req)
	res, err := c.http.Do(req)
	if err != nil {
		var dial *net.OpError
		if body != nil && !(errors.As(err, &dial) && dial.Op == "dial") {
			return nil, outcomeUnknown(err) // it may have arrived
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &ledger.Error{Class: ledger.Unavailable, Rule: "server.reach", Found: err.Error(),
			Want: "a running server: `ducha serve` or `ducha demo`, --server with its address, or --data with a data folder"}
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return nil, refusal(res.Status, data)
}
