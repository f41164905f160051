package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ducha/ledger/seal"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxEntry is the most bytes that a record's JSON may have: an entry of a
// C2SP tile bundle has a 16-bit length (c2sp.org/tlog-tiles).
const MaxEntry = 65535

// Hash is a SHA-256 digest; it is written as 64 lower-case hexadecimal digits.
type Hash [sha256.Size]byte

func (h Hash) String() string               { return hex.EncodeToString(h[:]) }
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 lower-case hexadecimal digits.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) || strings.ToLower(string(text)) != string(text) {
		return fmt.Errorf("hash %q: want %d lower-case hexadecimal digits", text, 2*len(h))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Place is where a record stands in the stream: the tokens of its subject,
// ledger.<campaign>.<unit>.<task>.<family>, with "_" where there is no task.
type Place struct {
	Campaign LocalID
	Unit     UnitID
	Task     TaskID
	Family   Family
}

// PlaceOf is where a statement belongs.
func PlaceOf(s Statement) Place {
	return Place{Campaign: s.Campaign, Unit: s.Unit, Task: s.Task, Family: s.Kind.Family()}
}

// String is the place as a subject.
func (p Place) String() string {
	task := string(p.Task)
	if task == "" {
		task = "_"
	}
	return strings.Join([]string{"ledger", string(p.Campaign), string(p.Unit), task, string(p.Family)}, ".")
}

// StreamName is the stream that holds a campaign's ledger.
func StreamName(campaign LocalID) string { return "LEDGER_" + string(campaign) }

// BucketName is the object store that holds a campaign's files of evidence.
func BucketName(campaign LocalID) string { return "EVIDENCE_" + string(campaign) }

// ParsePlace reads a subject.
func ParsePlace(subject string) (Place, error) {
	t := strings.Split(subject, ".")
	if len(t) != 5 || t[0] != "ledger" || !isID(t[1]) || !isID(t[2]) || !isID(t[3]) && t[3] != "_" || !isID(t[4]) {
		return Place{}, fmt.Errorf("subject %q: want ledger.<campaign>.<unit>.<task>.<family>", subject)
	}
	p := Place{Campaign: LocalID(t[1]), Unit: UnitID(t[2]), Task: TaskID(t[3]), Family: Family(t[4])}
	if p.Task == "_" {
		p.Task = ""
	}
	return p, nil
}

// Record is a statement with what the ledger adds to it. Records are values and
// are never changed.
type Record struct {
	Sequence     uint64    // of the whole ledger, from 1
	Recorded     time.Time // the writer's clock at commit, UTC, in milliseconds; never runs backwards
	Place        Place
	TaskVersion  uint64 // of the task, from 1; 0 when the record is of no task
	TrailVersion uint64 // of the unit's trail, from 1
	Head         Hash   // of the unit's trail, with this record
	Envelope     []byte // as it was submitted, to the byte
}

// recordedLayout is RFC 3339 in UTC with exactly three digits of a second.
const recordedLayout = "2006-01-02T15:04:05.000Z"

// FormatRecorded is a recorded time as it is written in records and headers.
func FormatRecorded(t time.Time) string { return t.UTC().Format(recordedLayout) }

// ParseRecorded reads a recorded time and takes no other form of it.
func ParseRecorded(s string) (time.Time, error) {
	t, err := time.Parse(recordedLayout, s)
	if err != nil || FormatRecorded(t) != s {
		return time.Time{}, fmt.Errorf("recorded time %q: want the form %s", s, recordedLayout)
	}
	return t, nil
}

// entry is a record as JSON, its members in the order of RFC 8785.
type entry struct {
	Envelope     string `json:"envelope"`
	Head         *Hash  `json:"head,omitzero"`
	Recorded     string `json:"recorded"`
	Sequence     uint64 `json:"sequence"`
	Subject      string `json:"subject"`
	TaskVersion  uint64 `json:"task_version"`
	TrailVersion uint64 `json:"trail_version"`
	V            int    `json:"v"`
}

// encode writes what json.Marshal writes of an entry, some times faster: every
// record is written several times on its way. A test compares them.
func (r Record) encode(head *Hash) []byte {
	b := make([]byte, 0, len(r.Envelope)+len(r.Envelope)/8+512)
	b = r.appendQuote(append(b, `{"envelope":`...), r.Envelope)
	if head != nil {
		b = hex.AppendEncode(append(b, `,"head":"`...), head[:])
		b = append(b, '"')
	}
	b = append(b, `,"recorded":"`...)
	b = r.Recorded.UTC().AppendFormat(b, recordedLayout)
	b = strconv.AppendUint(append(b, `","sequence":`...), r.Sequence, 10)
	b = r.appendQuote(append(b, `,"subject":`...), []byte(r.Place.String()))
	b = strconv.AppendUint(append(b, `,"task_version":`...), r.TaskVersion, 10)
	b = strconv.AppendUint(append(b, `,"trail_version":`...), r.TrailVersion, 10)
	return append(b, `,"v":1}`...)
}

// appendQuote writes a JSON string. Envelopes are plain ASCII but for their quotes,
// as almost all are; what is not is left to the JSON package, from the beginning.
func (r Record) appendQuote(b, s []byte) []byte {
	start, rest := len(b), s
	for b = append(b, '"'); ; rest = rest[1:] {
		n := plainPrefix(rest)
		b, rest = append(b, rest[:n]...), rest[n:]
		switch {
		case len(rest) == 0:
			return append(b, '"')
		case rest[0] != '"' && rest[0] != '\\':
			b, err := jsontext.AppendQuote(b[:start], s)
			if err != nil {
				panic(fmt.Sprintf("ledger: record %d does not encode: %v", r.Sequence, err)) // an envelope is checked to be UTF-8 before
			}
			return b
		}
		b = append(b, '\\', rest[0])
	}
}

// Encode is the record's canonical JSON (RFC 8785), one line without its end:
//
//	{"envelope":"{...}","head":"<hex>","recorded":"2026-11-23T04:42:38.123Z","sequence":12,
//	 "subject":"ledger.ja2023.fgw.T01.progress","task_version":3,"trail_version":7,"v":1}
//
// The envelope stands in it as a string, so that its bytes are kept exactly.
func (r Record) Encode() []byte { return r.encode(&r.Head) }

// Digest is the SHA-256 of the record's canonical JSON without its head: what
// the trail's chain links.
func (r Record) Digest() Hash { return sha256.Sum256(r.encode(nil)) }

// EntryDigest is the [Record.Digest] of a record that is in its canonical form,
// without encoding it again: [ParseRecord] must have taken it.
func EntryDigest(entry []byte) (h Hash) {
	const size = len(`"head":"",`) + 2*sha256.Size
	i := bytes.LastIndex(entry, []byte(`"head":"`)) // after it come a time, numbers and a subject: none holds a quote
	d := sha256.New()
	d.Write(entry[:i])
	d.Write(entry[i+size:])
	d.Sum(h[:0])
	return h
}

// ParseRecord reads a record and takes its canonical form only.
func ParseRecord(data []byte) (Record, error) {
	if r, ok := scanRecord(data); ok {
		return r, nil
	}
	return parseRecord(data)
}

// parseRecord is ParseRecord for what scanRecord leaves: rare characters, and all
// that is wrong.
func parseRecord(data []byte) (Record, error) {
	var e entry
	if err := json.Unmarshal(data, &e, json.RejectUnknownMembers(true)); err != nil {
		return Record{}, fmt.Errorf("record: %w", err)
	}
	r := Record{Sequence: e.Sequence, TaskVersion: e.TaskVersion, TrailVersion: e.TrailVersion, Envelope: []byte(e.Envelope)}
	var err error
	if r.Place, err = ParsePlace(e.Subject); err != nil {
		return Record{}, fmt.Errorf("record %d: %w", e.Sequence, err)
	}
	if r.Recorded, err = ParseRecorded(e.Recorded); err != nil {
		return Record{}, fmt.Errorf("record %d: %w", e.Sequence, err)
	}
	// RFC 8785 writes numbers as doubles: no number of ours is past what they hold.
	if max(e.Sequence, e.TaskVersion, e.TrailVersion) > 1<<53 {
		return Record{}, fmt.Errorf("record %d: want numbers of at most 2^53", e.Sequence)
	}
	if e.Head == nil || e.V != 1 {
		return Record{}, fmt.Errorf("record %d: want a head and v 1, found v %d", e.Sequence, e.V)
	}
	r.Head = *e.Head
	if string(r.Encode()) != string(data) {
		return Record{}, fmt.Errorf("record %d: not in its canonical form", e.Sequence)
	}
	return r, nil
}

// Event is a record together with what it says: what projections fold.
type Event struct {
	Record
	Statement
	Signer seal.KeyID
}

// Read opens the record's envelope and reads the statement in it, and checks that
// the record stands where the statement belongs: a statement that was put on
// another unit's trail would be missing from its own. It checks no signature:
// that is done once, at the door, and again by whoever audits.
func (r Record) Read() (Event, error) {
	env, err := seal.ParseEnvelope(r.Envelope)
	if err != nil {
		return Event{}, fmt.Errorf("record %d: %w", r.Sequence, err)
	}
	s, err := Read(env.Payload)
	if err != nil {
		return Event{}, fmt.Errorf("record %d: %w", r.Sequence, err)
	}
	place := PlaceOf(s)
	if place.Family == Other {
		place.Family = r.Place.Family // a kind of a later version has a family that this one does not know
	}
	if place != r.Place {
		return Event{}, fmt.Errorf("record %d: stands at %s, its statement belongs at %s", r.Sequence, r.Place, place)
	}
	return Event{Record: r, Statement: s, Signer: env.Signature.KeyID}, nil
}
