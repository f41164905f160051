package trail

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// Report is what a verification found out. OK says that nothing is wrong; notes
// are what the reader should know all the same.
type Report struct {
	OK        bool                   `json:"ok"`
	Format    string                 `json:"format"`
	Campaign  ledger.LocalID         `json:"campaign"`
	Title     string                 `json:"title"`
	Unit      ledger.UnitID          `json:"unit"`
	Name      string                 `json:"name"`
	NameEN    string                 `json:"name_en,omitempty"`
	Count     int                    `json:"count"`           // lines of records.ndjson
	Context   int                    `json:"context"`         // lines of context.ndjson
	Since     int                    `json:"since,omitempty"` // lines of since.ndjson
	Sequence  uint64                 `json:"sequence"`        // the ledger stood at it
	Head      ledger.Hash            `json:"head"`
	First     time.Time              `json:"first"` // the earliest and the latest time that a record of the unit counts from
	Last      time.Time              `json:"last"`
	At        time.Time              `json:"at"` // the instant that the status was judged for
	Clock     ledger.Clock           `json:"clock"`
	Root      seal.KeyID             `json:"root"`       // that the charter names
	Anchored  bool                   `json:"anchored"`   // it is the one that was given
	LedgerKey seal.KeyID             `json:"ledger_key"` // that the charter names
	Attested  *Attestation           `json:"attested,omitempty"`
	Sealed    *Sealed                `json:"sealed,omitempty"`   // what the checkpoint says, where it is the ledger's
	Receipts  int                    `json:"receipts,omitempty"` // that were given and are for records here
	Keys      []Signer               `json:"keys"`
	Status    projections.UnitStatus `json:"status"` // as recomputed, whatever status.json says
	Findings  []Finding              `json:"findings"`
	More      int                    `json:"more,omitempty"` // findings that are not listed
	Notes     []Finding              `json:"notes,omitempty"`
}

// Attestation is the ledger's word on the export.
type Attestation struct {
	Sequence uint64     `json:"sequence"`
	Recorded time.Time  `json:"recorded"`
	Said     time.Time  `json:"said"` // the time in the signed statement
	Key      seal.KeyID `json:"key"`
}

// Sealed is the state of the log that the records are proved to be in.
type Sealed struct {
	Origin   string        `json:"origin"`
	Size     uint64        `json:"size"`
	Root     string        `json:"root"`     // in base64, as in the checkpoint
	Holds    bool          `json:"holds"`    // every record of the bundle is in it, at its place
	Policy   bool          `json:"policy"`   // a policy was given
	Cosigned []Cosignature `json:"cosigned"` // by witnesses that the policy knows
	Met      bool          `json:"met"`      // they are enough for the policy
}

// Cosignature is a witness's word that the log only grew.
type Cosignature struct {
	Witness string    `json:"witness"`
	Time    time.Time `json:"time"`
}

// conclude fills in what the report says beside the findings.
func (v *verification) conclude() Report {
	r, m := &v.report, v.manifest
	r.OK = len(r.Findings) == 0
	r.Format, r.Campaign, r.Unit, r.Sequence = m.Format, m.Campaign, m.Unit, m.Sequence
	r.At, _ = ledger.ParseRecorded(m.At)
	r.Count, r.Context, r.Since, r.Head = len(v.own), len(v.context), len(v.since), lastHead(v.own)
	c := v.state.State
	r.Title, r.Clock, r.LedgerKey = string(c.Charter.Title), v.state.Clock, v.ledgerKey
	r.Name, r.NameEN = r.Status.Name, r.Status.NameEN
	for _, k := range keysOf(&c.Keyring, v.signers) {
		r.Keys = append(r.Keys, Signer{k, v.signers[k.KeyID], sorted(v.uses[k.KeyID])})
	}
	r.Anchored = v.opts.Root != "" && v.opts.Root == r.Root
	for _, l := range v.own {
		if !l.said {
			continue
		}
		at := l.record.Recorded
		if r.Clock == ledger.ClockDeclared {
			at = projections.Declares(l.event.Statement)
		}
		if r.First.IsZero() || at.Before(r.First) {
			r.First = at
		}
		if at.After(r.Last) {
			r.Last = at
		}
	}
	if v.opts.Root == "" {
		v.note("note.root", string(r.Root))
	}
	if s := r.Sealed; s != nil && !s.Policy {
		v.note("note.policy", "")
	}
	if n := len(v.issuers); n > 0 && v.opts.Authorities == nil {
		v.note("note.authorities", fmt.Sprint(n))
	}
	if names := v.papers(); len(names) > 0 {
		v.note("note.papers", strings.Join(names, ", "))
	}
	if r.Clock == ledger.ClockDeclared {
		v.note("note.declared", "")
	}
	return *r
}

// papers are those that the bundle has.
func (v *verification) papers() []string {
	return slices.DeleteFunc(slices.Clone(papers), func(name string) bool { _, ok := v.files[name]; return !ok })
}
