package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"ducha/cmd/internal/browser"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever is cut off from the server is told so: that the page may be old, that a day of
// a replay did not come, that the session is still open; and that it is over when it is.
func TestWhoeverIsCutOffIsTold(t *testing.T) {
	w := newWorld(t)
	server, err := url.Parse(w.base)
	require.NoError(t, err)
	through := httputil.NewSingleHostReverseProxy(server)
	through.FlushInterval = -1
	var cut atomic.Bool
	line := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if cut.Load() {
			panic(http.ErrAbortHandler)
		}
		through.ServeHTTP(rw, r)
	}))
	t.Cleanup(line.Close)
	t.Cleanup(line.CloseClientConnections)
	w.base = line.URL
	tab := browser.Open(t)
	w.logIn(t, tab, "inspectors/ducha-1", "/tasks/T06?as_of=2024-08-15")
	tab.Until(`document.getElementById("replay-run")?.hidden === false && document.body.dataset.live === "yes"`)
	tab.Eval(`{ const real = window.setTimeout; window.setTimeout = (f, ms) => real(f, ms / 20); }`, nil) // the page's patience

	tab.Allow("net::ERR_")
	cut.Store(true)
	line.CloseClientConnections()
	tab.Until(`document.getElementById("lost") !== null`)
	assert.Contains(t, tab.Text("#lost"), "本页可能不是最新")
	tab.Click("#replay-prev")
	tab.Until(`!document.getElementById("replay-status").classList.contains("offscreen")`)
	assert.Equal(t, "未能取得所选日期的页面,仍显示 2024-08-15", tab.Text("#replay-status"))
	assert.Equal(t, "2024-08-15", tab.Text("#replay-day"))
	tab.Click("#logout")
	tab.Until(`document.getElementById("stays") !== null`)
	assert.Contains(t, tab.Text("#stays"), "尚未退出")
	tab.Shoot("cut-off")

	cut.Store(false)
	tab.Until(`document.getElementById("lost") === null`)
	tab.Click("#replay-prev")
	tab.Until(`location.search === "?as_of=2024-08-05" && document.getElementById("replay-status").classList.contains("offscreen")`)
	tab.Click("#logout")
	tab.Until(`location.pathname === "/login"`)
}
