package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"ducha/cmd/internal/api"
	"ducha/cmd/internal/tlog"
	"ducha/commands"
	"ducha/ledger"
	"ducha/ledger/archive"
)

// Log is the sealed log of a ledger, as it is served: what archive.Reader and
// archive.Sync read. Entries need a token of a role that may see all.
func (c *Client) Log(token string) *Log {
	return &Log{prefix: c.base + tlog.Prefix, token: token, http: c.http}
}

// LogAt is a log that any web server serves from its folder, by the address of that.
func LogAt(prefix, token string) *Log {
	return &Log{prefix: strings.TrimRight(prefix, "/") + "/", token: token, http: &http.Client{}}
}

// Log is a log somewhere on the network. It implements [archive.Source].
type Log struct {
	prefix string
	token  string
	http   *http.Client
}

var _ archive.Source = (*Log)(nil)

// most is more than any file of a log has: 256 entries of 64 KiB.
const most = 17 << 20

// ReadFile asks for one file; fs.ErrNotExist says that the server has none.
func (l *Log) ReadFile(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.prefix+(&url.URL{Path: path}).EscapedPath(), nil)
	if err != nil {
		return nil, err
	}
	if l.token != "" {
		req.Header.Set("Authorization", "Bearer "+l.token)
	}
	res, err := l.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &ledger.Error{Class: ledger.Unavailable, Rule: "server.reach", Found: err.Error(), Want: "a server of the log: --server with its address"}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	switch {
	case err != nil:
		return nil, &ledger.Error{Class: ledger.Unavailable, Rule: "server.reach", Found: path + ": " + err.Error(), Want: "the whole file: ask again"}
	case res.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s%s: %w", l.prefix, path, fs.ErrNotExist)
	case res.StatusCode != http.StatusOK:
		return nil, refusal(res.Status, data)
	case len(data) > most:
		return nil, &ledger.Error{Class: ledger.TooLarge, Rule: "server.answer", Found: path + " is longer than any file of a log", Want: fmt.Sprintf("at most %d bytes", most)}
	}
	return data, nil
}

// Key is the verifier key that the server shows. It is worth as much as the server:
// hold it against the charter's, or against a receipt.
func (l *Log) Key(ctx context.Context) (string, error) {
	data, err := l.ReadFile(ctx, "key")
	return string(bytes.TrimSpace(data)), err
}

// refusal is the error in an answer.
func refusal(status string, data []byte) error {
	var p api.Problem
	if json.Unmarshal(data, &p) != nil || p.Class == "" {
		return &ledger.Error{Class: ledger.Internal, Rule: "server.answer", Found: fmt.Sprintf("%s: %.300s", status, data), Want: "an answer of a ducha server"}
	}
	err := &ledger.Error{Class: p.Class, Rule: p.Rule, Found: p.Found, Want: p.Want}
	if p.Of > 0 {
		return &commands.BatchError{Index: p.Of - 1, Err: err}
	}
	return err
}
