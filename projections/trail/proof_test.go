package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func has(findings []Finding, code string) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Code == code })
}

// notes are codes with their files.
func notes(list []Finding) (out []string) {
	for _, n := range list {
		out = append(out, strings.TrimSpace(n.Code+" "+n.File))
	}
	return out
}

func cosigner(t testing.TB, name string) proof.Cosigner {
	c, err := proof.NewCosigner("witness.example/"+name, key(t, name))
	require.NoError(t, err)
	return c
}

func policyOf(t testing.TB, quorum string, names ...string) *proof.Policy {
	p, err := proof.ParsePolicy([]byte(policyText(t, quorum, names...)))
	require.NoError(t, err)
	return &p
}

func policyText(t testing.TB, quorum string, names ...string) (text string) {
	for _, name := range names {
		text += fmt.Sprintf("witness %s %s\n", name, cosigner(t, name).VerifierKey())
	}
	return text + quorum + "\n"
}

// cosigned is a bundle whose checkpoint witnesses cosigned.
func cosigned(t testing.TB, data []byte, names ...string) []byte {
	files := unpackOf(t, data)
	for _, name := range names {
		line, err := cosigner(t, name).Cosign(files[checkpointName], yearEnd)
		require.NoError(t, err)
		files[checkpointName], err = proof.AddSignatures(files[checkpointName], line)
		require.NoError(t, err)
	}
	return packOf(t, files)
}

func TestWitnessesVouchForTheHistory(t *testing.T) {
	w := small(t)
	data := w.export(yearEnd)
	two := policyOf(t, "group G 2 W1 W2 W3\nquorum G", "W1", "W2", "W3")

	r := Verify(data, Options{Root: w.root()})
	require.True(t, r.OK)
	assert.False(t, r.Sealed.Policy, "nobody was asked for")
	assert.Equal(t, w.last(), r.Sealed.Size)
	assert.True(t, r.Sealed.Holds)

	r = Verify(cosigned(t, data, "W1", "W3", "W4"), Options{Root: w.root(), Policy: two})
	require.True(t, r.OK, "%v", codes(r))
	assert.True(t, r.Sealed.Met)
	require.Len(t, r.Sealed.Cosigned, 2)
	assert.Equal(t, "W1", r.Sealed.Cosigned[0].Witness)
	assert.True(t, r.Sealed.Cosigned[0].Time.Equal(yearEnd.Truncate(time.Second)))
	var out strings.Builder
	r.Print(&out, "zh")
	assert.Contains(t, out.String(), "见证    W1,")

	r = Verify(cosigned(t, data, "W1", "W4"), Options{Policy: two})
	assert.True(t, has(r.Findings, "policy.quorum"))
	r = Verify(data, Options{Policy: two})
	assert.True(t, has(r.Findings, "policy.quorum"))

	files := unpackOf(t, data)
	line, err := cosigner(t, "W1").Cosign(logOf(t, w.records[:5]).checkpoint(w.keys["ledger"]), yearEnd)
	require.NoError(t, err)
	files[checkpointName], err = proof.AddSignatures(files[checkpointName], line)
	require.NoError(t, err)
	assert.True(t, has(Verify(packOf(t, files), Options{Policy: two}).Findings, "policy.bad"))

	other, err := proof.VerifierKey("ducha/ja2023/other", key(t, "stranger").Public())
	require.NoError(t, err)
	elsewhere, err := proof.ParsePolicy([]byte("log " + other + "\nquorum none\n"))
	require.NoError(t, err)
	assert.True(t, has(Verify(data, Options{Policy: &elsewhere}).Findings, "policy.log"))
}

func TestPapersAreAttested(t *testing.T) {
	w := small(t)
	own, context, last, err := Select(w.all(), fgw)
	require.NoError(t, err)
	in := Input{Campaign: campaign, Unit: fgw, At: yearEnd, Sequence: last, Records: own, Context: context,
		Papers: map[string][]byte{ReportName: []byte("<p>报告</p>"), SheetName: []byte("PK...")}}
	b, body, err := Draft(in)
	require.NoError(t, err)
	w.say("ledger", fgw, "", &body)
	require.NoError(t, w.attest(b))
	data := w.write(b)
	r := Verify(data, Options{Root: w.root()})
	require.Empty(t, codes(r))
	assert.Contains(t, notes(r.Notes), "note.papers")

	files := unpackOf(t, data)
	files[ReportName] = []byte("<p>假的</p>")
	assert.True(t, has(Verify(packOf(t, files), Options{}).Findings, "attestation.file"))
	files = unpackOf(t, data)
	delete(files, SheetName)
	assert.False(t, Verify(packOf(t, files), Options{}).OK, "a paper that is gone")

	in.Papers["virus.exe"] = nil
	_, _, err = Draft(in)
	require.ErrorContains(t, err, "virus.exe")
}

func TestABundleIsMadeOnlyOfWhatIsSealed(t *testing.T) {
	w := small(t)
	b, body := w.draft(yearEnd)
	w.say("ledger", fgw, "", &body)
	other := slices.Clone(w.records)
	other[3].Head[0] ^= 1
	l := logOf(t, other)
	require.ErrorContains(t, b.Attest(w.records[len(w.records)-1], nil, l.checkpoint(w.keys["ledger"]), l), "not those of the log")
	l = logOf(t, w.records)
	require.Error(t, b.Attest(w.records[len(w.records)-1], nil, l.checkpoint(key(t, "stranger")), l))
	short := logOf(t, w.records[:len(w.records)-1])
	require.Error(t, b.Attest(w.records[len(w.records)-1], nil, short.checkpoint(w.keys["ledger"]), short))
}
