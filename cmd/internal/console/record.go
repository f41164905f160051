package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"ducha/cmd/internal/access"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"

	"github.com/google/uuid"
)

// recordPage (记录) is one record in full: what was said, who signed it, where it stands.
var recordPage = page{path: "/records/{sequence}", scope: access.OfStatement, name: "record", zh: "记录", en: "Record", fill: record, load: recordLoad}

// statementPage leads from a statement's id to its record.
var statementPage = page{path: "/statements/{id}", scope: access.OfStatement, name: "record", zh: "记录", en: "Record",
	fill: func(q *request, c *projections.Campaign) (any, error) {
		id, err := uuid.Parse(q.PathValue("id"))
		if err != nil {
			return nil, ledger.Malform("statement.id", q.PathValue("id"), "a UUID")
		}
		e, ok := c.Index.Statements[id]
		if !ok {
			return nil, unknownRecord(q, q.T("编号为 ", "with the id ")+id.String())
		}
		return nil, elsewhere(q.Link("/records/" + itoa(e.Sequence)))
	}}

type recordBody struct {
	ID           ledger.Ref
	Sequence     uint64
	Kind         ledger.Kind
	Name         string
	Unread       bool
	Hidden       bool // two persons sealed what it says
	Unit, Task   said
	Claimed      string
	Recorded     string
	By           string
	Signer       projections.Signer
	Fault        string // what is wrong with the signature, empty when it is good
	Said         []said
	Basis        uint64
	TaskVersion  uint64
	TrailVersion uint64
	Head, Digest string
	Sealed       bool   // under the published checkpoint
	Leaf, Size   uint64 // its index in the log, and how many the checkpoint covers
	Payload      string // the bytes that were signed
	Names        []said // statements that it names
	Named        []said // statements that name it

	task  ledger.TaskID
	entry projections.Entry
}

func unknownRecord(q *request, what string) error {
	found := "no record " + what
	if q.Past {
		found += " by " + string(ledger.DateOf(q.At))
	}
	return &ledger.Error{Class: ledger.NotFound, Rule: "record.known", Found: found, Want: "the number of a record that was on record by then"}
}

func record(q *request, c *projections.Campaign) (any, error) {
	sequence, err := strconv.ParseUint(q.PathValue("sequence"), 10, 64)
	if err != nil {
		return nil, ledger.Malform("http.request", fmt.Sprintf("%.40q", q.PathValue("sequence")), "the number of a record")
	}
	id, e, ok := c.Index.At(sequence)
	if !ok {
		return nil, unknownRecord(q, itoa(sequence))
	}
	r := reading{q, c}
	b := &recordBody{ID: id, Sequence: sequence, Kind: e.Kind, Name: kindWords(q, e.Kind), Unread: e.Unread, Hidden: c.Sealings.Statement(id), entry: e, task: e.Task}
	b.Unit = r.party(ledger.PartyID("units/" + e.Unit))
	if e.Task != "" {
		b.Task = r.task(e.Task)
	}
	for _, n := range c.Index.Named[id] {
		b.Named = append(b.Named, r.record(n))
	}
	return b, nil
}

// record is another record by its number.
func (r reading) record(sequence uint64) said {
	id, _, ok := r.c.Index.At(sequence)
	if !ok {
		return said{Text: recordWords(r.q, sequence)}
	}
	return r.ref(id)
}

func recordLoad(ctx context.Context, s *site, q *request, body any) error {
	b := body.(*recordBody)
	r, err := s.node.Stream.Get(ctx, b.Sequence)
	if err != nil {
		return err
	}
	e, err := r.Read()
	if err != nil {
		return err
	}
	digest := sha256.Sum256(r.Envelope)
	b.Claimed, b.Recorded = second(e.Time), second(e.Recorded)
	b.Basis, b.TaskVersion, b.TrailVersion, b.Head, b.Digest = e.Basis, e.TaskVersion, e.TrailVersion, e.Head.String(), hex.EncodeToString(digest[:])
	b.Size, b.Leaf = s.node.Sealing().Published, b.Sequence-1
	b.Sealed = b.Sequence <= b.Size
	err = s.read(q, func(c *projections.Campaign) {
		b.By, b.Signer = projections.Visible(signedBy(q, c, e)), c.SignerOfEvent(e)
		b.Signer.InOffice = slices.Clone(b.Signer.InOffice)
		if err := signed(c, e); err != nil {
			b.Fault = err.Error()
		}
		if b.Hidden {
			return
		}
		says := reading{q, c}
		b.Said = says.saying(e.Body)
		for _, ref := range ledger.Refs(e.Body) {
			b.Names = append(b.Names, says.ref(ref))
		}
	})
	if err != nil || b.Hidden {
		return err
	}
	env, err := seal.ParseEnvelope(r.Envelope)
	if err != nil {
		return err
	}
	b.Payload = string(env.Payload)
	return nil
}
