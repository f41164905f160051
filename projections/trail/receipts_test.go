package trail

import (
	"slices"
	"testing"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

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
	w.say("units/fgw", fgw, w.fgwTask, logged)
	lied := w.records[len(w.records)-1] // said by now, and given another place
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
	assert.Equal(t, []string{"note.receipt", "note.receipt", "note.policy"}, notes(r.Notes))

	// One that another key signed proves nothing.
	forged := all[0]
	forged.SignedReceipt, _ = forged.Receipt.Sign(nil, w.keys[office])
	assert.True(t, has(Verify(data, Options{Receipts: []proof.SealedReceipt{forged}}).Findings, "receipt.bad"))

	// One sealed in another history: in a log of the same size, and in a later one, of
	// which the two show enough to tell.
	for _, n := range []int{2, 0} {
		altered := slices.Clone(w.records[:len(w.records)-n])
		altered[7].Recorded = altered[7].Recorded.Add(time.Millisecond)
		l := logOf(t, altered)
		hashes, err := tlog.ProveRecord(int64(l.size), int64(own[0].Sequence-1), l)
		require.NoError(t, err)
		forked := all[0].Seal(own[0].Envelope, proof.Inclusion{Index: own[0].Sequence - 1, Hashes: hashes, Checkpoint: l.checkpoint(w.keys["ledger"])})
		assert.True(t, has(Verify(data, Options{Receipts: []proof.SealedReceipt{forked}}).Findings, "receipt.fork"), n)
		l = logOf(t, w.records[:len(altered)])
		hashes, err = tlog.ProveRecord(int64(l.size), int64(own[0].Sequence-1), l)
		require.NoError(t, err)
		good := all[0].Seal(own[0].Envelope, proof.Inclusion{Index: own[0].Sequence - 1, Hashes: hashes, Checkpoint: l.checkpoint(w.keys["ledger"])})
		assert.Empty(t, codes(Verify(data, Options{Receipts: []proof.SealedReceipt{good}})), n)
	}
}

// A receipt for what a remade ledger cut off its end: its number is past the end,
// but its time, or that of the attestation, gives the lie away.
func TestAReceiptForACutTailIsProof(t *testing.T) {
	w := nine(t)
	w.say("units/fgw", fgw, w.fgwTask, logged)
	w.say("units/zfj", zfj, "T02", logged)
	w.say("units/zfj", zfj, "T02", logged)
	cut := w.records[len(w.records)-3:]
	o := operator(t, w.records[:len(w.records)-3], 0, dropped)
	o.now = w.now.Add(time.Hour)
	forged := o.export(yearEnd)
	for i, code := range []string{"receipt.missing", "receipt.order", "receipt.order"} {
		r := Verify(forged, Options{Receipts: []proof.SealedReceipt{w.receipt(cut[i])}})
		assert.True(t, has(r.Findings, code), "%d: %v", i, codes(r))
	}
	// An honest ledger's later receipts are just later.
	good := w.export(yearEnd)
	w.say("units/fgw", fgw, w.fgwTask, logged)
	w.say("units/zfj", zfj, "T02", logged)
	for _, later := range w.records[len(w.records)-2:] {
		r := Verify(good, Options{Receipts: []proof.SealedReceipt{w.receipt(later)}})
		assert.Empty(t, codes(r))
		assert.Contains(t, notes(r.Notes), "note.receipt")
	}
}

// Receipts of a registry record, of another unit's and of another campaign.
func TestReceiptsOfOthers(t *testing.T) {
	w := nine(t)
	data := w.export(yearEnd)
	files := unpackOf(t, data)
	context := recordsOf(t, files[contextName])
	r := Verify(data, Options{Receipts: []proof.SealedReceipt{w.receipt(context[3]), w.receipt(w.records[len(w.records)-1])}})
	assert.Empty(t, codes(r))
	assert.Equal(t, 2, r.Receipts, "a registry record, and the attestation itself")

	revoked := &ledger.KeyRevoked{Key: ledger.Digest(w.keys["units/zfj"].Public().ID()), Reason: "遗失"}
	w = nine(t)
	w.say(office, zfj, "", revoked)
	registry := w.records[len(w.records)-1]
	own, others, last, err := Select(w.all(), fgw)
	require.NoError(t, err)
	b, body, err := Draft(Input{Campaign: campaign, Unit: fgw, At: yearEnd, Sequence: last, Records: own, Context: leaveOut(others, registry)})
	require.NoError(t, err)
	w.say("ledger", fgw, "", &body)
	require.NoError(t, w.attest(b))
	require.True(t, Verify(w.write(b), Options{}).OK, "the file itself cannot show it")
	r = Verify(w.write(b), Options{Receipts: []proof.SealedReceipt{w.receipt(registry)}})
	assert.True(t, has(r.Findings, "receipt.missing"), "%v", codes(r))

	foreign := w.receipt(registry)
	foreign.Receipt.Campaign = "jx2024"
	foreign.SignedReceipt, err = foreign.Receipt.Sign(nil, w.keys["ledger"])
	require.NoError(t, err)
	r = Verify(data, Options{Receipts: []proof.SealedReceipt{foreign}})
	assert.Empty(t, codes(r))
	assert.Contains(t, notes(r.Notes), "note.receipt")
}
