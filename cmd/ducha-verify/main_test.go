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
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/projections/trail"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// export is the least that a trail can be: a charter, one unit, its key.
func export(t *testing.T) (data []byte, root seal.KeyID) {
	var chain ledger.Chain
	var records []ledger.Record
	now := ledger.Date("2024-01-02").Start().Add(9 * time.Hour)
	keys := map[ledger.PartyID]seal.PrivateKey{}
	for _, p := range []ledger.PartyID{"root", "ledger", "units/fgw"} {
		k, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte(p)))
		require.NoError(t, err)
		keys[p] = k
	}
	pem := func(p ledger.PartyID) ledger.Text { return ledger.Text(keys[p].Public().PEM()) }
	say := func(source ledger.PartyID, unit ledger.UnitID, kind ledger.Kind, body any) ledger.Record {
		s := ledger.Statement{ID: uuid.UUID{6: 0x70, 8: 0x80, 15: byte(len(records))}, Kind: kind, Campaign: "ja2023", Source: source, Unit: unit, Time: now, Body: body}
		env, err := seal.Seal(nil, keys[source], seal.PayloadTypeStatement, s.Encode())
		require.NoError(t, err)
		r, err := chain.Next(s, env.Encode(), now)
		require.NoError(t, err)
		require.NoError(t, chain.Add(r))
		records = append(records, r)
		return r
	}
	say("root", ledger.HQ, "charter.adopted.v1", &ledger.CharterAdopted{Campaign: "ja2023", Title: "攻坚战", Clock: ledger.ClockRecorded,
		From: "2024-01-01", To: "2024-12-31", RootKey: pem("root"), LedgerKey: pem("ledger")})
	say("root", "fgw", "unit.registered.v1", &ledger.UnitRegistered{Party: "units/fgw", Name: "市发展改革委", NameEN: "Development and Reform Commission"})
	say("root", "fgw", "key.enrolled.v1", &ledger.KeyEnrolled{Party: "units/fgw", PublicKey: pem("units/fgw"), Holder: "经办人"})
	b, body, err := trail.Draft(trail.Input{Campaign: "ja2023", Unit: "fgw", At: now, Sequence: 3, Records: records[1:], Context: records[:1]})
	require.NoError(t, err)
	attested := say("ledger", "fgw", "export.attested.v1", &body)
	var tree proof.Tree
	for _, r := range records {
		tree.Add(tlog.RecordHash(r.Encode()))
	}
	signed, err := proof.Checkpoint{Origin: proof.Origin("ja2023", keys["ledger"].Public()), Size: tree.Size(), Root: tree.Root()}.Sign(keys["ledger"])
	require.NoError(t, err)
	require.NoError(t, b.Attest(attested, nil, signed, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return make([]tlog.Hash, len(indexes)), nil }))) // all are proved: no other is needed
	var out bytes.Buffer
	_, err = b.WriteTo(&out)
	require.NoError(t, err)
	return out.Bytes(), keys["root"].Public().ID()
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
	}
}

// Small enough to be carried to where the ledger is not.
func TestTheBinaryIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a binary")
	}
	file := filepath.Join(t.TempDir(), "ducha-verify")
	out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", file, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(20_000_000))
}
