package trail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"golang.org/x/mod/sumdb/tlog"
)

// Input is what a bundle is made of, as [Select] collected it at one sequence.
type Input struct {
	Campaign ledger.LocalID
	Unit     ledger.UnitID
	At       time.Time // the instant to judge the status for
	Sequence uint64    // the last one of the ledger when the records were read
	Records  []ledger.Record
	Context  []ledger.Record
	// Papers are for people, by ReportName and SheetName; nothing rests on what they
	// say. Their digests are attested.
	Papers map[string][]byte
}

// Bundle is an exported trail, complete once it has been attested.
type Bundle struct {
	manifest Manifest
	files    map[string][]byte
	records  []ledger.Record // all of them, in the order of the ledger
	last     ledger.Record   // of the trail
	key      seal.PublicKey
	attests  ledger.ExportAttested
}

// ErrAttestation says that a record is not the attestation of the bundle, or that
// a bundle has none yet.
var ErrAttestation = errors.New("not attested")

// Draft makes a bundle but for its attestation, and the body of the statement that
// the ledger's key has to sign for it, on the unit's trail. The same input gives
// the same bytes. An error means that the records are not the intact trail of a
// campaign with a charter.
func Draft(in Input) (*Bundle, ledger.ExportAttested, error) {
	events, err := in.events()
	if err != nil {
		return nil, ledger.ExportAttested{}, fmt.Errorf("draft the trail of %s: %w", in.Unit, err)
	}
	fold := projections.NewFold(projections.CampaignProjection())
	signers := map[seal.KeyID]int{}
	for _, e := range events {
		fold.Apply(e)
		signers[e.Signer]++
	}
	charter := fold.State.Charter
	root, err1 := seal.ParsePublicKey([]byte(charter.RootKey))
	key, err2 := seal.ParsePublicKey([]byte(charter.LedgerKey))
	if err := errors.Join(err1, err2); charter.Campaign != in.Campaign || err != nil {
		return nil, ledger.ExportAttested{}, fmt.Errorf("draft the trail of %s: no charter of %s with two keys: %w", in.Unit, in.Campaign, err)
	}
	signers[key.ID()]++ // the attestation's
	b := &Bundle{last: in.Records[len(in.Records)-1], key: key}
	b.files = map[string][]byte{recordsName: lines(in.Records), contextName: lines(in.Context)}
	for _, e := range events {
		b.records = append(b.records, e.Record)
	}
	for name, data := range in.Papers {
		if !slices.Contains(papers, name) {
			return nil, ledger.ExportAttested{}, fmt.Errorf("draft the trail of %s: a paper %q: of %q", in.Unit, name, papers)
		}
		b.files[name] = data
	}
	m := Manifest{Format: Format, Campaign: in.Campaign, Unit: in.Unit, Sequence: in.Sequence, Count: uint64(len(in.Records)), Head: b.last.Head,
		At: ledger.FormatRecorded(instant(in.At)), RootKey: root.ID(), LedgerKey: key.ID()}
	status := derive(&m, fold, signers, b.files)
	b.files[readmeName] = readme(m, status)
	for _, name := range present(listed, b.files) {
		m.Files = append(m.Files, fileOf(name, b.files[name]))
	}
	b.manifest, b.files[manifestName] = m, encode(m)
	b.attests = ledger.ExportAttested{Sequence: m.Sequence, Count: m.Count, Head: ledger.Digest(m.Head.String()), Files: map[string]ledger.Digest{}}
	for _, name := range present(attested, b.files) {
		b.attests.Files[name] = ledger.Digest(fileOf(name, b.files[name]).SHA256.String())
	}
	return b, b.attests, nil
}

// Read is what the papers for people are written from: the campaign as it stood
// when the bundle was drafted, as far as the bundle holds it, and the unit's own
// events.
func (in Input) Read() (c *projections.Campaign, own []ledger.Event, err error) {
	events, err := in.events()
	if err != nil {
		return nil, nil, fmt.Errorf("read the trail of %s: %w", in.Unit, err)
	}
	fold := projections.NewFold(projections.CampaignProjection())
	for _, e := range events {
		if fold.Apply(e); e.Place.Unit == in.Unit {
			own = append(own, e)
		}
	}
	return fold.State, own, nil
}

// derive makes what follows from the fold, for whoever drafts and for whoever
// verifies: the names and the clock in the manifest, the status and the keys. The
// fold holds all of the bundle's records, whenever they count from, as the
// ledger's own pages do at that sequence.
func derive(m *Manifest, fold *projections.Fold[projections.Campaign], signers map[seal.KeyID]int, files map[string][]byte) projections.UnitStatus {
	at, _ := ledger.ParseRecorded(m.At) // zero where it is none: Verify has said so
	status := fold.State.UnitAt(m.Unit, at)
	m.Title, m.Name, m.NameEN, m.Clock = fold.State.Charter.Title, status.Name, status.NameEN, clockOf(fold.Clock)
	files[statusName] = encode(status)
	files[keysName] = encode(keysOf(&fold.State.Keyring, signers))
	return status
}

// events reads the records in the order of the ledger and holds them against what
// a bundle promises.
func (in Input) events() ([]ledger.Event, error) {
	if len(in.Records) == 0 {
		return nil, errors.New("no record on the trail")
	}
	var t ledger.Trail
	for _, r := range in.Records {
		if err := t.Add(r); err != nil {
			return nil, err
		}
	}
	all := slices.Concat(in.Records, in.Context)
	slices.SortStableFunc(all, bySequence)
	events := make([]ledger.Event, len(all))
	var last uint64
	for i, r := range all {
		switch {
		case r.Sequence <= last || r.Sequence > in.Sequence:
			return nil, fmt.Errorf("record %d after record %d of a ledger that stands at %d", r.Sequence, last, in.Sequence)
		case r.Place.Campaign != in.Campaign || r.Place.Unit != in.Unit && r.Place.Family != ledger.Registry:
			return nil, fmt.Errorf("record %d stands at %s", r.Sequence, r.Place)
		}
		var err error
		if events[i], err = r.Read(); err != nil {
			return nil, err
		}
		last = r.Sequence
	}
	return events, nil
}

func bySequence(a, b ledger.Record) int {
	switch {
	case a.Sequence < b.Sequence:
		return -1
	case a.Sequence > b.Sequence:
		return 1
	}
	return 0
}

// lines writes records, a line each.
func lines(records []ledger.Record) []byte {
	var b bytes.Buffer
	for _, r := range records {
		b.Write(r.Encode())
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// Attest completes the bundle with the record that the statement became, and with
// the proof that it and all others of the bundle are in the sealed log: a checkpoint
// that the ledger's key signed, and the hashes of its tree. since is what [Select]
// picks out of the records after the one that the ledger stood at and before the
// attestation; mostly nothing. With it the trail has no gap up to the attestation.
func (b *Bundle) Attest(r ledger.Record, since []ledger.Record, checkpoint []byte, hashes tlog.HashReader) error {
	if err := b.attest(r, since); err != nil {
		return err
	}
	proof, err := prove(slices.Concat(b.records, since, []ledger.Record{r}), b.manifest.Campaign, b.key, checkpoint, hashes)
	if err != nil {
		return fmt.Errorf("attest: %w", err)
	}
	b.files[sinceName], b.files[attestationName] = lines(since), lines([]ledger.Record{r})
	b.files[checkpointName], b.files[proofName] = checkpoint, proof
	return nil
}

func (b *Bundle) attest(r ledger.Record, since []ledger.Record) error {
	e, err := r.Read()
	if err != nil {
		return fmt.Errorf("attest: %w", err)
	}
	env, err := seal.ParseEnvelope(r.Envelope)
	if err != nil {
		return fmt.Errorf("attest: %w", err)
	}
	if err := env.Verify(b.key); err != nil {
		return fmt.Errorf("attest: %w", err)
	}
	body, ok := e.Body.(*ledger.ExportAttested)
	if !ok || e.Source != "ledger" || e.Place.Unit != b.manifest.Unit || e.Place.Campaign != b.manifest.Campaign ||
		body.Sequence != b.attests.Sequence || body.Count != b.attests.Count || body.Head != b.attests.Head || !maps.Equal(body.Files, b.attests.Files) {
		return fmt.Errorf("attest: %w: record %d does not say what was drafted", ErrAttestation, r.Sequence)
	}
	last, end, at := b.last, b.manifest.Sequence, ledger.Trail{Version: b.manifest.Count, Head: b.manifest.Head}
	for _, s := range since {
		if s.Sequence <= end || !belongs(s, b.manifest.Unit) {
			return fmt.Errorf("attest: %w: record %d of %s does not come between", ErrAttestation, s.Sequence, s.Place)
		}
		if end = s.Sequence; s.Place.Unit == b.manifest.Unit {
			if err := at.Add(s); err != nil {
				return fmt.Errorf("attest: %w", err)
			}
			last = s
		}
	}
	if err := follows(r, end, last); err != nil {
		return fmt.Errorf("attest: %w: %w", ErrAttestation, err)
	}
	return nil
}

// WriteTo writes the zip. It writes nothing before the bundle was attested.
func (b *Bundle) WriteTo(w io.Writer) (int64, error) {
	if b.files[attestationName] == nil {
		return 0, fmt.Errorf("write the trail: %w", ErrAttestation)
	}
	var entries []entry
	for _, name := range present(fileOrder, b.files) {
		entries = append(entries, entry{name, b.files[name]})
	}
	if n := packedSize(entries); n > MaxSize {
		return 0, fmt.Errorf("write the trail: %d bytes, of at most %d", n, MaxSize)
	}
	return pack(w, entries)
}
