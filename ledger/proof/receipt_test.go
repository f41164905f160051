package proof

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// records are clarifications of the office, one after the other: always the same.
func records(t require.TestingT, n int) []ledger.Record {
	var c ledger.Chain
	var out []ledger.Record
	office := keyOf(t, seal.Ed25519, "office")
	for i := range n {
		s := ledger.Statement{ID: uuid.UUID{15: byte(i + 1), 6: 0x70, 8: 0x80}, Kind: "clarification.issued.v1", Campaign: "ja2023", Source: "units/ggb", Unit: ledger.HQ,
			Time: noon, Body: &ledger.ClarificationIssued{Question: ledger.LocalID("Q" + string(rune('A'+i))), Answer: "以方案原文为准 <&>。"}}
		env, err := seal.Seal(rand.Reader, office, seal.PayloadTypeStatement, s.Encode())
		require.NoError(t, err)
		r, err := c.Extend(s, env.Encode(), noon.Add(time.Duration(i)*time.Second))
		require.NoError(t, err)
		out = append(out, r)
	}
	return out
}

// logOf is the log of records.
func logOf(t require.TestingT, records []ledger.Record) *log {
	l := newLog(t, 0)
	for i, r := range records {
		hashes, err := tlog.StoredHashes(int64(i), r.Encode(), l)
		require.NoError(t, err)
		l.stored, l.size = append(l.stored, hashes...), l.size+1
	}
	return l
}

// sealedReceipt is the sealed receipt of the third of five records.
func sealedReceipt(t require.TestingT) (SealedReceipt, *log) {
	all := records(t, 5)
	l := logOf(t, all)
	e, err := all[2].Read()
	require.NoError(t, err)
	signed, err := ledger.ReceiptOf(e).Sign(rand.Reader, l.key)
	require.NoError(t, err)
	return SealedReceipt{SignedReceipt: signed}.Seal(all[2].Envelope, l.inclusion(t, 2)), l
}

func encoded(t require.TestingT, r SealedReceipt) []byte {
	data, err := r.Encode()
	require.NoError(t, err)
	return data
}

// A receipt is a file that a unit keeps for years: its form is frozen.
func TestReceiptsAreFrozen(t *testing.T) {
	r, l := sealedReceipt(t)
	const path = "testdata/receipt.golden"
	if *update {
		require.NoError(t, os.WriteFile(path, encoded(t, r), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(encoded(t, r)), "receipts are frozen")

	again, err := ParseSealedReceipt(want)
	require.NoError(t, err)
	s, err := again.Verify(l.key.Public(), nil)
	require.NoError(t, err)
	assert.Equal(t, uint64(5), s.Checkpoint.Size)
	assert.Equal(t, ledger.PartyID("units/ggb"), s.Event.Source)

	var plain ledger.SignedReceipt
	require.NoError(t, json.Unmarshal(want, &plain), "whoever knows plain receipts reads a sealed one")
	require.NoError(t, plain.Verify(l.key.Public()))
}

// Receipts that were given out before there was a log still read.
func TestAPlainReceiptReads(t *testing.T) {
	sealed, l := sealedReceipt(t)
	data, err := json.Marshal(sealed.SignedReceipt)
	require.NoError(t, err)
	r, err := ParseSealedReceipt(data)
	require.NoError(t, err)
	assert.Equal(t, SealedReceipt{SignedReceipt: sealed.SignedReceipt}, r)
	require.NoError(t, r.SignedReceipt.Verify(l.key.Public()))
	_, err = r.Event([]byte(sealed.Statement))
	require.NoError(t, err, "with the holder's own statement")
	_, err = r.Verify(l.key.Public(), nil)
	assert.ErrorIs(t, err, &ledger.Error{Rule: "receipt.statement"})
	r.Statement = sealed.Statement
	_, err = r.Verify(l.key.Public(), nil)
	assert.ErrorIs(t, err, &ledger.Error{Rule: "receipt.unsealed"})
}

func TestASealedReceiptCatchesEveryChange(t *testing.T) {
	good, l := sealedReceipt(t)
	all := records(t, 5)
	_, err := good.Verify(l.key.Public(), nil)
	require.NoError(t, err)
	forger := keyOf(t, seal.Ed25519, "forger")
	for name, c := range map[string]struct {
		rule   string
		change func(*SealedReceipt)
	}{
		"another statement":          {"receipt.statement", func(r *SealedReceipt) { r.Statement = string(all[1].Envelope) }},
		"one byte of the statement":  {"receipt.statement", func(r *SealedReceipt) { r.Statement += " " }},
		"no statement":               {"receipt.statement", func(r *SealedReceipt) { r.Statement = "" }},
		"no proof":                   {"inclusion.form", func(r *SealedReceipt) { r.Proof = "" }},
		"the proof of another":       {"inclusion.proof", func(r *SealedReceipt) { r.Proof = string(l.inclusion(t, 1).Encode()) }},
		"another index":              {"inclusion.proof", func(r *SealedReceipt) { r.Proof = strings.Replace(r.Proof, "index 2", "index 3", 1) }},
		"a hash of the proof":        {"", func(r *SealedReceipt) { r.Proof = flip(r.Proof, strings.Index(r.Proof, "index 2\n")+10) }},
		"the size in the checkpoint": {"checkpoint.seal", func(r *SealedReceipt) { r.Proof = strings.Replace(r.Proof, "\n5\n", "\n6\n", 1) }},
		"the log's signature":        {"checkpoint.seal", func(r *SealedReceipt) { r.Proof = flip(r.Proof, len(r.Proof)-20) }},
		"another log's checkpoint": {"checkpoint.seal", func(r *SealedReceipt) {
			i, err := ParseInclusion([]byte(r.Proof))
			require.NoError(t, err)
			c, err := ReadCheckpoint(i.Checkpoint)
			require.NoError(t, err)
			i.Checkpoint, err = c.Sign(forger)
			require.NoError(t, err)
			r.Proof = string(i.Encode())
		}},
		"a field": {"receipt.fields", func(r *SealedReceipt) { r.Recorded = "2024-01-01T00:00:00.000Z" }},
		"a field, signed by another": {"", func(r *SealedReceipt) {
			other := r.Receipt
			other.Recorded = "2024-01-01T00:00:00.000Z"
			r.SignedReceipt, err = other.Sign(nil, forger)
			require.NoError(t, err)
		}},
		// What the ledger itself could sign wrongly.
		"a head that is not in the log": {"inclusion.proof", func(r *SealedReceipt) { resign(t, r, l.key, func(r *ledger.Receipt) { r.Head[0] ^= 1 }) }},
		"a time that is not in the log": {"inclusion.proof", func(r *SealedReceipt) {
			resign(t, r, l.key, func(r *ledger.Receipt) { r.Recorded = "2024-01-01T00:00:00.000Z" })
		}},
		"another unit":           {"receipt.statement", func(r *SealedReceipt) { resign(t, r, l.key, func(r *ledger.Receipt) { r.Unit = "fgw" }) }},
		"another statement's id": {"receipt.statement", func(r *SealedReceipt) { resign(t, r, l.key, func(r *ledger.Receipt) { r.ID = uuid.UUID{1} }) }},
		"a kind of next year":    {"receipt.kind", func(r *SealedReceipt) { resign(t, r, l.key, func(r *ledger.Receipt) { r.Kind = "dream.told.v1" }) }},
		"no time":                {"receipt.recorded", func(r *SealedReceipt) { resign(t, r, l.key, func(r *ledger.Receipt) { r.Recorded = "yesterday" }) }},
	} {
		r := good
		c.change(&r)
		_, err := r.Verify(l.key.Public(), nil)
		require.Error(t, err, name)
		if c.rule != "" {
			assert.ErrorIs(t, err, &ledger.Error{Rule: c.rule}, "%s: %v", name, err)
		}
	}
	_, err = good.Verify(forger.Public(), nil)
	assert.Error(t, err)
	_, err = good.Verify(seal.PublicKey{}, nil)
	assert.Error(t, err)
}

// resign is what a ledger could do that lies in a receipt.
func resign(t require.TestingT, r *SealedReceipt, key seal.PrivateKey, change func(*ledger.Receipt)) {
	other := r.Receipt
	change(&other)
	signed, err := other.Sign(nil, key)
	require.NoError(t, err)
	r.SignedReceipt = signed
}

func flip(s string, i int) string {
	other := byte('A')
	if s[i] == other {
		other = 'B'
	}
	return s[:i] + string(other) + s[i+1:]
}

func TestASealedReceiptUnderAPolicy(t *testing.T) {
	r, l := sealedReceipt(t)
	vkey, err := VerifierKey(l.origin, l.key.Public())
	require.NoError(t, err)
	w1, line1 := witness(t, "W1")
	_, line2 := witness(t, "W2")
	policy := func(text string) *Policy {
		p, err := ParsePolicy([]byte(text))
		require.NoError(t, err)
		return &p
	}
	both := "log " + vkey + "\n" + line1 + line2
	_, err = r.Verify(l.key.Public(), policy(both+"quorum none\n"))
	require.NoError(t, err)
	_, err = r.Verify(l.key.Public(), policy(both+"quorum W1\n"))
	assert.ErrorIs(t, err, &ledger.Error{Rule: "policy.quorum"})

	i, err := ParseInclusion([]byte(r.Proof))
	require.NoError(t, err)
	line, err := w1.Cosign(i.Checkpoint, noon)
	require.NoError(t, err)
	i.Checkpoint, err = AddSignatures(i.Checkpoint, line)
	require.NoError(t, err)
	cosigned := r.Seal([]byte(r.Statement), i)
	s, err := cosigned.Verify(l.key.Public(), policy(both+"quorum W1\n"))
	require.NoError(t, err)
	assert.Equal(t, []Cosignature{{"W1", noon.UTC()}}, s.Cosigned)
	_, err = cosigned.Verify(l.key.Public(), policy(both+"group all all W1 W2\nquorum all\n"))
	assert.ErrorIs(t, err, &ledger.Error{Rule: "policy.quorum"})

	other, err := VerifierKey("ducha/elsewhere", l.key.Public())
	require.NoError(t, err)
	_, err = cosigned.Verify(l.key.Public(), policy("log "+other+"\n"+line1+"quorum W1\n"))
	assert.ErrorIs(t, err, &ledger.Error{Rule: "policy.log"})
	_, err = cosigned.Verify(l.key.Public(), policy(line1+"quorum W1\n"))
	assert.NoError(t, err, "a policy that names no log is about witnesses only")
}

func TestWhatIsNoReceipt(t *testing.T) {
	r, _ := sealedReceipt(t)
	good := string(encoded(t, r))
	for name, data := range map[string]string{
		"nothing":        "",
		"a number":       "7",
		"null":           "null",
		"two objects":    good + good,
		"another member": strings.Replace(good, `"sealed"`, `"sold":1,"sealed"`, 1),
		"a member twice": strings.Replace(good, `"sealed": true`, `"sealed": true, "sealed": true`, 1),
		"says unsealed":  strings.Replace(good, `"sealed": true`, `"sealed": false`, 1),
		"too long":       good + strings.Repeat(" ", MaxReceipt),
	} {
		_, err := ParseSealedReceipt([]byte(data))
		assert.Error(t, err, name)
	}
}

func FuzzParseSealedReceipt(f *testing.F) {
	r, l := sealedReceipt(f)
	f.Add(encoded(f, r))
	plain, err := json.Marshal(r.SignedReceipt)
	require.NoError(f, err)
	f.Add(plain)
	f.Add([]byte(`{"sealed":true,"proof":"c2sp.org/tlog-proof@v1\nindex 0\n\n","receipt_envelope":"{}"}`))
	f.Add([]byte(`{"recorded":"\u0000","task":"_","unit":"a.b","sequence":18446744073709551615,"receipt_envelope":"{}"}`))
	good := r.Receipt
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseSealedReceipt(data)
		if err != nil {
			return
		}
		again, err := ParseSealedReceipt(encoded(t, r))
		require.NoError(t, err)
		assert.Equal(t, r, again)
		_, _ = r.Event([]byte(r.Statement)) // whatever it says, no panic
		_, _ = r.VerifyProof(ledger.Event{Record: ledger.Record{Envelope: []byte("{}")}}, l.key.Public(), nil)
		if s, err := r.Verify(l.key.Public(), nil); err == nil {
			assert.Equal(t, good, r.Receipt, "nobody but the ledger makes a receipt")
			assert.Equal(t, uint64(5), s.Checkpoint.Size)
		}
	})
}
