package console

import (
	"net/url"
	"strings"

	"ducha/cmd/internal/access"
	"ducha/projections"
)

// loginPage opens a session: with the key that this browser holds, or one from a file,
// for the sitting.
var loginPage = page{path: "/login", scope: access.Public, name: "login", zh: "登录", en: "Log in",
	fill: func(q *request, c *projections.Campaign) (any, error) {
		return loginBody{Next: local(q.FormValue("next"))}, nil
	}}

type loginBody struct {
	Next string
}

// local is a path of this server; anything else would send people elsewhere.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}
