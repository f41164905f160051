package console

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

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

// namingShown is how many statements that name a record its page lists.
const namingShown = 60

type recordBody struct {
	ID           ledger.Ref
	Sequence     uint64
	Kind         ledger.Kind
	Name         string
	Unread       bool // its kind or its data are beyond this version
	Hidden       bool // two persons sealed what it says
	Declared     string
	Unit, Task   said
	Claimed      string
	Recorded     string
	By           string
	Signer       projections.Signer
	InOffice     string
	Fault        string // what is wrong with the signature, empty when it is good
	Said         []said
	Basis        said
	TaskVersion  uint64
	TrailVersion uint64
	Head, Digest string
	Sealed       bool   // under the published checkpoint
	Leaf, Size   uint64 // its index in the log, and how many the checkpoint covers
	Payload      string // the bytes that were signed
	Signature    string
	Names        []said // statements that it names
	Named        []said // statements that name it
	NamedMore    int    // not shown: too many, or not the reader's to read
	Files        []fileRow
	Todos        []todo  // what waits on account of it
	Moves        []offer // what else the reader may answer
	Ways         []way   // to the records before and after
}

// way leads to the record before or after, of the same task or the same unit.
type way struct {
	ID, Name, Path string
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
	b := &recordBody{ID: id, Sequence: sequence, Kind: e.Kind, Name: kindWords(q, e.Kind), Unread: e.Unread, Hidden: c.Sealings.Statement(id)}
	switch {
	case e.Kind == "history.declared.v1":
		b.Declared = q.T("补录:今日签署,所载为台账之前的事,不计入数据", "declared history: signed when it was entered, about a day before the ledger; it counts in no figure")
	case c.Charter.Clock == ledger.ClockDeclared:
		b.Declared = q.T("本台账按所称时间计(章程 clock: declared):演示或补录", "this ledger goes by claimed times (charter, clock: declared): a demo, or history")
	}
	b.Unit = r.party(ledger.PartyID("units/" + e.Unit))
	if e.Task != "" {
		b.Task = r.task(e.Task)
	}
	b.named(q, c, id)
	b.Files, _ = filesOf(q, c, func(n projections.Naming) bool { return n.ID == id })
	pending := c.PendingList
	if t := c.Tasks[e.Task]; t != nil {
		pending = func(at time.Time) []projections.Pending { return c.PendingOf(t, at) }
	}
	for _, p := range pending(q.At) {
		if (p.Value == id.String() || p.Since.ID == id) && seesPending(q, c, p) {
			b.Todos = append(b.Todos, todoOf(q, c, p))
		}
	}
	b.answers(q, c, id, e)
	b.ways(q, c, e)
	return b, nil
}

// named lists the statements that name the record, as far as the reader may read them.
func (b *recordBody) named(q *request, c *projections.Campaign, id ledger.Ref) {
	all := c.Index.Named[id]
	r, at := reading{q, c}, c.Index.Among(all)
	for _, n := range all {
		ref, ok := at[n]
		if !ok || len(b.Named) == namingShown || !q.Reader.SeesEntry(c, c.Index.Statements[ref], q.At) {
			b.NamedMore++
			continue
		}
		b.Named = append(b.Named, r.ref(ref))
	}
}

// ways are the records before and after on the trails that the reader may read.
func (b *recordBody) ways(q *request, c *projections.Campaign, e projections.Entry) {
	add := func(list []uint64, id, zh, en string) {
		i, ok := slices.BinarySearch(list, b.Sequence)
		if ok && i > 0 {
			b.Ways = append(b.Ways, way{"prev-" + id, "‹ " + q.T("本"+zh+"上一条", "before, of the "+en), q.Link("/records/" + itoa(list[i-1]))})
		}
		if ok && i+1 < len(list) {
			b.Ways = append(b.Ways, way{"next-" + id, q.T("本"+zh+"下一条", "after, of the "+en) + " ›", q.Link("/records/" + itoa(list[i+1]))})
		}
	}
	if t := c.Tasks[e.Task]; t != nil && q.Reader.SeesTask(c, t, q.At) {
		add(t.Sequences, "task", "任务", "task")
	}
	if q.Reader.SeesUnit(c, e.Unit, q.At) {
		add(c.Units.Trails[e.Unit], "unit", "单位", "unit")
	}
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
	b.TaskVersion, b.TrailVersion, b.Head, b.Digest = e.TaskVersion, e.TrailVersion, e.Head.String(), hex.EncodeToString(digest[:])
	b.Size, b.Leaf = s.node.Sealing().Published, b.Sequence-1
	b.Sealed = b.Sequence <= b.Size
	s.hold(ctx, q, b.Files)
	err = s.read(q, func(c *projections.Campaign) { b.read(q, c, e) })
	if err != nil || b.Hidden {
		return err
	}
	env, err := seal.ParseEnvelope(r.Envelope)
	if err != nil {
		return err
	}
	b.Payload, b.Signature = string(env.Payload), base64.StdEncoding.EncodeToString(env.Signature.Sig)
	return nil
}

// read is who signed the record and what it says.
func (b *recordBody) read(q *request, c *projections.Campaign, e ledger.Event) {
	b.By, b.Signer = projections.Visible(signedBy(q, c, e)), c.SignerOfEvent(e)
	b.InOffice = projections.Visible(q.Lang.HolderWords(b.Signer.InOffice))
	b.Signer.InOffice = nil
	if err := signed(c, e); err != nil {
		b.Fault = err.Error()
	}
	says := reading{q, c}
	if e.Basis > 0 {
		b.Basis = said{Text: recordWords(q, e.Basis), Path: q.Link("/records/" + itoa(e.Basis))}
	}
	if b.Hidden {
		return
	}
	b.Said = says.saying(e.Body)
	for _, ref := range ledger.Refs(e.Body) {
		b.Names = append(b.Names, says.ref(ref))
	}
}

// CertificateWords say how a certificate stood when it signed.
func (v view) CertificateWords(c projections.CertificateStanding) string {
	words := map[projections.CertificateState][2]string{
		"good": {"签署前查询:有效", "found good before it signed"}, "revoked": {"签署前查询:已吊销", "found revoked before it signed"},
		projections.Unchecked: {"签署前未查询状态", "its status was not asked for before it signed"},
	}[c.Status]
	status := v.T(words[0], words[1])
	if status == "" {
		status = string(c.Status)
	}
	if c.Checked != "" {
		status += " (" + string(c.Checked) + " " + projections.Visible(c.Source) + ")"
	}
	dates := v.T("签署时在有效期内", "within its dates when it signed")
	if !c.Valid {
		dates = v.T("签署时不在有效期内", "outside its dates when it signed")
	}
	return dates + v.T(";", "; ") + status
}
