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
)

// Contradictions holds exports of one ledger against each other: what one shows and
// another, which covers it, does not, or shows otherwise. Each must verify by
// itself; exports of different ledgers have nothing to do with each other. Files of
// findings are numbered as the bundles are, from 1: "2/records.ndjson".
//
// Two checkpoints of different sizes cannot be held against each other offline:
// that takes a proof of consistency, which a witness has asked for.
func Contradictions(bundles ...[]byte) []Finding {
	var shown []*exhibit
	for i, data := range bundles {
		if e := newExhibit(i+1, data); e != nil {
			shown = append(shown, e)
		}
	}
	c := &verification{}
	for i, a := range shown {
		for _, b := range shown[i+1:] {
			if a.key.ID() == b.key.ID() && a.manifest.Campaign == b.manifest.Campaign {
				c.contradict(a, b)
			}
		}
	}
	return c.report.Findings
}

// exhibit is a bundle as it is held against others.
type exhibit struct {
	number     int
	manifest   Manifest
	key        seal.PublicKey
	checkpoint proof.Checkpoint
	records    map[uint64]*line
}

// newExhibit reads a bundle, nil where it cannot be read: it does not verify, and
// its own report says why.
func newExhibit(number int, data []byte) *exhibit {
	v := &verification{files: map[string][]byte{}, signers: map[seal.KeyID]int{}}
	if !v.container(data) || !v.readManifest() {
		return nil
	}
	v.own, v.context, v.since, v.attestation = v.split(recordsName), v.split(contextName), v.split(sinceName), v.split(attestationName)
	v.read()
	defer v.checkSeals()()
	v.place()
	v.state = projections.NewFold(projections.CampaignProjection())
	v.fold()
	v.checkLog()
	if v.key.IsZero() {
		return nil
	}
	e := &exhibit{number: number, manifest: v.manifest, key: v.key, checkpoint: v.checkpoint, records: map[uint64]*line{}}
	for _, l := range v.lines() {
		if l.parsed {
			e.records[l.record.Sequence] = l
		}
	}
	return e
}

func (e *exhibit) file(name string) string { return fmt.Sprintf("%d/%s", e.number, name) }

// covers says whether a record must be among the exhibit's: it is of the unit's own
// trail or of the registry, and was there when the bundle was drafted.
func (e *exhibit) covers(r ledger.Record) bool {
	return r.Sequence <= e.manifest.Sequence && (r.Place.Unit == e.manifest.Unit || r.Place.Family == ledger.Registry)
}

func (v *verification) contradict(a, b *exhibit) {
	if a.checkpoint.Size == b.checkpoint.Size && a.checkpoint.Root != b.checkpoint.Root {
		v.find("bundles.fork", b.file(checkpointName), nil, fmt.Sprintf("size %d, root %s", b.checkpoint.Size, b.checkpoint.Root), fmt.Sprintf("root %s, as in %s", a.checkpoint.Root, a.file(checkpointName)))
	}
	v.lacks(a, b)
	v.lacks(b, a)
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

func sortedKeys(m map[uint64]*line) []uint64 { return slices.Sorted(maps.Keys(m)) }
