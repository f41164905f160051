package console_test

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/seeds"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a page signs with SM2, the ledger takes for signed, and so does openssl; the key
// is the one that both read from the same file.
func TestSM2InTheBrowser(t *testing.T) {
	w := newWorld(t)
	tab := browser.Open(t)
	w.logIn(t, tab, "units/ggb", "/")
	assert.Contains(t, tab.Text("#reader"), "市委改革办")

	pem, err := os.ReadFile(w.key("units/ggb"))
	require.NoError(t, err)
	public := seeds.Keys(seed)["units/ggb"].Public()
	message := "市重点改革突破攻坚战"
	var all []struct{ ID, Sig string }
	tab.Eval(`(async () => {
		const { open, base64 } = await import("/static/key.js");
		const key = await open(`+strconv.Quote(string(pem))+`);
		const out = [];
		for (let i = 0; i < 20; i++) out.push({ id: key.id, sig: base64(await key.sign(new TextEncoder().encode(`+strconv.Quote(message)+`))) });
		return out;
	})()`, &all)
	require.Len(t, all, 20)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pub.pem"), []byte(public.PEM()), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "message"), []byte(message), 0o600))
	for i, x := range all {
		assert.Equal(t, string(public.ID()), x.ID)
		sig, err := base64.StdEncoding.DecodeString(x.Sig)
		require.NoError(t, err)
		require.NoError(t, public.Verify([]byte(message), sig), "signature %d", i)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "sig"), sig, 0o600))
		out, err := exec.Command("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", filepath.Join(dir, "pub.pem"), "-rawin", "-digest", "sm3",
			"-pkeyopt", "distid:1234567812345678", "-in", filepath.Join(dir, "message"), "-sigfile", filepath.Join(dir, "sig")).CombinedOutput()
		require.NoError(t, err, "openssl on signature %d: %s", i, out)
	}
}
