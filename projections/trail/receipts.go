package trail

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"ducha/ledger"
	"ducha/ledger/proof"

	"golang.org/x/mod/sumdb/tlog"
)

// checkReceipts holds receipts that somebody has against what the ledger exported.
func (v *verification) checkReceipts() {
	if v.key.IsZero() || len(v.opts.Receipts) == 0 {
		return
	}
	h := holder{verification: v, end: v.manifest.Sequence + 1, numbers: map[uint64]*line{}, ids: map[ledger.Ref]*line{}}
	for _, l := range slices.Concat(v.all, v.attestation) {
		if !l.parsed {
			continue
		}
		if h.all = append(h.all, l); l.said {
			h.ids[l.event.ID] = l
		}
		if l.file == attestationName {
			h.end = l.record.Sequence
		}
		if l.record.Place.Unit == v.manifest.Unit {
			h.numbers[l.record.TrailVersion] = l
		}
	}
	slices.SortStableFunc(h.all, func(a, b *line) int { return bySequence(a.record, b.record) })
	if v.ranges != nil && v.report.Sealed.Holds {
		h.shown = v.ranges()
	}
	for _, r := range v.opts.Receipts {
		h.hold(r)
	}
}

// holder is a bundle as receipts are held against it.
type holder struct {
	*verification
	all     []*line          // in the order of the ledger, the attestation among them
	numbers map[uint64]*line // of the unit, by their number on the trail
	ids     map[ledger.Ref]*line
	end     uint64 // all that belongs into the bundle before this record is in it
	shown   map[proof.Range]tlog.Hash
}

func (v *holder) hold(r proof.SealedReceipt) {
	name, campaign := fmt.Sprintf("%s of record %d, %s", r.ID, r.Sequence, r.Recorded), v.state.State.Charter.Campaign
	if err := r.SignedReceipt.Verify(v.key); err != nil {
		if r.Campaign != campaign { // as it says of itself
			name = fmt.Sprintf("a receipt of campaign %s, and not of %s: %s", r.Campaign, campaign, name)
		}
		v.find("receipt.bad", "", nil, name+": "+err.Error(), "a receipt of this ledger")
		return
	}
	if r.Campaign != campaign {
		v.note("note.receipt", name)
		return
	}
	v.checkFork(r)
	at, ok := slices.BinarySearchFunc(v.all, r.Sequence, func(l *line, sequence uint64) int {
		return bySequence(l.record, ledger.Record{Sequence: sequence})
	})
	mine := r.Unit == v.manifest.Unit
	there, said := v.ids[r.ID]
	switch numbered := v.numbers[r.TrailVersion]; {
	case ok && receipted(r, v.all[at].record):
		v.report.Receipts++
	case said:
		v.find("receipt.differs", "", there, name, "recorded as the receipt says")
	case ok:
		v.find("receipt.missing", "", v.all[at], name, fmt.Sprintf("the statement, as record %d", r.Sequence))
	case mine && numbered != nil:
		v.find("receipt.missing", "", numbered, name, fmt.Sprintf("the statement, as number %d of the trail", r.TrailVersion))
	case r.Sequence < v.end && (mine || r.Kind.Family() == ledger.Registry):
		v.find("receipt.missing", recordsName, nil, name, "the statement, on the trail of "+string(r.Unit))
	case at > 0 && r.Recorded < ledger.FormatRecorded(v.all[at-1].record.Recorded):
		v.find("receipt.order", "", v.all[at-1], name, "recorded after this record, which has a lower number")
	case at < len(v.all) && r.Recorded > ledger.FormatRecorded(v.all[at].record.Recorded):
		v.find("receipt.order", "", v.all[at], name, "recorded before this record, which has a higher number")
	default:
		v.note("note.receipt", name)
	}
}

// receipted says whether a record is what a receipt was given for. The head covers
// all but the envelope's bytes, which the digest does.
func receipted(r proof.SealedReceipt, is ledger.Record) bool {
	return r.Digest == sha256.Sum256(is.Envelope) && r.Head == is.Head && r.Recorded == ledger.FormatRecorded(is.Recorded)
}

// checkFork holds the log that a sealed receipt shows against the bundle's: what
// both show of it must agree, whatever record the receipt is for.
func (v *holder) checkFork(r proof.SealedReceipt) {
	i, err := proof.ParseInclusion([]byte(r.Proof))
	if err != nil {
		return // a receipt that is not sealed
	}
	log, err := proof.LogVerifier(proof.Origin(r.Campaign, v.key), v.key)
	if err != nil {
		return
	}
	c, err := proof.OpenCheckpoint(i.Checkpoint, log)
	if err != nil {
		return // signed by somebody else: shows nothing of this log
	}
	if c.Size == v.checkpoint.Size && c.Root != v.checkpoint.Root {
		v.find("receipt.fork", checkpointName, nil, fmt.Sprintf("size %d, root %s", c.Size, v.checkpoint.Root), fmt.Sprintf("root %s, as in the receipt %s", c.Root, r.ID))
		return
	}
	e, err := r.Event([]byte(r.Statement))
	if err != nil {
		return
	}
	ranges, err := i.Ranges(e.Record.Encode(), c.Size)
	if err != nil || ranges[proof.Range{From: 0, To: c.Size}] != c.Root {
		return // a proof that does not hold
	}
	if at, forked := disagree(ranges, v.shown); forked {
		v.find("receipt.fork", checkpointName, nil, fmt.Sprintf("records %d to %d are %s", at.From+1, at.To, v.shown[at]), fmt.Sprintf("%s, as in the receipt %s", ranges[at], r.ID))
	}
}
