package console

import (
	"context"
	"slices"
	"time"

	"ducha/cmd/internal/access"
	"ducha/cmd/internal/witness"
	"ducha/ledger"
	"ducha/ledger/archive"
	"ducha/projections"
)

// auditPage (审计) is what nobody has to take the ledger's word for: the checkpoint and
// who cosigns it, what left the ledger and for whom, whose key is whose.
var auditPage = page{path: "/audit", scope: access.Anyone, name: "audit", zh: "审计", en: "Audit", fill: audit, load: audited}

// exportsShown is how many exports are listed, the latest first.
const exportsShown = 50

type auditBody struct {
	Checkpoint string // the signed note
	Log        archive.Status
	Sealing    string // why no more is sealed, empty when all is well
	Witnesses  []witness.State
	Units      []labelled
	Exports    []export
	More       int
	Keys       []projections.KeyStatus
	names      map[ledger.PartyID]string
}

// export is a trail that left the ledger.
type export struct {
	Sequence  uint64
	At        time.Time
	Unit      ledger.UnitID
	UnitName  string
	Count     uint64
	For       ledger.PartyID
	ForName   string
	Countable bool
}

func audit(q *request, c *projections.Campaign) (any, error) {
	b := &auditBody{names: map[ledger.PartyID]string{}}
	for id := range c.Units.Parties {
		b.names[id] = partyName(q, c, id)
	}
	for _, id := range c.UnitList() {
		if q.Reader.SeesUnit(c, id, q.At) {
			b.Units = append(b.Units, labelled{string(id), unitName(q, c, id)})
		}
	}
	for _, e := range c.Index.Statements {
		if e.Kind == "export.attested.v1" && q.Reader.SeesUnit(c, e.Unit, q.At) {
			b.Exports = append(b.Exports, export{Sequence: e.Sequence, Unit: e.Unit, UnitName: unitName(q, c, e.Unit)})
		}
	}
	slices.SortFunc(b.Exports, func(x, y export) int { return int(y.Sequence) - int(x.Sequence) })
	if b.More = len(b.Exports) - exportsShown; b.More > 0 {
		b.Exports = b.Exports[:exportsShown]
	}
	b.Keys = c.KeyList(q.At)
	return b, nil
}

func audited(ctx context.Context, s *site, q *request, body any) error {
	b := body.(*auditBody)
	for i := range b.Exports {
		x := &b.Exports[i]
		r, err := s.node.Stream.Get(ctx, x.Sequence)
		if err != nil {
			return err
		}
		e, err := r.Read()
		if err != nil {
			return err
		}
		x.At = e.Recorded
		if said, ok := e.Body.(*ledger.ExportAttested); ok {
			x.Count, x.For, x.Countable = said.Count, said.For, true
			x.ForName = b.names[said.For]
		}
	}
	b.Log, b.Witnesses = s.node.Sealing(), s.node.Witnesses()
	for _, err := range []error{b.Log.Err, b.Log.Cosign} {
		if err != nil {
			b.Sealing = err.Error()
		}
	}
	_, signed, err := s.node.Archive().Checkpoint(ctx)
	if err != nil {
		b.Sealing = err.Error()
		return nil // the page says so
	}
	b.Checkpoint = string(signed)
	return nil
}
