package receipts

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func keyOf(t require.TestingT, name string) seal.PrivateKey {
	k, err := seal.NewKey(seal.Ed25519, sha256.Sum256([]byte(name)))
	require.NoError(t, err)
	return k
}

// history makes records of what was said, one a second.
func history(t require.TestingT, said ...string) []ledger.Record {
	var c ledger.Chain
	var out []ledger.Record
	office := keyOf(t, "office")
	for i, what := range said {
		id := uuid.NewSHA1(uuid.Nil, []byte(what))
		id[6] = 0x70 | id[6]&0x0f
		s := ledger.Statement{ID: id, Kind: "clarification.issued.v1", Campaign: "ja2023", Source: "units/ggb", Unit: ledger.HQ,
			Time: noon, Body: &ledger.ClarificationIssued{Question: "Q", Answer: ledger.Text(what)}}
		env, err := seal.Seal(rand.Reader, office, seal.PayloadTypeStatement, s.Encode())
		require.NoError(t, err)
		r, err := c.Extend(s, env.Encode(), noon.Add(time.Duration(i)*time.Second))
		require.NoError(t, err)
		out = append(out, r)
	}
	return out
}

// said are n different things.
func said(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("第 %d 条", i))
	}
	return out
}

// logOf seals records into a log.
func logOf(t require.TestingT, dir string, key seal.PrivateKey, records []ledger.Record) archive.Dir {
	l, err := archive.Open(archive.Options{Dir: filepath.Join(dir, "archive"), State: filepath.Join(dir, "archive.state"), Key: key, Campaign: "ja2023"})
	require.NoError(t, err)
	for _, r := range records {
		require.NoError(t, l.Add(r))
	}
	require.NoError(t, l.Seal(context.Background()))
	require.NoError(t, l.Close())
	return archive.Dir(filepath.Join(dir, "archive"))
}

func receiptOf(t require.TestingT, key seal.PrivateKey, r ledger.Record) proof.SealedReceipt {
	e, err := r.Read()
	require.NoError(t, err)
	signed, err := ledger.ReceiptOf(e).Sign(rand.Reader, key)
	require.NoError(t, err)
	return proof.SealedReceipt{SignedReceipt: signed}
}

// sealedOf is a receipt with its proof in a log.
func sealedOf(t require.TestingT, key seal.PrivateKey, r ledger.Record, log archive.Dir) proof.SealedReceipt {
	out := receiptOf(t, key, r)
	v, err := out.Log(key.Public())
	require.NoError(t, err)
	i, err := archive.NewReader(log, v).Prove(context.Background(), r.Sequence)
	require.NoError(t, err)
	return out.Seal(r.Envelope, i)
}

// closed is a log whose entries are not for everybody.
type closed struct{ archive.Dir }

func (c closed) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if strings.HasPrefix(path, "tile/entries/") {
		return nil, &ledger.Error{Class: ledger.Nobody, Rule: "token.shown", Found: "no token", Want: "one"}
	}
	return c.Dir.ReadFile(ctx, path)
}

const fraudEN = "this receipt is proof of fraud: the ledger signed that it recorded this statement, and its log does not contain it"
const fraudZH = "此回执即为舞弊证据:台账已签名确认记录该陈述,而其日志中并无此陈述"

// What an operator who holds the ledger's key could show the holder of a receipt.
func TestWhatAReceiptExposes(t *testing.T) {
	const at = 299 // number 300, in the second tile
	key := keyOf(t, "ledger")
	honest := history(t, said(600)...)
	mine := honest[at]
	early := logOf(t, t.TempDir(), key, honest[:400])
	full := logOf(t, t.TempDir(), key, honest)

	without := append(said(600)[:at:at], said(600)[at+1:]...)
	removed := logOf(t, t.TempDir(), key, history(t, without...))
	other := said(600)
	other[at] = "另一条"
	replaced := logOf(t, t.TempDir(), key, history(t, other...))
	replacedEarly := logOf(t, t.TempDir(), key, history(t, other...)[:400])
	late := said(600)
	late[500] = "事后改过"
	forkedLater := logOf(t, t.TempDir(), key, history(t, late...))
	forkedSame := logOf(t, t.TempDir(), key, history(t, append(said(399), "事后改过")...))
	short := logOf(t, t.TempDir(), key, honest[:200])
	foreign := logOf(t, t.TempDir(), keyOf(t, "somebody"), honest)
	spoilt := func(path string, change func([]byte) []byte) archive.Dir {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, os.DirFS(string(full))))
		data, err := os.ReadFile(filepath.Join(dir, path))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, path), change(data), 0o644))
		return archive.Dir(dir)
	}
	flip := func(data []byte) []byte { data[43*32] ^= 1; return data }
	// An entry that is changed, with its length as it was.
	flipEntry := func(data []byte) []byte {
		return bytes.Replace(data, []byte(`"sequence":300,`), []byte(`"sequence":301,`), 1)
	}
	plain, sealed := receiptOf(t, key, mine), sealedOf(t, key, mine, early)
	tampered := sealed
	tampered.Proof = strings.Replace(sealed.Proof, "index 299", "index 298", 1)
	forgedFields := plain
	forgedFields.Sequence = 301
	bare := sealed
	bare.Statement = ""
	hour := noon.Add(time.Hour)

	for name, c := range map[string]struct {
		receipt   proof.SealedReceipt
		statement []byte
		log       archive.Source
		copied    bool
		now       time.Time
		want      Status
		rules     []string // what is found, in order
	}{
		"honest":                               {plain, mine.Envelope, full, false, hour, Contained, nil},
		"honest, sealed":                       {sealed, nil, full, false, hour, Contained, nil},
		"honest, the same checkpoint":          {sealed, nil, early, false, hour, Contained, nil},
		"honest, the statement from the log":   {plain, nil, full, false, hour, Contained, nil},
		"honest, the proof without statement":  {bare, nil, full, false, hour, Contained, nil},
		"honest, entries closed":               {sealed, nil, closed{full}, false, hour, Contained, nil},
		"left out":                             {plain, mine.Envelope, removed, false, hour, Fraud, []string{"log.replaced"}},
		"left out, entries closed":             {plain, mine.Envelope, closed{removed}, false, hour, Fraud, []string{"log.replaced"}},
		"left out, statement not at hand":      {plain, nil, removed, false, hour, Fraud, []string{"log.replaced"}},
		"left out, and the receipt is sealed":  {sealed, nil, removed, false, hour, Fraud, []string{"log.forked", "log.replaced"}},
		"another in its place":                 {plain, mine.Envelope, replaced, false, hour, Fraud, []string{"log.replaced"}},
		"two histories of one size":            {sealed, nil, forkedSame, false, hour, Fraud, []string{"log.forked"}},
		"two histories of one size, mine out":  {sealed, nil, replacedEarly, false, hour, Fraud, []string{"log.forked", "log.replaced"}},
		"another history, after my receipt":    {sealed, nil, forkedLater, false, hour, Contained, nil}, // for witnesses: a receipt binds what was before it
		"cut off":                              {plain, mine.Envelope, short, false, hour, Fraud, []string{"log.short"}},
		"cut off, and the receipt is sealed":   {sealed, nil, short, false, hour, Fraud, []string{"log.rollback", "log.short"}},
		"rolled back behind the proof":         {sealedOf(t, key, honest[10], early), nil, short, false, hour, Fraud, []string{"log.rollback"}},
		"not sealed yet":                       {plain, mine.Envelope, short, false, noon.Add(301 * time.Second), Pending, nil},
		"a copy from before":                   {plain, mine.Envelope, short, true, noon.Add(301 * time.Second), Undecided, nil},
		"a copy from before, of a sealed one":  {sealed, nil, short, true, noon.Add(301 * time.Second), Undecided, nil},
		"a copy made too late":                 {plain, mine.Envelope, short, true, hour, Fraud, []string{"log.short"}},
		"recorded tomorrow":                    {plain, mine.Envelope, short, false, noon.Add(-time.Hour), Invalid, []string{"receipt.ahead"}},
		"signed by another key":                {plain, mine.Envelope, foreign, false, hour, Broken, []string{"checkpoint.seal"}},
		"a receipt of another key":             {receiptOf(t, keyOf(t, "somebody"), mine), mine.Envelope, full, false, hour, Invalid, []string{"receipt.seal"}},
		"a receipt that was changed":           {forgedFields, mine.Envelope, full, false, hour, Invalid, []string{"receipt.fields"}},
		"another statement than the receipt's": {plain, honest[0].Envelope, full, false, hour, Invalid, []string{"receipt.statement"}},
		"a proof that was changed":             {tampered, nil, full, false, hour, Invalid, []string{"inclusion.proof"}},
		"a proof that was changed, left out":   {tampered, nil, removed, false, hour, Fraud, []string{"inclusion.proof", "log.forked", "log.replaced"}},
		"a hash tile that was changed":         {plain, mine.Envelope, spoilt("tile/0/001", flip), false, hour, Broken, []string{"archive.tile"}},
		"an entry that was changed":            {plain, nil, spoilt("tile/entries/001", flipEntry), false, hour, Broken, []string{"archive.bundle"}},
		"an entry that was changed, not read":  {plain, mine.Envelope, spoilt("tile/entries/001", flipEntry), false, hour, Contained, nil},
		"garbage for a checkpoint":             {plain, mine.Envelope, spoilt("checkpoint", func([]byte) []byte { return []byte("<html>") }), false, hour, Broken, []string{"checkpoint.seal"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Check{Receipt: c.receipt, Statement: c.statement, Key: key.Public(), Log: c.log, Live: !c.copied, Now: c.now, Grace: Grace}.Run(t.Context())
			require.NoError(t, err)
			var rules []string
			for _, f := range r.Findings {
				rules = append(rules, f.Rule)
				assert.True(t, f.Found != "" && f.Want != "", "%+v", f)
			}
			assert.Equal(t, c.rules, rules, "%+v", r.Findings)
			assert.Equal(t, c.want, r.Status)
			assert.Equal(t, c.want == Contained, r.OK)
			var zh, en strings.Builder
			r.Print(&zh, "zh")
			r.Print(&en, "en")
			missing := c.want == Fraud && (strings.Contains(strings.Join(rules, " "), "log.replaced") || strings.Contains(strings.Join(rules, " "), "log.short"))
			assert.Equal(t, missing, strings.Contains(en.String(), fraudEN), en.String())
			assert.Equal(t, missing, strings.Contains(zh.String(), fraudZH), zh.String())
			if c.want == Fraud {
				require.NotEmpty(t, r.Checkpoint, "what was served is evidence")
				log, err := c.receipt.Log(key.Public())
				require.NoError(t, err)
				_, err = proof.OpenCheckpoint(r.Checkpoint, log)
				assert.NoError(t, err, "and the ledger signed it")
			}
			if r.Instead != nil {
				log, err := c.receipt.Log(key.Public())
				require.NoError(t, err)
				_, err = r.Instead.VerifyHash([32]byte(r.Instead.Extra), log)
				assert.NoError(t, err, "that another leaf stands there can be shown to anybody")
				_, err = r.Instead.Verify(mine.Encode(), log)
				assert.Error(t, err)
			}
		})
	}
}

// What says nothing about the log is an error, not a finding.
func TestALogThatCannotBeRead(t *testing.T) {
	key := keyOf(t, "ledger")
	all := history(t, said(3)...)
	full := logOf(t, t.TempDir(), key, all)
	check := func(r proof.SealedReceipt, log archive.Source) error {
		_, err := Check{Receipt: r, Key: key.Public(), Log: log, Live: true, Now: noon.Add(time.Hour), Grace: Grace}.Run(t.Context())
		return err
	}
	plain := receiptOf(t, key, all[1])
	assert.ErrorIs(t, check(plain, archive.Dir(t.TempDir())), &ledger.Error{Rule: "archive.checkpoint"}, "no log here: a wrong address is no fraud")
	err := check(plain, closed{full})
	assert.ErrorIs(t, err, &ledger.Error{Rule: "receipt.statement"}, "the statement is needed, or a token")
	assert.Equal(t, ledger.Nobody, ledger.ClassOf(err))
	assert.ErrorIs(t, check(plain, gone{full}), fs.ErrPermission)
}

type gone struct{ archive.Dir }

func (gone) ReadFile(context.Context, string) ([]byte, error) { return nil, fs.ErrPermission }

func TestWitnessesOfTheServedCheckpoint(t *testing.T) {
	key := keyOf(t, "ledger")
	all := history(t, said(3)...)
	full := logOf(t, t.TempDir(), key, all)
	w, err := proof.NewCosigner("audit.example/ducha", keyOf(t, "audit"))
	require.NoError(t, err)
	policy, err := proof.ParsePolicy([]byte("witness 审计局 " + w.VerifierKey() + "\nquorum 审计局\n"))
	require.NoError(t, err)
	run := func() Report {
		r, err := Check{Receipt: receiptOf(t, key, all[1]), Key: key.Public(), Policy: &policy, Log: full, Live: true, Now: noon.Add(time.Hour), Grace: Grace}.Run(t.Context())
		require.NoError(t, err)
		return r
	}
	r := run()
	assert.Equal(t, Broken, r.Status)
	assert.Equal(t, "policy.quorum", r.Findings[0].Rule)
	path := filepath.Join(string(full), "checkpoint")
	signed, err := os.ReadFile(path)
	require.NoError(t, err)
	line, err := w.Cosign(signed, noon)
	require.NoError(t, err)
	signed, err = proof.AddSignatures(signed, line)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, signed, 0o644))
	r = run()
	assert.Equal(t, Contained, r.Status)
	assert.Equal(t, []proof.Cosignature{{Witness: "审计局", Time: noon}}, r.Cosigned)

	elsewhere, err := proof.VerifierKey("ducha/elsewhere", key.Public())
	require.NoError(t, err)
	other, err := proof.ParsePolicy([]byte("log " + elsewhere + "\nquorum none\n"))
	require.NoError(t, err)
	strange, err := Check{Receipt: receiptOf(t, key, all[1]), Key: key.Public(), Policy: &other, Log: full, Live: true, Now: noon.Add(time.Hour), Grace: Grace}.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "policy.log", strange.Findings[0].Rule)

	// Offline, the same of the checkpoint in the receipt.
	sealed := sealedOf(t, key, all[1], full)
	assert.Equal(t, Sealed, Verify(sealed, nil, key.Public(), &policy).Status)
	without := Verify(sealed, nil, key.Public(), nil)
	assert.True(t, without.OK)
	assert.Equal(t, []string{"audit.example/ducha"}, without.Unverified, "named, and not vouched for")
	plain := Verify(receiptOf(t, key, all[1]), all[1].Envelope, key.Public(), &policy)
	assert.False(t, plain.OK)
	assert.Equal(t, "receipt.unsealed", plain.Findings[0].Rule)
}

func TestAReceiptHeldAgainstItsEarlierSelf(t *testing.T) {
	key := keyOf(t, "ledger")
	all := history(t, said(5)...)
	full := logOf(t, t.TempDir(), key, all)
	forked := logOf(t, t.TempDir(), key, history(t, append(said(4), "另一条")...))
	compare := func(before, now proof.SealedReceipt) Report {
		r := Verify(now, nil, key.Public(), nil)
		require.True(t, r.OK, "%+v", r.Findings)
		r.Compare(before, now, key.Public())
		return r
	}
	mine := sealedOf(t, key, all[1], full)
	assert.True(t, compare(receiptOf(t, key, all[1]), mine).OK)
	assert.True(t, compare(mine, mine).OK)
	assert.Equal(t, "log.forked", compare(mine, sealedOf(t, key, all[1], forked)).Findings[0].Rule)
	// The same statement under another number: two receipts, both signed.
	moved := history(t, said(5)[0], said(5)[2], said(5)[1])[2]
	r := compare(mine, sealedOf(t, key, moved, logOf(t, t.TempDir(), key, history(t, said(5)[0], said(5)[2], said(5)[1]))))
	assert.Equal(t, "receipt.contradicted", r.Findings[0].Rule)
	assert.Equal(t, Fraud, r.Status)
}
