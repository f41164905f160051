package trail

import (
	"fmt"
	"iter"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Copy is a copy of a ledger's log, kept by whoever does not trust it (日志副本).
type Copy struct {
	Checkpoint proof.Checkpoint                // signed by the ledger's key
	Records    iter.Seq2[ledger.Record, error] // all that are under it, from the first
}

// LogKey verifies the checkpoints of the log that the bundle is said to be of, to
// open a copy with.
func (r Report) LogKey() (note.Verifier, error) {
	for _, k := range r.Keys {
		if k.KeyID != r.LedgerKey {
			continue
		}
		key, err := seal.ParsePublicKey([]byte(k.PEM))
		if err != nil {
			return nil, err
		}
		return proof.LogVerifier(proof.Origin(r.Campaign, key), key)
	}
	return nil, fmt.Errorf("the bundle names no key of a ledger")
}

// CompareCopy holds exports against a copy of the log: whatever of it belongs into
// an export must be there, and be the same. That shows what nothing in the file
// can: a registry record of others that was left out, and a record of the unit that
// its chain passes over. An error is one of reading the copy.
func CompareCopy(log Copy, bundles ...[]byte) (Comparison, error) {
	v := &verification{}
	v.report.Findings = []Finding{}
	var shown []*exhibit
	for i, data := range bundles {
		e := newExhibit(i+1, data)
		switch {
		case e == nil:
			v.noteIn("note.uncompared", fmt.Sprint(i+1), "")
		case proof.Origin(e.manifest.Campaign, e.key) != log.Checkpoint.Origin:
			v.noteIn("note.ledgers", fmt.Sprint(i+1), log.Checkpoint.Origin)
		default:
			shown = append(shown, e)
		}
	}
	var tree proof.Tree
	for r, err := range log.Records {
		if err != nil {
			return Comparison{}, err
		}
		entry := r.Encode()
		tree.Add(tlog.RecordHash(entry))
		for _, e := range shown {
			v.copied(e, r, entry)
			if e.checkpoint.Size == tree.Size() {
				v.rooted(e, tree.Root())
			}
		}
	}
	for _, e := range shown {
		if e.checkpoint.Size > tree.Size() {
			v.outgrows(e, log.Checkpoint)
		}
	}
	return Comparison{Findings: v.report.Findings, Notes: v.report.Notes}, nil
}

// copied holds one record of the copy against an export.
func (v *verification) copied(e *exhibit, r ledger.Record, entry []byte) {
	l, ok := e.records[r.Sequence]
	switch {
	case !ok && e.covers(r):
		f := problem{"copy.missing", "no record " + fmt.Sprint(r.Sequence), fmt.Sprintf("the record of the log, at %s, digest %s", r.Place, r.Digest())}.in(e.file(recordsName), nil)
		f.Sequence = r.Sequence
		v.add(f)
	case ok && string(l.raw) != string(entry):
		f := problem{"copy.record", "digest " + l.record.Digest().String(), fmt.Sprintf("digest %s, as in the log", r.Digest())}.in(e.file(l.file), nil)
		f.Line, f.Sequence = l.number, r.Sequence
		v.add(f)
	}
}

func (v *verification) rooted(e *exhibit, root tlog.Hash) {
	if e.checkpoint.Root != root {
		v.find("copy.fork", e.file(checkpointName), nil, e.says(proof.Range{}), fmt.Sprintf("root %s, as the copy has", root))
		return
	}
	v.noteIn("note.copy", fmt.Sprint(e.number), fmt.Sprint(e.checkpoint.Size))
}

// outgrows: the export is of a later log than the copy.
func (v *verification) outgrows(e *exhibit, c proof.Checkpoint) {
	code := "note.short"
	if growsFrom(c, e.ranges) {
		code = "note.older"
	}
	v.noteIn(code, fmt.Sprint(e.number), fmt.Sprintf("%d, %d", c.Size, e.checkpoint.Size))
}
