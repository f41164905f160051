package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

func has(findings []Finding, code string) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Code == code })
}

func cosigner(t testing.TB, name string) proof.Cosigner {
	c, err := proof.NewCosigner("witness.example/"+name, key(t, name))
	require.NoError(t, err)
	return c
}

func policyOf(t testing.TB, quorum string, names ...string) *proof.Policy {
	text := ""
	for _, name := range names {
		text += fmt.Sprintf("witness %s %s\n", name, cosigner(t, name).VerifierKey())
	}
	p, err := proof.ParsePolicy([]byte(text + quorum + "\n"))
	require.NoError(t, err)
	return &p
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

// receipt is what the ledger gave for a record.
func (w *world) receipt(r ledger.Record) proof.SealedReceipt {
	e, err := r.Read()
	require.NoError(w.t, err)
	signed, err := ledger.ReceiptOf(e).Sign(nil, w.keys["ledger"])
	require.NoError(w.t, err)
	return proof.SealedReceipt{SignedReceipt: signed}
}

func TestReceiptsAreHeldAgainstTheTrail(t *testing.T) {
	w := small(t)
	data := w.export(yearEnd)
	own := recordsOf(t, unpackOf(t, data)[recordsName])
	var all []proof.SealedReceipt
	for _, r := range own {
		all = append(all, w.receipt(r))
	}
	r := Verify(data, Options{Root: w.root(), Receipts: all})
	require.Empty(t, codes(r))
	assert.Equal(t, len(own), r.Receipts)

	// A receipt for a record that is not there, or is another.
	lied := own[len(own)-1]
	lied.Sequence--
	for lied.Place.Unit == fgw && slices.ContainsFunc(own, func(r ledger.Record) bool { return r.Sequence == lied.Sequence }) {
		lied.Sequence--
	}
	assert.True(t, has(Verify(data, Options{Receipts: []proof.SealedReceipt{w.receipt(lied)}}).Findings, "receipt.missing"))
	other := own[2]
	other.Recorded = other.Recorded.Add(time.Millisecond)
	assert.True(t, has(Verify(data, Options{Receipts: []proof.SealedReceipt{w.receipt(other)}}).Findings, "receipt.differs"))

	// A later one, and one of another trail, cannot be judged from here.
	w.say("units/fgw", fgw, w.fgwTask, logged)
	later := w.receipt(w.records[len(w.records)-1])
	elsewhere := w.receipt(w.records[slices.IndexFunc(w.records, func(r ledger.Record) bool { return r.Place.Unit == zfj && r.Place.Task != "" })])
	r = Verify(data, Options{Root: w.root(), Receipts: []proof.SealedReceipt{later, elsewhere}})
	assert.True(t, r.OK)
	assert.Len(t, r.Notes, 2)

	// One that another key signed proves nothing.
	forged := all[0]
	forged.SignedReceipt, _ = forged.Receipt.Sign(nil, w.keys[office])
	assert.True(t, has(Verify(data, Options{Receipts: []proof.SealedReceipt{forged}}).Findings, "receipt.bad"))

	// One with a checkpoint of the same size and another root.
	altered := slices.Clone(w.records[:len(w.records)-1])
	altered[7].Head[0] ^= 1
	l := logOf(t, altered)
	hashes, err := tlog.ProveRecord(int64(l.size), 0, l)
	require.NoError(t, err)
	forked := all[0].Seal(own[0].Envelope, proof.Inclusion{Index: own[0].Sequence - 1, Hashes: hashes, Checkpoint: l.checkpoint(w.keys["ledger"])})
	assert.True(t, has(Verify(data, Options{Receipts: []proof.SealedReceipt{forked}}).Findings, "receipt.fork"))
}

func TestExportsAreHeldAgainstEachOther(t *testing.T) {
	w := nine(t)
	first := w.export(yearEnd)
	w.say("units/fgw", fgw, w.fgwTask, logged)
	second := w.export(yearEnd)
	require.True(t, Verify(first, Options{}).OK)
	require.True(t, Verify(second, Options{}).OK)
	require.Empty(t, Contradictions(first, second))
	require.Empty(t, Contradictions(second, first, []byte("garbage")))

	stranger := newWorld(t, ledger.ClockRecorded)
	stranger.keys["ledger"] = key(t, "another ledger")
	stranger.open()
	require.Empty(t, Contradictions(first, stranger.export(yearEnd)), "two ledgers have two histories")
}

// operator rewrites a ledger without one of the records of fgw, as whoever runs it
// and holds its key can: everything after it is renumbered, chained, attested and
// sealed anew. The statements of others it cannot change; those of the ledger it
// signs again.
func operator(t *testing.T, records []ledger.Record, without uint64) *world {
	t.Helper()
	w := newWorld(t, ledger.ClockRecorded)
	for _, r := range records {
		if r.Sequence == without {
			continue
		}
		e, err := r.Read()
		require.NoError(t, err)
		envelope := r.Envelope
		if b, ok := e.Body.(*ledger.ExportAttested); ok && b.Count > 0 {
			envelope = w.attestAgain(e, b)
		}
		next, err := w.chain.Next(e.Statement, envelope, r.Recorded)
		require.NoError(t, err)
		require.NoError(t, w.chain.Add(next))
		w.records = append(w.records, next)
	}
	w.now = w.records[len(w.records)-1].Recorded
	w.n = 100_000
	return w
}

// attestAgain makes an earlier attestation say what the new history has.
func (w *world) attestAgain(e ledger.Event, b *ledger.ExportAttested) []byte {
	trail := w.chain.Trail(e.Place.Unit)
	again := *b
	again.Sequence, again.Count, again.Head = w.last(), trail.Version, ledger.Digest(trail.Head.String())
	e.Statement.Body = &again
	return w.envelope(w.keys["ledger"], e.Statement.Encode())
}

// omissions are the ways to leave a record out, with what catches each of them.
var omissions = []struct {
	name string
	// forge makes a bundle without the record, from the good one and its ledger.
	forge func(t *testing.T, w *world, good []byte, without ledger.Record) []byte
	by    []string // codes of a plain verification; none: it verifies
}{
	{"plainly", func(t *testing.T, _ *world, good []byte, without ledger.Record) []byte {
		files := unpackOf(t, good)
		files[recordsName] = lines(leaveOut(recordsOf(t, files[recordsName]), without))
		return packOf(t, files)
	}, []string{"trail.version", "attestation.body", "file.digest", "proof.root"}},
	{"with the manifest made good", func(t *testing.T, _ *world, good []byte, without ledger.Record) []byte {
		files := unpackOf(t, good)
		files[recordsName] = lines(leaveOut(recordsOf(t, files[recordsName]), without))
		redigest(t, files)
		return packOf(t, files)
	}, []string{"attestation.file", "attestation.body", "proof.root"}},
	{"renumbered and chained anew", func(t *testing.T, _ *world, good []byte, without ledger.Record) []byte {
		files := unpackOf(t, good)
		own := leaveOut(recordsOf(t, files[recordsName]), without)
		rechain(own)
		files[recordsName] = lines(own)
		redigest(t, files)
		return packOf(t, files)
	}, []string{"attestation.file", "attestation.body", "proof.root"}},
	{"with the tail cut", func(t *testing.T, _ *world, good []byte, without ledger.Record) []byte {
		files := unpackOf(t, good)
		own := recordsOf(t, files[recordsName])
		files[recordsName] = lines(own[:slices.IndexFunc(own, func(r ledger.Record) bool { return r.Sequence == without.Sequence })])
		redigest(t, files)
		return packOf(t, files)
	}, []string{"attestation.body", "proof.root"}},
	{"attested anew with the ledger's key", func(t *testing.T, w *world, good []byte, without ledger.Record) []byte {
		files := unpackOf(t, good)
		own := leaveOut(recordsOf(t, files[recordsName]), without)
		rechain(own)
		files[recordsName] = lines(own)
		reattest(t, files, w.keys["ledger"])
		return packOf(t, files)
	}, []string{"proof.root"}},
	{"attested anew, under an older checkpoint", func(t *testing.T, w *world, good []byte, without ledger.Record) []byte {
		files := unpackOf(t, good)
		own := leaveOut(recordsOf(t, files[recordsName]), without)
		rechain(own)
		files[recordsName] = lines(own)
		reattest(t, files, w.keys["ledger"])
		files[checkpointName] = logOf(t, w.records[:len(w.records)-1]).checkpoint(w.keys["ledger"])
		return packOf(t, files)
	}, []string{"proof.size"}},
	{"in a whole ledger made anew, log and all", func(t *testing.T, w *world, _ []byte, without ledger.Record) []byte {
		return operator(t, w.records[:len(w.records)-1], without.Sequence).export(yearEnd)
	}, nil},
}

func leaveOut(records []ledger.Record, without ledger.Record) []ledger.Record {
	return slices.DeleteFunc(records, func(r ledger.Record) bool { return r.Sequence == without.Sequence })
}

// For every record of a trail, the bundle without it, in every way that a clever
// operator might try. What does not fail by itself, a whole ledger made anew, is
// exposed by whoever holds anything of the true one: a witness, a receipt, another
// export.
func TestNoRecordCanBeLeftOut(t *testing.T) {
	w := nine(t)
	good := w.export(yearEnd)
	own := recordsOf(t, unpackOf(t, good)[recordsName])
	witnesses := policyOf(t, "quorum W1", "W1")
	require.True(t, Verify(cosigned(t, good, "W1"), Options{Root: w.root(), Policy: witnesses}).OK)
	for _, without := range own {
		for _, x := range omissions {
			what := fmt.Sprintf("record %d, %s, %s", without.Sequence, without.Place.Family, x.name)
			forged := x.forge(t, w, good, without)
			r := Verify(forged, Options{Root: w.root()})
			if x.by != nil {
				require.False(t, r.OK, what)
				require.True(t, slices.ContainsFunc(x.by, func(code string) bool { return has(r.Findings, code) }), "%s: %v", what, codes(r))
				continue
			}
			exposed(t, w, what, forged, good, without)
		}
	}
}

// exposed tries all that does not come from the operator.
func exposed(t *testing.T, w *world, what string, forged, good []byte, without ledger.Record) {
	t.Helper()
	// No witness cosigned this history.
	r := Verify(forged, Options{Root: w.root(), Policy: policyOf(t, "quorum W1", "W1")})
	assert.True(t, has(r.Findings, "policy.quorum"), what)
	// The receipt for the record that is gone.
	r = Verify(forged, Options{Root: w.root(), Receipts: []proof.SealedReceipt{w.receipt(without)}})
	assert.True(t, has(r.Findings, "receipt.missing") || has(r.Findings, "receipt.differs"), "%s: %v", what, codes(r))
	// An export from before.
	assert.NotEmpty(t, Contradictions(forged, good), what)
	found := Contradictions(good, forged)
	assert.True(t, has(found, "bundles.record") || has(found, "bundles.missing"), "%s: %v", what, found)
}

// Two exports of the same size, each good by itself.
func TestTwoHistoriesOfOneSizeAreAFork(t *testing.T) {
	w := small(t)
	records := slices.Clone(w.records)
	one := w.export(yearEnd)
	other := newWorld(t, ledger.ClockRecorded)
	other.open()
	other.now = other.now.Add(time.Second)
	other.year(1)
	require.Equal(t, len(records), len(other.records))
	two := other.export(yearEnd)
	require.True(t, Verify(two, Options{}).OK)
	found := Contradictions(one, two)
	assert.True(t, has(found, "bundles.fork") || slices.Equal(one, two), "%v", found)
}
