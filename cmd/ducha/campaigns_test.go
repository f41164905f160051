package main

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/api"
	"ducha/ledger"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// office is the office of a campaign at its desk: a ledger, a server, a key.
type office struct {
	*server
	t         *testing.T
	data, key string
	party     string
}

func newOffice(t *testing.T, dir, party string, init ...string) *office {
	t.Helper()
	o := &office{t: t, data: filepath.Join(dir, "data"), party: party}
	run(t, "", 0, append([]string{"init", "--data", o.data}, init...)...)
	o.server, o.key = serve(t, o.data), filepath.Join(o.data, "keys", strings.ReplaceAll(party, "/", "-")+".pem")
	return o
}

func (o *office) file(path, text string) {
	o.t.Helper()
	require.NoError(o.t, os.WriteFile(path, []byte(text), 0o644))
}

// envelope is a question of the office, signed.
func (o *office) envelope(question string) string {
	o.t.Helper()
	statement, _ := run(o.t, "", 0, "statement", "new", "question.raised", "--as", o.party, "--server", o.base, "question="+question, "text=以何为准?")
	envelope, _ := run(o.t, statement, 0, "statement", "sign", "--key", o.key)
	return envelope
}

// Two campaigns on one machine: two data folders, two servers. Nothing of one is
// taken for the other's.
func TestCampaignsSideBySide(t *testing.T) {
	dir := t.TempDir()
	plan := filepath.Join(dir, "plan.yaml")
	require.NoError(t, os.WriteFile(plan, []byte(first(run(t, "", 0, "plan", "example"))), 0o644))
	ja := newOffice(t, filepath.Join(dir, "ja"), "units/ggb")
	shili := newOffice(t, filepath.Join(dir, "shili"), "units/gaige", "--plan", plan)

	// Each says which it is.
	for o, words := range map[*office]string{ja: "ja2023 市重点改革突破攻坚战", shili: "shili2026 示例市营商环境提升攻坚战"} {
		assert.Contains(t, first(run(t, "", 0, "status", "--server", o.base)), words)
		assert.Contains(t, first(run(t, "", 0, "questions", "--server", o.base)), words)
	}
	var list []struct {
		api.Campaign
		Server, Error string
	}
	decode(t, first(run(t, "", 0, "campaigns", ja.base, shili.base, "--json")), &list)
	require.Len(t, list, 2)
	assert.Equal(t, []any{ledger.LocalID("ja2023"), 12, 13, 12}, []any{list[0].Campaign.Campaign, list[0].Tasks, list[0].Members, list[0].Open})
	assert.Equal(t, []any{ledger.LocalID("shili2026"), 2, 4, 1}, []any{list[1].Campaign.Campaign, list[1].Tasks, list[1].Members, list[1].Open})
	assert.NotEqual(t, list[0].Origin, list[1].Origin)
	for i, o := range []*office{ja, shili} {
		_, checkpoint := fetch(t, o.base+"/tlog/checkpoint")
		assert.True(t, strings.HasPrefix(string(checkpoint), list[i].Origin+"\n"), "what witnesses cosign names the campaign")
	}
	assert.True(t, strings.HasPrefix(list[1].Origin, "ducha/shili2026/"), list[1].Origin)
	out := ducha(t, exitFindings, "campaigns", ja.base, "http://127.0.0.1:1", shili.base)
	assert.Contains(t, out, "shili2026", "one that does not answer hides no other")
	assert.Contains(t, out, "http://127.0.0.1:1")

	// A statement of one is refused by the other, and says why; its own ledger takes it.
	envelope := ja.envelope("N1")
	_, errs := run(t, envelope, 13, "statement", "submit", "--server", shili.base)
	assert.Contains(t, errs, "[statement.campaign")
	assert.Contains(t, errs, "属于攻坚战 ja2023 的记录,却提交到 shili2026 的台账")
	receipt := filepath.Join(dir, "n1.receipt.json")
	out, _ = run(t, envelope, 0, "statement", "submit", "--server", ja.base, "--wait-sealed", "-o", receipt)
	assert.Contains(t, out, "攻坚战    ja2023")

	// A receipt of one proves nothing about the other.
	keys := map[*office]string{}
	for o, name := range map[*office]string{ja: "ja", shili: "shili"} {
		keys[o] = filepath.Join(dir, name+".ledger.pem")
		public, _ := run(t, "", 0, "key", "show", filepath.Join(o.data, "keys", "ledger.pem"))
		require.NoError(t, os.WriteFile(keys[o], []byte(public[strings.Index(public, "-----BEGIN"):]), 0o644))
	}
	assert.Contains(t, ducha(t, 0, "receipt", "verify", receipt, "--key", keys[ja]), "ja2023")
	ducha(t, exitFindings, "receipt", "verify", receipt, "--key", keys[shili])

	// Nor does a trail.
	trails := map[*office]string{ja: filepath.Join(dir, "ja.zip"), shili: filepath.Join(dir, "shili.zip")}
	run(t, "", 0, "export", "ggb", "-o", trails[ja], "--server", ja.base)
	run(t, "", 0, "export", "gaige", "-o", trails[shili], "--server", shili.base)
	assert.Contains(t, ducha(t, 0, "verify", trails[ja], "--root", string(list[0].Root)), "ja2023")
	assert.Contains(t, ducha(t, exitFindings, "verify", trails[ja], "--root", string(list[1].Root)), "[root.other]")
	out = ducha(t, exitFindings, "verify", trails[shili], "--root", string(list[1].Root), "--receipt", receipt)
	assert.Contains(t, out, "[receipt.bad]")
	assert.Contains(t, out, "a receipt of campaign ja2023")

	// A server on the data folder of another is the other campaign; a folder holds one.
	ducha(t, 13, "init", "--data", ja.data, "--plan", plan)
	require.Eventually(t, func() bool {
		var h api.Health
		_, body := fetch(t, ja.base+"/readyz")
		decode(t, string(body), &h)
		return h.Campaign == "ja2023"
	}, 5*time.Second, 10*time.Millisecond)
	status, body := fetch(t, ja.base+"/api/v1/statements?limit=1")
	require.Equal(t, 200, status)
	assert.Contains(t, string(body), `"campaign":"ja2023"`)

	// The file that one exports names its campaign inside; the name of a download does too.
	z, err := zip.OpenReader(trails[shili])
	require.NoError(t, err)
	defer z.Close()
	f, err := z.Open("manifest.json")
	require.NoError(t, err)
	manifest, err := io.ReadAll(f)
	require.NoError(t, err)
	assert.Contains(t, string(manifest), `"campaign": "shili2026"`)
}
