package projections

import (
	"slices"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
)

// Sealings (密封) by the id of the statement that asked for each first.
type Sealings map[ledger.Ref]*Sealing

// Sealing (密封) hides a statement's text or an attachment once a second person
// has seconded it; what is hidden keeps its place and its digest.
type Sealing struct {
	Stamp
	ledger.ContentSealed
	Signer   seal.KeyID `json:"signer"` // the first person's key
	Seconded *Stamp     `json:"seconded,omitempty"`
}

// hide takes out of a state, of whatever day, what a second person's statement seals.
func (c *Campaign) hide(f Fact) {
	if b, ok := f.Body.(*ledger.ContentSealed); ok && b.Seconds != nil && b.Statement != nil {
		c.Redact(*b.Statement)
	}
}

func (ss Sealings) evolve(f Fact) {
	b, ok := f.Body.(*ledger.ContentSealed)
	if !ok {
		return
	}
	stamp := f.stamp()
	if b.Seconds == nil {
		ss[f.ID] = &Sealing{Stamp: stamp, ContentSealed: *b, Signer: f.Signer}
	} else if s := ss[*b.Seconds]; s != nil && s.Seconded == nil {
		s.Seconded = &stamp
	}
}

// Texts are the statements whose words are sealed, in the order of their ids.
func (ss Sealings) Texts() []ledger.Ref {
	var ids []ledger.Ref
	for _, s := range ss {
		if s.Seconded != nil && s.ContentSealed.Statement != nil {
			ids = append(ids, *s.ContentSealed.Statement)
		}
	}
	slices.SortFunc(ids, func(a, b ledger.Ref) int { return strings.Compare(a.String(), b.String()) })
	return ids
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

// Since says whether words were sealed after an instant: what showed them then does not
// show them any more.
func (ss Sealings) Since(t time.Time) bool {
	for _, s := range ss {
		if s.Seconded != nil && s.Seconded.At.After(t) && s.ContentSealed.Statement != nil {
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
