package projections

import (
	"reflect"
	"slices"

	"ducha/ledger"
)

// SealedText (密封) stands in the read models where the words of a sealed statement
// stood.
const SealedText = "(已密封 sealed)"

// Sealable reports whether the words of a kind can be sealed. Those that everything
// else is named by and judged by cannot: names are in the signed reviews and packs, and
// a light rests on the policy's expressions. They are mended in the open, by a new name,
// an amendment, a new policy.
func Sealable(kind ledger.Kind) bool {
	return !slices.Contains([]ledger.Kind{"charter.adopted.v1", "policy.adopted.v1", "unit.registered.v1", "unit.renamed.v1", "task.assigned.v1"}, kind)
}

// Redact takes the words of a statement that two persons sealed out of the campaign:
// texts, names, places. What is judged by stays (dates, numbers, ids, states), so that
// no figure changes; so do the place of the statement and its digest.
//
// Where its words are follows from the types: a part that has a [Stamp] holds the words
// of that statement; a field with a tag such as `said:"Decided"` those of the statement
// whose stamp is in the field of that name.
func (c *Campaign) Redact(id ledger.Ref) {
	for _, part := range []any{&c.Charter, &c.Keyring, &c.Units, &c.Questions, &c.Tasks, &c.Directives, &c.Inspections, &c.Escalations, &c.Sealings, &c.Files} {
		redact(reflect.ValueOf(part).Elem(), id)
	}
}

// redact looks for the parts of a statement, however deep they lie.
func redact(v reflect.Value, id ledger.Ref) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			redact(v.Elem(), id)
		}
	case reflect.Slice:
		for i := 0; i < v.Len() && compound(v.Type().Elem()); i++ {
			redact(v.Index(i), id)
		}
	case reflect.Map:
		if !compound(v.Type().Elem()) {
			return
		}
		for it := v.MapRange(); it.Next(); {
			one := reflect.New(v.Type().Elem()).Elem() // a map's own values cannot be set
			one.Set(it.Value())
			redact(one, id)
			v.SetMapIndex(it.Key(), one)
		}
	case reflect.Struct:
		if v.Type() == stampType || v.Type().PkgPath() == "time" {
			return
		}
		own := stampOf(v) == id
		for i := range v.NumField() {
			field, f := v.Field(i), v.Type().Field(i)
			if by := f.Tag.Get("said"); by != "" {
				if stampOf(v.FieldByName(by)) == id {
					blank(field)
				}
				continue
			}
			if own {
				blankField(v.Type(), f.Name, field)
			}
			redact(field, id)
		}
	}
}

func compound(t reflect.Type) bool {
	return slices.Contains([]reflect.Kind{reflect.Struct, reflect.Pointer, reflect.Slice, reflect.Map}, t.Kind())
}

var (
	stampType = reflect.TypeFor[Stamp]()
	// words are the types that hold words; whatever else is a string is an id, a digest,
	// a date or one of a few choices.
	words = []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[ledger.Text](), reflect.TypeFor[ledger.Line]()}
	// judgedBy are words that something is judged by, or named by in signed reviews.
	judgedBy = map[reflect.Type][]string{
		reflect.TypeFor[ledger.TargetSet]():         {"Op", "Unit"},
		reflect.TypeFor[ledger.Condition]():         {"Op", "Unit"},
		reflect.TypeFor[ledger.IndicatorReported](): {"Of"},
		reflect.TypeFor[ledger.TaskAmended]():       {"Name"},
	}
)

// stampOf is the statement that a part says it is of; none where it says nothing.
func stampOf(v reflect.Value) (id ledger.Ref) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return id
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return id
	}
	if v.Type() == stampType {
		return v.Interface().(Stamp).ID
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Anonymous && f.Type.Kind() == reflect.Struct {
			if found := stampOf(v.Field(i)); found != (ledger.Ref{}) {
				return found
			}
		}
	}
	return id
}

// hasStamp says whether a type is that of parts that have a stamp of their own.
func hasStamp(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	f, ok := t.FieldByName("Stamp")
	return ok && f.Type == stampType
}

// blankField blanks a field of a part, unless it is judged by.
func blankField(t reflect.Type, name string, v reflect.Value) {
	if !slices.Contains(judgedBy[t], name) {
		blank(v)
	}
}

// blank puts [SealedText] for all words in a value; parts of other statements in it are
// left alone. What lies behind a pointer or in a slice may be the statement's own, which
// other states share: it is copied, never changed.
func blank(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if slices.Contains(words, v.Type()) && v.Len() > 0 {
			v.SetString(SealedText)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			blank(own.Elem())
			v.Set(own)
		}
	case reflect.Slice:
		if v.IsNil() || hasStamp(v.Type().Elem()) {
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		for i := range own.Len() {
			blank(own.Index(i))
		}
		v.Set(own)
	case reflect.Struct:
		if v.Type() == stampType || v.Type().PkgPath() == "time" || hasStamp(v.Type()) {
			return
		}
		for i := range v.NumField() {
			blankField(v.Type(), v.Type().Field(i).Name, v.Field(i))
		}
	}
}
