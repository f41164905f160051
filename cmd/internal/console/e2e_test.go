package console_test

import (
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
)

// logIn logs a party in as people do: on the login page, with the key's file.
func (w *world) logIn(t *testing.T, tab *browser.Tab, party ledger.PartyID, next string) {
	t.Helper()
	tab.Go(w.base + "/login?next=" + next)
	tab.Until(`!document.getElementById("login").hidden`)
	tab.Choose("#pem", w.key(party))
	tab.Click("#login button")
	tab.Until(`document.getElementById("reader") !== null`)
}

func TestLogInAndOut(t *testing.T) {
	w := readWorld(t)
	tab := browser.Open(t)
	w.logIn(t, tab, "units/fgw", "/")
	assert.Equal(t, "市发改委", tab.Text("#reader"))
	var cookie string
	tab.Eval(`document.cookie`, &cookie)
	assert.NotContains(t, cookie, "ducha=", "no script reads the session")
	tab.Click("#logout")
	tab.Until(`location.pathname === "/login"`)
	tab.Go(w.base + "/")
	tab.Until(`location.pathname === "/login"`)

}
