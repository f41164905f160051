package report

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/ledger/seal"
	"ducha/projections"
)

// field is one thing that a statement says.
type field struct{ Label, Value string }

// say is a field on one line.
func (p *paper) say(f field) string {
	if f.Label == "" {
		return f.Value
	}
	return f.Label + p.T(":", ": ") + f.Value
}

// Gist gives what a statement says on one line, for registers: its terms and values, in
// the names of the day.
func Gist(c *projections.Campaign, at time.Time, l projections.Lang) func(ledger.Event) string {
	p := &paper{Input: Input{Campaign: c, At: at, Lang: l}, seqs: map[ledger.Ref]uint64{}, own: map[uint64]bool{}, sealed: map[ledger.Ref]bool{}}
	for id, e := range c.Index.Statements {
		p.seqs[id] = e.Sequence
	}
	return func(e ledger.Event) string {
		var parts []string
		for _, f := range p.fields(e.Body) {
			parts = append(parts, p.say(f))
		}
		return strings.Join(parts, p.T(";", "; "))
	}
}

// fields reads a body by its Go type, as the schema does: every kind has words,
// those of a later version too.
func (p *paper) fields(body any) []field {
	if u, ok := body.(*ledger.Unknowable); ok {
		return []field{{p.T("本版本不能读懂", "this version cannot read it"), p.clip(clean(string(u.Data)), 400)}}
	}
	v := reflect.ValueOf(body)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil
	}
	return p.members(v.Elem())
}

func (p *paper) members(v reflect.Value) []field {
	var list []field
	for i := range v.NumField() {
		f, x := v.Type().Field(i), v.Field(i)
		if Said(f, x) {
			list = append(list, field{p.T(Term(f, projections.Chinese), Term(f, projections.English)), p.value(x)})
		}
	}
	return list
}

func tagged(tag, name string) (string, bool) {
	for _, part := range strings.Split(tag, ",") {
		if value, ok := strings.CutPrefix(part, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

func (p *paper) value(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case ledger.Ref:
		return p.ref(x)
	case ledger.PartyID:
		return p.who(x)
	case ledger.UnitID:
		return p.unit(x)
	case ledger.Digest:
		return short(string(x))
	case ledger.Text:
		return p.text(string(x))
	case ledger.Evidence:
		return clean(string(x.Name)) + p.T("(SHA-256 ", " (SHA-256 ") + short(string(x.SHA256)) + p.T(")", ")")
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return p.value(v.Elem())
	case reflect.Slice, reflect.Array:
		return p.several(v)
	case reflect.Struct:
		var parts []string
		for _, f := range p.members(v) {
			parts = append(parts, p.say(f))
		}
		return strings.Join(parts, p.T(",", ", "))
	case reflect.Bool:
		if v.Bool() {
			return p.T("是", "yes")
		}
		return p.T("否", "no")
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case reflect.String:
		return p.word(v.String())
	}
	return clean(fmt.Sprint(v.Interface()))
}

func (p *paper) several(v reflect.Value) string {
	parts := make([]string, v.Len())
	long := false
	for i := range parts {
		parts[i] = p.value(v.Index(i))
		long = long || len(parts[i]) > 60
	}
	if len(parts) == 1 || !long {
		return strings.Join(parts, p.T("、", ", "))
	}
	for i := range parts {
		parts[i] = fmt.Sprintf(p.T("(%d)%s", "(%d) %s"), i+1, parts[i])
	}
	return strings.Join(parts, p.T(";", "; "))
}

// ref names a record of the unit by its number, and another one by its id: what
// stands on other trails is not to hand where the trail is verified.
func (p *paper) ref(id ledger.Ref) string {
	if n, ok := p.seqs[id]; ok {
		return p.number(n)
	}
	return id.String()
}

func (p *paper) number(n uint64) string {
	return fmt.Sprintf(p.T("第 %d 号", "record %d"), n)
}

// text is a text of a statement; a public key shows as its number.
func (p *paper) text(s string) string {
	if strings.HasPrefix(s, "-----BEGIN PUBLIC KEY") {
		if key, err := seal.ParsePublicKey([]byte(s)); err == nil {
			return p.T("公钥编号 ", "key id ") + short(string(key.ID()))
		}
	}
	return clean(s)
}

func short(digest string) string {
	if len(digest) > 12 {
		return digest[:12] + "…"
	}
	return digest
}
