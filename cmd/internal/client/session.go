package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/api"
	"ducha/ledger/seal"
)

// LogIn opens a session with a key; what is asked from then on is read as its holder.
func (c *Client) LogIn(ctx context.Context, key seal.PrivateKey) error {
	if c.http.Jar == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return fmt.Errorf("log in: %w", err)
		}
		c.http.Jar = jar
	}
	at, err := url.Parse(c.base)
	if err != nil {
		return fmt.Errorf("log in at %q: %w", c.base, err)
	}
	var challenge api.Challenge
	if err := c.get(ctx, "/api/v1/session/challenge", nil, &challenge); err != nil {
		return err
	}
	answer, err := json.Marshal(access.Answer{Login: challenge.Login, Host: at.Host, Challenge: challenge.Challenge})
	if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	e, err := seal.Seal(rand.Reader, key, access.PayloadType, answer)
	if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	res, err := c.do(ctx, http.MethodPost, "/api/v1/session", nil, e.Encode())
	if err != nil {
		return err
	}
	return res.Body.Close()
}
