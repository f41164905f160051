package projections

import "ducha/ledger"

// Sealings (密封) by the id of the statement that asked for each first.
type Sealings map[ledger.Ref]*Sealing

// Sealing (密封) hides a statement's text or an attachment once a second person
// has seconded it; what is hidden keeps its place and its digest.
type Sealing struct {
	Stamp
	ledger.ContentSealed
	Seconded *Stamp `json:"seconded,omitempty"`
}

func (ss Sealings) evolve(f Fact) {
	b, ok := f.Body.(*ledger.ContentSealed)
	if !ok {
		return
	}
	stamp := f.stamp()
	if b.Seconds == nil {
		ss[f.ID] = &Sealing{Stamp: stamp, ContentSealed: *b}
	} else if s := ss[*b.Seconds]; s != nil && s.Seconded == nil {
		s.Seconded = &stamp
	}
}

// Statement says whether a statement is sealed: no view may show what it says.
func (ss Sealings) Statement(id ledger.Ref) bool {
	for _, s := range ss {
		if s.Seconded != nil && s.ContentSealed.Statement != nil && *s.ContentSealed.Statement == id {
			return true
		}
	}
	return false
}

// Attachment says whether an attachment is sealed: no door may hand it out.
func (ss Sealings) Attachment(d ledger.Digest) bool {
	for _, s := range ss {
		if s.Seconded != nil && s.ContentSealed.Attachment == d {
			return true
		}
	}
	return false
}

// Add takes a sealing in, as one reads it from a bundle; other statements change nothing.
func (ss Sealings) Add(e ledger.Event) { ss.evolve(Fact{Event: e, At: e.Recorded}) }

// Keep takes in what a later state of the ledger has sealed: what two persons sealed is
// hidden whatever day is looked at. What waits to be seconded stays as it was.
func (ss Sealings) Keep(later Sealings) {
	for _, s := range later {
		if s.Seconded != nil {
			sealed := *s
			ss[s.Seconded.ID] = &sealed // beside what was known of it
		}
	}
}
