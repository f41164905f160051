package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"time"

	"ducha/ledger"
)

// shownStatements is how many statements the page has in full, the newest; the
// workbook has all.
const shownStatements = 500

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	styleText string

	page = template.Must(template.New("page").Funcs(template.FuncMap{
		"day": day, "minute": minute, "second": second, "short": short,
		"dayOf": func(t time.Time) ledger.Date { return ledger.DateOf(t) },
	}).Parse(pageText))

	// policy lets a browser that opens the page load nothing and run nothing, whatever
	// a text on record says.
	policy = policyOf(styleText)
)

func policyOf(style string) string {
	sum := sha256.Sum256([]byte(style))
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'", base64.StdEncoding.EncodeToString(sum[:]))
}

// sight is what the page shows.
type sight struct {
	*paper
	Policy  string
	Style   template.CSS
	Picture picture
	Shown   []statement // newest first
	Rest    []familyCount
	Hidden  int // how many the page does not have
	Oldest  uint64
}

type familyCount struct {
	Family string
	Count  int
}

// HTML writes the unit's records as one page that needs nothing from outside.
func HTML(in Input) ([]byte, error) {
	p := newPaper(in)
	s := sight{paper: p, Policy: policy, Style: template.CSS(styleText), Picture: p.picture()}
	s.cut()
	var out bytes.Buffer
	if err := page.Execute(&out, &s); err != nil {
		return nil, fmt.Errorf("report: page: %w", err)
	}
	return out.Bytes(), nil
}

// cut leaves the newest statements, and counts the others.
func (s *sight) cut() {
	s.Hidden = max(0, len(s.Statements)-shownStatements)
	for i := len(s.Statements) - 1; i >= s.Hidden; i-- {
		s.Shown = append(s.Shown, s.Statements[i])
		s.Oldest = s.Statements[i].Sequence
	}
	count := map[ledger.Family]int{}
	for _, x := range s.Statements[:s.Hidden] {
		count[x.Family]++
	}
	for _, f := range families {
		if count[f] > 0 {
			s.Rest = append(s.Rest, familyCount{s.family(f), count[f]})
		}
	}
}

// Here says whether a record is among those that the page shows.
func (s *sight) Here(n uint64) bool { return s.has(n) && n >= s.Oldest && s.Oldest > 0 }

func (p *paper) has(n uint64) bool { return p.own[n] }

// Number is a record's name.
func (p *paper) Number(n uint64) string { return p.number(n) }

// Word is a light as colour and meaning.
func (t task) Word() string { return t.Colour + " · " + t.Means }

// FamilyOf is a family in words.
func (p *paper) FamilyOf(f ledger.Family) string { return p.family(f) }

// Card is a card in words.
func (p *paper) Card(c ledger.Colour) string { return p.T(p.word(string(c))+"牌", string(c)+" card") }

// Plans says for each year whether the annual plan is filed.
func (p *paper) Plans() []string {
	var list []string
	for _, y := range sortedKeys(p.Status.PlanFiled) {
		if p.Status.PlanFiled[y] {
			list = append(list, fmt.Sprintf(p.T("%d 年已报", "%d filed"), y))
		} else {
			list = append(list, fmt.Sprintf(p.T("%d 年未报", "%d not filed"), y))
		}
	}
	return list
}

// way is the steps of something, with the page that they stand on.
type way struct {
	Page  *sight
	Steps []step
}

// With hands a template the page with the steps.
func (s *sight) With(steps []step) way { return way{s, steps} }
