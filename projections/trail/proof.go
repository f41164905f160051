package trail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"golang.org/x/mod/sumdb/tlog"
)

// prove is the file proof.txt: the shared proof that records, in the order of the
// ledger, are in the log under a checkpoint, a hash in base64 on every line. It is
// made only where it holds.
func prove(records []ledger.Record, campaign ledger.LocalID, key seal.PublicKey, checkpoint []byte, hashes tlog.HashReader) ([]byte, error) {
	log, err := proof.LogVerifier(proof.Origin(campaign, key), key)
	if err != nil {
		return nil, err
	}
	c, err := proof.OpenCheckpoint(checkpoint, log)
	if err != nil {
		return nil, err
	}
	var indexes []uint64
	var leaves []tlog.Hash
	for _, r := range records {
		indexes, leaves = append(indexes, r.Sequence-1), append(leaves, tlog.RecordHash(r.Encode()))
	}
	shared, err := proof.ProveAll(c.Size, indexes, hashes)
	if err != nil {
		return nil, err
	}
	root, err := proof.RootOfAll(c.Size, indexes, leaves, shared)
	if err == nil && root != c.Root {
		err = fmt.Errorf("the records are not those of the log of %d entries with the root %s", c.Size, c.Root)
	}
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, h := range shared {
		out.WriteString(h.String() + "\n") // base64
	}
	return out.Bytes(), nil
}

// parseProof reads proof.txt.
func parseProof(data []byte) (shared []tlog.Hash, err error) {
	const width = 44 + 1 // 32 bytes in base64, a line feed
	if len(data)%width != 0 {
		return nil, fmt.Errorf("%d bytes, no multiple of %d", len(data), width)
	}
	for n := 1; len(data) > 0; n++ {
		h, err := base64.StdEncoding.Strict().DecodeString(string(data[:width-1]))
		if err != nil || len(h) != tlog.HashSize || data[width-1] != '\n' {
			return nil, fmt.Errorf("line %d is no hash in base64", n)
		}
		shared, data = append(shared, tlog.Hash(h)), data[width:]
	}
	return shared, nil
}

// checkLog holds every record of the bundle, the attestation among them, against
// the sealed log: it must have them, each at its place.
func (v *verification) checkLog() {
	if v.key.IsZero() {
		return // the charter is missing, which is reported
	}
	signed, ok := v.files[checkpointName]
	if !ok {
		return // reported
	}
	campaign := v.state.State.Charter.Campaign
	log, err := proof.LogVerifier(proof.Origin(campaign, v.key), v.key)
	if err == nil {
		v.checkpoint, err = proof.OpenCheckpoint(signed, log)
	}
	if err != nil {
		v.find("checkpoint.bad", checkpointName, nil, err.Error(), "signed by the ledger's key as "+proof.Origin(campaign, v.key))
		return
	}
	v.report.Sealed = &Sealed{Origin: v.checkpoint.Origin, Size: v.checkpoint.Size, Root: v.checkpoint.Root.String(), Cosigned: []Cosignature{}}
	v.checkInclusion()
	v.checkPolicy(signed)
}

// checkInclusion computes the root from the records and the shared hashes.
func (v *verification) checkInclusion() {
	all := slices.DeleteFunc(v.lines(), func(l *line) bool { return !l.parsed })
	slices.SortStableFunc(all, func(a, b *line) int { return bySequence(a.record, b.record) })
	var indexes []uint64
	leaves := make([]tlog.Hash, len(all))
	for i, l := range all {
		if l.record.Sequence > v.checkpoint.Size {
			v.find("proof.size", "", l, fmt.Sprintf("record %d", l.record.Sequence), fmt.Sprintf("at most %d, which are under the checkpoint", v.checkpoint.Size))
			return
		}
		l.leaf = &leaves[i]
		indexes = append(indexes, l.record.Sequence-1)
	}
	each(all, func(l *line) { *l.leaf = tlog.RecordHash(l.raw) })
	shared, err := parseProof(v.files[proofName])
	if err != nil {
		v.find("proof.form", proofName, nil, err.Error(), "a hash in base64 on every line")
		return
	}
	v.ranges = func() map[proof.Range]tlog.Hash {
		ranges, _ := proof.RangesOfAll(v.checkpoint.Size, indexes, leaves, shared)
		return ranges
	}
	root, err := proof.RootOfAll(v.checkpoint.Size, indexes, leaves, shared)
	switch {
	case err != nil:
		v.find("proof.root", proofName, nil, err.Error(), "one hash for each range of the log without a record of this file")
	case root == v.checkpoint.Root:
		v.report.Sealed.Holds = len(all) == len(v.lines()) // a line that cannot be read was not held against it
	default:
		v.find("proof.root", proofName, nil, root.String(), fmt.Sprintf("the root %s of the checkpoint of %d entries", v.checkpoint.Root, v.checkpoint.Size))
	}
}

// checkPolicy asks whether those whom the reader trusts saw this log.
func (v *verification) checkPolicy(signed []byte) {
	p, s := v.opts.Policy, v.report.Sealed
	if p == nil {
		return
	}
	s.Policy = true
	if ok, err := p.Accepts(v.checkpoint.Origin, v.key); err != nil || !ok {
		v.find("policy.log", checkpointName, nil, v.checkpoint.Origin, "a log that the policy names")
	}
	by, met, err := p.Cosigned(signed)
	if err != nil {
		v.find("policy.bad", checkpointName, nil, err.Error(), "")
		return
	}
	for _, c := range by {
		s.Cosigned = append(s.Cosigned, Cosignature{Witness: c.Witness, Time: c.Time})
	}
	if s.Met = met; !met {
		v.find("policy.quorum", checkpointName, nil, fmt.Sprintf("%d of the %d witnesses", len(by), len(p.Witnesses)), "as many as the policy asks for")
	}
}
