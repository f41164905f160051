package trail

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"
	"ducha/projections"

	"golang.org/x/mod/sumdb/tlog"
)

// Comparison is what came of holding several exports against each other. Files of
// findings and notes are numbered as the bundles are, from 1: "2/records.ndjson".
type Comparison struct {
	Findings []Finding `json:"findings"`
	Notes    []Finding `json:"notes,omitempty"` // what could be shown, and what not
}

// Compare holds exports of one ledger against each other, whichever units they are
// of: what one shows, and another that covers it does not, or shows otherwise. Each
// must verify by itself.
//
// Checkpoints of one size must have one root. Of two sizes, all that both exports
// show of the tree must agree: each shows the roots of thousands of its ranges. A
// later export of the same unit nearly always shows enough of them to prove that
// its log grew out of the earlier one's; where it does not, a note says so, and a
// witness or a copy of the log has to say what two files cannot.
func Compare(bundles ...[]byte) Comparison {
	v := &verification{}
	v.report.Findings = []Finding{}
	var shown []*exhibit
	for i, data := range bundles {
		e := newExhibit(i+1, data)
		if e == nil {
			v.noteIn("note.uncompared", fmt.Sprint(i+1), "")
			continue
		}
		shown = append(shown, e)
	}
	for i, a := range shown {
		for _, b := range shown[i+1:] {
			v.between(a, b)
		}
	}
	return Comparison{Findings: v.report.Findings, Notes: v.report.Notes}
}

func (v *verification) noteIn(code, file, found string) {
	v.report.Notes = append(v.report.Notes, problem{code: code, found: found}.in(file, nil))
}

// exhibit is a bundle as it is held against others.
type exhibit struct {
	number     int
	manifest   Manifest
	root       seal.KeyID
	key        seal.PublicKey
	checkpoint proof.Checkpoint
	ranges     map[proof.Range]tlog.Hash
	end        uint64 // all that belongs into it before this record is in it
	records    map[uint64]*line
}

// newExhibit reads a bundle, nil where it cannot be read or proves nothing: it does
// not verify, and its own report says why.
func newExhibit(number int, data []byte) *exhibit {
	v := &verification{files: map[string][]byte{}, hashed: map[string]File{}, signers: map[seal.KeyID]int{}, uses: map[seal.KeyID][]CertificateUse{}, trusted: map[ledger.Digest]bool{}, issuers: map[ledger.Digest]bool{}}
	if !v.container(data) || !v.readManifest() {
		return nil
	}
	v.own, v.context, v.since, v.attestation = v.split(recordsName), v.split(contextName), v.split(sinceName), v.split(attestationName)
	v.read()
	v.place()
	v.state = projections.NewFold(projections.CampaignProjection())
	v.fold()
	v.checkLog()
	if s := v.report.Sealed; s == nil || !s.Holds || len(v.attestation) != 1 {
		return nil
	}
	e := &exhibit{number: number, manifest: v.manifest, root: v.report.Root, key: v.key, checkpoint: v.checkpoint, ranges: v.ranges(),
		end: v.attestation[0].record.Sequence, records: map[uint64]*line{}}
	for _, l := range v.lines() {
		e.records[l.record.Sequence] = l
	}
	return e
}

func (e *exhibit) file(name string) string { return fmt.Sprintf("%d/%s", e.number, name) }

// covers says whether a record must be among the exhibit's.
func (e *exhibit) covers(r ledger.Record) bool {
	return r.Sequence < e.end && belongs(r, e.manifest.Unit)
}

func (v *verification) between(a, b *exhibit) {
	switch {
	case a.key.ID() == b.key.ID() && a.manifest.Campaign == b.manifest.Campaign:
		v.grows(a, b)
		v.lacks(a, b)
		v.lacks(b, a)
	case a.root == b.root && a.manifest.Campaign == b.manifest.Campaign:
		v.find("bundles.charter", b.file(contextName), nil, "ledger key "+string(b.key.ID()), fmt.Sprintf("ledger key %s, as in %d", a.key.ID(), a.number))
	default:
		v.noteIn("note.ledgers", fmt.Sprintf("%d, %d", a.number, b.number), "")
	}
}

// grows holds what two exports show of the log's tree against each other.
func (v *verification) grows(a, b *exhibit) {
	if a.checkpoint.Size > b.checkpoint.Size {
		a, b = b, a
	}
	if r, forked := disagree(a.ranges, b.ranges); forked || a.checkpoint.Size == b.checkpoint.Size && a.checkpoint.Root != b.checkpoint.Root {
		v.find("bundles.fork", b.file(checkpointName), nil, b.says(r), a.says(r)+", as in "+a.file(checkpointName))
		return
	}
	code := "note.grows"
	if !growsFrom(a.checkpoint, b.ranges) {
		code = "note.unproved"
	}
	v.noteIn(code, fmt.Sprintf("%d, %d", a.number, b.number), fmt.Sprintf("%d, %d", a.checkpoint.Size, b.checkpoint.Size))
}

func (e *exhibit) says(r proof.Range) string {
	s := fmt.Sprintf("size %d, root %s", e.checkpoint.Size, e.checkpoint.Root)
	if r != (proof.Range{}) {
		s += fmt.Sprintf("; records %d to %d are %s", r.From+1, r.To, e.ranges[r])
	}
	return s
}

// disagree finds the first, and of those the smallest, perfect range that two trees
// show otherwise.
func disagree(a, b map[proof.Range]tlog.Hash) (first proof.Range, forked bool) {
	for r, h := range a {
		other, ok := b[r]
		if !ok || h == other || !r.Perfect() {
			continue
		}
		if !forked || r.To < first.To || r.To == first.To && r.From > first.From {
			first, forked = r, true
		}
	}
	return first, forked
}

// growsFrom says whether what is shown of a tree is enough to compute the root of
// an earlier one, and gives it.
func growsFrom(c proof.Checkpoint, later map[proof.Range]tlog.Hash) bool {
	pieces := proof.Pieces(c.Size)
	var root tlog.Hash
	for i, p := range slices.Backward(pieces) {
		h, ok := later[p]
		if !ok {
			return false
		}
		if i == len(pieces)-1 {
			root = h
		} else {
			root = tlog.NodeHash(h, root)
		}
	}
	return root == c.Root
}

// lacks says what of a is not in b, or is otherwise there. A record that differs is
// named once, in the later bundle.
func (v *verification) lacks(a, b *exhibit) {
	for _, sequence := range sortedKeys(a.records) {
		mine := a.records[sequence]
		other, ok := b.records[sequence]
		f := problem{"bundles.missing", "no record " + fmt.Sprint(sequence), fmt.Sprintf("the record of %s line %d", a.file(mine.file), mine.number)}.in(b.file(recordsName), nil)
		switch {
		case !ok && b.covers(mine.record):
			f.Sequence = sequence
			v.add(f)
		case ok && a.number < b.number && !bytes.Equal(mine.raw, other.raw):
			f = problem{"bundles.record", "digest " + other.record.Digest().String(), fmt.Sprintf("digest %s, as in %s line %d", mine.record.Digest(), a.file(mine.file), mine.number)}.in(b.file(other.file), nil)
			f.Line, f.Sequence = other.number, sequence
			v.add(f)
		}
	}
}

func sortedKeys[V any](m map[uint64]V) []uint64 { return slices.Sorted(maps.Keys(m)) }
