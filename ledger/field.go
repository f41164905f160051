package ledger

import (
	"github.com/google/uuid"
	"github.com/invopop/jsonschema"
)

// The types of the fields of a body. Each carries its own JSON Schema, so that
// the schema that a form is built from is the one that the ledger enforces.

// Line is a short text on one line: 1 to 200 characters, none of them a control
// character or a line separator.
type Line string

// Text is a text of 1 to 4,000 characters; of the control characters it may hold
// tabs and line ends.
type Text string

// Percent is a share of the whole task from 0 to 100.
type Percent float64

// UnitID names a unit (单位), such as fgw; "hq" is the headquarters (指挥部).
type UnitID string

// TaskID names a task (任务), such as T01.
type TaskID string

// LocalID names a thing within a task or a campaign: a milestone, a measure, a target.
type LocalID string

// PartyID names who signs (主体): units/fgw, officers/commander,
// authorities/jiwei, inspectors/ducha-1, auditors/shenji; "root" and "ledger"
// are the two keys that a charter names.
type PartyID string

// Ref names an earlier statement by its id.
type Ref = uuid.UUID

// Digest is a SHA-256 digest, 64 lower-case hexadecimal digits.
type Digest string

const (
	idPattern    = `^[A-Za-z0-9][A-Za-z0-9-]{0,39}$`
	partyPattern = `^(root|ledger|(units|officers|authorities|inspectors|auditors)/[A-Za-z0-9][A-Za-z0-9-]{0,39})$`
)

// Both need a character that can be seen: a text that is only white space says
// nothing, and \s alone would let the ideographic space (U+3000) pass for
// something. The classes mean the same to Go and to ECMA-262, which other readers
// of the schema use.
const (
	visible     = `[^\s\p{Z}\p{Cc}\p{Cf}]`
	linePattern = `^[^\p{Cc}\p{Zl}\p{Zp}]*` + visible + `[^\p{Cc}\p{Zl}\p{Zp}]*$`
	textPattern = `^[\t\n\r\P{Cc}]*` + visible + `[\t\n\r\P{Cc}]*$`
)

func text(max uint64, pattern string) *jsonschema.Schema {
	one := uint64(1)
	return &jsonschema.Schema{Type: "string", MinLength: &one, MaxLength: &max, Pattern: pattern}
}

func pattern(p string) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Pattern: p} }

func (Line) JSONSchema() *jsonschema.Schema    { return text(200, linePattern) }
func (Text) JSONSchema() *jsonschema.Schema    { return text(4000, textPattern) }
func (UnitID) JSONSchema() *jsonschema.Schema  { return pattern(idPattern) }
func (TaskID) JSONSchema() *jsonschema.Schema  { return pattern(idPattern) }
func (LocalID) JSONSchema() *jsonschema.Schema { return pattern(idPattern) }
func (PartyID) JSONSchema() *jsonschema.Schema { return pattern(partyPattern) }
func (Digest) JSONSchema() *jsonschema.Schema  { return pattern(`^[0-9a-f]{64}$`) }
func (Percent) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "number", Minimum: "0", Maximum: "100"}
}

// Unit is the id of a party that is a unit, and false for any other party.
func (p PartyID) Unit() (UnitID, bool) {
	const units = "units/"
	if len(p) > len(units) && p[:len(units)] == units {
		return UnitID(p[len(units):]), true
	}
	return "", false
}

// Evidence (佐证) names a file by its digest; the file itself stays with whoever
// submits it or in the attachment store.
type Evidence struct {
	Name   Line   `json:"name" jsonschema:"title=材料名称"`
	SHA256 Digest `json:"sha256" jsonschema:"title=SHA-256 摘要"`
	Media  Line   `json:"media,omitempty" jsonschema:"title=媒体类型"`
	Taken  Date   `json:"taken,omitempty" jsonschema:"title=形成日期"`

	Size    int64  `json:"size,omitzero" jsonschema:"title=字节数,minimum=1"`
	SM3     Digest `json:"sm3,omitempty" jsonschema:"title=SM3 摘要"`
	Place   Line   `json:"place,omitempty" jsonschema:"title=形成地点"`
	Working bool   `json:"working_secret,omitzero" jsonschema:"title=工作秘密"`
}
