package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/cmd/internal/node"
	"ducha/cmd/internal/receipts"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	fraudZH = "此回执即为舞弊证据:台账已签名确认记录该陈述,而其日志中并无此陈述"
	fraudEN = "this receipt is proof of fraud: the ledger signed that it recorded this statement, and its log does not contain it"
)

// unit is a served ledger, and a unit's folder beside it.
type unit struct {
	*server
	data   string
	dir    string
	office seal.PrivateKey
	ledger seal.PrivateKey
	key    string // file of the ledger's public key
}

func newUnit(t *testing.T) *unit {
	t.Helper()
	u := &unit{dir: t.TempDir()}
	u.data = filepath.Join(t.TempDir(), "ledger")
	ducha(t, 0, "init", "--data", u.data)
	var err error
	u.office, err = node.ReadKey(node.KeyFile(u.data, "units/ggb"))
	require.NoError(t, err)
	u.ledger, err = node.ReadKey(node.LedgerKeyFile(u.data))
	require.NoError(t, err)
	u.key = u.file(t, "ledger.pub.pem", u.ledger.Public().PEM())
	u.server = serveByRole(t, u.data)
	return u
}

func (u *unit) file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(u.dir, name)
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return path
}

// submit submits a statement and keeps its receipt, with the flags given.
func (u *unit) submit(t *testing.T, name string, flags ...string) (receipt, statement string) {
	t.Helper()
	_, envelope := question(t, u.office, name)
	statement, receipt = u.file(t, name+".json", envelope), filepath.Join(u.dir, name+".receipt.json")
	ducha(t, 0, append([]string{"statement", "submit", statement, "-o", receipt, "--server", u.base}, flags...)...)
	return receipt, statement
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

// A unit's receipt, from the day it is given to the day it is needed.
func TestReceiptOfAUnit(t *testing.T) {
	u := newUnit(t)
	receipt, statement := u.submit(t, "Q1")

	// Signed at once: to be verified offline.
	out := ducha(t, 0, "receipt", "verify", receipt, "--statement", statement, "--key", u.key)
	assert.Contains(t, out, "回执属实")
	assert.Contains(t, out, "units/ggb")
	ducha(t, exitUsage, "receipt", "verify", receipt)
	ducha(t, exitFindings, "receipt", "verify", receipt, "--key", u.file(t, "other.pem", u.office.Public().PEM()))

	var said ledger.Receipt
	decode(t, string(read(t, receipt)), &said)
	// Held against the log, with the statement and no token. It is sealed a moment after.
	require.Eventually(t, func() bool {
		_, served := fetch(t, u.base+"/tlog/checkpoint")
		c, err := proof.ReadCheckpoint(served)
		return err == nil && c.Size == said.Sequence
	}, 10*time.Second, 10*time.Millisecond)
	out = ducha(t, 0, "receipt", "check", receipt, "--statement", statement, "--server", u.base, "--lang", "en")
	assert.Contains(t, out, "good: the log as it is served now holds the statement")
	// Without the statement a token is needed.
	_, errs := run(t, "", 21, "receipt", "check", receipt, "--server", u.base)
	assert.Contains(t, errs, "--statement")
	token := strings.TrimSpace(first(run(t, "", 0, "token", "new", "--role", "auditor", "--name", "审计局", "--data", u.data)))
	ducha(t, 0, "receipt", "check", receipt, "--server", u.base, "--token", token)

	// Upgraded: offline, with nothing but the ledger's key.
	ducha(t, 0, "receipt", "upgrade", receipt, "--statement", statement, "--server", u.base, "--login", node.KeyFile(u.data, "units/ggb"))
	var report receipts.Report
	decode(t, first(run(t, "", 0, "receipt", "verify", receipt, "--key", u.key, "--json")), &report)
	assert.Equal(t, receipts.Sealed, report.Status)
	before := read(t, receipt)
	ducha(t, 0, "receipt", "upgrade", receipt, "--server", u.base)
	assert.Equal(t, string(before), string(read(t, receipt)), "what is sealed stays as it is")

	// A verifier key and a policy name the ledger as well.
	_, vkey := fetch(t, u.base+"/tlog/key")
	ducha(t, 0, "receipt", "verify", receipt, "--key", u.file(t, "log.vkey", vkey))
	ducha(t, 0, "receipt", "verify", receipt, "--policy", u.file(t, "policy", []byte("log "+string(vkey)+"quorum none\n")))

	// In one step, for whoever waits.
	receipt, _ = u.submit(t, "Q2", "--wait-sealed")
	out = ducha(t, 0, "receipt", "verify", receipt, "--key", u.key, "--lang", "en")
	assert.Contains(t, out, "the receipt is good and sealed")

	// From the ledger's folder, where no server runs.
	u.kill()
	ducha(t, 0, "receipt", "check", receipt, "--archive", node.ArchiveDir(u.data), "--key", u.key)
	ducha(t, 0, "receipt", "check", receipt, "--data", u.data)
	assert.NoFileExists(t, receipt+".checkpoint", "evidence is for findings")
}

func first(out, _ string) string { return out }

func fetch(t *testing.T, url string) (int, []byte) {
	t.Helper()
	res, err := http.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	require.NoError(t, err)
	return res.StatusCode, b.Bytes()
}

// forge makes the log that an operator would show who takes one statement out: all
// others in their order, linked and signed anew with the ledger's own key.
func (u *unit) forge(t *testing.T, leave ledger.Ref) string {
	t.Helper()
	dir := t.TempDir()
	v, err := proof.LogVerifier(proof.Origin("ja2023", u.ledger.Public()), u.ledger.Public())
	require.NoError(t, err)
	reader := archive.NewReader(archive.Dir(node.ArchiveDir(u.data)), v)
	c, _, err := reader.Checkpoint(t.Context())
	require.NoError(t, err)
	log, err := archive.Open(archive.Options{Dir: filepath.Join(dir, "archive"), State: filepath.Join(dir, "state"), Key: u.ledger, Campaign: "ja2023"})
	require.NoError(t, err)
	var chain ledger.Chain
	for r, err := range reader.Records(t.Context(), c, 0) {
		require.NoError(t, err)
		e, err := r.Read()
		require.NoError(t, err)
		if e.ID == leave {
			continue
		}
		forged, err := chain.Extend(e.Statement, r.Envelope, r.Recorded)
		require.NoError(t, err)
		require.NoError(t, log.Add(forged))
	}
	require.NoError(t, log.Seal(t.Context()))
	require.NoError(t, log.Close())
	return filepath.Join(dir, "archive")
}

// An operator takes a statement out and signs the log anew: the receipt shows it,
// wherever the log is looked at, and the proof can be given to others.
func TestReceiptIsProofOfFraud(t *testing.T) {
	u := newUnit(t)
	receipt, statement := u.submit(t, "Q1")
	sealed, _ := u.submit(t, "Q2", "--wait-sealed")
	u.submit(t, "Q3", "--wait-sealed")
	parsed, err := proof.ParseSealedReceipt(read(t, receipt))
	require.NoError(t, err)
	forged := u.forge(t, parsed.ID)
	web := httptest.NewServer(http.FileServer(http.Dir(forged))) // any web server serves a log
	defer web.Close()

	for _, where := range []string{forged, web.URL} {
		out := ducha(t, exitFindings, "receipt", "check", receipt, "--statement", statement, "--archive", where, "--key", u.key)
		assert.Contains(t, out, fraudZH)
		out = ducha(t, exitFindings, "receipt", "check", receipt, "--statement", statement, "--archive", where, "--key", u.key, "--lang", "en")
		assert.Contains(t, out, fraudEN)
	}
	assert.Equal(t, read(t, filepath.Join(forged, "checkpoint")), read(t, receipt+".checkpoint"))
	i, err := proof.ParseInclusion(read(t, receipt+".tlog-proof"))
	require.NoError(t, err)
	log, err := parsed.Log(u.ledger.Public())
	require.NoError(t, err)
	_, err = i.VerifyHash([32]byte(i.Extra), log)
	assert.NoError(t, err, "the evidence stands alone")

	// A sealed receipt contradicts the forged log even by its checkpoint.
	out := first(run(t, "", exitFindings, "receipt", "check", sealed, "--archive", web.URL, "--key", u.key, "--json"))
	var report receipts.Report
	decode(t, out, &report)
	var rules []string
	for _, f := range report.Findings {
		rules = append(rules, f.Rule)
		assert.NotEmpty(t, f.Says)
	}
	assert.Equal(t, []string{"log.forked", "log.replaced"}, rules, "it has as many entries as there were before the last statement")
	assert.Equal(t, []string{sealed + ".checkpoint", sealed + ".tlog-proof"}, report.Evidence)
	// Evidence is never written over.
	require.NoError(t, os.WriteFile(sealed+".checkpoint", []byte("earlier evidence"), 0o644))
	ducha(t, exitFindings, "receipt", "check", sealed, "--archive", web.URL, "--key", u.key)
	assert.Equal(t, "earlier evidence", string(read(t, sealed+".checkpoint")))
	assert.FileExists(t, sealed+".checkpoint.2")

	// The log ends before the receipt. Whether a folder is a copy from before, its
	// holder knows.
	early := filepath.Join(t.TempDir(), "early")
	late, lateStatement := u.submit(t, "Q4", "--wait-sealed")
	require.NoError(t, os.CopyFS(early, os.DirFS(forged)))
	old := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(early, "checkpoint"), old, old))
	plain := u.plain(t, late)
	ducha(t, exitUndecided, "receipt", "check", plain, "--statement", lateStatement, "--archive", early, "--key", u.key)
	before := read(t, plain)
	out = ducha(t, exitUndecided, "receipt", "upgrade", plain, "--statement", lateStatement, "--archive", early, "--key", u.key)
	assert.Contains(t, out, "尚未封存")
	assert.Equal(t, before, read(t, plain))
	soon := time.Now().Add(2 * time.Minute).Format(time.RFC3339)
	out = ducha(t, exitFindings, "receipt", "check", plain, "--statement", lateStatement, "--archive", early, "--key", u.key, "--copied", soon)
	assert.Contains(t, out, fraudZH)
	// Where it is served, the promised time decides.
	out = ducha(t, exitUndecided, "receipt", "check", plain, "--statement", lateStatement, "--archive", web.URL, "--key", u.key)
	assert.Contains(t, out, "承诺的时间未过")
	out = ducha(t, exitFindings, "receipt", "check", plain, "--statement", lateStatement, "--archive", web.URL, "--key", u.key, "--grace", "0s")
	assert.Contains(t, out, fraudZH)

	// What does not verify is not written: the proof of a forged log is for another leaf.
	out = ducha(t, exitFindings, "receipt", "upgrade", u.plain(t, sealed), "--statement", strings.Replace(sealed, ".receipt", "", 1), "--archive", forged, "--key", u.key)
	assert.Contains(t, out, "inclusion.proof")
	// Two receipts of the ledger's key that contradict each other.
	lie := u.contradict(t, sealed)
	out = ducha(t, exitFindings, "receipt", "upgrade", lie, "--server", u.base, "--login", node.KeyFile(u.data, "units/ggb"), "--key", u.key)
	assert.Contains(t, out, "receipt.contradicted")
	assert.FileExists(t, lie+".served")

	// A server that shows another key than the one that signed the receipt.
	other := newUnit(t)
	out = ducha(t, exitFindings, "receipt", "check", receipt, "--statement", statement, "--server", other.base)
	assert.Contains(t, out, "receipt.key")
	out = ducha(t, exitFindings, "receipt", "check", receipt, "--statement", statement, "--server", other.base, "--key", u.key)
	assert.Contains(t, out, "checkpoint.seal", "its log is not the ledger's")
	assert.NotContains(t, out, fraudZH)
}

// plain is a sealed receipt as it was before it was sealed.
func (u *unit) plain(t *testing.T, path string) string {
	t.Helper()
	r, err := proof.ParseSealedReceipt(read(t, path))
	require.NoError(t, err)
	data, err := json.Marshal(r.SignedReceipt)
	require.NoError(t, err)
	return u.file(t, "plain-"+filepath.Base(path), data)
}

// contradict is a receipt for the same statement under another number, signed by the
// ledger's key, as it was given before the log was rewritten.
func (u *unit) contradict(t *testing.T, path string) string {
	t.Helper()
	r, err := proof.ParseSealedReceipt(read(t, path))
	require.NoError(t, err)
	other := r.Receipt
	other.Sequence--
	signed, err := other.Sign(nil, u.ledger)
	require.NoError(t, err)
	data, err := json.Marshal(signed)
	require.NoError(t, err)
	return u.file(t, "before.receipt.json", data)
}

// openssl, as a judge that nobody here wrote, of the receipt's signature.
func TestOpensslVerifiesAReceipt(t *testing.T) {
	need(t, "openssl")
	u := newUnit(t)
	path, _ := u.submit(t, "Q1", "--wait-sealed")
	r, err := proof.ParseSealedReceipt(read(t, path))
	require.NoError(t, err)
	env, err := seal.ParseEnvelope([]byte(r.Envelope))
	require.NoError(t, err)
	pae, sig := u.file(t, "pae", seal.PAE(env.PayloadType, env.Payload)), u.file(t, "sig", env.Signature.Sig)
	out, err := exec.Command("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", u.key, "-rawin", "-in", pae, "-sigfile", sig).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, os.WriteFile(pae, append(read(t, pae), ' '), 0o644))
	out, err = exec.Command("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", u.key, "-rawin", "-in", pae, "-sigfile", sig).CombinedOutput()
	require.Error(t, err, "%s", out)
}

func TestTokens(t *testing.T) {
	u := newUnit(t)
	var made struct{ Token, ID string }
	decode(t, first(run(t, "", 0, "token", "new", "--role", "auditor", "--name", "审计局", "--data", u.data, "--json")), &made)
	bundle := u.base + "/tlog/tile/entries/000.p/1"
	ask := func() int {
		req, err := http.NewRequest("GET", bundle, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+made.Token)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		res.Body.Close()
		return res.StatusCode
	}
	assert.NotContains(t, []int{401, 403}, ask(), "a server that runs knows a token at once")
	list := ducha(t, 0, "token", "list", "--data", u.data)
	assert.Contains(t, list, "审计局")
	assert.NotContains(t, list, made.Token)
	ducha(t, 0, "token", "revoke", made.ID, "--data", u.data)
	assert.Equal(t, 401, ask())
	assert.Contains(t, ducha(t, 0, "token", "list", "--data", u.data), "已撤销")
	ducha(t, 14, "token", "revoke", "00000000", "--data", u.data)
	ducha(t, exitUsage, "token", "list")
	ducha(t, 10, "token", "new", "--role", "king", "--name", "某", "--data", u.data)
	ducha(t, 14, "token", "new", "--role", "auditor", "--name", "某", "--data", t.TempDir())
}

// Garbage is an error with a name, never a panic.
func TestReceiptGarbage(t *testing.T) {
	u := &unit{dir: t.TempDir()}
	for name, data := range map[string]string{"empty": "", "html": "<html>", "null": "null", "half": `{"campaign":"ja2023","receipt_envelope":"{`, "numbers": `{"sequence":-1}`} {
		out := ducha(t, 10, "receipt", "verify", u.file(t, name, []byte(data)), "--key", u.file(t, "key", []byte("x")))
		assert.Contains(t, out, "receipt.form", name)
	}
	ducha(t, exitUsage, "receipt", "verify", filepath.Join(u.dir, "nothing"))
}

// A receipt under a witness's eye: without the witness nothing is published, and
// the receipt says so; with it, whoever knows the witness needs to trust nobody else.
func TestReceiptUnderAWitness(t *testing.T) {
	data, eye := filepath.Join(t.TempDir(), "ledger"), filepath.Join(t.TempDir(), "witness")
	ducha(t, 0, "init", "--data", data)
	key, err := node.ReadKey(node.LedgerKeyFile(data))
	require.NoError(t, err)
	vkey, err := proof.VerifierKey(proof.Origin("ja2023", key.Public()), key.Public())
	require.NoError(t, err)
	var made struct {
		VerifierKey string `json:"verifier_key"`
	}
	decode(t, first(run(t, "", 0, "witness", "init", "--data", eye, "--name", "sjj.ja.example/ducha", "--json")), &made)
	ducha(t, 0, "witness", "log", "add", vkey, "--data", eye)
	w, err := start("witness", "serve", "--data", eye, "--listen", "127.0.0.1:0")
	require.NoError(t, err)
	require.NotNil(t, w)
	defer func() { w.kill() }()
	policy := "log " + vkey + "\nwitness 审计局 " + made.VerifierKey + " " + w.base + "\nquorum 审计局\n"
	require.NoError(t, os.WriteFile(node.WitnessFile(data), []byte(policy), 0o644))

	u := &unit{server: serve(t, data), data: data, dir: t.TempDir(), ledger: key}
	u.office, err = node.ReadKey(node.KeyFile(data, "units/ggb"))
	require.NoError(t, err)
	file := u.file(t, "policy", []byte(policy))
	receipt, _ := u.submit(t, "Q1", "--wait-sealed")
	out := ducha(t, 0, "receipt", "verify", receipt, "--policy", file)
	assert.Contains(t, out, "审计局 于 ")
	out = ducha(t, 0, "receipt", "check", receipt, "--policy", file, "--server", u.base)
	assert.Contains(t, out, "审计局 于 ")

	w.kill()
	receipt, statement := u.submit(t, "Q2")
	ducha(t, exitUndecided, "receipt", "check", receipt, "--statement", statement, "--policy", file, "--server", u.base)
	ducha(t, exitFindings, "receipt", "verify", receipt, "--statement", statement, "--policy", file)
	again, err := start("witness", "serve", "--data", eye, "--listen", strings.TrimPrefix(w.base, "http://"))
	require.NoError(t, err)
	require.NotNil(t, again, "the witness starts again")
	w = again
	ducha(t, 0, "receipt", "upgrade", receipt, "--policy", file, "--server", u.base)
	ducha(t, 0, "receipt", "verify", receipt, "--policy", file)
}
