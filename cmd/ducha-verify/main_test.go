package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/projections/trail"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ledgerOf is the least that a ledger can be: a charter, one unit, its key.
type ledgerOf struct {
	t       *testing.T
	chain   ledger.Chain
	records []ledger.Record
	keys    map[ledger.PartyID]seal.PrivateKey
	now     time.Time
}

func newLedger(t *testing.T) *ledgerOf {
	l := &ledgerOf{t: t, keys: map[ledger.PartyID]seal.PrivateKey{}, now: ledger.Date("2024-01-02").Start().Add(9 * time.Hour)}
	for _, p := range []ledger.PartyID{"root", "ledger", "units/fgw"} {
		k, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte(p)))
		require.NoError(t, err)
		l.keys[p] = k
	}
	l.say("root", ledger.HQ, "charter.adopted.v1", &ledger.CharterAdopted{Campaign: "ja2023", Title: "攻坚战", Clock: ledger.ClockRecorded,
		From: "2024-01-01", To: "2024-12-31", RootKey: l.pem("root"), LedgerKey: l.pem("ledger")})
	l.say("root", "fgw", "unit.registered.v1", &ledger.UnitRegistered{Party: "units/fgw", Name: "市发展改革委", NameEN: "Development and Reform Commission"})
	l.say("root", "fgw", "key.enrolled.v1", &ledger.KeyEnrolled{Party: "units/fgw", PublicKey: l.pem("units/fgw"), Holder: "经办人"})
	return l
}

func (l *ledgerOf) pem(p ledger.PartyID) ledger.Text { return ledger.Text(l.keys[p].Public().PEM()) }

func (l *ledgerOf) say(source ledger.PartyID, unit ledger.UnitID, kind ledger.Kind, body any) ledger.Record {
	s := ledger.Statement{ID: uuid.UUID{6: 0x70, 8: 0x80, 14: kind[0], 15: byte(len(l.records))}, Kind: kind, Campaign: "ja2023", Source: source, Unit: unit, Time: l.now, Body: body}
	env, err := seal.Seal(nil, l.keys[source], seal.PayloadTypeStatement, s.Encode())
	require.NoError(l.t, err)
	r, err := l.chain.Extend(s, env.Encode(), l.now)
	require.NoError(l.t, err)
	l.records = append(l.records, r)
	return r
}

// archive seals all records into a log in a folder of its own.
func (l *ledgerOf) archive() (log *archive.Log, dir string) {
	dir = filepath.Join(l.t.TempDir(), "archive")
	log, err := archive.Open(archive.Options{Dir: dir, State: dir + ".state", Key: l.keys["ledger"], Campaign: "ja2023", Clock: func() time.Time { return l.now }})
	require.NoError(l.t, err)
	l.t.Cleanup(func() { require.NoError(l.t, log.Close()) })
	for _, r := range l.records {
		require.NoError(l.t, log.Add(r))
	}
	require.NoError(l.t, log.Seal(l.t.Context()))
	return log, dir
}

// export is a bundle of the unit, and the log that it is sealed in.
func (l *ledgerOf) export() (data []byte, log string) {
	own, context, last, err := trail.Select(func(yield func(ledger.Record, error) bool) {
		for _, r := range l.records {
			if !yield(r, nil) {
				return
			}
		}
	}, "fgw")
	require.NoError(l.t, err)
	b, body, err := trail.Draft(trail.Input{Campaign: "ja2023", Unit: "fgw", At: l.now, Sequence: last, Records: own, Context: context})
	require.NoError(l.t, err)
	attested := l.say("ledger", "fgw", "export.attested.v1", &body)
	a, dir := l.archive()
	c, signed, err := a.Reader().Checkpoint(l.t.Context())
	require.NoError(l.t, err)
	require.NoError(l.t, b.Attest(attested, nil, signed, a.Reader().At(l.t.Context(), c)))
	var out bytes.Buffer
	_, err = b.WriteTo(&out)
	require.NoError(l.t, err)
	return out.Bytes(), dir
}

func export(t *testing.T) (data []byte, root seal.KeyID) {
	l := newLedger(t)
	data, _ = l.export()
	return data, l.keys["root"].Public().ID()
}

func run(in []byte, lang string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = (&Main{In: bytes.NewReader(in), Out: &o, Err: &e, Args: args, Lang: lang}).Run()
	return code, o.String(), e.String()
}

func TestExitCodes(t *testing.T) {
	good, root := export(t)
	bad := bytes.Replace(good, []byte("task_version"), []byte("mask_version"), 1)
	file := filepath.Join(t.TempDir(), "fgw-trail.zip")
	require.NoError(t, os.WriteFile(file, good, 0o600))
	for _, x := range []struct {
		name string
		in   []byte
		args []string
		code int
		says string
	}{
		{"good", nil, []string{file, "--root", string(root)}, 0, "核验通过"},
		{"good, from standard input", good, []string{"-"}, 0, "请将其编号与指挥部公布的编号逐字比对"},
		{"English", good, []string{"-", "--lang", "en"}, 0, "VERIFIED"},
		{"bad", bad, []string{"-"}, 1, "records.ndjson"},
		{"another root", good, []string{"-", "--root", strings.Repeat("0", 64)}, 1, "root.other"},
		{"no zip", []byte("hello"), []string{"-"}, 1, "container.unreadable"},
		{"no such file", nil, []string{file + ".not"}, 2, "no such file"},
		{"no file", nil, nil, 2, "requires at least 1 arg"},
		{"a root that is none", good, []string{"-", "--root", "XYZ"}, 2, "64 lower-case"},
		{"a language that is none", good, []string{"-", "--lang", "fr"}, 2, "zh or en"},
		{"a flag that is none", good, []string{"-", "--fast"}, 2, "unknown flag"},
		{"help", nil, []string{"--help"}, 0, "脱机核验"},
	} {
		code, out, errs := run(x.in, "", x.args...)
		assert.Equal(t, x.code, code, "%s: %s%s", x.name, out, errs)
		assert.Contains(t, out+errs, x.says, x.name)
	}
	code, out, _ := run(good, "en", "-")
	assert.Equal(t, 0, code)
	assert.Contains(t, out, "Development and Reform Commission (fgw)")
}

func TestJSON(t *testing.T) {
	good, root := export(t)
	code, out, _ := run(good, "", "-", "--json", "--root", string(root))
	assert.Equal(t, 0, code)
	var r struct {
		OK       bool
		Unit     string
		Count    int
		Anchored bool
		Keys     []struct{ KeyID, Party string }
		Findings []any
	}
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	assert.True(t, r.OK && r.Anchored)
	assert.Equal(t, "fgw", r.Unit)
	assert.Equal(t, 2, r.Count)
	assert.Len(t, r.Keys, 2)
	assert.NotNil(t, r.Findings)
}

// file puts data into a file.
func file(t *testing.T, name string, data []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// What the reader has from elsewhere: other exports, receipts, a copy of the log,
// witnesses.
func TestWhatOthersHold(t *testing.T) {
	l := newLedger(t)
	registered := l.say("root", "zfj", "unit.registered.v1", &ledger.UnitRegistered{Party: "units/zfj", Name: "市住房城乡建设局"})
	e, err := registered.Read()
	require.NoError(t, err)
	signed, err := ledger.ReceiptOf(e).Sign(nil, l.keys["ledger"])
	require.NoError(t, err)
	text, err := proof.SealedReceipt{SignedReceipt: signed}.Encode()
	require.NoError(t, err)
	receipt := file(t, "receipt.json", text)
	data, dir := l.export()
	first := file(t, "first.zip", data)
	data, later := l.export()
	second := file(t, "second.zip", data)
	forger := newLedger(t) // the same ledger, without that
	data, forgery := forger.export()
	forged := file(t, "forged.zip", data)
	witness, err := proof.NewCosigner("w.example/w", l.keys["units/fgw"])
	require.NoError(t, err)
	policy := file(t, "policy", []byte("witness w "+witness.VerifierKey()+"\nquorum w\n"))

	for _, x := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"two exports", []string{first, second}, 0, "各份导出互不矛盾"},
		{"two exports that contradict each other", []string{first, forged}, 1, "bundles."},
		{"with what they cannot show", []string{first, second, "--lang", "en"}, 0, "grew out of that of the earlier one: proved: 5, 6"},
		{"a receipt", []string{first, "--receipt", receipt}, 0, "所给回执中 1 份与此相符"},
		{"a receipt that is proof of fraud", []string{forged, "--receipt", receipt}, 1, "此回执即为舞弊证据"},
		{"a receipt that is proof of fraud, in English", []string{forged, "--receipt", receipt, "--lang", "en"}, 1, "this receipt is proof of fraud"},
		{"no receipt", []string{first, "--receipt", first}, 2, "--receipt"},
		{"a copy of the log", []string{first, "--log", later}, 0, "检查点与日志副本一致"},
		{"an older copy of the log", []string{second, "--log", dir}, 0, "日志副本较旧"},
		{"a copy of another history", []string{first, "--log", forgery}, 1, "copy."},
		{"no copy", []string{first, "--log", t.TempDir()}, 2, "--log"},
		{"a policy of witnesses who have not cosigned", []string{first, "--policy", policy}, 1, "policy.quorum"},
		{"no policy", []string{first, "--policy", first}, 2, "--policy"},
		{"without a policy", []string{first}, 0, "除台账自身外,无人为这份历史作证"},
	} {
		code, out, errs := run(nil, "", x.args...)
		assert.Equal(t, x.code, code, "%s: %s%s", x.name, out, errs)
		assert.Contains(t, out+errs, x.says, x.name)
	}

	type findings []struct {
		Code, File string
		Sequence   uint64
	}
	var all struct {
		OK    bool
		Files []struct {
			File   string
			Report struct {
				OK       bool
				Findings findings
			}
		}
		Together, Copy struct{ Findings findings }
	}
	code, out, _ := run(nil, "", first, forged, "--json", "--log", later, "--receipt", receipt)
	assert.Equal(t, 1, code)
	require.NoError(t, json.Unmarshal([]byte(out), &all))
	require.Len(t, all.Files, 2)
	assert.True(t, !all.OK && all.Files[0].Report.OK && !all.Files[1].Report.OK)
	assert.Equal(t, findings{{"receipt.missing", "attestation.json", 4}}, all.Files[1].Report.Findings[:1])
	assert.Contains(t, all.Together.Findings, findings{{"bundles.record", "2/attestation.json", 4}}[0])
	assert.Contains(t, all.Copy.Findings, findings{{"copy.record", "2/attestation.json", 4}}[0])
}

// The README in the bundle tells the reader what is true of this program.
func TestTheReadmeNamesTheCommand(t *testing.T) {
	data, _ := export(t)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	f, err := z.Open("README.txt")
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = b.ReadFrom(f)
	require.NoError(t, err)
	assert.Contains(t, b.String(), "ducha-verify fgw-trail.zip --root KEYID")
}

func TestItLinksNoServer(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	require.Contains(t, deps, "ducha/projections/trail")
	for _, d := range deps {
		assert.NotContains(t, d, "nats", "links %s", d)
		assert.NotEqual(t, "net/http", d)
		assert.NotEqual(t, "html/template", d)
		assert.NotContains(t, d, "excelize", "the papers are not looked into")
	}
}

// Small enough to be carried to where the ledger is not.
func TestTheBinaryIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a binary")
	}
	file := filepath.Join(t.TempDir(), "ducha-verify")
	out, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", file, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(20_000_000))
}
