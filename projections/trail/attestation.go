package trail

import (
	"fmt"

	"ducha/ledger"
)

// follows checks that a record can be the attestation of a trail with this last
// record, in a ledger that stood at a sequence or had come there: a later record of
// the ledger, and the trail's very next, linked to the last. What came in between
// would be left out otherwise. The error is a *ledger.Error whose rule is a code.
func follows(r ledger.Record, sequence uint64, last ledger.Record) error {
	out := func(found, want string) error {
		return &ledger.Error{Class: ledger.Damaged, Rule: "attestation.place", Found: found, Want: want}
	}
	if r.TrailVersion != last.TrailVersion+1 {
		return out(fmt.Sprintf("number %d of the trail", r.TrailVersion), fmt.Sprintf("%d, the next: all records up to the attestation are here", last.TrailVersion+1))
	}
	if r.Sequence <= sequence {
		return out(fmt.Sprintf("record %d", r.Sequence), fmt.Sprintf("one after record %d", sequence))
	}
	if r.Recorded.Before(last.Recorded) {
		return out("recorded "+ledger.FormatRecorded(r.Recorded), "not before "+ledger.FormatRecorded(last.Recorded))
	}
	return (&ledger.Trail{Version: last.TrailVersion, Head: last.Head}).Add(r)
}

// checkAttestation checks the statement that the ledger's key made of this export.
func (v *verification) checkAttestation() {
	if len(v.attestation) != 1 {
		v.find("attestation.kind", attestationName, nil, fmt.Sprintf("%d lines", len(v.attestation)), "one record")
	}
	if len(v.attestation) == 0 || !v.attestation[0].said {
		return
	}
	l := v.attestation[0]
	body, ok := l.event.Body.(*ledger.ExportAttested)
	if !ok {
		v.find("attestation.kind", "", l, string(l.event.Kind), "export.attested.v1")
		return
	}
	v.checkPlace(l)
	v.checkSigner(l)
	v.checkTask(nil, l)
	if first, twice := v.state.State.Index.Statements[l.event.ID]; twice {
		v.find("statement.id", "", l, fmt.Sprintf("id %s, which is record %d", l.event.ID, first.Sequence), "an id of its own")
	}
	v.checkBody(l, body)
	var last ledger.Record
	for _, l := range v.trail() {
		if l.parsed {
			last = l.record
		}
	}
	end := body.Sequence
	for _, l := range v.since {
		end = max(end, l.record.Sequence)
	}
	if err := follows(l.record, end, last); err != nil {
		v.add(problemOf(err, "attestation.place").in("", l))
	}
	if n := len(v.since); n > 0 {
		v.note("note.since", fmt.Sprint(n))
	}
	v.report.Attested = &Attestation{Sequence: l.record.Sequence, Recorded: l.record.Recorded, Said: l.event.Time, Key: l.event.Signer}
}

// checkBody holds what was attested against what is here.
func (v *verification) checkBody(l *line, b *ledger.ExportAttested) {
	m, count, head := v.manifest, uint64(len(v.own)), lastHead(v.own).String()
	if m.Format == Format && b.Sequence != m.Sequence {
		v.find("attestation.body", "", l, fmt.Sprintf("sequence %d", b.Sequence), fmt.Sprintf("sequence %d of the manifest", m.Sequence))
	}
	if b.Count != count {
		v.find("attestation.body", recordsName, nil, fmt.Sprintf("%d records", count), fmt.Sprintf("%d, as attested", b.Count))
	}
	if string(b.Head) != head {
		v.find("attestation.body", recordsName, nil, "head "+head, fmt.Sprintf("%s, as attested", b.Head))
	}
	attested := present(attested, v.files)
	if len(b.Files) != len(attested) {
		v.find("attestation.body", "", l, fmt.Sprintf("%d files", len(b.Files)), fmt.Sprint(attested))
	}
	for _, name := range attested {
		got := v.fileOf(name, v.files[name]).SHA256.String()
		if want, ok := b.Files[name]; !ok || string(want) != got {
			v.find("attestation.file", name, nil, got, fmt.Sprintf("%s, as attested", want))
		}
	}
}

// checkEarlier holds an export that was attested before, and is on the trail
// itself, against the trail as it is now.
func (v *verification) checkEarlier(l *line, b *ledger.ExportAttested) {
	if b.Count == 0 || b.Count >= l.record.TrailVersion {
		v.find("attestation.earlier", "", l, fmt.Sprintf("%d records attested by number %d of the trail", b.Count, l.record.TrailVersion), "fewer")
		return
	}
	then, ok := v.numbers[b.Count]
	if !ok {
		return // it is missing, which is reported
	}
	if head := then.record.Head.String(); string(b.Head) != head || then.record.Sequence > b.Sequence {
		v.find("attestation.earlier", "", l, fmt.Sprintf("head %s at record %d", b.Head, b.Sequence), fmt.Sprintf("head %s at record %d", head, then.record.Sequence))
	}
}
