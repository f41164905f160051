package trail

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"ducha/ledger"
	"ducha/ledger/proof"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// incriminates says whether a receipt was found to be proof of fraud.
func incriminates(r Report) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return strings.HasPrefix(f.Code, "receipt.") && f.Code != "receipt.bad" })
}

// means are what a reader of a bundle may have, to catch an omission with.
var means = []struct {
	name    string
	catches func(c *crime) bool
}{
	{"alone", func(c *crime) bool { return !c.verify(Options{}).OK }},
	{"witness", func(c *crime) bool { return has(c.verify(Options{Policy: c.policy}).Findings, "policy.quorum") }},
	{"receipt", func(c *crime) bool {
		return incriminates(c.verify(Options{Receipts: []proof.SealedReceipt{c.true.receipt(c.without)}}))
	}},
	{"other-receipt", func(c *crime) bool {
		return c.true.last.Sealed && incriminates(c.verify(Options{Receipts: []proof.SealedReceipt{c.true.last}}))
	}},
	{"export", func(c *crime) bool { return c.true.export != nil && len(Compare(c.true.export, c.forged).Findings) > 0 }},
	{"other-export", func(c *crime) bool { return c.true.other != nil && len(Compare(c.forged, c.true.other).Findings) > 0 }},
	{"copy", func(c *crime) bool {
		found, err := CompareCopy(c.true.log.copy(), c.forged)
		require.NoError(c.t, err)
		return len(found.Findings) > 0
	}},
}

// omission is a way to leave a record out, and what catches it whatever record it
// is; the other means catch some. The ledger's key is in the hands of whoever does
// it.
type omission struct {
	name   string
	commit func(c *crime)
	own    string // the means that always do, for a record of the unit's trail
	other  string // and for a registry record of another trail
}

const everybody = "witness receipt other-receipt export other-export copy"

var omissions = []omission{
	{"left out", func(c *crime) {
		c.files = c.drop(unpackOf(c.t, c.true.export))
	}, "alone receipt", "alone receipt"},
	{"left out, the manifest made good", func(c *crime) {
		c.files = c.drop(unpackOf(c.t, c.true.export))
		redigest(c.t, c.files)
	}, "alone receipt", "alone receipt"},
	{"renumbered and chained anew", func(c *crime) {
		c.files = c.dropChained(unpackOf(c.t, c.true.export))
		redigest(c.t, c.files)
	}, "alone receipt", "alone receipt"},
	{"the tail cut from it on", func(c *crime) {
		c.files = c.cut(unpackOf(c.t, c.true.export))
		redigest(c.t, c.files)
	}, "alone receipt", "alone receipt"},
	{"attested anew with the ledger's key", func(c *crime) {
		c.files = c.dropChained(unpackOf(c.t, c.true.export))
		reattest(c.t, c.files, c.true.keys["ledger"])
	}, "alone receipt", "alone receipt"},
	{"attested anew, under an older checkpoint", func(c *crime) {
		c.files = c.dropChained(unpackOf(c.t, c.true.export))
		reattest(c.t, c.files, c.true.keys["ledger"])
		c.files[checkpointName] = logOf(c.t, c.true.records[:len(c.true.records)-1]).checkpoint(c.true.keys["ledger"])
	}, "alone receipt", "alone receipt"},
	{"attested anew, with the proof for what is left", func(c *crime) {
		c.files = c.dropChained(unpackOf(c.t, c.true.export))
		reattest(c.t, c.files, c.true.keys["ledger"])
		c.prove(c.true.log)
	}, "alone receipt", "alone receipt"},
	{"not in the draft, which goes on record", func(c *crime) {
		c.onRecord(c.true.last.Sequence+1, func(r ledger.Record) bool { return r.Sequence != c.without.Sequence })
	}, "alone receipt", "receipt export other-export copy"},
	{"the tail cut by an attestation on record that names an older sequence", func(c *crime) {
		c.onRecord(c.without.Sequence, func(r ledger.Record) bool { return r.Sequence < c.without.Sequence })
	}, "alone receipt", "receipt"},
	{"sealed, and passed over by the chain", func(c *crime) { c.passedOver() }, "receipt copy", "receipt copy"},
	{"a second ledger, log and all, without it", func(c *crime) {
		w := operator(c.t, c.true.records[:len(c.true.records)-1], c.without.Sequence, dropped)
		c.forged, c.log = w.export(yearEnd), logOf(c.t, w.records)
	}, everybody, everybody},
	{"a second ledger, with another record in its place", func(c *crime) {
		w := operator(c.t, c.true.records[:len(c.true.records)-1], c.without.Sequence, replaced)
		c.forged, c.log = w.export(yearEnd), logOf(c.t, w.records)
	}, everybody, everybody},
}

// honest is the true ledger, with what honest people have of it.
type honest struct {
	*world
	export, other []byte // of fgw, and of zfj, which came before it
	last          proof.SealedReceipt
	log           *sealedLog
}

func truth(t *testing.T) *honest {
	h := &honest{world: nine(t)}
	h.say("units/zfj", zfj, "T02", logged)
	h.other = h.exportOf(zfj, yearEnd)
	h.export = h.world.export(yearEnd)
	h.log = logOf(t, h.records)
	zfjs := h.records[len(h.records)-3]
	require.Equal(t, zfj, zfjs.Place.Unit)
	hashes, err := tlog.ProveRecord(int64(h.log.size), int64(zfjs.Sequence-1), h.log)
	require.NoError(t, err)
	h.last = h.receipt(zfjs).Seal(zfjs.Envelope, proof.Inclusion{Index: zfjs.Sequence - 1, Hashes: hashes, Checkpoint: h.log.checkpoint(h.keys["ledger"])})
	return h
}

// crime is one omission of one record.
type crime struct {
	t       *testing.T
	true    *honest
	without ledger.Record
	policy  *proof.Policy

	files  map[string][]byte // of the forged bundle, where it is made of the good one
	forged []byte
	log    *sealedLog // that the forged bundle is sealed in; nil: the true one
}

func (c *crime) verify(o Options) Report {
	o.Root = c.true.root()
	return Verify(c.forged, o)
}

// done completes the forged bundle. The witness has seen the true log, and cosigns
// what continues it.
func (c *crime) done() {
	if c.files != nil {
		c.forged = packOf(c.t, c.files)
	}
	if c.log == nil {
		c.log = c.true.log
	}
	seen, err := tlog.TreeHash(int64(min(c.true.log.size, c.log.size)), c.true.log)
	require.NoError(c.t, err)
	root, err := tlog.TreeHash(int64(min(c.true.log.size, c.log.size)), c.log)
	require.NoError(c.t, err)
	if seen == root && c.log.size >= c.true.log.size {
		c.forged = cosigned(c.t, c.forged, "W1")
	}
}

// file is where the record would be.
func (c *crime) file() string {
	if c.without.Place.Unit == fgw {
		return recordsName
	}
	return contextName
}

func (c *crime) drop(files map[string][]byte) map[string][]byte {
	files[c.file()] = lines(leaveOut(recordsOf(c.t, files[c.file()]), c.without))
	return files
}

func (c *crime) dropChained(files map[string][]byte) map[string][]byte {
	files = c.drop(files)
	own := recordsOf(c.t, files[recordsName])
	rechain(own)
	files[recordsName] = lines(own)
	return files
}

func (c *crime) cut(files map[string][]byte) map[string][]byte {
	all := recordsOf(c.t, files[c.file()])
	files[c.file()] = lines(all[:slices.IndexFunc(all, func(r ledger.Record) bool { return r.Sequence == c.without.Sequence })])
	return files
}

// prove makes the proof good, as far as it can be, for the records in the files.
func (c *crime) prove(log *sealedLog) {
	var indexes []uint64
	for _, name := range []string{recordsName, contextName, sinceName, attestationName} {
		for _, r := range recordsOf(c.t, c.files[name]) {
			indexes = append(indexes, r.Sequence-1)
		}
	}
	slices.Sort(indexes)
	hashes, err := proof.ProveAll(log.size, indexes, log)
	require.NoError(c.t, err)
	c.files[proofName] = nil
	for _, h := range hashes {
		c.files[proofName] = append(c.files[proofName], h.String()+"\n"...)
	}
	c.files[checkpointName] = log.checkpoint(c.true.keys["ledger"])
}

// onRecord drafts a bundle of some of the records before a sequence, and has the
// ledger's key attest it in the true log.
func (c *crime) onRecord(before uint64, keep func(ledger.Record) bool) {
	w := c.true.world.clone()
	own, context, _, err := Select(w.all(), fgw)
	require.NoError(c.t, err)
	some := func(list []ledger.Record) []ledger.Record {
		return slices.DeleteFunc(list, func(r ledger.Record) bool { return r.Sequence >= before || !keep(r) })
	}
	own, context = some(own), some(context)
	rechain(own)
	b, body, err := Draft(Input{Campaign: campaign, Unit: fgw, At: yearEnd, Sequence: before - 1, Records: own, Context: context})
	if err != nil { // no trail of a charter to draft: nothing to hand out
		c.files = c.drop(unpackOf(c.t, c.true.export))
		return
	}
	w.say("ledger", fgw, "", &body)
	c.files, c.log = b.files, logOf(c.t, w.records)
	since := slices.DeleteFunc(w.since(b), func(r ledger.Record) bool { return r.Sequence == c.without.Sequence })
	c.files[sinceName], c.files[attestationName] = lines(since), lines(w.records[len(w.records)-1:])
	c.prove(c.log)
}

// passedOver is a ledger that sealed the record, gave a receipt for it, and went on
// as if it had not, from the first: whoever looks at the log's tree sees but one
// history.
func (c *crime) passedOver() {
	w := operator(c.t, c.true.records[:len(c.true.records)-1], c.without.Sequence, passOver)
	c.without = w.records[c.without.Sequence-1]
	own, context, last, err := Select(w.all(), fgw)
	require.NoError(c.t, err)
	b, body, err := Draft(Input{Campaign: campaign, Unit: fgw, At: yearEnd, Sequence: last, Records: leaveOut(own, c.without), Context: leaveOut(context, c.without)})
	require.NoError(c.t, err)
	w.say("ledger", fgw, "", &body)
	require.NoError(c.t, w.attest(b))
	c.forged, c.log = w.write(b), logOf(c.t, w.records)
	c.true = &honest{world: w, log: c.log} // all that anybody has is of this ledger
}

// What becomes of the record in a ledger that is made anew.
const (
	dropped  = "dropped"
	passOver = "sealed, and passed over"
	replaced = "replaced by a statement of the ledger's own"
)

// operator rewrites a ledger without one of its records, as whoever runs it and
// holds its key can: everything after it is renumbered, chained, attested and sealed
// anew. The statements of others it cannot change; those of the ledger it signs
// again.
func operator(t *testing.T, records []ledger.Record, without uint64, how string) *world {
	t.Helper()
	w := newWorld(t, ledger.ClockRecorded)
	w.n = 100_000
	for _, r := range records {
		e, err := r.Read()
		require.NoError(t, err)
		envelope := r.Envelope
		if b, ok := e.Body.(*ledger.ExportAttested); ok && b.Count > 0 {
			envelope = w.attestAgain(e, b)
		}
		next, err := w.chain.Next(e.Statement, envelope, r.Recorded)
		require.NoError(t, err)
		if r.Sequence == without {
			if how == dropped {
				continue
			}
			w.n++
			s := w.statement(id(w.n), "ledger", "zgj", "", &ledger.ExportAttested{Sequence: 1, Count: 1, Head: ledger.Digest(r.Head.String()), Files: map[string]ledger.Digest{}})
			s.Time, s.Basis = e.Time, r.Sequence-1
			instead, err := w.chain.Next(s, w.envelope(w.keys["ledger"], s.Encode()), r.Recorded)
			require.NoError(t, err)
			require.NoError(t, w.chain.Add(instead)) // which leaves the record's own trail as it was
			if how == replaced {
				next = instead
			}
		} else {
			require.NoError(t, w.chain.Add(next))
		}
		w.records = append(w.records, next)
	}
	w.now = w.records[len(w.records)-1].Recorded
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

func leaveOut(records []ledger.Record, without ledger.Record) []ledger.Record {
	return slices.DeleteFunc(records, func(r ledger.Record) bool { return r.Sequence == without.Sequence })
}

// For every record of a bundle, the unit's own and the others, the bundle without
// it, in every way that a clever operator might try: always one of the means
// catches it, and always those that the table names. How many each of them catches
// stands in testdata/omissions.txt. The charter is not among them: without it
// nothing can be drafted (TestDraftRefusesWhatIsNotATrail).
func TestNoRecordCanBeLeftOut(t *testing.T) {
	t.Parallel()
	h := truth(t)
	policy := policyOf(t, "quorum W1", "W1")
	good := &crime{t: t, true: h, policy: policy, forged: h.export, without: h.records[10]}
	good.done()
	for _, m := range means {
		require.False(t, m.catches(good), "nothing is left out: %s", m.name)
	}
	files := unpackOf(t, h.export)
	var table strings.Builder
	tried := func(name string, all []ledger.Record, always func(omission) string) {
		fmt.Fprintf(&table, "%s, each of %d\n\n", name, len(all))
		for _, x := range omissions {
			caught := map[string]int{}
			for _, without := range all {
				x.try(t, h, policy, without, caught)
			}
			fmt.Fprintf(&table, "  %s\n     ", x.name)
			for _, m := range means {
				fmt.Fprintf(&table, " %s %d", m.name, caught[m.name])
			}
			table.WriteString("\n")
			for means := range strings.FieldsSeq(always(x)) {
				assert.Equal(t, len(all), caught[means], "%s, %s: caught by %s", name, x.name, means)
			}
		}
		table.WriteString("\n")
	}
	tried("a record of the unit's trail", recordsOf(t, files[recordsName]), func(x omission) string { return x.own })
	tried("a registry record of another trail", recordsOf(t, files[contextName])[1:], func(x omission) string { return x.other })
	const path = "testdata/omissions.txt"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(table.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), table.String())
}

// try commits one omission of one record, and counts what catches it.
func (x omission) try(t *testing.T, h *honest, policy *proof.Policy, without ledger.Record, caught map[string]int) {
	t.Helper()
	c := &crime{t: t, true: h, policy: policy, without: without}
	x.commit(c)
	c.done()
	n := 0
	for _, m := range means {
		if m.catches(c) {
			caught[m.name]++
			n++
		}
	}
	assert.Positive(t, n, "nothing catches record %d, %s, %s", without.Sequence, without.Place, x.name)
}
