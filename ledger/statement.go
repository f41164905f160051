package ledger

import (
	"fmt"
	"strings"
	"time"

	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// HQ is the unit of statements that hold no single unit to account (指挥部).
const HQ UnitID = "hq"

// Statement is what a signer says: one CloudEvents 1.0 event.
//
//	{"specversion":"1.0", "id":"<uuid>", "type":"progress.reported.v1",
//	 "source":"/ja2023/units/fgw", "subject":"tasks/T01",
//	 "time":"2024-03-05T09:12:00+08:00", "datacontenttype":"application/json",
//	 "unit":"fgw", "basis":128, "data":{...}}
type Statement struct {
	ID       uuid.UUID // version 7 as we make them, version 4 is accepted too
	Kind     Kind
	Campaign LocalID
	Source   PartyID   // who speaks
	Unit     UnitID    // who is held to account: on whose trail it goes
	Task     TaskID    // empty unless the subject is a task
	Time     time.Time // when the signer says it was said: a claim
	Basis    uint64    // the last sequence of this task that the signer had seen
	Body     any       // a pointer to one of this package's bodies, or *Unknowable
}

// Unknowable is the body of a statement whose kind this version does not know,
// or whose data it cannot read: kept, counted and shown, never dropped.
type Unknowable struct {
	Data jsontext.Value
	Err  string
}

// event is the statement as JSON. Names and order are the format.
type event struct {
	SpecVersion string         `json:"specversion"`
	ID          string         `json:"id"`
	Type        Kind           `json:"type"`
	Source      string         `json:"source"`
	Subject     string         `json:"subject"`
	Time        string         `json:"time"`
	ContentType string         `json:"datacontenttype"`
	Unit        UnitID         `json:"unit"`
	Basis       uint64         `json:"basis"`
	Data        jsontext.Value `json:"data"`
}

// Subject is the CloudEvents subject: campaign, units/<unit> or tasks/<task>.
func (s Statement) Subject() string {
	switch {
	case s.Task != "":
		return "tasks/" + string(s.Task)
	case s.Unit == HQ && s.scope() != UnitScope:
		return "campaign"
	default:
		return "units/" + string(s.Unit)
	}
}

func (s Statement) scope() Scope {
	sp, _ := s.Kind.Spec()
	return sp.Scope
}

// Encode is the statement as the bytes to be signed. It does not validate:
// [Parse] does, on whatever is submitted.
func (s Statement) Encode() []byte {
	data := s.data()
	out, err := json.Marshal(event{
		SpecVersion: "1.0", ID: s.ID.String(), Type: s.Kind,
		Source:  "/" + string(s.Campaign) + "/" + string(s.Source),
		Subject: s.Subject(), Time: s.Time.Format(time.RFC3339Nano), ContentType: "application/json",
		Unit: s.Unit, Basis: s.Basis, Data: data,
	})
	if err != nil {
		panic(fmt.Sprintf("ledger: %s does not encode: %v", s.Kind, err))
	}
	return out
}

// data is the body as JSON; what could not be read is passed on as it came.
func (s Statement) data() jsontext.Value {
	if u, ok := s.Body.(*Unknowable); ok {
		return u.Data
	}
	data, err := json.Marshal(s.Body, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("ledger: %s does not encode: %v", s.Kind, err))
	}
	return data
}

// Parse reads a statement strictly, as the door does: a kind that is known,
// every attribute well-formed, no attribute or field that is unknown, data
// after the kind's schema. Errors are of class Malformed and say what was wrong
// and what would be right.
func Parse(payload []byte) (Statement, error) {
	if e, ok := scanEvent(payload); ok {
		if s, err := e.parse(); err == nil { // and its data is one JSON value, which makes the whole one
			return s, nil
		}
	}
	return parse(payload)
}

// parse is Parse for what scanEvent leaves, and for all that is wrong.
func parse(payload []byte) (Statement, error) {
	var e event
	if err := json.Unmarshal(payload, &e, json.RejectUnknownMembers(true)); err != nil {
		// Unmarshal is as strict; this only says in which way it is no JSON.
		if err := seal.CheckJSON(payload); err != nil {
			return Statement{}, &Error{Class: Malformed, Rule: "statement.json", Found: err.Error(), Want: "one JSON object in UTF-8, each name once"}
		}
		return Statement{}, Malform("statement.attributes", jsonFault(err), "the attributes specversion, id, type, source, subject, time, datacontenttype, unit, basis, data")
	}
	return e.parse()
}

func (e event) parse() (Statement, error) {
	s, err := e.statement()
	if err != nil {
		return Statement{}, err
	}
	sp, ok := s.Kind.Spec()
	if !ok {
		return Statement{}, Malform("statement.type", fmt.Sprintf("type %q", e.Type), near(e.Type))
	}
	if err := sp.fits(e); err != nil {
		return Statement{}, err
	}
	s.Body, err = sp.Body(e.Data)
	return s, err
}

// Body reads the data of a statement of the kind: a pointer to one of this package's
// types. The error names every place that is not after the kind's schema.
func (s Spec) Body(data []byte) (any, error) {
	if err := s.validate(data); err != nil {
		return nil, err
	}
	body := s.New()
	if err := json.Unmarshal(data, body, json.RejectUnknownMembers(true)); err != nil {
		return nil, Malform("data.schema", jsonFault(err), "data after the schema of "+string(s.Kind))
	}
	if c, ok := body.(interface{ Check() error }); ok {
		if err := c.Check(); err != nil {
			return nil, err
		}
	}
	return body, nil
}

// Read reads a statement that is on record. It never fails on what is said: a
// kind or data that this version cannot read becomes [Unknowable]. It fails
// only where the record's own attributes cannot be read, which the door has
// never let in.
func Read(payload []byte) (Statement, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return Statement{}, Malform("statement.attributes", jsonFault(err), "a statement as the door admits it")
	}
	s, err := e.statement()
	if err != nil {
		return Statement{}, err
	}
	sp, ok := s.Kind.Spec()
	if !ok {
		s.Body = &Unknowable{Data: e.Data, Err: "unknown kind"}
		return s, nil
	}
	body := sp.New()
	if err := json.Unmarshal(e.Data, body); err != nil {
		s.Body = &Unknowable{Data: e.Data, Err: jsonFault(err)}
		return s, nil
	}
	s.Body = body
	return s, nil
}

// maxBasis is the greatest integer that a CloudEvents attribute can hold.
const maxBasis = 1<<31 - 1

// statement reads the attributes, all but data.
func (e event) statement() (s Statement, err error) {
	if e.SpecVersion != "1.0" {
		return s, Malform("statement.specversion", fmt.Sprintf("specversion %q", e.SpecVersion), `"1.0"`)
	}
	if e.ContentType != "application/json" {
		return s, Malform("statement.datacontenttype", fmt.Sprintf("datacontenttype %q", e.ContentType), `"application/json"`)
	}
	s.ID, err = uuid.Parse(e.ID)
	if err != nil || s.ID.String() != e.ID || s.ID.Variant() != uuid.RFC4122 || (s.ID.Version() != 7 && s.ID.Version() != 4) {
		return s, Malform("statement.id", fmt.Sprintf("id %q", e.ID), "a UUID of version 7 (or 4), 36 characters in lower case, such as 018e0b1c-2f6a-7c1d-9b1e-0c4f5a6b7c8d")
	}
	rest, ok := strings.CutPrefix(e.Source, "/")
	campaign, party, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 || !isID(campaign) || !isParty(party) {
		return s, Malform("statement.source", fmt.Sprintf("source %q", e.Source), "/<campaign>/<party>, such as /ja2023/units/fgw")
	}
	s.Campaign, s.Source, s.Kind = LocalID(campaign), PartyID(party), e.Type
	s.Time, err = time.Parse(time.RFC3339, e.Time)
	if err != nil || !timeRegexp.MatchString(e.Time) || s.Time.Year() < 2000 || s.Time.Year() > 2100 {
		return s, Malform("statement.time", fmt.Sprintf("time %q", e.Time), "an RFC 3339 time with its offset, such as 2024-03-05T09:12:00+08:00")
	}
	if !isID(string(e.Unit)) {
		return s, Malform("statement.unit", fmt.Sprintf("unit %q", e.Unit), "the id of the unit that is held to account, such as fgw, or hq")
	}
	s.Unit, s.Basis = e.Unit, e.Basis
	if e.Basis > maxBasis {
		return s, Malform("statement.basis", fmt.Sprintf("basis %d", e.Basis), "the last sequence of this task that you have seen, 0 if none")
	}
	if task, ok := strings.CutPrefix(e.Subject, "tasks/"); ok && isID(task) {
		s.Task = TaskID(task)
		return s, nil
	}
	if (e.Subject != "campaign" || e.Unit != HQ) && e.Subject != "units/"+string(e.Unit) {
		return s, Malform("statement.subject", fmt.Sprintf("subject %q for unit %q", e.Subject, e.Unit), "campaign with the unit hq, units/<unit> with the unit of the attribute unit, or tasks/<task>")
	}
	return s, nil
}

// fits holds the event's subject and unit against the kind's scope.
func (s Spec) fits(e event) error {
	var ok bool
	var want string
	switch s.Scope {
	case CampaignScope:
		ok, want = e.Subject == "campaign" && e.Unit == HQ, `subject "campaign" and unit "hq"`
	case UnitScope:
		ok, want = e.Subject == "units/"+string(e.Unit), "subject units/<unit>"
	case TaskScope:
		ok, want = strings.HasPrefix(e.Subject, "tasks/"), "subject tasks/<task>"
	default:
		return nil
	}
	if !ok {
		return Malform("statement.subject", fmt.Sprintf("subject %q, unit %q", e.Subject, e.Unit), want+" for "+string(s.Kind))
	}
	return nil
}
