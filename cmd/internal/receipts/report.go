// Package receipts checks receipts (回执) for their holders: offline, against the
// ledger's key alone, and against the log as it is served. What it finds it says
// in plain words, with what would prove it to others.
package receipts

import (
	"errors"
	"fmt"
	"time"

	"ducha/ledger"
	"ducha/ledger/proof"
	"ducha/ledger/seal"

	"golang.org/x/mod/sumdb/note"
)

// Status is what a check of a receipt came to.
type Status string

const (
	Signed    Status = "signed"    // the ledger signed it; nothing is said of the log
	Sealed    Status = "sealed"    // and it proves that the log holds the statement
	Contained Status = "contained" // the log as it is served now holds the statement
	Pending   Status = "pending"   // not sealed yet, and the promised time is not over
	Undecided Status = "undecided" // the log that was read may be older than the receipt
	Invalid   Status = "invalid"   // the receipt is not what it claims to be
	Broken    Status = "broken"    // the log that was read is not what the ledger signed
	Fraud     Status = "fraud"     // the ledger's own signatures contradict each other
)

// Report is what a check found.
type Report struct {
	Status     Status              `json:"status"`
	OK         bool                `json:"ok"`
	Receipt    ledger.Receipt      `json:"receipt"`
	LedgerKey  seal.KeyID          `json:"ledger_key"`           // whose signature the receipt bears
	Source     ledger.PartyID      `json:"source,omitempty"`     // who spoke, where the statement is at hand
	SignedBy   seal.KeyID          `json:"signed_by,omitempty"`  // with which key
	Claimed    time.Time           `json:"claimed,omitzero"`     // when, as they say
	Proved     *Size               `json:"proved,omitempty"`     // the checkpoint in the receipt
	Served     *Size               `json:"served,omitempty"`     // the checkpoint of the log that was read
	Cosigned   []proof.Cosignature `json:"cosigned,omitempty"`   // by witnesses that the policy knows, verified
	Unverified []string            `json:"unverified,omitempty"` // others whose signatures were not looked at
	Findings   []Finding           `json:"findings"`
	Evidence   []string            `json:"evidence,omitempty"` // files that prove what was found

	// What to keep as evidence.
	Checkpoint []byte           `json:"-"` // of the log that was read, as it was served
	Instead    *proof.Inclusion `json:"-"` // that something else stands in the statement's place; extra is its leaf's hash
}

// Size is a checkpoint for a report.
type Size struct {
	Origin string `json:"origin"`
	Size   uint64 `json:"size"`
	Root   string `json:"root"`
}

func sizeOf(c proof.Checkpoint) *Size { return &Size{c.Origin, c.Size, c.Root.String()} }

// Finding is one thing that is not as it should be. Its rule has words in package
// commands.
type Finding struct {
	Rule  string `json:"rule"`
	Says  string `json:"says,omitempty"` // the rule in words, see [Report.In]
	Found string `json:"found"`
	Want  string `json:"want"`
	Fraud bool   `json:"fraud,omitempty"` // the ledger's signatures prove it to anybody
}

// find adds what an error says. A status that is worse stands.
func (r *Report) find(s Status, err error) {
	f := Finding{Rule: "receipt.form", Found: err.Error()}
	if e, ok := errors.AsType[*ledger.Error](err); ok {
		f = Finding{Rule: e.Rule, Found: e.Found, Want: e.Want}
		if e.Err != nil {
			f.Found += ": " + e.Err.Error()
		}
	} else if errors.Is(err, seal.ErrSignature) || errors.Is(err, seal.ErrKeyMismatch) {
		f.Rule, f.Want = "receipt.seal", "the signature of the ledger's key"
	}
	f.Fraud = s == Fraud
	r.Findings = append(r.Findings, f)
	r.OK = false
	if r.Status != Fraud {
		r.Status = s
	}
}

// accuse adds what the ledger's own signatures prove.
func (r *Report) accuse(rule, found, want string) {
	r.find(Fraud, &ledger.Error{Class: ledger.Damaged, Rule: rule, Found: found, Want: want})
}

// undecided says that nothing was proved either way.
func (r *Report) undecided(s Status) {
	if r.OK {
		r.Status, r.OK = s, false
	}
}

// Verify checks a receipt and asks nobody. The statement may be nil where the
// receipt holds it; a policy that asks for witnesses asks for a sealed receipt.
func Verify(r proof.SealedReceipt, statement []byte, key seal.PublicKey, policy *proof.Policy) Report {
	out, e := begin(r, statement, key)
	switch {
	case !out.OK:
	case r.Sealed && e.Record.Envelope == nil:
		out.find(Invalid, ledger.Malform("receipt.statement", "a proof, and no statement to hold it against", "the envelope as it was submitted: --statement FILE"))
	case r.Sealed:
		out.Status = Sealed
		out.prove(r, e, key, policy)
	case policy != nil && policy.Needed():
		out.find(Invalid, &ledger.Error{Class: ledger.NotFound, Rule: "receipt.unsealed", Found: "a receipt that is signed alone, and a policy that asks for witnesses", Want: "a sealed one: `ducha receipt upgrade`"})
	}
	return out
}

// begin checks what the ledger signed, and the statement against it. Where the
// statement is not at hand the event is the zero one.
func begin(r proof.SealedReceipt, statement []byte, key seal.PublicKey) (out Report, e ledger.Event) {
	out = Report{Status: Signed, OK: true, Receipt: r.Receipt, LedgerKey: key.ID(), Findings: []Finding{}}
	if err := r.SignedReceipt.Verify(key); err != nil {
		out.find(Invalid, err)
		return out, e
	}
	if statement == nil {
		statement = []byte(r.Statement)
	}
	if len(statement) == 0 {
		return out, e
	}
	e, err := r.Event(statement)
	if err != nil {
		out.find(Invalid, err)
		return out, ledger.Event{}
	}
	out.speaker(e)
	return out, e
}

// speaker says who made the statement.
func (r *Report) speaker(e ledger.Event) {
	r.Source, r.SignedBy, r.Claimed = e.Source, e.Signer, e.Time
}

// prove checks the proof in the receipt.
func (r *Report) prove(receipt proof.SealedReceipt, e ledger.Event, key seal.PublicKey, policy *proof.Policy) {
	s, err := receipt.VerifyProof(e, key, policy)
	if err != nil {
		r.find(Invalid, err)
	}
	if s.Checkpoint.Origin == "" {
		return
	}
	r.Proved, r.Cosigned = sizeOf(s.Checkpoint), s.Cosigned
	if i, err := proof.ParseInclusion([]byte(receipt.Proof)); err == nil {
		r.Unverified = others(i.Checkpoint, s.Checkpoint.Origin, policy)
	}
}

// others are the names in signature lines that nobody verified.
func others(signed []byte, origin string, policy *proof.Policy) (names []string) {
	known := map[string]bool{origin: true}
	if policy != nil {
		for _, w := range policy.Witnesses {
			known[w.Verifier.Name()] = true
		}
	}
	_, err := note.Open(signed, note.VerifierList())
	if u, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		for _, s := range u.Note.UnverifiedSigs {
			if !known[s.Name] {
				names = append(names, s.Name)
			}
		}
	}
	return names
}

// OtherKey is the report on a receipt that another key signed than the one that the
// server shows. Neither is proved to be the ledger's.
func OtherKey(r proof.SealedReceipt, shown seal.PublicKey, signed seal.KeyID) Report {
	out := Report{Status: Signed, OK: true, Receipt: r.Receipt, LedgerKey: shown.ID(), Findings: []Finding{}}
	out.find(Invalid, &ledger.Error{Class: ledger.BadSeal, Rule: "receipt.key", Found: "the server shows the key " + string(shown.ID()) + ", the receipt is signed with " + string(signed),
		Want: "one key: give the one that the charter names with --key"})
	return out
}

// Compare holds a receipt that was given now against one that was given before and
// verified: both are signed, so they must be of one history.
func (r *Report) Compare(before, now proof.SealedReceipt, key seal.PublicKey) {
	if !r.OK {
		return
	}
	if before.Receipt != now.Receipt {
		r.accuse("receipt.contradicted", fmt.Sprintf("a receipt that says %+v", now.Receipt), fmt.Sprintf("the receipt that was given before: %+v", before.Receipt))
		return
	}
	a, b := checkpointIn(before, key), checkpointIn(now, key)
	if a.Size > 0 && a.Size == b.Size && a.Root != b.Root {
		r.accuse("log.forked", fmt.Sprintf("a log of %d entries with the root %s", b.Size, b.Root), fmt.Sprintf("the root %s: the ledger signed it before, and it is in the receipt", a.Root))
	}
}

// checkpointIn is the checkpoint in a receipt, if the ledger signed it.
func checkpointIn(r proof.SealedReceipt, key seal.PublicKey) proof.Checkpoint {
	i, err := proof.ParseInclusion([]byte(r.Proof))
	if err != nil {
		return proof.Checkpoint{}
	}
	log, err := r.Log(key)
	if err != nil {
		return proof.Checkpoint{}
	}
	c, err := proof.OpenCheckpoint(i.Checkpoint, log)
	if err != nil {
		return proof.Checkpoint{}
	}
	return c
}
