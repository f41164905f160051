package api

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/node"
	"ducha/cmd/internal/tokens"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sealed is a world whose records are all published, and the size of its log.
func sealed(t *testing.T, o Options) (*world, uint64) {
	t.Helper()
	w := newWorld(t, o)
	last, err := w.node.Stream.Last(t.Context())
	require.NoError(t, err)
	require.NoError(t, w.node.Seal(t.Context(), last))
	return w, last
}

// rule is the rule that an answer names.
func rule(t *testing.T, body []byte) string {
	t.Helper()
	var p Problem
	require.NoError(t, json.Unmarshal(body, &p), "%s", body)
	return p.Rule
}

func TestTheLogIsServed(t *testing.T) {
	w, size := sealed(t, Options{})
	res, key := call(t, "GET", w.base+"/tlog/key", nil)
	require.Equal(t, 200, res.StatusCode)
	log, err := proof.NewLogVerifier(strings.TrimSpace(string(key)))
	require.NoError(t, err)

	res, signed := call(t, "GET", w.base+"/tlog/checkpoint", nil)
	require.Equal(t, 200, res.StatusCode)
	assert.Equal(t, "text/plain; charset=utf-8", res.Header.Get("Content-Type"))
	assert.Equal(t, "no-cache", res.Header.Get("Cache-Control"))
	c, err := proof.OpenCheckpoint(signed, log)
	require.NoError(t, err)
	assert.Equal(t, size, c.Size)

	edge := archive.Tile{Index: size / 256, Width: int(size % 256)}.Path()
	res, tile := call(t, "GET", w.base+"/tlog/"+edge, nil)
	require.Equal(t, 200, res.StatusCode, "%s", tile)
	assert.Len(t, tile, int(size%256)*32)
	assert.Equal(t, "application/octet-stream", res.Header.Get("Content-Type"))
	assert.Equal(t, "public, max-age=31536000, immutable", res.Header.Get("Cache-Control"))
	assert.Empty(t, res.Header.Get("Content-Encoding"), "hashes do not compress")

	for _, path := range []string{"checkpoint", "key", edge} {
		url := w.base + "/tlog/" + path
		res, body := call(t, "GET", url, nil)
		etag := res.Header.Get("ETag")
		require.NotEmpty(t, etag)
		head, none := call(t, "HEAD", url, nil)
		assert.Equal(t, 200, head.StatusCode)
		assert.Empty(t, none)
		assert.Equal(t, int64(len(body)), head.ContentLength)
		assert.Equal(t, etag, head.Header.Get("ETag"))
		same, none := call(t, "GET", url, nil, "If-None-Match", etag)
		assert.Equal(t, 304, same.StatusCode)
		assert.Empty(t, none)
		other, _ := call(t, "GET", url, nil, "If-None-Match", `"other"`)
		assert.Equal(t, 200, other.StatusCode)
		post, _ := call(t, "POST", url, []byte("x"))
		assert.NotEqual(t, 200, post.StatusCode)
	}
}

func TestEntriesAreForThoseWhoSeeAll(t *testing.T) {
	w, size := sealed(t, Options{})
	url := w.base + "/tlog/" + archive.Tile{Level: archive.Entries, Index: 0, Width: int(size)}.Path()
	file := tokens.In(w.dir)
	token := func(role ledger.Role, days int) (string, string) {
		secret, made, err := file.New(rand.Reader, role, "某", time.Now().AddDate(0, 0, -2), time.Now().AddDate(0, 0, days))
		require.NoError(t, err)
		return secret, made.ID
	}
	auditor, id := token(ledger.RoleAuditor, 1)
	deputy, _ := token(ledger.RoleAuthority, 1)
	over, _ := token(ledger.RoleAuditor, -1)
	for _, c := range []struct {
		name, header     string
		status           int
		rule, challenges string
	}{
		{"nothing", "", 401, "token.shown", `Bearer realm="ducha"`},
		{"another scheme", "Basic " + auditor, 401, "token.shown", `Bearer realm="ducha"`},
		{"an empty token", "Bearer ", 401, "token.shown", `Bearer realm="ducha"`},
		{"an unknown token", "Bearer ducha_x", 401, "token.known", `Bearer realm="ducha", error="invalid_token"`},
		{"one that is over", "Bearer " + over, 401, "token.known", `Bearer realm="ducha", error="invalid_token"`},
		{"a role that does not see all", "Bearer " + deputy, 403, "token.role", `Bearer realm="ducha", error="insufficient_scope"`},
	} {
		res, body := call(t, "GET", url, nil, "Authorization", c.header)
		assert.Equal(t, c.status, res.StatusCode, c.name)
		assert.Equal(t, c.challenges, res.Header.Get("WWW-Authenticate"), c.name)
		assert.Equal(t, "no-store", res.Header.Get("Cache-Control"), c.name)
		assert.Equal(t, c.rule, rule(t, body), c.name)
		assert.NotContains(t, string(body), "ducha_", "a token is never said again")
	}
	for _, role := range []ledger.Role{ledger.RoleOffice, ledger.RoleCommander, ledger.RoleInspector} {
		secret, _ := token(role, 1)
		res, _ := call(t, "GET", url, nil, "Authorization", "bearer "+secret)
		assert.Equal(t, 200, res.StatusCode, role)
	}
	res, plain := call(t, "GET", url, nil, "Authorization", "Bearer "+auditor)
	require.Equal(t, 200, res.StatusCode)
	assert.Equal(t, "private, max-age=31536000, immutable", res.Header.Get("Cache-Control"), "no cache between gives it to others")
	assert.ElementsMatch(t, []string{"Authorization", "Accept-Encoding"}, res.Header.Values("Vary"))
	assert.Contains(t, string(plain), `"subject":"ledger.ja2023.`)

	res, packed := call(t, "GET", url, nil, "Authorization", "Bearer "+auditor, "Accept-Encoding", "br, gzip;q=0.5")
	require.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
	assert.Less(t, len(packed), len(plain))
	z, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	unpacked, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, plain, unpacked)
	res, _ = call(t, "GET", url, nil, "Authorization", "Bearer "+auditor, "Accept-Encoding", "gzip;q=0, identity")
	assert.Empty(t, res.Header.Get("Content-Encoding"))

	// Revoked while the server runs.
	_, err = tokens.In(w.dir).Revoke(id, time.Now())
	require.NoError(t, err)
	res, _ = call(t, "GET", url, nil, "Authorization", "Bearer "+auditor)
	assert.Equal(t, 401, res.StatusCode)
	// A file that cannot be trusted lets nobody in, and says so.
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "tokens.json"), []byte("{"), 0o600))
	res, body := call(t, "GET", url, nil, "Authorization", "Bearer "+auditor)
	assert.Equal(t, 503, res.StatusCode)
	assert.Equal(t, "token.file", rule(t, body))
}

func TestAnOpenLogAsksForNoToken(t *testing.T) {
	w, size := sealed(t, Options{OpenLog: true})
	res, _ := call(t, "GET", w.base+"/tlog/"+archive.Tile{Level: archive.Entries, Width: int(size)}.Path(), nil)
	assert.Equal(t, 200, res.StatusCode)
	assert.Equal(t, "public, max-age=31536000, immutable", res.Header.Get("Cache-Control"))
	_, api := call(t, "GET", w.base+"/openapi.json", nil)
	assert.NotContains(t, string(api), `"scheme":"bearer"`)
}

// Whatever is asked for, only files of the log come back, in the one way to write
// their paths.
func TestNoPathLeadsOutOfTheLog(t *testing.T) {
	w, size := sealed(t, Options{OpenLog: true})
	for _, path := range []string{
		"", "checkpoint/", "Checkpoint", "key/", "tile", "tile/", "tile/0", "tile/0/", "tile/0/000/", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/8/000", "tile/-1/000", "tile/+0/000",
		"tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000", "tile/0/001", "tile/entries/000", "tile/1/000.p/1",
		"tile/0/x000/000", "tile/0/x001/x234/067", "tile/0/9007199254740993", "tile/0/000.p/" + "255",
		"../ducha.json", "..%2fducha.json", "%2e%2e/mark.json", "tile/../checkpoint", "tile/0/..%2f..%2f..%2fkeys%2fledger.pem", "..\\ducha.json", "tile%2f0%2f000", "tile//0/000", "./checkpoint",
		"tile/0/000.p/1%00", "tile/0/%30%30%30", "tile/٠/000", "../keys/ledger.pem", "../archive.state/staged", "....//ducha.json", "tile/entries/000.p/1/../../../../../ducha.json",
	} {
		req, err := http.NewRequest("GET", w.base, nil)
		require.NoError(t, err)
		req.URL.Opaque = strings.TrimPrefix(w.base, "http:") + "/tlog/" + strings.ReplaceAll(path, "\\", "%5c") // as it is, not cleaned
		res, err := http.DefaultTransport.RoundTrip(req)
		require.NoError(t, err, path)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		res.Body.Close()
		assert.Contains(t, []int{400, 404, 301, 307, 308}, res.StatusCode, "%s: %.100s", path, body)
		if res.StatusCode == 404 {
			assert.NotEmpty(t, rule(t, body), path)
		}
	}
	require.Less(t, size, uint64(255))
}

// A file that is not whole is not given out: a reader would blame itself.
func TestABrokenFileIsNotServed(t *testing.T) {
	w, size := sealed(t, Options{OpenLog: true})
	dir := node.ArchiveDir(w.dir)
	tile, bundle := archive.Tile{Width: int(size)}.Path(), archive.Tile{Level: archive.Entries, Width: int(size)}.Path()
	for _, path := range []string{tile, bundle} {
		good, err := os.ReadFile(filepath.Join(dir, path))
		require.NoError(t, err)
		for name, bad := range map[string][]byte{"cut": good[:len(good)-1], "longer": append(good[:len(good):len(good)], 0), "empty": nil} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, path), bad, 0o644))
			res, body := call(t, "GET", w.base+"/tlog/"+path, nil)
			assert.Equal(t, 503, res.StatusCode, "%s %s", path, name)
			assert.Equal(t, "log.broken", rule(t, body))
			assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
			assert.Empty(t, res.Header.Get("ETag"))
		}
		require.NoError(t, os.Remove(filepath.Join(dir, path)))
		res, body := call(t, "GET", w.base+"/tlog/"+path, nil)
		assert.Equal(t, 503, res.StatusCode, "the checkpoint covers it: %s", body)
		require.NoError(t, os.WriteFile(filepath.Join(dir, path), good, 0o644))
	}
}

// The description says what is there, and stays an OpenAPI 3.1 document.
func TestTheDescriptionHasTheLogAndTheReceipts(t *testing.T) {
	w := newWorld(t, Options{})
	_, body := call(t, "GET", w.base+"/openapi.json", nil)
	var d struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Security   []map[string][]string
			Parameters []struct{ Name string }
			Responses  map[string]any
		}
		Components struct{ SecuritySchemes map[string]any }
	}
	require.NoError(t, json.Unmarshal(body, &d))
	for _, path := range []string{"/tlog/checkpoint", "/tlog/key", "/tlog/tile/{level}/{index}", "/tlog/tile/entries/{index}", "/api/v1/statements/{id}/receipt"} {
		assert.Contains(t, d.Paths, path)
	}
	assert.Equal(t, []map[string][]string{{"bearer": {}}}, d.Paths["/tlog/tile/entries/{index}"]["get"].Security)
	assert.Contains(t, d.Components.SecuritySchemes, "bearer")
	var wait bool
	for _, p := range d.Paths["/api/v1/statements"]["post"].Parameters {
		wait = wait || p.Name == "wait"
	}
	assert.True(t, wait)
	assert.Contains(t, string(body), `"receipt_envelope"`)
}

// curl, as a client that nobody here wrote.
func TestCurlReadsTheLog(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("curl is missing")
		}
		t.Skip("curl is missing")
	}
	w, size := sealed(t, Options{})
	secret, _, err := tokens.In(w.dir).New(rand.Reader, ledger.RoleAuditor, "审计局", time.Now(), time.Now().AddDate(0, 0, 90))
	require.NoError(t, err)
	url := w.base + "/tlog/" + archive.Tile{Level: archive.Entries, Width: int(size)}.Path()
	curl := func(args ...string) string {
		out, err := exec.Command("curl", append([]string{"-sS", "--max-time", "20"}, args...)...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	plain := curl("-H", "Authorization: Bearer "+secret, url)
	assert.Equal(t, plain, curl("--compressed", "-H", "Authorization: Bearer "+secret, url))
	assert.Contains(t, curl("-i", url), "HTTP/1.1 401 Unauthorized\r\n")
	head := curl("-I", w.base+"/tlog/checkpoint")
	etag := head[strings.Index(head, "Etag: ")+6:]
	assert.Equal(t, "304", curl("-o", os.DevNull, "-w", "%{http_code}", "-H", "If-None-Match: "+etag[:strings.Index(etag, "\r")], w.base+"/tlog/checkpoint"))
}
