package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// DocumentInput is what a printed paper (文书) of one statement is made of.
type DocumentInput struct {
	Campaign *projections.Campaign
	Event    ledger.Event
	At       time.Time // the instant whose state is shown
	Sequence uint64    // the ledger stood at it
	Base     string    // where codes are looked up, such as https://ducha.example; "" for nowhere
	Sealed   bool      // what the statement says is not to be shown
	Checked  bool      // for whoever looked the code up: it says so
	Receipt  bool      // the receipt (回执), and not the paper of its kind
	Lang     projections.Lang
}

// document is a paper in words.
type document struct {
	*paper
	Event   ledger.Event
	Name    string // 交办单
	Heading string // what stands in the middle, the name where there is nothing else
	Number  string // 文号
	To      string // 主送
	Rows    []docRow
	Body    []string // paragraphs, before the rows in a letter
	Points  []docList
	Office  string // who the paper comes from
	From    string // who signs, as the paper has it
	Signer  string // of the statement
	Post    string // who held the signer's posts on that day
	On      ledger.Date
	Note    string // in small type, under the signature
	Void    string // why it no longer holds
	Slip    *docSlip
	Steps   []step
	Code    ledger.Code
	URL     string
	QR      template.HTML
	Checked bool
	Receipt ledger.Receipt
	Key     seal.KeyID
	Holder  string
	Policy  string
	Style   template.CSS
}

// docRow is a row of the form.
type docRow struct {
	Label, Value string
	Tall         bool // what the paper is about
}

// docList is a numbered list under a heading.
type docList struct {
	Heading string
	Items   []string
}

// docSlip (回执) is cut off and comes back, or is filled in from the record.
type docSlip struct {
	Name  string
	Blank []string // short ones, two on a line
	Wide  string   // one that takes more room
}

var (
	//go:embed document.html
	documentText string
	//go:embed document.css
	documentStyle string

	documentTemplate = template.Must(template.New("document").Parse(documentText))
)

// Document writes the paper of a statement as one page to print: a directive's, a
// reminder's, a notice's, a proposal's, an inspection's; the receipt of any other. It
// carries the code by which it is found again.
func Document(in DocumentInput) ([]byte, error) {
	d := &document{Event: in.Event, Checked: in.Checked, Receipt: ledger.ReceiptOf(in.Event), Key: in.Event.Signer,
		Policy: policyOf(documentStyle), Style: template.CSS(documentStyle),
		paper: &paper{Input: Input{Campaign: in.Campaign, At: in.At, Sequence: in.Sequence, Lang: in.Lang}, seqs: map[ledger.Ref]uint64{}, own: map[uint64]bool{},
			sealed: map[ledger.Ref]bool{}, print: true}}
	for id, e := range in.Campaign.Index.Statements {
		d.seqs[id] = e.Sequence
	}
	for _, s := range in.Campaign.Sealings {
		if s.Seconded != nil && s.ContentSealed.Statement != nil {
			d.sealed[*s.ContentSealed.Statement] = true
		}
	}
	d.sealed[in.Event.ID] = d.sealed[in.Event.ID] || in.Sealed
	d.Title = d.either(string(in.Campaign.Charter.Title), string(in.Campaign.Charter.TitleEN))
	key := in.Campaign.Keyring.Keys[in.Event.Signer]
	d.Holder = clean(key.Holder)
	d.Code, d.On = d.Receipt.Code(), ledger.DateOf(d.counts(in.Event))
	d.Office = d.Title + d.T("指挥部", " headquarters")
	d.Signer = d.who(in.Event.Source)
	d.From = d.Signer
	d.Post = clean(d.Lang.HolderWords(in.Campaign.Units.Parties[in.Event.Source].HoldersAt(d.On)))
	d.compose(in.Receipt)
	if d.Heading == "" {
		d.Heading = d.Name
	}
	text := string(d.Code)
	if in.Base != "" {
		d.URL = strings.TrimRight(in.Base, "/") + "/p/" + string(d.Code)
		text = d.URL
	}
	var err error
	if d.QR, err = picturedCode(text, string(d.Code)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := documentTemplate.Execute(&out, d); err != nil {
		return nil, fmt.Errorf("report: document: %w", err)
	}
	return out.Bytes(), nil
}

// Record is the number of the record.
func (d *document) Record() string { return d.number(d.Event.Sequence) }

// Stands is where the ledger stood.
func (d *document) Stands() string { return d.number(d.Sequence) }

// Path is a step in words.
func (d *document) Path(s step) string {
	return fmt.Sprintf(d.T("%s（%s，第 %d 号）", "%s (%s, record %d)"), s.Name, day(s.At), s.Sequence)
}

func (d *document) row(zh, en, value string) {
	if value != "" {
		d.Rows = append(d.Rows, docRow{Label: d.T(zh, en), Value: value})
	}
}

// tall is what the paper is about; a text that is sealed does not show.
func (d *document) tall(zh, en, value string) {
	d.Rows = append(d.Rows, docRow{Label: d.T(zh, en), Value: d.said(value), Tall: true})
}

// said is what the statement itself says.
func (d *document) said(text string) string { return d.shown(d.Event.ID, text) }

// date is a day as papers write it.
func (d *document) date(x ledger.Date) string {
	if x == "" {
		return ""
	}
	return x.Start().Format(d.T("2006年1月2日", "2 January 2006"))
}

// Date is the paper's.
func (d *document) Date() string { return d.date(d.On) }

// Moment is an instant of the record.
func (d *document) Moment(t time.Time) string {
	return t.In(ledger.Shanghai).Format(d.T("2006年1月2日 15:04:05", "2006-01-02 15:04:05"))
}

// task is the task that the statement is about, with its number.
func (d *document) task() string {
	t := d.Campaign.Tasks[d.Event.Task]
	if t == nil {
		return ""
	}
	text := string(t.ID) + " " + d.either(string(t.Given.Name), string(t.Given.NameEN))
	if cite := clean(string(t.Given.Cite)); cite != "" {
		text += fmt.Sprintf(d.T("(方案 %s)", " (plan %s)"), cite)
	}
	return text
}

// quoted is the task's name in quotation marks.
func (d *document) quoted() string {
	t := d.Campaign.Tasks[d.Event.Task]
	if t == nil {
		return ""
	}
	return d.T("“", "“") + d.either(string(t.Given.Name), string(t.Given.NameEN)) + d.T("”", "”")
}

// records names records with what they are.
func (d *document) records(refs []ledger.Ref) []string {
	var list []string
	for _, id := range refs {
		e, ok := d.Campaign.Index.Statements[id]
		if !ok {
			list = append(list, id.String())
			continue
		}
		list = append(list, fmt.Sprintf(d.T("第 %d 号 %s（%s）", "record %d, %s (%s)"), e.Sequence, d.kind(e.Kind), d.who(e.By)))
	}
	return list
}

// within is a limit in working days by the policy of the paper's day: the last day
// for it, or the number of days where no calendar knows the year.
func (d *document) within(days func(ledger.Clocks) int) string {
	p, ok := d.Campaign.Charter.PolicyAt(d.counts(d.Event))
	if !ok {
		return ""
	}
	n := days(p.Clocks)
	text := fmt.Sprintf(d.T("%d 个工作日内", "within %d working days"), n)
	if last, err := projections.CalendarOf(p.PolicyAdopted).After(d.On, n); err == nil {
		text += fmt.Sprintf(d.T("(至 %s)", " (until %s)"), d.date(last))
	}
	return text
}
