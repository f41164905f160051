package console_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ducha/cmd/internal/browser"
	"ducha/ledger"
	"ducha/seeds"

	"github.com/chromedp/cdproto/network"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// specimen is a line of the corpus that the tests of package trail write down.
type specimen struct {
	Name     string   `json:"name"`
	OK       bool     `json:"ok"`
	Findings []string `json:"findings"`
	Notes    []string `json:"notes"`
}

// Whatever ducha-verify finds in a tampered, forged or lying trail, the browser finds:
// the same codes, in the same files, at the same lines and records. The one thing that
// it does not look at is the lights, and there it says so.
func TestTheBrowserFindsWhatTheVerifierFinds(t *testing.T) {
	tab := browser.Open(t)
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "corpus.ndjson")
	write := exec.Command("go", "test", "-count=1", "-run", "^TestTheCorpus|^TestAChangedByteInAny|^TestATampered|^TestAnOperatorCannot", "ducha/projections/trail")
	write.Env = append(os.Environ(), "DUCHA_TRAIL_CORPUS="+file)
	out, err := write.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var found []struct {
		specimen
		Unchecked []string `json:"unchecked"`
		Verdict   string   `json:"verdict"`
	}
	tab.Go(w.base + "/verify")
	tab.Until(`document.getElementById("file") !== null`)
	tab.Eval(`document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "corpus" }))`, nil)
	tab.Choose("#corpus", file)
	tab.Eval(`(async () => {
		const at = "/static/verify/";
		const [{ verifyTrail }, { parseReceipt }, { policyOf }, { authorities }, { verdictOf }] = await Promise.all(["trail", "receipt", "note", "x509", "checks"].map((m) => import(at + m + ".js")));
		const memo = new Map();
		const out = [];
		for (const line of (await document.getElementById("corpus").files[0].text()).split("\n")) {
			if (line === "") continue;
			const s = JSON.parse(line);
			const data = Uint8Array.from(atob(s.zip), (c) => c.charCodeAt(0));
			const r = await verifyTrail(data, { root: s.root, ledgerKey: s.ledger_key, memo, policy: s.policy && policyOf(s.policy), authorities: s.authorities && authorities(s.authorities), receipts: s.receipts?.map(parseReceipt) });
			out.push({ name: s.name, ok: r.ok, unchecked: r.unchecked, verdict: verdictOf(r).state,
				findings: r.findings.map((f) => f.code + " " + f.file + ":" + f.line + " #" + f.sequence), notes: r.notes.map((f) => (f.code + " " + f.file).trim()) });
		}
		return out;
	})()`, &found)

	corpus, err := os.Open(file)
	require.NoError(t, err)
	defer corpus.Close()
	lines := bufio.NewReader(corpus)
	codes := map[string]bool{}
	for _, got := range found {
		line, err := lines.ReadBytes('\n')
		require.NoError(t, err)
		var want specimen
		require.NoError(t, json.Unmarshal(line, &want))
		require.Equal(t, want.Name, got.Name)
		want.Findings = slices.DeleteFunc(want.Findings, func(f string) bool { return strings.HasPrefix(f, "status.differ ") })
		assert.ElementsMatch(t, want.Findings, got.Findings, want.Name)
		assert.ElementsMatch(t, want.Notes, got.Notes, want.Name)
		assert.Equal(t, len(want.Findings) == 0, got.OK, want.Name)
		assert.Equal(t, got.OK, got.Verdict == "good" || got.Verdict == "self", want.Name)
		assert.Contains(t, got.Unchecked, "status", "never a silent pass")
		for _, f := range got.Findings {
			code, _, _ := strings.Cut(f, " ")
			codes[code] = true
		}
	}
	assert.Greater(t, len(found), 200)
	assert.Greater(t, len(codes), 50, "%v", slices.Sorted(maps.Keys(codes)))
	_, err = lines.ReadByte()
	assert.Error(t, err, "all of them")
}

// download asks a server for a file, and keeps it under a name.
func (w *world) download(t *testing.T, c *http.Client, path, name string) string {
	t.Helper()
	status, body, _ := w.get(t, c, path)
	require.Equal(t, http.StatusOK, status, "%.200s", body)
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(body), 0o644))
	return file
}

// changed is a copy of a file with some bytes put in the place of as many others.
func changed(t *testing.T, file, name, from, to string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Len(t, to, len(from))
	forged := bytes.Replace(data, []byte(from), []byte(to), 1)
	require.NotEqual(t, data, forged, from)
	file = filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, forged, 0o644))
	return file
}

const checked = `document.querySelector("#results .verdict") !== null && !document.getElementById("verifier").hasAttribute("aria-busy")`

// choose gives the page files, and waits for what it makes of them.
func choose(tab *browser.Tab, files ...string) (verdict string) {
	tab.Eval(`document.getElementById("results").replaceChildren()`, nil)
	tab.Choose("#file", files...)
	tab.Until(checked)
	return tab.Text("#results .verdict")
}

// An auditor exports a trail, sees it verify, and catches one that somebody changed.
func TestAnAuditorVerifiesInTheBrowser(t *testing.T) {
	w := newWorld(t)
	auditor := w.reader(t, "auditors/shenji")
	file := w.download(t, auditor, "/api/v1/units/fgw/trail", "fgw-trail.zip")
	tab := browser.Open(t)
	tab.Go(w.base + "/verify")
	tab.Until(`document.getElementById("file") !== null`)

	verdict := choose(tab, file)
	assert.Contains(t, verdict, "自洽,根公钥未比对")
	assert.Contains(t, verdict, "状态未在浏览器中重算,请用 ducha-verify")
	shown := tab.Text("#results")
	assert.Contains(t, shown, "市发改委")
	assert.Contains(t, shown, string(seeds.Keys(seed)["root"].Public().ID()))
	assert.NotContains(t, shown, "不通过")
	tab.Shoot("verify-good")

	tab.Click("#trust summary")
	tab.Fill("#root", string(seeds.Keys(seed)["root"].Public().ID()))
	tab.Click("#again")
	tab.Until(checked + ` && document.querySelector(".verdict.good") !== null`)
	assert.Contains(t, tab.Text("#results .verdict"), "核验通过,根公钥与所给一致")
	assert.Contains(t, tab.Text("#results"), "状态未在浏览器中重算", "not even then")
	tab.Fill("#root", "5f0c")
	tab.Click("#again")
	assert.Contains(t, tab.Text("#root-fault"), "64 位十六进制")
	tab.Fill("#root", string(seeds.Keys(seed)["ledger"].Public().ID()))
	tab.Click("#again")
	tab.Until(checked + ` && document.querySelector(".verdict.bad") !== null`)
	assert.Contains(t, tab.Text("#results"), "根公钥不是所给定的那一把")
	tab.Fill("#root", "")

	forged := changed(t, file, "forged.zip", `","sequence":`, `","sequenze":`)
	assert.Contains(t, choose(tab, forged), "核验不通过")
	assert.Contains(t, tab.Text("#results"), "压缩容器被改动")
	assert.Contains(t, tab.Text("#results"), "records.ndjson:1")
	var passed []string
	tab.Eval(`[...document.querySelectorAll("#results .is-good th")].map((c) => c.textContent)`, &passed)
	assert.Equal(t, []string{"章程与根公钥"}, passed, "what a record that cannot be read says was not checked")
	tab.Shoot("verify-forged")
	assert.NotEmpty(t, tab.Print())

	hostile := changed(t, file, "<img src=x onerror=alert(1)>.zip", `  "name": "市发改委",`, `  "name": "<b>x</b>XXXX",`)
	assert.Contains(t, choose(tab, hostile), "核验不通过")
	var raw bool
	tab.Eval(`document.querySelector("#results b, #results img") !== null`, &raw)
	assert.False(t, raw, "text of files is text")
	assert.Contains(t, tab.Text("#results"), "<b>x</b>XXXX")

	junk := filepath.Join(t.TempDir(), "junk.bin")
	require.NoError(t, os.WriteFile(junk, []byte("hello\xff"), 0o644))
	assert.Contains(t, choose(tab, junk), "核验不通过")
	var states []string
	tab.Eval(`[...document.querySelectorAll("#results .check")].map((c) => c.className)`, &states)
	assert.NotContains(t, states, "check is-good", "what was not checked is not passed")

	tab.Eval(`{
		document.getElementById("results").replaceChildren();
		const dropped = new DataTransfer();
		dropped.items.add(new File(['{"campaign":"ja2023"}'], "dropped.json"));
		document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
	}`, nil)
	tab.Until(checked)
	assert.Contains(t, tab.Text("#results"), "回执有问题")
	assert.Contains(t, tab.Text("#results"), "dropped.json")

	tab.Go(w.base + "/verify?lang=en")
	tab.Until(`document.getElementById("file") !== null`)
	assert.Contains(t, choose(tab, file), "Self-consistent, root not compared")
}

// A unit's receipt, signed and sealed, alone, with the trail, and changed.
func TestReceiptsAreVerifiedInTheBrowser(t *testing.T) {
	w := newWorld(t)
	auditor := w.reader(t, "auditors/shenji")
	trail := w.download(t, auditor, "/api/v1/units/fgw/trail", "fgw-trail.zip")
	sealed := w.download(t, auditor, "/api/v1/statements/"+firstID(t, trail)+"/receipt", "receipt.json")
	data, err := os.ReadFile(sealed)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(data, &fields))
	require.Equal(t, true, fields["sealed"])

	tab := browser.Open(t)
	tab.Go(w.base + "/verify")
	tab.Until(`document.getElementById("file") !== null`)
	verdict := choose(tab, sealed)
	assert.Contains(t, verdict, "回执属实且已封存")
	assert.Contains(t, verdict, "本服务器公布的台账公钥", "whose word it is")
	tab.Click("#trust summary")
	tab.Fill("#key", string(seeds.Keys(seed)["ledger"].Public().PEM()))
	tab.Click("#again")
	tab.Until(checked + ` && document.querySelector(".verdict.good") !== null`)
	assert.Contains(t, tab.Text("#results .verdict"), "所给的台账公钥")
	tab.Fill("#key", string(seeds.Keys(seed)["root"].Public().PEM()))
	tab.Click("#again")
	tab.Until(checked + ` && document.querySelector(".verdict.bad") !== null`)
	assert.Contains(t, tab.Text("#results"), "回执须由台账密钥签署")
	tab.Fill("#key", "")

	write := func(name string, edit func(map[string]any)) string {
		copied := maps.Clone(fields)
		edit(copied)
		data, err := json.Marshal(copied)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(file, data, 0o644))
		return file
	}
	signed := write("signed.json", func(m map[string]any) { m["sealed"] = false; delete(m, "proof"); delete(m, "statement") })
	assert.Contains(t, choose(tab, signed), "回执属实:台账已签名确认记录该陈述")
	for rule, file := range map[string]string{
		"receipt.fields":    write("a.json", func(m map[string]any) { m["sequence"] = 7 }),
		"receipt.form":      write("b.json", func(m map[string]any) { m["mood"] = "good" }),
		"receipt.statement": write("c.json", func(m map[string]any) { m["statement"] = m["statement"].(string) + " " }),
		"inclusion.proof":   write("d.json", func(m map[string]any) { m["proof"] = flipHash(t, m["proof"].(string)) }),
		"checkpoint.seal":   write("e.json", func(m map[string]any) { m["proof"] = strings.Replace(m["proof"].(string), "\nducha/", "\nducho/", 1) }),
	} {
		assert.Contains(t, choose(tab, file), "回执有问题", rule)
		assert.Contains(t, tab.Text("#results"), rule)
	}
	choose(tab, trail, sealed)
	var count int
	tab.Eval(`document.querySelectorAll("#results .verdict.bad").length`, &count)
	assert.Zero(t, count)
	assert.Contains(t, tab.Text("#results"), "同时放入的台账包中的台账公钥")
}

// firstID is the id of the first statement on a trail.
func firstID(t *testing.T, file string) string {
	z, err := zip.OpenReader(file)
	require.NoError(t, err)
	defer z.Close()
	records, err := z.Open("records.ndjson")
	require.NoError(t, err)
	line, err := bufio.NewReader(records).ReadBytes('\n')
	require.NoError(t, err)
	r, err := ledger.ParseRecord(bytes.TrimSpace(line))
	require.NoError(t, err)
	e, err := r.Read()
	require.NoError(t, err)
	return e.ID.String()
}

// flipHash changes the first hash of an inclusion proof.
func flipHash(t *testing.T, proof string) string {
	lines := strings.Split(proof, "\n")
	for i, line := range lines {
		if h, err := base64.StdEncoding.DecodeString(line); err == nil && len(h) == 32 {
			h[0] ^= 1
			lines[i] = base64.StdEncoding.EncodeToString(h)
			return strings.Join(lines, "\n")
		}
	}
	t.Fatal("no hash")
	return ""
}

// The page saved to disk needs no server and no network: it holds all that it needs.
func TestTheSavedPageVerifies(t *testing.T) {
	w := newWorld(t)
	auditor := w.reader(t, "auditors/shenji")
	trail := w.download(t, auditor, "/api/v1/units/fgw/trail", "fgw-trail.zip")
	forged := changed(t, trail, "forged.zip", `"task_version":`, `"task_versiom":`)
	page := w.download(t, w.reader(t, ""), "/verify/offline.html", "ducha-verify.html")
	source, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.NotRegexp(t, `(src|href)="`, string(source), "it asks for nothing")

	tab := browser.Open(t)
	tab.Do(network.Enable(), network.EmulateNetworkConditions(true, 0, 0, 0))
	tab.Go("file://" + page)
	tab.Until(`document.getElementById("file") !== null`)
	assert.Contains(t, choose(tab, trail), "自洽,根公钥未比对")
	tab.Shoot("verify-saved")
	assert.Contains(t, choose(tab, forged), "核验不通过")
	assert.Contains(t, tab.Text("#results"), "records.ndjson")
	tab.Click("#language")
	assert.Contains(t, tab.Text("#results .verdict"), "Does not verify")
	var asked int
	tab.Eval(`performance.getEntriesByType("resource").length`, &asked)
	assert.Zero(t, asked)
}

// The small parts against what others published or made: the appendix of GB/T 32918.5,
// GB/T 32905, FIPS 180-4, RFC 8032, openssl.
func TestTheVerifiersPartsByVectors(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		require.NotEqual(t, "true", os.Getenv("CI"), "openssl is missing")
		t.Skip("openssl is missing")
	}
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(at("message"), []byte("市重点改革突破攻坚战"), 0o644))
	var made []string // a PEM and a signature each
	for _, algorithm := range []string{"SM2", "ed25519"} {
		more := []string{}
		if algorithm == "SM2" {
			more = []string{"-digest", "sm3", "-pkeyopt", "distid:1234567812345678"}
		}
		for i := range 4 {
			key := at(fmt.Sprint(algorithm, i))
			for _, args := range [][]string{
				{"genpkey", "-algorithm", algorithm, "-out", key}, {"pkey", "-in", key, "-pubout", "-out", key + ".pub"},
				append([]string{"pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", at("message"), "-out", key + ".sig"}, more...),
			} {
				out, err := exec.Command("openssl", args...).CombinedOutput()
				require.NoError(t, err, "openssl %v: %s", args, out)
			}
			pem, err1 := os.ReadFile(key + ".pub")
			sig, err2 := os.ReadFile(key + ".sig")
			require.NoError(t, err1)
			require.NoError(t, err2)
			made = append(made, string(pem), base64.StdEncoding.EncodeToString(sig))
		}
	}
	list, err := json.Marshal(made)
	require.NoError(t, err)

	w := newWorld(t)
	tab := browser.Open(t)
	tab.Go(w.base + "/verify")
	var wrong []string
	tab.Eval(`(async () => {
		const [b, { sha256 }, { sm3 }, sm2, json, keys, tree] = await Promise.all(["bytes", "sha256", "sm3", "sm2", "json", "keys", "tree"].map((m) => import("/static/verify/" + m + ".js")));
		const wrong = [];
		const is = (what, got, want) => { if (got !== want) wrong.push(what + ": " + got); };
		const fails = (what, f) => { try { f(); wrong.push(what + ": taken"); } catch (e) { if (!(e instanceof b.Fault)) wrong.push(what + ": " + e); } };
		is("SHA-256 of abc", b.hex(sha256(b.bytesOf("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
		is("SHA-256 of nothing", b.hex(sha256()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
		for (let n = 0; n < 300; n++) {
			const data = crypto.getRandomValues(new Uint8Array(n));
			is("SHA-256 of " + n, b.hex(sha256(data.subarray(0, n / 3), data.subarray(n / 3))), b.hex(new Uint8Array(await crypto.subtle.digest("SHA-256", data))));
		}
		is("SM3 of abc", b.hex(sm3(b.bytesOf("abc"))), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
		is("SM3 of 64 bytes", b.hex(sm3(b.bytesOf("abcd".repeat(16)))), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
		const key = new sm2.Key(b.unhex("0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"));
		const [r, s] = [0xf5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3n, 0xb1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aan];
		is("Z", b.hex(key.za), "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3");
		is("GB/T 32918.5", key.verifyPair(b.bytesOf("message digest"), r, s), true);
		is("another message", key.verifyPair(b.bytesOf("message digesT"), r, s), false);
		for (const [x, y] of [[0n, s], [r, 0n], [r + 1n, s], [r, s + 1n], [sm2.order, s], [r, sm2.order - r]]) is("another pair", key.verifyPair(b.bytesOf("message digest"), x, y), false);
		try { new sm2.Key(b.unhex("04" + "01".repeat(64))); wrong.push("a point off the curve"); } catch {}

		const made = `+string(list)+`;
		const message = b.bytesOf("市重点改革突破攻坚战");
		for (let i = 0; i < made.length; i += 2) {
			const key = keys.publicKey(made[i]);
			const sig = b.unbase64(made[i + 1]);
			is("openssl " + key.algorithm, await key.verify(message, sig), true);
			is("its PEM", key.pem, made[i]);
			for (let k = 0; k < sig.length; k += 5) is("a byte of it", await key.verify(message, sig.map((x, j) => (j === k ? x ^ 1 : x))), false);
			is("one byte more", await key.verify(message, b.concat(sig, Uint8Array.of(0))), false);
		}
		const small = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n";
		fails("a key of small order", () => keys.publicKey(small));
		fails("two keys", () => keys.publicKey(made[0] + made[2]));

		for (const text of ['{"a":1,"a":2}', '{"a":1}x', '["\\ud800"]', "[01]", "[1.]", "{a:1}", '["\\x"]', "[1,]", '{"a":1,}', "", "nul", '"\u0001"', "[".repeat(5000), "\ufeff{}"]) fails("JSON " + text.slice(0, 20), () => json.parse(text));
		fails("bad UTF-8", () => b.textOf(Uint8Array.of(0xc0, 0x80)));
		is("JSON", JSON.stringify([...json.parse('{"__proto__":[true,null,"\\u4e2d"], "n":-1.5e3}').keys()]), '["__proto__","n"]');
		for (const text of ["YQ", "YR==", "Y Q=", "YQ==\n", "YQ=A"]) is("base64 " + text, b.unbase64(text), null);

		const leaves = Array.from({ length: 13 }, (_, i) => tree.leafHash(Uint8Array.of(i)));
		const rootOf = (list) => { if (list.length === 1) return list[0]; let k = 1; while (k * 2 < list.length) k *= 2; return tree.nodeHash(rootOf(list.slice(0, k)), rootOf(list.slice(k))); };
		is("a tree of all its leaves", b.hex(tree.sharedRoot(13, leaves.map((_, i) => i), leaves, [])), b.hex(rootOf(leaves)));
		fails("a hash too many", () => tree.sharedRoot(13, leaves.map((_, i) => i), leaves, [leaves[0]]));
		return wrong;
	})()`, &wrong)
	assert.Empty(t, wrong)
}
