package trail

import (
	"cmp"
	"slices"

	"ducha/ledger"
	"ducha/projections"
)

// Attachment (佐证材料) is a file that the unit's records name.
type Attachment struct {
	SHA256  ledger.Digest `json:"sha256"`
	Name    string        `json:"name"`
	Records []uint64      `json:"records"`          // that name it
	Sealed  bool          `json:"sealed,omitempty"` // two persons sealed it: nobody is to have its bytes
}

// Attachments lists the files that a bundle's unit names, in the order in which they
// were named first. The bundle itself holds none of their bytes; whoever has a file
// holds its SHA-256 against this list. It verifies nothing: [Verify] does.
func Attachments(bundle []byte) []Attachment {
	e := newExhibit(1, bundle)
	if e == nil {
		return nil
	}
	found := map[ledger.Digest]*Attachment{}
	sealings := projections.Sealings{}
	for _, r := range inOrder(e.records) {
		event, err := r.Read()
		if err != nil {
			continue
		}
		sealings.Add(event)
		if event.Statement.Unit != e.manifest.Unit {
			continue
		}
		for _, x := range projections.EvidenceOf(event.Body) {
			a := found[x.SHA256]
			if a == nil {
				a = &Attachment{SHA256: x.SHA256, Name: string(x.Name)}
				found[x.SHA256] = a
			}
			a.Records = append(a.Records, event.Sequence)
		}
	}
	list := []Attachment{}
	for _, a := range found {
		a.Sealed = sealings.Attachment(a.SHA256)
		list = append(list, *a)
	}
	slices.SortFunc(list, func(a, b Attachment) int {
		return cmp.Or(cmp.Compare(a.Records[0], b.Records[0]), cmp.Compare(a.SHA256, b.SHA256))
	})
	return list
}

// inOrder are an exhibit's records in the order of their sequence.
func inOrder(records map[uint64]*line) []ledger.Record {
	var list []ledger.Record
	for _, l := range records {
		list = append(list, l.record)
	}
	slices.SortFunc(list, func(a, b ledger.Record) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return list
}
