package console

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ducha/cmd/internal/report"
	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// said (所述) is one thing that a statement says, under the title that its schema gives
// it: a text, which may lead somewhere, or things of which each is said in turn.
type said struct {
	Label string
	Text  string
	Path  string
	Code  bool // a digest or a key, for comparing
	Parts []said

	sequence uint64 // of the record that it leads to
}

// reading puts what statements say into words, for one reader.
type reading struct {
	q *request
	c *projections.Campaign
}

// saying is all that a statement says; of a kind that this version does not know, its
// data as they are.
func (r reading) saying(body any) []said {
	if u, ok := body.(*ledger.Unknowable); ok {
		return []said{{Label: r.q.T("本版本不能读懂的内容,原样列出", "what this version cannot read, as it is"), Text: projections.Visible(string(u.Data)), Code: true}}
	}
	v := reflect.ValueOf(body)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil
	}
	return r.members(v.Elem())
}

func (r reading) members(v reflect.Value) []said {
	var list []said
	for i := range v.NumField() {
		f, x := v.Type().Field(i), v.Field(i)
		if f.Anonymous && x.Kind() == reflect.Struct {
			list = append(list, r.members(x)...)
			continue
		}
		if f.IsExported() && report.Said(f, x) {
			s := r.value(x)
			s.Label = report.Term(f, r.q.Lang)
			list = append(list, s)
		}
	}
	return list
}

func (r reading) value(v reflect.Value) said {
	switch x := v.Interface().(type) {
	case ledger.Ref:
		return r.ref(x)
	case ledger.PartyID:
		return r.party(x)
	case ledger.UnitID:
		return r.party(ledger.PartyID("units/" + x))
	case ledger.TaskID:
		return r.task(x)
	case ledger.Digest:
		return said{Text: string(x), Code: true}
	case ledger.Text:
		return wording(string(x))
	case ledger.Kind:
		return said{Text: kindWords(r.q, x)}
	case ledger.Evidence:
		return said{Text: projections.Visible(string(x.Name)), Path: "#f-" + string(x.SHA256)}
	case time.Time:
		return said{Text: minute(x)}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return said{}
		}
		return r.value(v.Elem())
	case reflect.Slice, reflect.Array:
		return r.several(v)
	case reflect.Struct:
		return said{Parts: r.members(v)}
	case reflect.Bool:
		return said{Text: valueWords(r.q, v.Bool())}
	case reflect.Float64:
		return said{Text: strconv.FormatFloat(v.Float(), 'f', -1, 64)}
	case reflect.String:
		return said{Text: report.Word(v.String(), r.q.Lang)}
	}
	return said{Text: projections.Visible(fmt.Sprint(v.Interface()))}
}

func (r reading) several(v reflect.Value) said {
	var s said
	for i := range v.Len() {
		s.Parts = append(s.Parts, r.value(v.Index(i)))
	}
	if len(s.Parts) == 1 {
		return s.Parts[0]
	}
	var words []string
	for _, p := range s.Parts {
		if len(p.Parts) > 0 || p.Path != "" || p.Code || utf8.RuneCountInString(p.Text) > shortWord {
			return s
		}
		words = append(words, p.Text)
	}
	return said{Text: strings.Join(words, r.q.T("、", ", "))} // days, names: they read on one line
}

// shortWord is how long the things may be that stand side by side.
const shortWord = 16

// ref is another statement by its number and its kind.
func (r reading) ref(id ledger.Ref) said {
	e, ok := r.c.Index.Statements[id]
	if !ok {
		return said{Text: id.String(), Code: true}
	}
	return said{Text: recordWords(r.q, e.Sequence) + " " + kindWords(r.q, e.Kind), Path: r.q.Link("/records/" + itoa(e.Sequence)), sequence: e.Sequence}
}

func (r reading) party(id ledger.PartyID) said {
	s := said{Text: projections.Visible(partyWords(r.q, r.c, id))}
	if u, ok := id.Unit(); ok && r.c.Units.Parties[id].ID != "" && r.q.Reader.SeesUnit(r.c, u, r.q.At) {
		s.Path = r.q.Link("/units/" + string(u))
	}
	return s
}

func (r reading) task(id ledger.TaskID) said {
	s := said{Text: string(id)}
	if t := r.c.Tasks[id]; t != nil && r.q.Reader.SeesTask(r.c, t, r.q.At) {
		s.Text, s.Path = s.Text+" "+r.q.nameOf(t), r.q.Link("/tasks/"+string(id))
	}
	return s
}

// wording is a text of a statement, a public key by its number.
func wording(s string) said {
	if strings.HasPrefix(s, "-----BEGIN PUBLIC KEY") {
		if key, err := seal.ParsePublicKey([]byte(s)); err == nil {
			return said{Text: string(key.ID()), Code: true}
		}
	}
	return said{Text: visible(s)}
}

// visible keeps the lines of a text and shows every other character that is not to be
// seen: some of them turn the text around them.
func visible(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = projections.Visible(strings.ReplaceAll(l, "\t", " "))
	}
	return strings.Join(lines, "\n")
}

// partyWords is a party's name, or what the parties are called that have none.
func partyWords(q *request, c *projections.Campaign, id ledger.PartyID) string {
	switch id {
	case "ledger":
		return q.T("台账", "the ledger")
	case "root":
		return q.T("根公钥", "the root key")
	case "units/hq":
		return q.T("指挥部", "headquarters")
	}
	return partyName(q, c, id)
}

// nameOf is a task's name on the day that is looked at.
func (q *request) nameOf(t *projections.Task) string {
	return view{request: q}.Name(t.NameAt(q.At), string(t.Given.NameEN))
}

func recordWords(q *request, sequence uint64) string {
	return q.T("第 ", "record ") + itoa(sequence) + q.T(" 条", "")
}

// lineShown is how long the one line may be that a list has of a statement.
const lineShown = 110

// line is what a statement says, on one line: what it names stands elsewhere.
func line(all []said) string {
	var parts []string
	var add func(list []said, labels bool)
	add = func(list []said, labels bool) {
		for _, s := range list {
			switch {
			case len(s.Parts) > 0:
				add(s.Parts, labels)
			case s.Text == "" || s.Code || strings.Contains(s.Path, "/records/"):
			case labels && utf8.RuneCountInString(s.Text) < 12:
				parts = append(parts, s.Label+" "+s.Text)
			default:
				parts = append(parts, strings.Join(strings.Fields(s.Text), " "))
			}
		}
	}
	add(all, true)
	return clip(strings.Join(parts, " · "), lineShown)
}

// clip is a text's first n characters, with a sign where there are more.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}
