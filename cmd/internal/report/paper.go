package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// paper is what both papers say, worked out once.
type paper struct {
	Input
	Status     projections.UnitStatus
	Name       string
	Title      string
	Root       seal.KeyID
	Tasks      []task
	Statements []statement
	Directives []directive
	Matters    []matter
	Signers    []signer

	seqs   map[ledger.Ref]uint64 // of the unit's own records
	own    map[uint64]bool       // these records are the unit's
	sealed map[ledger.Ref]bool   // what these say is not to be shown
	print  bool                  // for paper: with the punctuation of print
}

func newPaper(in Input) *paper {
	c := in.Campaign
	p := &paper{Input: in, Status: c.UnitAt(in.Unit, in.At), seqs: map[ledger.Ref]uint64{}, own: map[uint64]bool{}, sealed: map[ledger.Ref]bool{}}
	p.Name = p.either(p.Status.Name, p.Status.NameEN)
	p.Title = p.either(string(c.Charter.Title), string(c.Charter.TitleEN))
	if key, err := seal.ParsePublicKey([]byte(c.Charter.RootKey)); err == nil {
		p.Root = key.ID()
	}
	for _, e := range in.Events {
		p.seqs[e.ID], p.own[e.Sequence] = e.Sequence, true
	}
	for _, s := range c.Sealings {
		if s.Seconded != nil && s.ContentSealed.Statement != nil {
			p.sealed[*s.ContentSealed.Statement] = true
		}
	}
	p.Tasks = p.tasks()
	p.Statements = p.statements()
	p.Directives = p.directives()
	p.Matters = p.matters()
	p.Signers = p.signers()
	return p
}

// T picks the language.
func (p *paper) T(zh, en string) string {
	if p.print && p.Lang != projections.English {
		return fullWidth(zh)
	}
	return p.Lang.Pick(zh, en)
}

// either is a name in the paper's language; not everything has an English one.
func (p *paper) either(zh, en string) string {
	if p.Lang == projections.English && en != "" {
		return clean(en)
	}
	return clean(zh)
}

// unit is a unit's name on the day of the paper.
func (p *paper) unit(id ledger.UnitID) string { return p.who(ledger.PartyID("units/" + id)) }

// who is a party's name, as it was called on the day of the paper.
func (p *paper) who(id ledger.PartyID) string {
	party, ok := p.Campaign.Units.Parties[id]
	switch {
	case ok:
		return p.either(party.NameAt(ledger.DateOf(p.At)), party.NameEN)
	case id == "root":
		return p.T("根公钥", "root key")
	case id == "ledger":
		return p.T("台账", "the ledger")
	case id == "units/hq":
		return p.T("指挥部", "headquarters")
	}
	return clean(string(id))
}

// Declared says that claimed times count, and not those of recording.
func (p *paper) Declared() bool { return p.Campaign.Charter.Clock == ledger.ClockDeclared }

// ClockWords says by which time deadlines are judged.
func (p *paper) ClockWords() string {
	if p.Declared() {
		return p.T("按提交人所称时间计(补录或演示)", "by the times that the signers claim (declared history, or a demo)")
	}
	return p.T("按台账记录时间计", "by the ledger's times of recording")
}

// counts is the instant that an event counts from.
func (p *paper) counts(e ledger.Event) time.Time {
	if p.Declared() {
		return projections.Declares(e.Statement)
	}
	return e.Recorded
}

// Command is what to type to verify the trail.
func (p *paper) Command() string {
	return fmt.Sprintf("ducha-verify %s-trail.zip --root %s", p.Unit, p.Root)
}

// clean keeps the lines of a text and replaces every other character that is not
// to be seen: some of them turn the text around them.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD")
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = projections.Visible(strings.ReplaceAll(l, "\t", " "))
	}
	return strings.Join(lines, "\n")
}

// clip cuts a text that is longer than n characters, and says so.
func (p *paper) clip(s string, n int) string {
	total := utf8.RuneCountInString(s)
	if total <= n {
		return s
	}
	return string([]rune(s)[:n]) + fmt.Sprintf(p.T("……(共 %d 字,全文见 records.ndjson)", "… (%d characters; all of them in records.ndjson)"), total)
}

func day(t time.Time) string    { return t.In(ledger.Shanghai).Format("2006-01-02") }
func minute(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02 15:04") }
func second(t time.Time) string { return t.In(ledger.Shanghai).Format("2006-01-02 15:04:05") }
